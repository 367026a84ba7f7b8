"""Sessions are for people: answers that need nobody (a feed, a file) carry no cookie.

Flask-Login looks into the session after every request, whoever asks and whatever for. Flask then
says `Vary: Cookie`, and renews the cookie of somebody who is signed in; both keep such answers from
being shared, and a calendar program has no use for either.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class SessionsOfPeople(SecureCookieSessionInterface):
    """Flask's sessions in a signed cookie, written only by views that may need somebody."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session's cookie, unless the view said `needs_nobody`."""
        view = app.view_functions.get(request.endpoint or "")
        if not getattr(view, "needs_nobody", False):
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Give `app` these sessions."""
    app.session_interface = SessionsOfPeople()
