"""Where a channel is written on: its own editor, with the text in it where its address takes one.

X takes text by address as it documents (developer.x.com, "Web Intents"), Facebook a link alone
(developers.facebook.com, "Share Dialog"). LinkedIn's feed takes a text, which it does not document:
where it stops doing so the editor is empty, and the text is there to copy. Instagram and Viva
Engage take nothing. A channel of the team's own is written on at the address that the plan tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from calendar_app.posts.channel_length import (
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN,
    VIVA_ENGAGE,
    X,
    kind_of,
)

TEXT, LINK = "text", "link"
# Longer addresses are cut off on their way by one server or another.
MOST_CHARACTERS = 4_000
_PAGES = {
    LINKEDIN: "https://www.linkedin.com/feed/?shareActive=true",
    FACEBOOK: "https://www.facebook.com/",
    X: "https://x.com/compose/post",
    INSTAGRAM: "https://www.instagram.com/",
    VIVA_ENGAGE: "https://engage.cloud.microsoft/main/feed",
}


@dataclass(frozen=True)
class Editor:
    """A page to write on, always https, and what of the post stands there already."""

    address: str
    # TEXT, LINK or "": nothing.
    filled: str = ""


def editor_of(name: str, address: str, text: str, link: str) -> Editor | None:
    """The editor of the channel that a team calls `name`; None where nobody knows one.

    `address` is the one that the plan tells ("": none), and goes before the one that is known.
    `text` is all that is to be posted, with its `link` ("": none).
    """
    if _is_https(address):
        return Editor(address)
    kind = kind_of(name)
    filled = _filled(kind, text, link)
    if filled is not None and len(filled.address) <= MOST_CHARACTERS:
        return filled
    return Editor(_PAGES[kind]) if kind in _PAGES else None


def _filled(kind: str, text: str, link: str) -> Editor | None:
    if kind == LINKEDIN and text:
        return Editor(f"{_PAGES[LINKEDIN]}&{urlencode({'text': text})}", TEXT)
    if kind == X and text:
        return Editor(f"https://x.com/intent/post?{urlencode({'text': text})}", TEXT)
    if kind == FACEBOOK and link.startswith(("http://", "https://")):
        return Editor(f"https://www.facebook.com/sharer/sharer.php?{urlencode({'u': link})}", LINK)
    return None


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_whole = not any(sign.isspace() for sign in address)
    return parts.scheme == "https" and bool(parts.hostname) and is_whole
