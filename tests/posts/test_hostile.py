"""Hostile texts in every field that people type in: what is kept, what is refused, what a page is.

The whole table goes through each field on SQLite, one text of each kind on PostgreSQL.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from icalendar import Calendar
from openpyxl.reader.excel import load_workbook
from sqlalchemy import select

from calendar_app.db import Editable
from calendar_app.feed.models import Feed
from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Audience, BrandValue, Channel, Plan
from calendar_app.posts.checklist import ChecklistPoint
from calendar_app.posts.comments import PostComment
from calendar_app.posts.guests import GuestReview
from calendar_app.posts.media import PostMedia
from calendar_app.posts.models import Post, PostChange
from calendar_app.text import clean_line, clean_text
from tests import builders
from tests.support import hostile
from tests.support.hostile import ALL, FEW, SHORT, Hostile, encoded
from tests.support.site import SCRIPT, Site, _tuesday_morning, site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

# What a spreadsheet takes for a formula.
SIGNS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
FORM = "application/x-www-form-urlencoded"


@dataclass
class House:
    """A team with a post and all that hangs on it, and who writes there."""

    site: Site
    writer: FlaskClient
    editor: FlaskClient
    rows: dict[str, int]

    @property
    def post(self) -> str:
        return f"/posts/{self.rows['post']}"

    @property
    def plan(self) -> str:
        return f"/plans/{self.site.plan_id}"

    def filled(self, **changes: str) -> dict[str, str]:
        """The form of the post, filled in whole, of the version there is."""
        rows = self.rows
        return {
            "version": str(self.version(Post, "post")),
            "title": "Rooster",
            "text": "Zelf je rooster maken.",
            "plan": str(self.site.plan_id),
            "values": str(rows["value"]),
            f"reason-{rows['value']}": "zelf bepalen",
            f"place-{rows['value']}": "outside",
            "audiences": str(rows["audience"]),
            "channels": str(rows["channel"]),
            f"own-text-{rows['channel']}": "",
            "form": "text",
            "intent": "inform",
            "link": "",
            "day": "2026-11-12",
            "time": "09:00",
            **changes,
        }

    def version(self, model: type[Any], name: str) -> int:
        with self.site.database.reading() as session:
            found: int = session.get_one(model, self.rows[name]).version
            return found

    def read(self, ask: Callable[[Session], Any]) -> Any:
        with self.site.database.reading() as session:
            return ask(session)


@pytest.fixture
def house(site: Site) -> House:
    with site.database.writing() as session:
        team, plan = session.get_one(Team, site.team_id), session.get_one(Plan, site.plan_id)
        writer = session.get_one(Person, site.people["writer"])
        post = builders.a_post(session, team, plan)
        rows = {
            "post": post.id,
            "value": plan.values[0].id,
            "audience": plan.audiences[0].id,
            "channel": plan.channels[0].id,
            "plan": plan.id,
            "media": builders.a_media(session, post, writer).id,
            "point": builders.a_point(session, team).id,
        }
    return House(site, site.visitor("writer"), site.visitor("editor"), rows)


def texts_of(site: Site, several: Sequence[Hostile] = ALL) -> list[Hostile]:
    """The texts as a form brings them: all on SQLite, one of each kind on PostgreSQL."""
    chosen = several if site.database.is_sqlite else [one for one in FEW if one in several]
    return [one.by_form for one in chosen]


def send(client: FlaskClient, path: str, fields: dict[str, str], **more: Any) -> TestResponse:
    return client.post(path, data=encoded(list(fields.items())), content_type=FORM, **more)


# The cleaner itself


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.name)
def test_the_cleaner_makes_of_each_what_the_table_says(text: Hostile) -> None:
    assert clean_text(text.sent) == text.text
    assert clean_line(text.sent) == text.line
    assert clean_text(text.text) == text.text


def test_the_table_is_long_and_says_each_text_once() -> None:
    assert len(ALL) >= 60
    assert len({one.name for one in ALL}) == len({one.sent for one in ALL}) == len(ALL)
    assert len(FEW) == 9


# The way in


@dataclass(frozen=True)
class Field:
    """One field that people type in: how it is sent, how long it may be, and where it is kept."""

    # The name of the field in the form; {value} and such are ids.
    name: str
    limit: int
    send: Callable[[House, str, str], TestResponse]
    read: Callable[[House, Session], Any]
    is_line: bool = True
    # The name of the field on the page, where that is another.
    at: str = ""


def _to_post(house: House, name: str, text: str) -> TestResponse:
    return send(house.writer, house.post, house.filled(**{name: text}))


def _to_comments(house: House, name: str, text: str) -> TestResponse:
    return send(house.writer, f"{house.post}/comments", {name: text})


def _to_media(house: House, name: str, text: str) -> TestResponse:
    version = str(house.version(PostMedia, "media"))
    path = f"{house.post}/media/{house.rows['media']}"
    return send(house.writer, path, {name: text, "version": version})


def _to_checklist(house: House, name: str, text: str) -> TestResponse:
    version = str(house.version(ChecklistPoint, "point"))
    path = f"/settings/checklist/points/{house.rows['point']}"
    return send(house.editor, path, {name: text, "version": version})


def _asked_changes(house: House, name: str, text: str) -> TestResponse:
    with house.site.database.writing() as session:
        session.get_one(Post, house.rows["post"]).state = "in_review"
    version = str(house.version(Post, "post"))
    return send(house.editor, f"{house.post}/changes", {name: text, "version": version})


def _as_guest(house: House, name: str, text: str) -> TestResponse:
    """A fresh review each time: it is answered once."""
    secret = uuid4().hex
    with house.site.database.writing() as session:
        post = session.get_one(Post, house.rows["post"])
        post.state = "in_review"
        writer = session.get_one(Person, house.site.people["writer"])
        builders.a_guest_review(session, post, writer, secret)
    client = house.site.app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    version = str(house.version(Post, "post"))
    fields = {name: text, "verdict": "changes", "version": version}
    return send(client, f"/review/{secret}", fields)


def _to_part(part: str, model: type[Editable], path: str) -> Callable[..., TestResponse]:
    """Into a form of the plan, the rest of which stays as it is."""

    def to(house: House, name: str, text: str) -> TestResponse:
        version = str(house.version(model, part))
        where = house.plan + path.format(**house.rows)
        return send(house.editor, where, {name: text, "version": version})

    return to


def _of(model: type[Any], row: str, name: str) -> Callable[[House, Session], Any]:
    return lambda house, session: getattr(session.get_one(model, house.rows[row]), name)


def _last(model: type[Any], name: str) -> Callable[[House, Session], Any]:
    wanted = select(getattr(model, name)).order_by(model.id.desc()).limit(1)
    return lambda _house, session: session.scalars(wanted).one()


def _answer(_house: House, session: Session) -> Any:
    """What a guest said last; a review that was refused has no words."""
    wanted = select(GuestReview.words).where(GuestReview.words != "")
    return session.scalars(wanted.order_by(GuestReview.id.desc()).limit(1)).one()


def _reason(house: House, session: Session) -> Any:
    return session.get_one(Post, house.rows["post"]).value_links[0].reason


def _own_text(house: House, session: Session) -> Any:
    return session.get_one(Post, house.rows["post"]).own_text_rows[0].text


_VALUE, _AUDIENCE = "/values/{value}", "/audiences/{audience}"
FIELDS = {
    "title": Field("title", 200, _to_post, _of(Post, "post", "title")),
    "text": Field("text", 20_000, _to_post, _of(Post, "post", "text"), is_line=False),
    "own text": Field("own-text-{channel}", 20_000, _to_post, _own_text, is_line=False, at="text"),
    "reason": Field("reason-{value}", 300, _to_post, _reason, at="reason-{value}"),
    "comment": Field("comment", 2_000, _to_comments, _last(PostComment, "text"), is_line=False),
    "alternative text": Field(
        "alternative", 1_000, _to_media, _of(PostMedia, "media", "alternative"), is_line=False
    ),
    "checklist": Field("text", 120, _to_checklist, _of(ChecklistPoint, "point", "text")),
    "why changes": Field("note", 2_000, _asked_changes, _last(PostChange, "note"), is_line=False),
    "guest": Field("words", 2_000, _as_guest, _answer, is_line=False),
    "plan": Field("name", 120, _to_part("plan", Plan, "/why"), _of(Plan, "plan", "name")),
    "value": Field(
        "name", 60, _to_part("value", BrandValue, _VALUE), _of(BrandValue, "value", "name")
    ),
    "audience": Field(
        "name", 80, _to_part("audience", Audience, _AUDIENCE), _of(Audience, "audience", "name")
    ),
    "channel": Field(
        "name",
        60,
        _to_part("channel", Channel, "/channels/{channel}"),
        _of(Channel, "channel", "name"),
    ),
}


@pytest.mark.parametrize("what", FIELDS)
def test_each_text_is_kept_as_text_or_refused_at_its_field(house: House, what: str) -> None:
    field = FIELDS[what]
    name = field.name.format(**house.rows)

    for text in texts_of(house.site):
        expected = text.line if field.is_line else text.text
        before = None if len(expected) <= field.limit else house.read(_reader(house, field))
        answer = field.send(house, name, text.sent)
        kept = house.read(_reader(house, field))

        if before is None:
            assert (answer.status_code, kept) == (303, expected), text.name
        else:
            assert (answer.status_code, kept) == (422, before), text.name
            at = (field.at or field.name).format(**house.rows)
            assert re.search(r"at most [\d,.]+ characters", _told(answer.text, at)), text.name


def _reader(house: House, field: Field) -> Callable[[Session], Any]:
    def read(session: Session) -> Any:
        try:
            return field.read(house, session)
        except IndexError:
            return None

    return read


def _told(page: str, field: str) -> str:
    """What stands at `field`, whose id may have a number behind it."""
    at = rf'<p class="field-error" id="{re.escape(field)}(?:-\d+)?-error">(.*?)</p>'
    return " ".join(re.findall(at, page, re.DOTALL))


@pytest.mark.parametrize("text", hostile.ADDRESSES, ids=lambda text: text.name)
def test_an_address_that_no_page_may_link_to_is_refused_at_its_field(
    house: House, text: Hostile
) -> None:
    answer = send(house.writer, house.post, house.filled(link=text.sent))

    assert answer.status_code == 422
    assert 'id="link-error"' in answer.text
    assert house.read(lambda session: session.get_one(Post, house.rows["post"]).link) == ""


def test_a_link_that_is_kept_is_one_that_a_page_may_carry(house: House) -> None:
    for text in texts_of(house.site):
        sent = f"https://delinde.example/{text.sent}"
        answer = send(house.writer, house.post, house.filled(link=sent))
        link = house.read(lambda session: session.get_one(Post, house.rows["post"]).link)

        assert answer.status_code in {303, 422}, text.name
        assert link == "" or link.startswith("https://delinde.example/"), text.name
        assert not re.search(r"[\s\x00-\x1f]", link), text.name


# The way out: pages


class Seen(HTMLParser):
    """A page as a browser takes it apart: its elements, its addresses, and what a person reads."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.kinds: set[tuple[str, str]] = set()
        self.scripts: Counter[str] = Counter()
        self.addresses: set[str] = set()
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds |= {(tag, name) for name, _value in attrs} | {(tag, "")}
        found = dict(attrs)
        if tag in {"script", "style", "iframe", "object", "embed", "base", "meta", "link"}:
            self.scripts[tag] += 1
        self.addresses |= {
            value
            for name in ("href", "src", "action", "formaction", "hx-get", "hx-post", "data")
            if (value := found.get(name))
        }
        self.words += [value for name in ("value", "aria-label") if (value := found.get(name))]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def read(self) -> str:
        """All that a person reads, with every run of blanks as one."""
        return " ".join(" ".join(self.words).split())


