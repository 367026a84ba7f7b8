"""How a page is made: Jinja2 over `templates/`, dates in words, and files the browser may keep."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import Flask, Response, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined

from calendar_app.language import catalogue, locale, say_noted
from calendar_app.web.language import language, theme
from calendar_app.web.request import asked_address, zone

_A_YEAR = 31_536_000
_STATIC = Path(__file__).parent.parent / "static"


def install(app: Flask) -> None:
    """Give `app` its filters, its globals and its files."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    filters: dict[str, Callable[..., str]] = {
        "day": day,
        "short_day": short_day,
        "clock": clock_time,
        "moment": moment,
        "month_name": month_name,
        "isoday": isoday,
        "weekday": weekday,
        "short_weekday": short_weekday,
        "weekday_and_day": weekday_and_day,
        "plain_day": plain_day,
        "day_of_year": day_of_year,
        "with_capital": with_capital,
        "noted": lambda text: say_noted(language(), text),
    }
    app.jinja_env.filters.update(filters)
    # Flask-Babel's own lookups find out the language again for each of a page's thousand texts.
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.context_processor(_every_page)
    _install_files(app)


def _every_page() -> dict[str, object]:
    back_to = asked_address() if request.method == "GET" else "/"
    return {"language": language(), "theme": theme(), "back_to": back_to}


def render(template: str, **context: object) -> str:
    """The page `template`, in the request's language."""
    return render_template(template, **context)


def local(value: datetime) -> datetime:
    """`value` on the clocks of the team."""
    return value.astimezone(ZoneInfo(zone()))


def day(value: date | datetime) -> str:
    """ "dinsdag 10 november 2026"."""
    return format_date(_as_date(value), "EEEE d MMMM y", locale=_locale())


def short_day(value: date | datetime) -> str:
    """ "di 10 nov"."""
    return format_date(_as_date(value), "EEE d MMM", locale=_locale()).replace(".", "")


def isoday(value: date | datetime) -> str:
    """ "2026-11-10", as addresses and date fields write it."""
    return _as_date(value).isoformat()


def clock_time(value: datetime) -> str:
    """ "09:30" on the team's clocks."""
    return format_time(local(value), "HH:mm", locale=_locale())


def moment(value: datetime) -> str:
    """ "di 10 nov 09:30" on the team's clocks."""
    return f"{short_day(value)} {clock_time(value)}"


def month_name(value: date) -> str:
    """ "November 2026"."""
    return with_capital(format_date(value, "LLLL y", locale=_locale()))


def weekday(value: date) -> str:
    """ "dinsdag"."""
    return format_date(value, "EEEE", locale=_locale())


def short_weekday(value: date) -> str:
    """ "di"."""
    return format_date(value, "EEE", locale=_locale()).rstrip(".")


def weekday_and_day(value: date) -> str:
    """ "dinsdag 10 november"."""
    return format_date(value, "EEEE d MMMM", locale=_locale())


def plain_day(value: date) -> str:
    """ "10 november 2026"."""
    return format_date(value, "d MMMM y", locale=_locale())


def day_of_year(value: date) -> str:
    """ "10 november"."""
    return format_date(value, "d MMMM", locale=_locale())


def with_capital(text: str) -> str:
    """`text` with a capital for its first letter; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def _locale() -> str:
    return locale(language())


def _gettext(text: str) -> str:
    return catalogue(language()).ugettext(text)


def _ngettext(one: str, more: str, number: int) -> str:
    return catalogue(language()).ungettext(one, more, number)


def _as_date(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def _install_files(app: Flask) -> None:
    sheet = _style_sheet()
    version = _fingerprint(sheet)

    def asset(name: str) -> str:
        return f"/static/v-{version}/{name}"

    def static_file(wanted: str, name: str) -> ResponseReturnValue:
        if name == "app.css":
            response = Response(sheet, mimetype="text/css")
            response.set_etag(version)
        else:
            response = send_from_directory(_STATIC, name)
        # Relative imports and fonts stay below the versioned folder, so all of it may be kept.
        response.headers["Cache-Control"] = (
            f"public, max-age={_A_YEAR}, immutable" if wanted == version else "no-cache"
        )
        return response

    static_file.permission = "public"  # type: ignore[attr-defined]  # read by people.door
    static_file.needs_nobody = True  # type: ignore[attr-defined]  # and by web.sessions
    app.add_url_rule("/static/v-<wanted>/<path:name>", "static", static_file)
    app.jinja_env.globals["asset"] = asset


def _style_sheet() -> bytes:
    """The style sheets in their order as one file: one request instead of fifteen."""
    folder = _STATIC / "css"
    names = [line.strip() for line in (folder / "order.txt").read_text().splitlines()]
    parts = [(folder / name).read_bytes() for name in names if name and not name.startswith("#")]
    return b"\n".join(parts)


def _fingerprint(sheet: bytes) -> str:
    digest = hashlib.sha256(sheet)
    for path in sorted(_STATIC.rglob("*")):
        if path.is_file() and path.suffix != ".css":
            digest.update(path.relative_to(_STATIC).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
