"""Quick add on a page: what one line says, seen before it is saved."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import IntegrityError

from calendar_app.calendar.quick_add import (
    Alternative,
    Completed,
    Named,
    Note,
    Question,
    Understood,
    complete,
    messages,
    understand,
)
from calendar_app.calendar.quick_saving import begun, desk_of, post_of
from calendar_app.calendar.vocabulary import vocabulary
from calendar_app.errors import Refused
from calendar_app.moments import local
from calendar_app.people.door import audit, me, my_team, requires
from calendar_app.posts import queries
from calendar_app.posts.forms import Desk
from calendar_app.posts.models import STATE_NAMES, Post, PostSeries
from calendar_app.posts.saying import series_in_words
from calendar_app.posts.undo import ADDED, remember, undone_by
from calendar_app.text import clean_line
from calendar_app.web.language import language
from calendar_app.web.request import commit, now, session
from calendar_app.web.security import own_address
from calendar_app.web.templating import moment, render, short_day

bp = Blueprint("quick_add", __name__)

# A line; what is longer is a text.
LONGEST_LINE = 500
_ANSWER = "answer-"


@dataclass(frozen=True)
class Chip:
    """One part that was understood: what it is, and what it says."""

    label: str
    words: str
    hook: int | None = None


@dataclass(frozen=True)
class Asked:
    """A question as the page draws it; choices are (value, words, whether chosen)."""

    name: str
    words: str
    choices: Sequence[tuple[str, str, bool]]
    is_open: bool


@dataclass(frozen=True)
class Preview:
    """All that the preview of a line shows."""

    # (words, what they are: "" for the title) of the whole line.
    parts: Sequence[tuple[str, str]]
    chips: Sequence[Chip]
    asked: Sequence[Asked]
    notes: Sequence[str]
    refusals: Sequence[str]
    is_ready: bool
    summary: str


@dataclass(frozen=True)
class Read:
    """One request's line: what was typed and answered, and what became of it."""

    text: str
    answers: Mapping[str, str]
    desk: Desk
    line: Completed
    said: Understood


@bp.get("/quick-add")
@requires("posts.write")
def show() -> ResponseReturnValue:
    """The line with its preview: the whole page, or only the preview for the script."""
    read = _read(request.args) if request.args.get("text") else None
    if request.headers.get("HX-Request"):
        preview = None if read is None else _preview(read)
        return render("calendar/_quick_preview.html", **_page_of(read, preview))
    return _page(read)


@bp.post("/quick-add")
@requires("posts.write")
def save() -> ResponseReturnValue:
    """The line becomes a post. The same form sent twice makes one, and both lead on."""
    key = clean_line(request.form.get("creation_key", ""))[:64]
    before = queries.post_made_by(session(), my_team(), key) if key else None
    if before is not None:
        return redirect(_leads_to(before), code=303)
    series = queries.series_made_by(session(), my_team(), key) if key else None
    if series is not None:
        return redirect(_leads_to_series(series), code=303)
    read = _read(request.form)
    if not read.line.is_ready:
        return _page(read), 422
    if read.line.understood.recurrence is not None:
        return _save_series(read, key)
    try:
        post = post_of(read.desk, read.line, now(), creation_key=key)
    except Refused as refused:
        session().rollback()
        return _page(_read(request.form), refused.words(language())), 422
    kept, kind = _kept_once(post, key)
    _tell(kept, kind)
    return redirect(_leads_to(kept), code=303)


def _kept_once(post: Post, key: str) -> tuple[Post, str]:
    """Keep `post`; when the same form came in twice at one moment, the first made it.

    The second is the kind of the message that tells so.
    """
    session().add(post)
    try:
        audit("post.added", post)
        undoable = remember(session(), ADDED, [(post, {})], me(), now())
        commit()
    except IntegrityError:
        session().rollback()
        first = queries.post_made_by(session(), my_team(), key) if key else None
        if first is None:
            raise
        return first, "good"
    return post, undone_by(undoable)


def _save_series(read: Read, key: str) -> ResponseReturnValue:
    """The line becomes a series. The same form sent twice makes one."""
    try:
        done = begun(session(), read.desk, read.line, now(), creation_key=key)
        audit("series.begun", done.series)
        kind = undone_by(done.undoable)
        commit()
    except Refused as refused:
        session().rollback()
        return _page(_read(request.form), refused.words(language())), 422
    except IntegrityError:
        session().rollback()
        first = queries.series_made_by(session(), my_team(), key) if key else None
        if first is None:
            raise
        return redirect(_leads_to_series(first), code=303)
    words = _(
        "Saved as a series, %(rule)s: %(title)s",
        rule=series_in_words(done.series),
        title=done.series.title,
    )
    flash(words, kind)
    return redirect(_leads_to_series(done.series), code=303)


def _leads_to_series(series: PostSeries) -> str:
    """Back to where the line was typed, else to the series."""
    address = url_for("calendar.see_series", series_id=series.id)
    return own_address(request.form.get("next"), address) or address


def _tell(post: Post, kind: str) -> None:
    if post.starts_at is None:
        flash(_("Saved as an idea: %(title)s", title=post.title), kind)
    else:
        when = moment(post.starts_at)
        flash(_("Saved for %(when)s: %(title)s", when=when, title=post.title), kind)