PLAIN = [
    Hostile("plain", f"alert {number} gewoon", f"alert {number} gewoon", f"alert {number} gewoon")
    for number in range(len(SHORT))
]
# Beside these a page links to nothing.
OWN = re.compile(r"(/(?!/)|#|https://kapstok\.example/|https://delinde\.example/|\?)")


def lay_out(house: House, texts: Sequence[Hostile]) -> None:
    """Let everything in the house say these texts: a post for each, and one that says them all."""
    names = [text.line for text in texts if len(text.line) <= 60]
    whole = "\n".join(text.text for text in texts)
    with house.site.database.writing() as session:
        team = session.get_one(Team, house.site.team_id)
        plan = session.get_one(Plan, house.site.plan_id)
        writer = session.get_one(Person, house.site.people["writer"])
        plan.name, plan.tone, plan.words_to_avoid = names[0], whole[:1_500], "alert"
        parts: tuple[Any, ...] = (plan.values[0], plan.audiences[0], plan.channels[0])
        for part, name in zip(parts, names[1:4], strict=True):
            part.name = name
        post = session.get_one(Post, house.rows["post"])
        post.edit(
            post.content.__class__(
                **{
                    **post.content.__dict__,
                    "title": texts[0].line,
                    "text": whole,
                    "owner": writer,
                    "link": "https://delinde.example/",
                    "values": tuple((value, names[4]) for value in plan.values),
                    "own_texts": tuple((channel, whole) for channel in plan.channels),
                }
            ),
            writer,
            post.created_at,
        )
        session.get_one(PostMedia, house.rows["media"]).alternative = whole[:900]
        session.get_one(ChecklistPoint, house.rows["point"]).text = names[5]
        builders.a_comment(session, post, writer, text=whole[:1_900])
        builders.a_guest_review(
            session, post, writer, names[6], words=whole[:1_900], verdict="changes",
            answered_at=post.created_at, name=names[6],
        )  # fmt: skip
        for place, text in enumerate(texts):
            builders.a_post(
                session, team, plan, title=text.line, text=text.text, owner_id=writer.id,
                starts_at=post.created_at.replace(day=2 + place % 26),
            )  # fmt: skip


