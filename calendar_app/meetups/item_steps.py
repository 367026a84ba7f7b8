"""What somebody can do at once with a post on the agenda: approve it, move it on, take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from calendar_app.meetups.agenda import Item, PostFact
from calendar_app.moments import local


@dataclass(frozen=True)
class Steps:
    """What the reader may do with the posts on one agenda."""

    # Where the buttons lead back to, without an anchor.
    here: str
    me_id: int
    zone: str
    # The day on which the team meets next: what was not done moves there.
    next_day: date
    writes: bool
    approves: bool
    # With levels of approval only who is asked can give the next one.
    only_asked: bool

    def can_approve(self, post: PostFact) -> bool:
        """Whether it waits for an approval that the reader can give."""
        is_asked = not self.only_asked or post.reviewer_id == self.me_id
        return self.approves and post.state == "in_review" and is_asked

    def can_take(self, post: PostFact) -> bool:
        """Whether nobody works on it yet."""
        return self.writes and post.is_free and post.state not in {"published", "cancelled"}

    def days_on(self, item: Item, block: str) -> int:
        """By how many days it moves to the next meet-up's day; 0: there is no reason to move it."""
        post = item.post
        waits = item.late or (block == "today" and item.unapproved)
        if not (self.writes and waits and post.starts_at):
            return 0
        return max(0, (self.next_day - local(post.starts_at, self.zone).date()).days)
