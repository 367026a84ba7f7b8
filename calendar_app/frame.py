"""What stands around every page: the menu with its counts, the next meet-up, and what is amiss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from calendar_app.calendar.queries import count_attention
from calendar_app.language import N_
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.queries import next_occurrence
from calendar_app.moments import local
from calendar_app.people.door import may, me, my_role, my_team
from calendar_app.post_office import mail_notice
from calendar_app.reminders.health import (
    NEVER_RAN,
    SENDS_NOTHING,
    STANDS_STILL,
    worker_notice,
)
from calendar_app.web.request import gave_up, house, now, session
from calendar_app.web.templating import clock_time, short_day

_LOG = "/settings/deliveries"
# What a page says at a glance of what is wrong with the reminders.
_SHORT = {
    NEVER_RAN: N_("Reminders are not sent."),
    STANDS_STILL: N_("Reminders are not sent."),
    SENDS_NOTHING: N_("Reminders are late."),
}


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu."""

    label: str
    href: str
    current: bool
    count: int | None = None
    alarm: bool = False


@dataclass(frozen=True)
class NextMeetup:
    """The box at the foot of the menu."""

    time_text: str
    when_text: str
    href: str


@dataclass(frozen=True)
class Notice:
    """Something that every page says: in one short line, and in full for who asks for more."""

    short: str
    text: str
    href: str
    link_text: str
    tone: str = "warn"


def surroundings() -> dict[str, object]:
    """The context of `base.html`, for who is signed in to a team."""
    if gave_up() or my_role() is None:
        return {"nav_items": [], "next_meetup": None, "notices": []}
    return {"nav_items": _menu(), "next_meetup": _next_meetup(), "notices": _notices()}


def _menu() -> list[NavItem]:
    approves = may("posts.approve")
    waiting = count_attention(session(), my_team(), me(), now(), approves=approves)
    entries = (
        (_("Today"), "/", waiting or None),
        (_("Calendar"), "/calendar", None),
        (_("Plan"), "/plans/", None),
        (_("Meet-ups"), "/meetups/", None),
        (_("Webcare"), "/webcare", None),
        (_("Feeds"), "/feeds", None),
        (_("Team"), "/team/", None),
        (_("Settings"), "/settings/", None),
    )
    return [
        NavItem(label, href, _is_current(href), count, alarm=count is not None)
        for label, href, count in entries
    ]


def _is_current(href: str) -> bool:
    path = request.path
    if href == "/":
        return path == "/"
    if href == "/calendar" and path.startswith(("/posts", "/ideas", "/quick-add")):
        return True
    return path == href.rstrip("/") or path.startswith(f"{href.rstrip('/')}/")


def _next_meetup() -> NextMeetup | None:
    found = next_occurrence(session(), my_team(), me(), now())
    if found is None:
        return None
    href = f"/meetups/occurrences/{found.id}"
    return NextMeetup(clock_time(found.starts_at), _when(found, now()), href)


def _when(occurrence: Occurrence, at: datetime) -> str:
    minutes = round((occurrence.starts_at - at).total_seconds() / 60)
    if minutes <= 0:
        return _("going on now")
    if minutes < 60:
        return ngettext("in %(num)s minute", "in %(num)s minutes", minutes)
    zone = my_team().zone
    if local(occurrence.starts_at, zone).date() == local(at, zone).date():
        return _("today")
    return short_day(occurrence.starts_at)


def _notices() -> list[Notice]:
    found = []
    if may("deliveries.see"):
        words = worker_notice(session(), now())
        # The log itself says it at length.
        if words and request.path != _LOG:
            found.append(Notice(_(_SHORT[words]), _(words), _LOG, _("Log of reminders"), "bad"))
        if words := mail_notice(house().config):
            short = _("Mails are kept, not sent.")
            found.append(Notice(short, _(words), _LOG, _("Log of reminders")))
    return found