def pages(house: House) -> dict[str, str]:
    """Every page on which these texts stand, by its name."""
    month = "date=2026-11-12"
    paths = {
        "post": house.post,
        "publish": f"{house.post}/publishing",
        "list": f"/calendar?view=list&{month}",
        "month": f"/calendar?view=month&{month}",
        "week": f"/calendar?view=week&{month}",
        "board": f"/calendar?view=board&{month}",
        "board by channel": f"/calendar?view=board&by=channel&{month}",
        "search": "/search?q=alert",
        "plan": house.plan,
        "checklist": "/settings/checklist",
        "today": "/",
    }
    found = {name: house.editor.get(path) for name, path in paths.items()}
    assert {name: page.status_code for name, page in found.items() if page.status_code != 200} == {}
    read_only = house.site.visitor("viewer").get(house.post)
    return {**{name: page.text for name, page in found.items()}, "read only": read_only.text}


def conflict(house: House, texts: Sequence[Hostile]) -> str:
    """The page for who saves what somebody else just changed, both with these texts."""
    version = str(house.version(Post, "post"))
    whole = "\n".join(text.sent for text in texts)
    fields = house.filled(title=texts[1].line, text=f"Eerst {whole}")
    send(house.editor, house.post, fields)
    late = {**fields, "title": texts[2].line, "text": f"Later {whole}", "version": version}
    answer = send(house.writer, house.post, late)
    assert answer.status_code == 409
    # What is said of a save waits for the next page.
    house.editor.get("/search")
    return answer.text


