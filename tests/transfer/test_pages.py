"""Posts in from a file: the preview, all or nothing, once, and back out with one key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from calendar_app import schema
from calendar_app.people.models import AuditEntry, Person
from calendar_app.plans.models import Audience, Channel, Plan
from calendar_app.posts.models import Post
from calendar_app.transfer import models as transfer
from calendar_app.transfer import workbooks
from calendar_app.transfer.models import PostImport
from calendar_app.transfer.tables import MOST_BYTES
from tests import builders
from tests.search.test_migration import migrate, settings_of_migrations
from tests.support.site import Site, _tuesday_morning, ask, site
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

PATH = "/posts/import"


@pytest.fixture
def writer(site: Site) -> FlaskClient:
    """A writer of a team whose plan has names that the tables below know."""
    with site.database.writing() as session:
        plan = session.get_one(Plan, site.plan_id)
        plan.name = "Werven"
        plan.values[0].name, plan.audiences[0].name = "Nabij", "Verpleegkundigen"
        plan.channels[0].name = "LinkedIn"
    return site.visitor("writer")


GOOD = (
    "Datum;Tijd;Titel;Tekst;Kanaal;Merkwaarde;Doelgroep\n"
    "24-12-2026;9:30;Kerst op de spoed;Wij zijn er.;LinkedIn;nabij;verpleegkundigen\n"
    ";;Open dag;Kom kijken.;;;\n"
)
WRONG = GOOD + "31-2-2027;;Fout;;;;\n"


def upload(client: FlaskClient, raw: bytes | str, name: str = "posts.csv") -> TestResponse:
    body = raw.encode() if isinstance(raw, str) else raw
    boundary, sent = encode_multipart({"file": FileStorage(BytesIO(body), name, "file")})
    return client.post(PATH, data=sent, content_type=f'multipart/form-data; boundary="{boundary}"')


def preview_of(client: FlaskClient, raw: bytes | str) -> str:
    """The address of the preview of a table."""
    answer = upload(client, raw)
    assert answer.status_code == 303, answer.text
    return answer.location


def bring(client: FlaskClient, where: str, **fields: Any) -> TestResponse:
    """Press the button of the preview at `where`."""
    page = client.get(where).text
    versions = re.findall(r'name="version"[^>]*value="(\d+)"', page)
    return client.post(where, data={"version": versions[0] if versions else "", **fields})


def names(parts: Sequence[Audience] | Sequence[Channel]) -> list[str]:
    return [one.name for one in parts]


def posts(site: Site) -> list[Post]:
    with site.database.reading() as session:
        wanted = select(Post).where(Post.deleted_at.is_(None)).order_by(Post.id)
        found = list(session.scalars(wanted))
        for post in found:
            assert post.content
        return found


def noted(site: Site) -> list[tuple[str, dict[str, Any]]]:
    with site.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.action, entry.details) for entry in entries]


def test_a_file_is_seen_first_and_then_comes_in(site: Site, writer: FlaskClient) -> None:
    where = preview_of(writer, GOOD)

    page = writer.get(where).text
    assert posts(site) == []
    assert "Every row can come in." in page
    assert "Kerst op de spoed" in page

    answer = bring(writer, where)

    assert (answer.status_code, answer.location) == (303, "/calendar?date=2026-12-24")
    first, second = posts(site)
    assert (first.title, first.text, first.state) == ("Kerst op de spoed", "Wij zijn er.", "draft")
    assert first.starts_at == datetime(2026, 12, 24, 8, 30, tzinfo=UTC)
    assert [value.name for value in first.values] == ["Nabij"]
    assert [*names(first.audiences), *names(first.channels)] == [
        "Verpleegkundigen",
        "LinkedIn",
    ]
    assert first.owner_id == site.people["writer"]
    assert (second.title, second.state, second.starts_at) == ("Open dag", "idea", None)
    assert noted(site) == [("posts.imported", {"posts": 2})]


def test_a_workbook_comes_in_as_a_csv_does(site: Site, writer: FlaskClient) -> None:
    raw = workbooks.written(
        ["Date", "Time", "Title", "Text", "Channel", "Value", "Audience"],
        [
            [date(2026, 12, 24), "", "Kerst", "=1+1", "LinkedIn", "Nabij", "Verpleegkundigen"],
        ],
        "Posts",
    )

    bring(writer, preview_of(writer, raw))

    [post] = posts(site)
    assert post.text == "=1+1"
    assert post.starts_at == datetime(2026, 12, 24, 8, tzinfo=UTC)


def test_a_table_can_be_pasted(site: Site, writer: FlaskClient) -> None:
    answer = writer.post(PATH, data={"pasted": "\tTitel\n24-1-2027\tGeplakt\n"})
    assert answer.status_code == 303
    writer.post(
        f"{answer.location}/columns", data={"column-0": "", "column-1": "title", "as_ideas": ""}
    )

    bring(writer, answer.location)

    assert [post.title for post in posts(site)] == ["Geplakt"]


def test_one_wrong_row_keeps_all_out_until_it_is_left_out(site: Site, writer: FlaskClient) -> None:
    where = preview_of(writer, WRONG)
    page = writer.get(where).text
    assert "“31-2-2027” is no day." in page
    assert 'href="#row-4"' in page

    refused = bring(writer, where)
    assert refused.status_code == 422
    assert "so nothing came in" in refused.text
    assert posts(site) == []

    assert bring(writer, where, leave_out="y").status_code == 303
    assert [post.title for post in posts(site)] == ["Kerst op de spoed", "Open dag"]


def test_pressed_twice_it_comes_in_once(site: Site, writer: FlaskClient) -> None:
    where = preview_of(writer, GOOD)
    sent = {"version": "1"}

    answers = [writer.post(where, data=sent) for _again in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(posts(site)) == 2
    assert [action for action, _told in noted(site)] == ["posts.imported"]
    assert writer.get(where).status_code == 303
    with site.database.reading() as session:
        kept = session.scalars(select(PostImport)).one()
        assert (kept.imported, kept.lines) == (2, {"head": [], "rows": []})


def test_a_row_that_made_a_post_before_makes_no_second(site: Site, writer: FlaskClient) -> None:
    where = preview_of(writer, GOOD)
    with site.database.writing() as session:
        kept = session.scalars(select(PostImport)).one()
        writing = session.get_one(Person, site.people["writer"])
        first = Post.new_idea(writing.memberships[0].team, "Van eerder", writing, kept.kept_at)
        first.creation_key = kept.creation_key(2)
        session.add(first)

    assert bring(writer, where).status_code == 303

    assert [post.title for post in posts(site)] == ["Van eerder", "Open dag"]


def test_one_key_puts_all_of_them_in_the_bin(site: Site, writer: FlaskClient) -> None:
    bring(writer, preview_of(writer, GOOD))

    answer = ask(writer, "/undo")

    assert answer.json == {"message": "Undone: 2 posts are in the bin."}
    assert posts(site) == []
    assert noted(site)[-1] == ("import.undone", {"posts": 2})


def test_undoing_is_refused_when_one_was_changed_since(site: Site, writer: FlaskClient) -> None:
    bring(writer, preview_of(writer, GOOD))
    with site.database.writing() as session:
        post = session.scalars(select(Post).where(Post.title == "Kerst op de spoed")).one()
        editor = session.get_one(Person, site.people["editor"])
        post.move_to(date(2026, 12, 25), editor, datetime(2026, 11, 10, 9, tzinfo=UTC))

    answer = ask(writer, "/undo")

    assert answer.status_code == 422
    assert answer.json is not None
    assert "editor Bos changed “Kerst op de spoed” since." in answer.json["message"]
    assert len(posts(site)) == 2


def test_the_notice_after_it_undoes_it_too(site: Site, writer: FlaskClient) -> None:
    answer = bring(writer, preview_of(writer, GOOD))

    page = writer.get(answer.location).text

    assert "2 posts are brought in." in page
    undo = re.findall(r'action="(/undo/[\w-]+)"', page)
    assert writer.post(undo[0]).status_code == 303
    assert posts(site) == []


def close_gate(site: Site) -> None:
    with site.database.writing() as session:
        session.get_one(Plan, site.plan_id).story = ""


def test_behind_a_closed_gate_a_row_with_a_day_comes_in_as_an_idea_alone(
    site: Site, writer: FlaskClient
) -> None:
    close_gate(site)
    where = preview_of(writer, GOOD)
    page = writer.get(where).text
    # The sentence that every other way to a post has.
    assert "The plan “Werven” is not ready: first finish steps 1 to 3" in page
    assert bring(writer, where).status_code == 422
    assert posts(site) == []

    columns = ["date", "time", "title", "text", "channels", "values", "audiences"]
    sent = {f"column-{place}": name for place, name in enumerate(columns)}
    writer.post(f"{where}/columns", data={**sent, "as_ideas": "y"})
    assert "So it becomes an idea, without a day." in writer.get(where).text
    assert bring(writer, where).status_code == 303

    assert [(post.state, post.starts_at) for post in posts(site)] == [("idea", None)] * 2


def test_a_draft_without_a_day_obeys_the_gate_too(site: Site, writer: FlaskClient) -> None:
    close_gate(site)
    where = preview_of(writer, "Titel;Status;Plan\nEen;Concept;Werven\n")

    assert "is not ready" in writer.get(where).text
    assert bring(writer, where).status_code == 422


def test_an_open_gate_lets_a_draft_without_a_day_in(site: Site, writer: FlaskClient) -> None:
    bring(writer, preview_of(writer, "Titel;Status\nEen;Concept\nTwee;Idee\n"))

    assert [(post.title, post.state) for post in posts(site)] == [
        ("Een", "draft"),
        ("Twee", "idea"),
    ]


def test_a_row_with_a_day_hangs_on_the_plan_as_everywhere(writer: FlaskClient) -> None:
    page = writer.get(preview_of(writer, "Titel;Datum\nEen;24-12-2026\n")).text

    assert "Choose at least one value of the plan." in page
    assert "stays out" in page


def test_the_columns_can_be_chosen(site: Site, writer: FlaskClient) -> None:
    where = preview_of(writer, "Wat;Nog iets\nEen;Zoveel\n")
    assert "Give the post a title." in writer.get(where).text
    chosen = {"column-0": "title", "column-1": "title"}

    twice = writer.post(f"{where}/columns", data=chosen)
    assert twice.status_code == 422
    assert "Two columns are the same." in twice.text
    nonsense = writer.post(f"{where}/columns", data={"column-0": "id"})
    assert nonsense.status_code == 422
    chosen["column-1"] = "text"
    assert writer.post(f"{where}/columns", data=chosen).location == f"{where}#preview"

    bring(writer, where)
    assert [(post.title, post.text) for post in posts(site)] == [("Een", "Zoveel")]


def test_columns_that_changed_in_another_window_are_looked_at_again(
    site: Site, writer: FlaskClient
) -> None:
    where = preview_of(writer, GOOD)
    chosen = {f"column-{place}": "" for place in range(7)} | {"column-2": "title"}
    writer.post(f"{where}/columns", data=chosen)

    assert writer.post(where, data={"version": "1"}).status_code == 409
    assert posts(site) == []


def test_nobody_else_sees_the_table(site: Site, writer: FlaskClient) -> None:
    where = preview_of(writer, GOOD)
    editor = site.visitor("editor")

    assert editor.get(where).status_code == 404
    assert editor.post(where, data={"version": "1"}).status_code == 404
    assert editor.post(f"{where}/removal").status_code == 404
    assert site.visitor("viewer").get(where).status_code == 403


def test_a_table_that_is_thrown_away_is_gone(site: Site, writer: FlaskClient) -> None:
    where = preview_of(writer, GOOD)
    assert where in writer.get(PATH).text

    assert writer.post(f"{where}/removal").location == PATH

    assert writer.get(where).status_code == 404
    assert posts(site) == []


def test_only_the_last_few_tables_are_kept_and_those_for_a_day(
    site: Site, writer: FlaskClient
) -> None:
    for number in range(transfer.MOST_OPEN + 2):
        preview_of(writer, f"Titel\nNummer {number}\n")
    with site.database.writing() as session:
        kept = list(session.scalars(select(PostImport).order_by(PostImport.id)))
        assert len(kept) == transfer.MOST_OPEN
        assert kept[0].lines["rows"] == [[2, ["Nummer 2"]]]
        moment = kept[0].kept_at

        transfer.forget_old(session, moment + transfer.LASTS)
        assert session.scalar(select(func.count(PostImport.id))) == transfer.MOST_OPEN
        transfer.forget_old(session, moment + transfer.LASTS + timedelta(seconds=1))
        assert session.scalar(select(func.count(PostImport.id))) == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose a file, or paste a table."),
        ({"pasted": "Titel"}, "There is only one row."),
        ({"pasted": "\n \n"}, "Choose a file, or paste a table."),
        ({"pasted": "Titel\n" + "x\n" * 1001}, "There are more than 1000 rows."),
        ({"pasted": "\t".join(["Titel"] * 61) + "\nx"}, "There are more than 60 columns."),
    ],
)
def test_what_is_no_table_is_refused_with_words(
    writer: FlaskClient, fields: dict[str, str], words: str
) -> None:
    answer = writer.post(PATH, data=fields)

    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "cannot be read as a table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file, or one with a password"),
        (b"PK\x03\x04 and nothing else", "This Excel file cannot be read."),
        (b"", "There is nothing in it."),
        (b"x" * (MOST_BYTES + 1), "2 MB at most"),
    ],
)
def test_a_file_is_judged_by_what_is_in_it(writer: FlaskClient, raw: bytes, words: str) -> None:
    answer = upload(writer, raw, name="posts.xlsx")

    assert answer.status_code == 422
    assert words in answer.text


def test_a_file_that_is_far_too_large_is_refused_before_it_is_read(writer: FlaskClient) -> None:
    assert upload(writer, b"x" * (5 << 20)).status_code == 413


def test_nobody_brings_tables_without_end(writer: FlaskClient) -> None:
    answers = [writer.post(PATH, data={}).status_code for _again in range(31)]

    assert answers == [422] * 30 + [429]


def test_ideas_alone_lead_to_the_ideas(writer: FlaskClient) -> None:
    assert bring(writer, preview_of(writer, "Titel\nEen\n")).location == "/ideas"


def test_five_hundred_rows_ask_no_more_than_ten(site: Site, writer: FlaskClient) -> None:
    """Each row is written by itself, but for none of them anything is asked."""
    head, row = GOOD.split("\n")[:2]
    asked = {}
    for number in (10, 500):
        where = preview_of(writer, "\n".join([head, *[row] * number]))
        with statements(site.database) as for_preview:
            page = writer.get(where)
        assert page.status_code == 200
        version = re.findall(r'name="version"[^>]*value="(\d+)"', page.text)[0]
        with statements(site.database) as for_posts:
            assert writer.post(where, data={"version": version}).status_code == 303
        with statements(site.database) as for_undo:
            assert ask(writer, "/undo").status_code == 200
        # Without what is written: a database takes one row at a time, or so many values at once.
        asked[number] = [
            len([one for one in found if one.startswith("SELECT")])
            for found in (for_preview, for_posts, for_undo)
        ]

    assert asked[500] == asked[10]


def test_an_unseen_colleague_is_not_known_by_name(site: Site, writer: FlaskClient) -> None:
    with site.database.writing() as session:
        hidden = session.get_one(Person, site.people["editor"])
        hidden.memberships[0].takes_part = False

    page = writer.get(preview_of(writer, "Titel;Eigenaar\nEen;editor Bos\n")).text

    assert "“editor Bos” is not known here." in page


def test_a_name_of_another_team_is_not_known(site: Site, writer: FlaskClient) -> None:
    with site.database.writing() as session:
        plan = builders.a_plan(session, builders.a_team(session))
        plan.channels[0].name = "Mastodon"

    page = writer.get(preview_of(writer, "Titel;Kanaal\nEen;Mastodon\n")).text

    assert "“Mastodon” is not known here." in page


def test_the_table_goes_and_comes_back_and_the_posts_stay(site: Site, writer: FlaskClient) -> None:
    bring(writer, preview_of(writer, GOOD))
    preview_of(writer, GOOD)
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    (below,) = [step.down_revision for step in steps if step.path.endswith("_imports.py")]
    assert isinstance(below, str)

    migrate(site.database, command.downgrade, below)
    migrate(site.database, command.upgrade, "head")

    assert schema.differences(site.database) == []
    assert len(posts(site)) == 2
