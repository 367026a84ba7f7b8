"""Pages, scripts and style sheets go over the line compressed, also where no proxy does it.

Who can make somebody's browser ask for a page with text of their choice, and sees how long the
answer is, can guess from compressed answers what else the page holds (BREACH, 2013). A browser says
when another site made it ask; that answer is not compressed. Calendar feeds never are: Outlook.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, request
from flask_compress import Compress

_KINDS = ("text/html", "text/css", "text/javascript", "application/json", "image/svg+xml")
_WAYS = ("br", "gzip")
_LEAST_BYTES = 1000


def install(app: Flask) -> None:
    """Compress what is worth it, for a browser that takes it."""
    app.config.update(
        COMPRESS_MIMETYPES=_KINDS,
        COMPRESS_ALGORITHM=_WAYS,
        COMPRESS_MIN_SIZE=_LEAST_BYTES,
        COMPRESS_REGISTER=False,
    )
    compress = Compress(app)

    @app.after_request
    def shorten(response: Response) -> Response:
        if response.mimetype not in _KINDS or _another_site_asks():
            return response
        if response.status_code == HTTPStatus.OK:
            # A file of ours, which is small: as a whole, so that it is closed when it is sent.
            response.direct_passthrough = False
            response.make_sequence()
        shortened: Response = compress.after_request(response)
        return shortened


def _another_site_asks() -> bool:
    """Whether the browser says that it asks because of a page that is not ours (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Site") == "cross-site"
