"""Which language, theme and time zone a request speaks: the person's choice, else the browser's."""

from __future__ import annotations

from typing import cast

from flask import Flask, g, request
from flask_babel import Babel

from calendar_app.language import FOLDER, LANGUAGES
from calendar_app.web.request import zone

LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


def install(app: Flask) -> None:
    """Give `app` its two languages."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, locale_selector=language, timezone_selector=zone)


def language() -> str:
    """ "nl" or "en": the person's own choice, else a cookie, the browser, or Dutch."""
    if "language" not in g:
        g.language = _chosen()
    return cast("str", g.language)


def theme() -> str:
    """ "auto", "light" or "dark": the person's own choice, else a cookie."""
    found = g.get("own_theme") or request.cookies.get(THEME_COOKIE, "auto")
    return found if found in THEMES else "auto"


def speak_to(own_language: str | None, own_theme: str, team_language: str | None) -> None:
    """Follow the settings of the person who is signed in."""
    g.own_theme = own_theme
    if own_language in LANGUAGES:
        g.language = own_language
    else:
        g.team_language = team_language
        g.pop("language", None)


def _chosen() -> str:
    cookie = request.cookies.get(LANGUAGE_COOKIE)
    if cookie in LANGUAGES:
        return cookie
    best = request.accept_languages.best_match(LANGUAGES) if request.accept_languages else None
    return best or g.get("team_language") or "nl"
