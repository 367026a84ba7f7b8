"""The feeds: one address that calendar programs read without signing in, and pages to manage them.

The address is told once, on the page that answers the form which made it. That page is never stored
and its address is never in a redirect, a cookie or a log; loading it again sends the form again,
which is refused because the name is taken.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.http import is_resource_modified

from calendar_app import __version__
from calendar_app.feed import fetches, queries
from calendar_app.feed.cache import RenderedFeeds
from calendar_app.feed.entries import Window, entries
from calendar_app.feed.forms import FeedForm, NameForm, WayForm
from calendar_app.feed.ics import calendar_file
from calendar_app.feed.links import feed_address, reachable_from_outside, subscribe_links
from calendar_app.feed.models import DETAIL_NAMES, SCOPE_NAMES, Feed, meetups_by_mail, take_meetups
from calendar_app.feed.programs import BROWSER, program
from calendar_app.feed.queries import Subscription
from calendar_app.people.door import audit, me, my_team, requires
from calendar_app.web.request import commit, house, now, session
from calendar_app.web.templating import render

bp = Blueprint("feed", __name__)

rendered = RenderedFeeds()

_HEADERS = {
    "Content-Type": "text/calendar; charset=utf-8",
    "Content-Disposition": 'inline; filename="kapstok.ics"',
    "Cache-Control": "private, max-age=300",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_NOT_HERE = {"Content-Type": "text/plain; charset=utf-8", "X-Robots-Tag": "noindex"}
_ROBOTS = "User-agent: *\nDisallow:\n"
_SECOND = timedelta(seconds=1)


# What calendar programs ask for


@bp.get("/feeds/<token>.ics")
@requires("public")
def read_feed(token: str) -> ResponseReturnValue:
    """The feed itself. Who knows the address may read it; there is no other key."""
    found = queries.subscription(session(), token)
    if found is None:
        # A page of ours would set a cookie.
        return Response("This feed is not here.\n", 404, _NOT_HERE)
    _note_fetch(found)
    window = Window.around(now())
    etag = _etag(found, window)
    changed = _last_modified(found, window)
    response = Response(status=304, headers=_HEADERS)
    if is_resource_modified(request.environ, etag=etag, last_modified=changed):
        response = Response(_file(found, window, etag), headers=_HEADERS)
    response.set_etag(etag)
    response.last_modified = changed
    return response


# Nobody is looked up: the address is the key.
read_feed.needs_nobody = True  # type: ignore[attr-defined]  # read by people.door


@bp.get("/robots.txt")
@requires("public")
def show_robots() -> ResponseReturnValue:
    """Nothing is forbidden: Google obeys this file when it fetches feeds."""
    headers = {"Content-Type": "text/plain", "Cache-Control": "public, max-age=86400"}
    return Response(_ROBOTS, headers=headers)


show_robots.needs_nobody = True  # type: ignore[attr-defined]  # read by people.door


def _note_fetch(found: Subscription) -> None:
    if fetches.worth_noting(found.fetched_at, now()):
        fetches.note(house().database, found.feed_id, request.user_agent.string, now())


def _etag(found: Subscription, window: Window) -> str:
    """Another one whenever the file may be another one; all of it is known before rendering."""
    decides = (
        *(found.uuid, found.version, found.updated_at.isoformat(), found.language),
        *(found.revision, found.revised_at, window.anchor, house().config.base_url, __version__),
        *(found.mailed_since, found.chosen_at),
    )
    return hashlib.sha256("|".join(map(str, decides)).encode()).hexdigest()[:32]


def _last_modified(found: Subscription, window: Window) -> datetime:
    """When the file last changed, or the second before this one.

    Of a second that is not over, nobody can say that nothing more will change in it.
    """
    window_moved = datetime.combine(window.anchor, time(), UTC)
    chosen_at = found.chosen_at or window_moved
    changed = max(found.updated_at, found.revised_at or window_moved, window_moved, chosen_at)
    return min(changed, now() - _SECOND).replace(microsecond=0)


def _file(found: Subscription, window: Window, etag: str) -> bytes:
    kept = rendered.get(etag)
    if kept is not None:
        return kept
    shown = entries(session(), found, window, house().config)
    name = f"{found.team_name} · {found.name}"
    file = calendar_file(name, shown, last_year=window.last.year)
    rendered.keep(etag, file)
    return file


# What people see


@dataclass(frozen=True)
class _Card:
    """One feed as its owner sees it."""

    feed: Feed
    scope: str
    detail: str
    program: str


@bp.get("/feeds")
@requires("feeds.own")
def show_feeds() -> ResponseReturnValue:
    """My feeds, and a form for a new one."""
    return _page(FeedForm())


@bp.post("/feeds")
@requires("feeds.own")
def make_feed() -> ResponseReturnValue:
    """Make a feed and show its address, this once."""
    form = FeedForm()
    if not form.validate_on_submit():
        return _page(form), 422
    made: list[tuple[Feed, str]] = []
    if not form.obeys(lambda: made.append(_new_feed(form))):
        return _page(form), 422
    ((feed, token),) = made
    session().add(feed)
    audit("feed.made", feed, scope=feed.scope, detail=feed.detail)
    commit()
    return _told_once(feed, token), 201


@bp.get("/feeds/<int:feed_id>")
@requires("feeds.own")
def show_feed(feed_id: int) -> ResponseReturnValue:
    """The form to give a feed of mine another name."""
    feed = _mine(feed_id)
    return render("feed/edit.html", feed=feed, form=NameForm(obj=feed), conflict=None)


@bp.post("/feeds/<int:feed_id>")
@requires("feeds.own")
def rename_feed(feed_id: int) -> ResponseReturnValue:
    """Give a feed of mine another name."""
    feed = _mine(feed_id)
    form = NameForm(obj=feed)
    if form.stale(feed):
        conflict = form.differences({"name": feed.name})
        return render("feed/edit.html", feed=feed, form=form, conflict=conflict), 409
    if not (form.validate_on_submit() and form.obeys(lambda: feed.rename(form.name.data))):
        return render("feed/edit.html", feed=feed, form=form, conflict=None), 422
    commit()
    flash(_("Saved."))
    return redirect("/feeds", 303)


@bp.post("/feeds/<int:feed_id>/revocation")
@requires("feeds.own")
def revoke_feed(feed_id: int) -> ResponseReturnValue:
    """Close the address of a feed of mine for good."""
    feed = _mine(feed_id)
    feed.revoke(now())
    audit("feed.revoked", feed)
    commit()
    flash(_("The feed has ended. Its address no longer works."))
    return redirect("/feeds", 303)


@bp.post("/feeds/meetups")
@requires("feeds.own")
def choose_way() -> ResponseReturnValue:
    """Get the meet-ups in my feeds, or as invitations by mail."""
    # Held, so that of two forms that were shown at once the second is told.
    session().refresh(me(), with_for_update=True)
    choice = meetups_by_mail(session(), me())
    form = WayForm(obj=choice)
    if form.stale(choice):
        return _page(FeedForm(formdata=None), form, form.differences({"way": choice.way})), 409
    if not form.validate_on_submit():
        return _page(FeedForm(formdata=None), form), 422
    before = choice.way
    take_meetups(session(), me(), form.way.data, now())
    if form.way.data != before:
        _note_choice(form.way.data)
    commit()
    flash(_("Saved."))
    return redirect("/feeds#meetups", 303)


def _note_choice(way: str) -> None:
    if way == "mail":
        audit("invitations.chosen", me())
    else:
        audit("invitations.left", me())


def _mine(feed_id: int) -> Feed:
    return queries.feed_of(session(), me(), my_team(), feed_id)


def _new_feed(form: FeedForm) -> tuple[Feed, str]:
    chosen = (form.name.data, form.scope.data, form.detail.data)
    return Feed.new(my_team(), me(), *chosen, now(), alarms=form.alarms.data)


def _page(
    form: FeedForm,
    choice_form: WayForm | None = None,
    conflict: list[tuple[str, str, str]] | None = None,
) -> str:
    cards = [_card(feed) for feed in queries.feeds_of(session(), me(), my_team())]
    choice = meetups_by_mail(session(), me())
    return render(
        "feed/feeds.html",
        cards=cards,
        form=form,
        choice=choice,
        choice_form=choice_form or WayForm(formdata=None, obj=choice),
        conflict=conflict,
    )


def _card(feed: Feed) -> _Card:
    by = program(feed.fetched_by)
    named = _("a web browser") if by == BROWSER else by or _("an unknown program")
    return _Card(feed, _(SCOPE_NAMES[feed.scope]), _(DETAIL_NAMES[feed.detail]), named)


def _told_once(feed: Feed, token: str) -> str:
    base_url = house().config.base_url
    links = subscribe_links(feed_address(base_url, token), feed.name)
    reachable = reachable_from_outside(base_url)
    by_mail = meetups_by_mail(session(), me()).way == "mail"
    return render("feed/made.html", feed=feed, links=links, reachable=reachable, by_mail=by_mail)