def _leads_to(post: Post) -> str:
    """Back to where the line was typed, else to the post; to the bin when it lies there."""
    if post.deleted_at is not None:
        return url_for("posts.bin_page")
    address = url_for("posts.see", post_id=post.id)
    return own_address(request.form.get("next"), address) or address


def _read(sent: Mapping[str, str]) -> Read:
    """What the line in `sent` says, with the answers that came along."""
    typed = clean_line(sent.get("text", ""))
    answers = {
        name.removeprefix(_ANSWER): value
        for name, value in sent.items()
        if name.startswith(_ANSWER)
    }
    team, writer = my_team(), me()
    desk = desk_of(session(), team, writer, now())
    names = vocabulary(desk.plans, desk.members, desk.today)
    wall = local(now(), team.zone).replace(tzinfo=None)
    said = understand(
        typed[:LONGEST_LINE], wall, language(), names, zone=team.zone, answers=answers
    )
    line = complete(said, wall, names, answers)
    if len(typed) > LONGEST_LINE:
        line = replace(line, refusals=(Note(messages.LONG_LINE, {"max": LONGEST_LINE}),))
    return Read(typed, answers, desk, line, said)


def _page(read: Read | None, refusal: str = "") -> str:
    preview = None if read is None else _preview(read)
    if preview is not None and refusal:
        preview = replace(preview, refusals=(*preview.refusals, refusal))
    return render("calendar/quick_add.html", **_page_of(read, preview))


def _page_of(read: Read | None, preview: Preview | None) -> dict[str, object]:
    return {
        "text": "" if read is None else read.text,
        "preview": preview,
        "leads_to": own_address(request.values.get("next"), ""),
        "creation_key": uuid.uuid4().hex,
    }


def _preview(read: Read) -> Preview:
    questions = [*read.said.asked, *read.line.asked]
    is_open = {one.key for one in (*read.said.unsure, *read.line.questions)}
    chips = list(_chips(read))
    return Preview(
        parts=list(_parts(read.said)),
        chips=chips,
        asked=[_asked(one, read.answers, is_open=one.key in is_open) for one in questions],
        notes=[_words(note) for note in read.line.notes],
        refusals=[_words(note) for note in read.line.refusals],
        is_ready=read.line.is_ready,
        summary=" ".join(
            [
                _summary(chips, len(is_open), is_ready=read.line.is_ready),
                *(_words(note) for note in read.line.refusals),
            ]
        ),
    )


def _summary(chips: Sequence[Chip], questions: int, *, is_ready: bool) -> str:
    """One sentence for who listens."""
    facts = ", ".join(f"{chip.label}: {chip.words}" for chip in chips)
    if questions:
        asked = ngettext("One question is open.", "%(num)s questions are open.", questions)
        return f"{facts}. {asked}"
    ready = _("Press Enter to save.")
    return f"{facts}. {ready}" if is_ready else f"{facts}."


def _parts(said: Understood) -> Iterator[tuple[str, str]]:
    """The line in pieces, each with what it was understood as."""
    at = 0
    for span in said.spans:
        yield said.text[at : span.start], ""
        yield said.text[span.start : span.end], "unsure" if span.is_unsure else "known"
        at = span.end
    yield said.text[at:], ""


def _chips(read: Read) -> Iterator[Chip]:
    line = read.line.understood
    if line.date is not None:
        yield Chip(_("Day"), _day(line.date))
    if line.time is not None:
        yield Chip(_("Time"), f"{line.time:%H:%M}")
    if line.recurrence is not None:
        said = [read.said.text[s.start : s.end] for s in line.spans if s.kind == "recurrence"]
        yield Chip(_("Comes back"), " ".join(said))
    yield from (Chip(_("Channel"), one.name) for one in line.channels)
    yield from (Chip(_("Brand value"), one.name, one.hook) for one in line.values)
    yield from (Chip(_("Audience"), one.name) for one in line.audiences)
    if line.person is not None:
        yield Chip(_("Owner"), line.person.name)
    if line.plan is not None and len(read.desk.plans) > 1:
        yield Chip(_("Plan"), line.plan.name)
    if line.title:
        yield Chip(_("Title (the rest of the line)"), line.title)
    if not read.said.unsure and not read.line.questions:
        yield Chip(_("Becomes"), _(STATE_NAMES[read.line.state]))


def _asked(question: Question, answers: Mapping[str, str], *, is_open: bool) -> Asked:
    chosen = answers.get(question.key)
    choices = [(one.value, _choice(one), one.value == chosen) for one in question.alternatives]
    words = _(question.message, **question.values)
    return Asked(_ANSWER + question.key, words, choices, is_open)


def _choice(alternative: Alternative) -> str:
    means = alternative.means
    if isinstance(means, date):
        return _day(means)
    if isinstance(means, time):
        return f"{means:%H:%M}"
    return means.name if isinstance(means, Named) else _(alternative.words)


def _day(day: date) -> str:
    """ "di 10 nov", with the year when it is another one."""
    this_year = local(now(), my_team().zone).year
    return short_day(day) if day.year == this_year else f"{short_day(day)} {day.year}"


def _words(note: Note) -> str:
    return _(note.message, **note.values)