def test_no_page_gets_an_element_or_an_attribute_of_a_text(house: House) -> None:
    lay_out(house, PLAIN)
    plain = {**pages(house), "conflict": conflict(house, PLAIN)}
    texts = [text.by_form for text in SHORT]
    lay_out(house, texts)
    shown = {**pages(house), "conflict": conflict(house, texts)}

    usual = set[tuple[str, str]]().union(*(Seen(page).kinds for page in plain.values()))
    for name, page in shown.items():
        seen = Seen(page)
        assert seen.kinds - usual == set(), name
        assert seen.scripts == Seen(plain[name]).scripts, name
        assert [one for one in seen.addresses if not OWN.match(one)] == [], name


def test_every_text_is_read_where_it_stands(house: House) -> None:
    texts = [text.by_form for text in SHORT]
    lay_out(house, texts)
    shown = {name: Seen(page).read for name, page in pages(house).items()}

    assert _unread(shown["list"], (text.line for text in texts)) == []
    assert _unread(shown["board"], (text.line for text in texts)) == []
    for name in ("post", "read only", "publish"):
        assert _unread(shown[name], (text.text for text in texts)) == [], name
    said = Seen(conflict(house, texts)).read
    assert _unread(said, (text.text for text in texts)) == []


def _unread(read: str, texts: Iterable[str]) -> list[str]:
    return [text for text in texts if " ".join(text.split()) not in read]


