"""Which calendar program fetched a feed, by its User-Agent (RFC 9110 §10.1.5)."""

from __future__ import annotations

import re

# The first that matches counts: Outlook on a Mac names macOS, Thunderbird begins with "Mozilla".
_KNOWN = (
    (r"outlook|microsoft|exchange|ms-?office", "Outlook"),
    (r"google", "Google"),
    (r"thunderbird|lightning", "Thunderbird"),
    (r"calendaragent|dataaccessd|\bios/|\bmac ?os( x)?/|\bcfnetwork", "Apple"),
    (r"evolution", "Evolution"),
    (r"icsx5|icsdroid", "ICSx⁵"),
    (r"davx5", "DAVx⁵"),
    (r"nextcloud", "Nextcloud"),
    (r"khal|vdirsyncer", "khal"),
    (r"yahoo", "Yahoo"),
    (r"mozilla/", "a web browser"),
)
_PROGRAMS = tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name in _KNOWN)
BROWSER = "a web browser"


def program(user_agent: str) -> str:
    """The name that people know the program by; its own first word if we do not know it.

    "" when it says nothing of itself; BROWSER for a browser, to be said in the person's language.
    """
    for pattern, name in _PROGRAMS:
        if pattern.search(user_agent):
            return name
    return user_agent.partition("/")[0].strip()[:40]
