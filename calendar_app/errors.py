"""A rule said no. Every refusal in Kapstok is one of these, in words for the person who asked."""

from __future__ import annotations

from calendar_app.language import say


class Refused(Exception):
    """A rule said no.

    `message` is an English msgid marked with `N_`, `values` fill its places, `field` names the form
    field it belongs to (None: the whole form).
    """

    def __init__(self, message: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.values = values

    def words(self, language: str) -> str:
        """The refusal in `language`."""
        return say(language, self.message, **self.values)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class Stale(Refused):
    """Somebody else changed the row since this person read it (HTTP 409)."""


class NotYours(Refused):
    """The row is not there, or not for this person to see: to them that is the same (HTTP 404)."""


class Forbidden(Refused):
    """This person can see the row, but their role does not allow the action (HTTP 403)."""
