"""Posts in from a file, by a preview, and out into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from uuid import UUID

from flask import Blueprint, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from calendar_app.calendar.filters import VIEWS
from calendar_app.calendar.views.shared import asked_filters, local_today
from calendar_app.errors import Refused, Stale
from calendar_app.language import N_
from calendar_app.people import throttle
from calendar_app.people.door import audit, me, my_pass, my_team, refuse_too_many, requires, unseen
from calendar_app.posts.models import STATE_NAMES, Post
from calendar_app.posts.undo import undone_by
from calendar_app.text import clean_line
from calendar_app.transfer import exporting, models, queries
from calendar_app.transfer.columns import FIELD_NAMES
from calendar_app.transfer.exporting import PostFacts
from calendar_app.transfer.forms import BringForm, ColumnsForm, TableForm, field_choices
from calendar_app.transfer.importing import Bringing, Brought, bringing
from calendar_app.transfer.models import PostImport
from calendar_app.transfer.rows import Remark, Row
from calendar_app.web.language import language
from calendar_app.web.request import commit, commit_if_first, now, session
from calendar_app.web.templating import clock_time, render, short_day

bp = Blueprint("transfer", __name__)

# So many rows with something wrong are named above the table.
_MOST_NAMED = 12
_LONGEST_EXAMPLE = 60


@dataclass(frozen=True)
class Shown:
    """One row of the preview."""

    number: int
    title: str
    text: str
    when: str
    # The state that it gets and its name; "" while something is wrong.
    state: str
    state_name: str
    channels: str
    values: Sequence[tuple[str, int]]
    audiences: str
    owner: str
    # (words, whether the row cannot come in because of them).
    remarks: Sequence[tuple[str, bool]]

    @property
    def is_wrong(self) -> bool:
        """Whether it cannot come in."""
        return not self.state


@bp.get("/posts/import")
@requires("posts.write")
def choose() -> ResponseReturnValue:
    """Choose a file, or paste a table."""
    return _choose_page(TableForm(None))


@bp.post("/posts/import")
@requires("posts.write")
def bring() -> ResponseReturnValue:
    """Read the table and keep it for its preview; it makes no post yet."""
    form = TableForm()
    refuse_too_many(throttle.TABLES_OF_ONE_PERSON, my_pass().person_id)
    try:
        table = form.table()
    except Refused as refused:
        form.refuse(refused)
        return _choose_page(form), 422
    kept = models.keep(session(), my_team(), me(), table, form.file_name, now())
    where = _address(kept)
    commit()
    return redirect(where, code=303)


@bp.get("/posts/import/<uuid:import_uuid>")
@requires("posts.write")
def preview(import_uuid: UUID) -> ResponseReturnValue:
    """What each row becomes, and what is wrong with it."""
    kept = _mine(import_uuid)
    if kept.imported_at is not None:
        return redirect(url_for("transfer.choose"), code=303)
    return _preview_page(kept, _brought(kept, _hand()))


@bp.post("/posts/import/<uuid:import_uuid>/columns")
@requires("posts.write")
def choose_columns(import_uuid: UUID) -> ResponseReturnValue:
    """The columns are about something else; back to the preview."""
    kept, form = _mine(import_uuid, to_change=True), ColumnsForm()
    if kept.imported_at is not None:
        return redirect(url_for("transfer.choose"), code=303)
    chosen = form.fields(len(kept.fields))
    if not form.obeys(lambda: kept.choose(chosen, as_ideas=bool(form.as_ideas.data))):
        found = _brought(kept, _hand())
        return _preview_page(kept, found, columns=form, fields=chosen), 422
    where = f"{_address(kept)}#preview"
    commit_if_first()
    return redirect(where, code=303)


@bp.post("/posts/import/<uuid:import_uuid>")
@requires("posts.write")
def bring_in(import_uuid: UUID) -> ResponseReturnValue:
    """The rows become posts, all or none; pressed twice they come in once."""
    kept, form = _mine(import_uuid, to_change=True), BringForm()
    if kept.imported_at is not None:
        flash(_told(kept.imported), "good")
        return redirect(url_for("calendar.calendar"), code=303)
    if form.stale(kept):
        raise Stale(N_("You changed the columns in another window. Look at the preview again."))
    hand = _hand()
    found = _brought(kept, hand)
    if not form.obeys(lambda: _expect_right(found, leave_out=bool(form.leave_out.data))):
        return _preview_page(kept, found, form=form), 422
    return _bring_in(kept, hand, found)


@bp.post("/posts/import/<uuid:import_uuid>/removal")
@requires("posts.write")
def throw_away(import_uuid: UUID) -> ResponseReturnValue:
    """Nothing comes in of it after all."""
    session().delete(_mine(import_uuid, to_change=True))
    commit_if_first()
    flash(_("The table is thrown away. No post was made."), "good")
    return redirect(url_for("transfer.choose"), code=303)


@bp.get("/posts/export.xlsx")
@requires("team.see")
def export_workbook() -> ResponseReturnValue:
    """The posts for Excel: those of the filters, and of the period when the address names a day."""
    return _export("xlsx")


@bp.get("/posts/export.csv")
@requires("team.see")
def export_csv() -> ResponseReturnValue:
    """The same as text with a sign between the cells."""
    return _export("csv")


def _mine(import_uuid: UUID, *, to_change: bool = False) -> PostImport:
    return models.own(session(), my_team(), me(), str(import_uuid), to_change=to_change)


def _address(kept: PostImport) -> str:
    return url_for("transfer.preview", import_uuid=kept.uuid)


def _hand() -> Bringing:
    return bringing(session(), my_team(), me(), now(), language())


def _brought(kept: PostImport, hand: Bringing) -> list[Brought]:
    return hand.brought(kept.table, kept.fields, as_ideas=kept.as_ideas, key_of=kept.creation_key)


def _expect_right(found: Sequence[Brought], *, leave_out: bool) -> None:
    """Raise Refused unless every row can come in, or some can and the others stay behind."""
    wrong = sum(one.post is None for one in found)
    if wrong == len(found):
        raise Refused(N_("No row can come in yet. Look below at what is wrong."))
    if wrong and not leave_out:
        raise Refused(
            N_(
                "Something is wrong with %(count)s of the rows, so nothing came in. Put them right "
                "in your file, or leave them out."
            ),
            count=wrong,
        )


def _bring_in(kept: PostImport, hand: Bringing, found: Sequence[Brought]) -> ResponseReturnValue:
    undoable = hand.keep(found)
    posts = [] if undoable is None else [row.post for row in undoable.posts]
    kept.finish(len(posts), now())
    audit("posts.imported", posts=len(posts))
    words, kind, where = _told(len(posts)), undone_by(undoable), _leads_to(posts)
    commit_if_first()
    flash(words, kind)
    return redirect(where, code=303)


def _told(number: int) -> str:
    return ngettext("%(num)s post is brought in.", "%(num)s posts are brought in.", number)


def _leads_to(posts: Iterable[Post]) -> str:
    """The calendar where the first of them stands; ideas stand on a page of their own."""
    days = [post.local_start.date() for post in posts if post.local_start is not None]
    if not days:
        return url_for("posts.ideas")
    return url_for("calendar.calendar", date=min(days).isoformat())


def _choose_page(form: TableForm) -> str:
    return render(
        "transfer/choose.html", form=form, kept=models.open_ones(session(), my_team(), me())
    )


def _preview_page(
    kept: PostImport,
    found: Sequence[Brought],
    *,
    form: BringForm | None = None,
    columns: ColumnsForm | None = None,
    fields: Sequence[str] | None = None,
) -> str:
    rows = [_shown(one) for one in found]
    wrong = [row for row in rows if row.is_wrong]
    return render(
        "transfer/preview.html",
        kept=kept,
        form=form or BringForm(None, data={"version": kept.version}),
        columns=columns or ColumnsForm(None, data={"as_ideas": kept.as_ideas}),
        choices=field_choices(),
        heads=_heads(kept, fields or kept.fields),
        rows=rows,
        wrong=wrong,
        named=wrong[:_MOST_NAMED],
        right=len(rows) - len(wrong),
    )


def _heads(kept: PostImport, fields: Sequence[str]) -> list[tuple[str, str, str]]:
    """(name, what stands below it first, what it is about) of each column."""
    table = kept.table
    return [
        (name, _example(line.cells[place] for line in table.rows), field)
        for place, (name, field) in enumerate(zip(table.head, fields, strict=True))
    ]


def _example(cells: Iterable[str]) -> str:
    said = clean_line(next((cell for cell in cells if cell), "")[:1000])
    return said if len(said) <= _LONGEST_EXAMPLE else f"{said[:_LONGEST_EXAMPLE]}…"


def _shown(one: Brought) -> Shown:
    row, post = one.row, one.post
    state = "" if post is None else post.state
    return Shown(
        number=row.number,
        title=row.title,
        text=row.text,
        when=_when(row, post),
        state=state,
        state_name=_(STATE_NAMES[state]) if state else "",
        channels=", ".join(channel.name for channel in row.channels),
        values=[(value.name, value.hook) for value in row.values],
        audiences=", ".join(audience.name for audience in row.audiences),
        owner=post.owner.name if post is not None and post.owner else "",
        remarks=[(_words(remark), remark.is_wrong) for remark in row.remarks],
    )


def _when(row: Row, post: Post | None) -> str:
    """The day and the time, with the year when it is another one; of a wrong row what it says."""
    day = row.day
    if day is None or (post is not None and post.starts_at is None):
        return ""
    at = clock_time(post.starts_at) if post is not None and post.starts_at else ""
    year = "" if day.year == local_today().year else f" {day.year}"
    return f"{short_day(day)}{year} {at}".strip()


def _words(remark: Remark) -> str:
    words = _(remark.message, **remark.values)
    return _("%(field)s: %(words)s", field=_(FIELD_NAMES[remark.field]), words=words)


def _export(kind: str) -> ResponseReturnValue:
    refuse_too_many(throttle.TABLES_OF_ONE_PERSON, my_pass().person_id)
    between = _asked_period()
    found = queries.posts_to_take(
        session(), my_team(), asked_filters(), between, exporting.MOST_POSTS
    )
    if len(found) > exporting.MOST_POSTS:
        raise Refused(
            N_("These are more than %(most)s posts. Choose a month or a filter in the calendar."),
            most=exporting.MOST_POSTS,
        )
    mimetype, write = exporting.WRITERS[kind]
    file = BytesIO(write((_facts(post) for post in found), language()))
    name = _("posts %(day)s", day=local_today().isoformat())
    answer = send_file(file, mimetype, as_attachment=True, download_name=f"{name}.{kind}")
    # As of every page of a team; a file of Flask's is otherwise kept and asked for again.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _asked_period() -> tuple[datetime, datetime] | None:
    """The period of the view that the address names; None without a day: all of it."""
    view = request.args.get("view", "month")
    try:
        day = date.fromisoformat(request.args.get("date", ""))
        return exporting.period(view if view in VIEWS else "month", day, my_team().zone)
    except (ValueError, OverflowError):
        return None


def _facts(post: Post) -> PostFacts:
    owner = post.owner
    return PostFacts(
        id=post.id,
        title=post.title,
        text=post.text,
        link=post.link,
        state=_(STATE_NAMES[post.state]),
        plan=post.plan.name if post.plan else "",
        channels=[channel.name for channel in post.channels],
        values=[value.name for value in post.values],
        audiences=[audience.name for audience in post.audiences],
        owner=owner.name if owner is not None and owner.id not in unseen() else "",
        starts_at=post.starts_at,
        zone=post.zone,
    )
