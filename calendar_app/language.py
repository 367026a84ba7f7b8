"""The two languages of Kapstok, for every part of it: pages, mails and the command line.

Source strings are English; `translations/nl` holds the Dutch. The web chooses a language a request,
the worker and the command line ask for a catalogue by name, so this module knows no Flask.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

LANGUAGES = ("nl", "en")
# Between a text and its values, where both are noted in one: in no text of people.
_WITH = "\x1f"
# Whose habits dates follow: "10 November 2026", never "November 10, 2026".
_LOCALES = {"nl": "nl", "en": "en_GB"}
FOLDER = Path(__file__).parent / "translations"


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name for "mark, translate later"
    """Mark `msgid` for the catalogues; the person's language is only known at the exit."""
    return msgid


def locale(language: str) -> str:
    """The name of the Babel locale that writes dates and times in `language`."""
    return _LOCALES[language]


@cache
def catalogue(language: str) -> NullTranslations:
    """The translations into `language` ("nl" or "en"); English is the source itself."""
    return Translations.load(FOLDER, [language])


def say(language: str, msgid: str, **values: object) -> str:
    """`msgid` in `language`, its `%(name)s` places filled with `values`."""
    text = catalogue(language).ugettext(msgid)
    return text % values if values else text


def noted(msgid: str, **values: object) -> str:
    """`msgid` and its values as one text, to be kept until somebody reads it: `say_noted`."""
    return f"{msgid}{_WITH}{json.dumps(values, default=str)}" if values else msgid


def say_noted(language: str, text: str) -> str:
    """What `noted` gave in `language`; any other text, such as the words of a server, as it is."""
    msgid, found, kept = text.partition(_WITH)
    if not found:
        return say(language, text) if text else ""
    try:
        return say(language, msgid, **json.loads(kept))
    except (ValueError, TypeError, KeyError):
        # Somebody else's words, that only look like it.
        return text.replace(_WITH, " ")
