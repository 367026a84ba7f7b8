"""What the sign-in library asks of an account.

Flask-Security brings a mixin for this, but importing it imports Flask, and the worker has people
too and no web. So the few members that the library calls stand here, and the library itself is
imported only where a password is really checked, which only the web does.
"""

from __future__ import annotations

from typing import Any, cast


class Account:
    """The members of Flask-Security's and Flask-Login's user that Kapstok uses."""

    fs_uniquifier: Any
    email: Any
    active: Any

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether this account may sign in at all."""
        return bool(self.active)

    def get_id(self) -> str:
        """The session's key to this account; changing it ends every session."""
        return str(self.fs_uniquifier)

    def has_role(self, _role: object) -> bool:
        """Roles belong to a membership of a team (see permissions), never to the account."""
        return False

    def calc_username(self) -> str:
        """The name the library shows and logs."""
        return str(self.email)

    def get_security_payload(self) -> dict[str, Any]:
        """Nothing about an account leaves by the library's JSON answers."""
        return {}

    def get_redirect_qparams(self, existing: dict[str, Any] | None = None) -> dict[str, Any]:
        """Nothing about an account goes into an address."""
        return dict(existing or {})

    def verify_and_update_password(self, password: str) -> bool:
        """Whether `password` is right; its hash is renewed when the rules for hashes changed."""
        from flask_security.utils import verify_and_update_password  # noqa: PLC0415 - see above

        return bool(verify_and_update_password(password, cast("Any", self)))

    def check_tf_required(self, *_: object) -> bool:
        """Whether a second factor is asked for: not yet."""
        return False
