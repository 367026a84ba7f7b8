"""Images and files that people bring along: what they are, how they are kept, and their names."""
