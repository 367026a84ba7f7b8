"""Posts that come back: beginning a series, its page, another rule, and stopping it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import IntegrityError

from calendar_app.calendar.views.shared import bp, local_today
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups.holidays import free_days_between, is_free
from calendar_app.people.door import audit, me, my_team, requires
from calendar_app.posts import queries, series
from calendar_app.posts.forms import RepeatForm, rule_shown, usual_rule
from calendar_app.posts.models import STATE_NAMES, Post, PostSeries
from calendar_app.posts.repetition import Rule, days, first_days
from calendar_app.posts.saying import rule_in_words, series_in_words, with_stayed
from calendar_app.posts.series import Done, Hand, Pattern
from calendar_app.web.language import language
from calendar_app.web.request import commit_if_first, now, session
from calendar_app.web.templating import render

_SHOWN_DAYS, _SHOWN_POSTS = 12, 30


@dataclass(frozen=True)
class Day:
    """A day of a rule, and the public holiday on it ("": none)."""

    day: date
    holiday: str


@dataclass(frozen=True)
class Preview:
    """What a rule means: in words, its first days, and whether there are more."""

    words: str
    days: list[Day]
    goes_on: bool
    skips: bool


@bp.get("/posts/<int:post_id>/repeat")
@requires("posts.write")
def ask_how_often(post_id: int) -> ResponseReturnValue:
    """Choose on which days a post comes back."""
    post = queries.post_of(session(), my_team(), post_id)
    if post.series is not None:
        return redirect(url_for("calendar.see_series", series_id=post.series_id), code=303)
    begin, today = post.local_start, local_today()
    shown = usual_rule(begin.date() if begin is not None else today)
    shown["starts_on"] = max(shown["starts_on"], today)
    if begin is not None:
        shown["time"] = begin.time()
    form = RepeatForm(None, data={**shown, "version": post.version, "creation_key": _key()})
    return _repeat_page(post, form)


@bp.post("/posts/<int:post_id>/repeat")
@requires("posts.write")
def repeat(post_id: int) -> ResponseReturnValue:
    """Show what the rule means, or make the series. The same form sent twice makes one."""
    form = RepeatForm()
    made = _made_before(form)
    if made is not None:
        return redirect(url_for("calendar.see_series", series_id=made.id), code=303)
    post = queries.post_of(session(), my_team(), post_id)
    post.expect(form.version.data)
    preview = _preview(form)
    if preview is None:
        return _repeat_page(post, form), 422
    if "make" not in request.form:
        return _repeat_page(post, form, preview)
    done: list[Done] = []
    try:
        if not form.obeys(lambda: done.append(_begun(post, form))):
            session().rollback()
            return _repeat_page(queries.post_of(session(), my_team(), post_id), form, preview), 422
        audit("series.begun", done[0].series)
        commit_if_first()
    except IntegrityError:
        # The same form came in twice at one moment: the first made it.
        session().rollback()
        made = _made_before(form)
        if made is None:
            raise
        return redirect(url_for("calendar.see_series", series_id=made.id), code=303)
    number = len(done[0].undoable.posts)
    words = ngettext(
        "The series has %(num)s post in the calendar now.",
        "The series has %(num)s posts in the calendar now.",
        number,
    )
    return _to_series(done[0], words)


@bp.get("/series")
@requires("team.see")
def all_series() -> ResponseReturnValue:
    """The series of the team that go on."""
    found = queries.all_series(session(), my_team())
    return render("calendar/all_series.html", rows=[(one, series_in_words(one)) for one in found])


@bp.get("/series/<int:series_id>")
@requires("team.see")
def see_series(series_id: int) -> ResponseReturnValue:
    """One series: its rule in words, and its coming posts."""
    found = _series(series_id)
    problem = series.problem(_hand(), found)
    return render(
        "calendar/series.html",
        series=found,
        words=series_in_words(found),
        posts=queries.posts_of_series(session(), found, local_today())[:_SHOWN_POSTS],
        left_out=sorted(day for day in found.left_out if day >= local_today())[:_SHOWN_DAYS],
        problem=problem.words(language()) if problem is not None else "",
        state_names=STATE_NAMES,
    )


@bp.get("/series/<int:series_id>/rule")
@requires("posts.write")
def ask_rule(series_id: int) -> ResponseReturnValue:
    """Choose other days for a series."""
    found = _series(series_id)
    shown = {
        **rule_shown(found.rule),
        "starts_on": _next_day(found),
        "time": found.local_time,
        "skips_holidays": found.skips_holidays,
        "version": found.version,
    }
    return _rule_page(found, RepeatForm(None, data=shown))


@bp.post("/series/<int:series_id>/rule")
@requires("posts.write")
def change_rule(series_id: int) -> ResponseReturnValue:
    """Show what the new rule means, or let the series come on its days."""
    found, form = _series(series_id), RepeatForm()
    found.expect(form.version.data)
    preview = _preview(form)
    if preview is None:
        return _rule_page(found, form), 422
    if "make" not in request.form:
        return _rule_page(found, form, preview)
    done: list[Done] = []
    if not form.obeys(lambda: done.append(series.change_rule(_hand(), found, _pattern(form)))):
        session().rollback()
        return _rule_page(_series(series_id), form, preview), 422
    audit("series.changed", found)
    commit_if_first()
    return _to_series(done[0], _("The series comes on other days."))


@bp.post("/series/<int:series_id>/stop")
@requires("posts.write")
def stop_series(series_id: int) -> ResponseReturnValue:
    """It comes no more."""
    found = _series(series_id)
    found.expect(RepeatForm().version.data)
    done = series.stop(_hand(), found)
    audit("series.stopped", found)
    commit_if_first()
    return _to_series(done, _("The series is stopped. Its coming posts are in the bin."))


def _series(series_id: int) -> PostSeries:
    return queries.series_of(session(), my_team(), series_id)


def _hand() -> Hand:
    return Hand(session(), me(), now(), partial(is_free, my_team().area))


def _key() -> str:
    return uuid.uuid4().hex


def _made_before(form: RepeatForm) -> PostSeries | None:
    key = form.creation_key.data
    return queries.series_made_by(session(), my_team(), key[:64]) if key else None


def _begun(post: Post, form: RepeatForm) -> Done:
    team = my_team()
    content = queries.content_of(session(), team, post.content.kept())
    key = form.creation_key.data or ""
    return series.begin(_hand(), team, _pattern(form), content, first=post, creation_key=key)


def _pattern(form: RepeatForm) -> Pattern:
    return Pattern(form.rule(), form.time.data, form.skips_holidays.data)


def _next_day(found: PostSeries) -> date:
    """The next day of the series, else today."""
    today = local_today()
    coming = days(found.rule, today, max(found.made_until, today))
    return coming[0] if coming else today


def _preview(form: RepeatForm) -> Preview | None:
    """What the form means; None when it says what is wrong."""
    rules: list[Rule] = []

    def read() -> None:
        rules.append(form.rule())
        series.check_start(rules[0], local_today())

    if not (form.validate() and form.obeys(read)):
        return None
    rule = rules[0]
    found = first_days(rule, _SHOWN_DAYS + 1)
    if not found:
        form.refuse(Refused(N_("There is no day left on which this post would come.")))
        return None
    free = free_days_between(my_team().area, found[0], found[-1], language())
    return Preview(
        rule_in_words(rule),
        [Day(day, free.get(day, "")) for day in found[:_SHOWN_DAYS]],
        len(found) > _SHOWN_DAYS,
        bool(form.skips_holidays.data),
    )


def _to_series(done: Done, words: str) -> ResponseReturnValue:
    flash(with_stayed(words, done.stayed), f"undo {done.undoable.uuid}")
    return redirect(url_for("calendar.see_series", series_id=done.series.id), code=303)


def _repeat_page(post: Post, form: RepeatForm, preview: Preview | None = None) -> str:
    back = url_for("posts.see", post_id=post.id)
    return render("calendar/repeat.html", title=post.title, form=form, preview=preview, back=back)


def _rule_page(found: PostSeries, form: RepeatForm, preview: Preview | None = None) -> str:
    back = url_for("calendar.see_series", series_id=found.id)
    return render("calendar/repeat.html", title=found.title, form=form, preview=preview, back=back)
