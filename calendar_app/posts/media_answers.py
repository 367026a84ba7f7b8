"""A file out of the store as the answer to a browser, whatever row it is of."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wsgi import wrap_file

from calendar_app.errors import NotYours
from calendar_app.language import N_
from calendar_app.media.storage import size_of, store_of
from calendar_app.posts.media import ORIGINAL, Stored
from calendar_app.web.request import house

# Whatever a file holds, it does nothing and asks for nothing.
_POLICY = "default-src 'none'; sandbox"


def answer_of(one: Stored, size: str, *, is_to_keep: bool = False) -> ResponseReturnValue:
    """The file, unless the browser has it. Raises NotYours for one that is not there."""
    name = one.stored_name(size)
    is_original = size == ORIGINAL
    mimetype = one.kind.mimetype if is_original else "image/webp"
    headers = {
        "Content-Security-Policy": _POLICY,
        # Asked each time whether it is still for this person; the answer is short.
        "Cache-Control": "private, no-cache",
    }
    # A document is never opened as a page of ours.
    if is_to_keep or not one.kind.is_image:
        headers["Content-Disposition"] = f"attachment; {_called(one.name)}"
    etag = f"{one.sha256[:32]}-{size}"
    if request.if_none_match.contains(etag):
        answer = Response(status=304, headers=headers)
        answer.set_etag(etag)
        return answer
    try:
        file = store_of(house().config).open(name)
    except FileNotFoundError as gone:
        raise NotYours(N_("This file is not here.")) from gone
    except OSError as away:
        raise ServiceUnavailable from away
    length = size_of(file)
    answer = Response(
        wrap_file(request.environ, file),
        mimetype=mimetype,
        headers=headers,
        direct_passthrough=True,
    )
    answer.content_length = length
    answer.set_etag(etag)
    return answer.make_conditional(request.environ, accept_ranges=True, complete_length=length)


def _called(name: str) -> str:
    """A name in a header: plain letters for old programs, and as it is (RFC 6266 §4.3)."""
    plain = "".join(one if one.isascii() and one not in '"\\%' else "_" for one in name)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
