"""Whether two texts say the same: texts that differ in no word have the same key.

Capitals, blanks, invisible signs, the width of letters (Unicode NFKC, UAX #15) and what is hung on
a link to follow who clicks on it make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

from calendar_app.posts.channel_length import addresses

# What is shorter is said more often without being the same post.
SHORTEST = 20
# What mail programs, advertisers and the channels themselves add to a link.
_TRACKING = re.compile(
    r"(?:utm_[^=]*|mtm_[^=]*|pk_[^=]*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|ttclid|twclid"
    r"|li_fat_id|igshid|igsh|mc_cid|mc_eid|trk|trackingid|rcm)(?:=|$)"
)


def key_of(text: str) -> str | None:
    """32 hexadecimal digits, the same for all that say the same; None for less than SHORTEST."""
    folded = _folded(text)
    if len(folded) < SHORTEST:
        return None
    return blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _folded(text: str) -> str:
    # Twice: folding case can undo the form of letters (Unicode 3.13, D145).
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return " ".join(_without_tracking(seen).split())


def _without_tracking(text: str) -> str:
    pieces, place = [], 0
    for start, end in addresses(text):
        pieces += [text[place:start], _untracked(text[start:end])]
        place = end
    return "".join([*pieces, text[place:]])


def _untracked(address: str) -> str:
    """`address` without the parts of its query that only follow people; all else stays."""
    before, mark, fragment = address.partition("#")
    path, _question, query = before.partition("?")
    kept = [part for part in query.split("&") if part and not _TRACKING.match(part)]
    return path + ("?" + "&".join(kept) if kept else "") + mark + fragment