# The way out: files and answers


def in_files(house: House) -> list[Hostile]:
    texts = [text.by_form for text in SHORT]
    lay_out(house, texts)
    return texts


def test_a_feed_has_one_event_a_post_and_no_property_of_a_text(house: House) -> None:
    texts = in_files(house)
    with house.site.database.writing() as session:
        team = session.get_one(Team, house.site.team_id)
        person = session.get_one(Person, house.site.people["editor"])
        now = session.get_one(Post, house.rows["post"]).created_at
        feed, token = Feed.new(team, person, texts[0].line, "team", "full", now)
        session.add(feed)

    answer = house.site.app.test_client().get(f"/feeds/{token}.ics", base_url="https://localhost")

    calendar = Calendar.from_ical(answer.data)
    assert isinstance(calendar, Calendar)
    told = Counter(str(event["SUMMARY"]) for event in calendar.events)
    assert told == Counter([*(text.line for text in texts), texts[0].line])
    properties = set().union(*(event.keys() for event in calendar.events))
    assert properties <= {
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "CATEGORIES"),
        *("STATUS", "TRANSP", "SEQUENCE", "LAST-MODIFIED", "X-MICROSOFT-CDO-BUSYSTATUS"),
    }
    assert {component.name for component in calendar.subcomponents} <= {"VEVENT", "VTIMEZONE"}


def test_a_csv_has_no_cell_that_a_spreadsheet_runs(house: House) -> None:
    texts = in_files(house)

    answer = house.editor.get("/posts/export.csv")
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))[1:]

    assert len(rows) == len(texts) + 1
    inside = {'x";=1+1;"y,=2+2': "x\";'=1+1;\"y,'=2+2"}
    assert {row[2] for row in rows} == {
        f"'{text.line}" if text.line[0] in SIGNS else inside.get(text.line, text.line)
        for text in texts
    }
    assert [cell for row in rows for cell in row if cell and cell[0] in SIGNS] == []


def test_a_workbook_holds_texts_and_no_formula(house: House) -> None:
    texts = in_files(house)

    sheet = load_workbook(BytesIO(house.editor.get("/posts/export.xlsx").data)).active

    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "d"}
    assert {cell.hyperlink for cell in cells} == {None}
    assert {text.line for text in texts} == {row[2].value for row in sheet.iter_rows(min_row=2)}


def test_an_answer_for_a_script_holds_texts_as_texts(house: House) -> None:
    texts = in_files(house)

    for text in texts:
        query = urlencode({"q": text.line})
        answer = house.editor.get(f"/search/found?{query}", headers=SCRIPT)
        assert answer.status_code == 200, text.name
        assert answer.mimetype == "application/json"
        assert answer.json is not None
        assert answer.json["query"] == text.line
        found = {"".join(part for part, _is in one["title"]) for one in answer.json["found"]}
        assert found <= {one.line for one in texts} | {"alert"} | _names(house), text.name
        assert all(urlsplit(one["href"]).path.startswith("/") for one in answer.json["found"])


def _names(house: House) -> set[str]:
    """What the parts of the plan are called."""
    with house.site.database.reading() as session:
        kinds: tuple[Any, ...] = (Plan, BrandValue, Audience, Channel)
        return {name for kind in kinds for name in session.scalars(select(kind.name))}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a\x00b", "=1+1", "\u202ex"])
def test_a_refusal_for_a_script_says_the_text_as_text(house: House, text: str) -> None:
    answer = house.editor.post("/calendar/edits", data={"posts": text}, headers=SCRIPT)

    assert answer.status_code in {400, 404, 409, 422}
    assert answer.mimetype == "application/json"
