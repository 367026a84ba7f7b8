"""How fast Kapstok is: `make bench`."""
