"""What the browser is told on every answer, errors too: run nothing but our own files."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from flask import Flask, Response, current_app
from flask_wtf import CSRFProtect

from calendar_app import clock
from calendar_app.config import Config

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_A_YEAR = 31_536_000

csrf = CSRFProtect()


def install(app: Flask, config: Config) -> None:
    """Set the headers, the cookies' flags and the check of every unsafe request."""
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="kapstok",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure,
        # The visit in the database says how long it lasts; the cookie need not be signed anew.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        # The referrer is never sent (no-referrer), so it cannot be asked for.
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    headers = dict(_HEADERS)
    if config.secure:
        headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}; includeSubDomains"

    def security_txt() -> Response:
        return Response(_security_txt(config), mimetype="text/plain")

    security_txt.permission = "public"  # type: ignore[attr-defined]  # read by people.door
    app.add_url_rule("/.well-known/security.txt", "security_txt", security_txt)

    @app.after_request
    def tell(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        return response


def check_form() -> None:
    """What `csrf` does before each view, for one that it leaves alone. Raises CSRFError.

    A view that takes in much asks first who comes, and reads the body after that.
    """
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


def _security_txt(config: Config) -> str:
    """Whom to tell about a hole (RFC 9116): the address that this installation mails from."""
    contact = parseaddr(config.mail_from)[1]
    expires = clock.now() + timedelta(days=180)
    return (
        f"Contact: mailto:{contact}\n"
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}\n"
        "Preferred-Languages: nl, en\n"
        f"Canonical: {config.base_url}/.well-known/security.txt\n"
    )


def own_address(target: str | None, otherwise: str) -> str:
    """`target` when it is a path on our own origin, else `otherwise` (no open redirects)."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return otherwise
    if any(ord(letter) < 32 for letter in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target.rstrip("?")
