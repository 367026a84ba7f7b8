"""What is found, by what, for whom, and how the database keeps its index right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, text, update

from calendar_app.calendar import queries as calendar
from calendar_app.calendar.filters import Filters
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post, PostChannel
from calendar_app.search.index import read_in_one_go
from calendar_app.search.queries import LIMIT, find
from tests import builders
from tests.support.statements import statements

if TYPE_CHECKING:
    from calendar_app.db import Database
    from tests.search.conftest import Room

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)


@pytest.mark.parametrize("query", ["vac", "VACATURE", "vácature", "spoed vac", "verpl sp"])
def test_the_beginning_of_each_word_is_enough(room: Room, query: str) -> None:
    room.post("Vacature: verpleegkundige op de spoed")
    room.post("Rooster in eigen hand")

    assert room.titles(query) == ["Vacature: verpleegkundige op de spoed"]


@pytest.mark.parametrize("query", ["Київ", "київ", "ки", "Ελλάδα", "crème brûlée", "ếch"])
def test_other_alphabets_are_found_as_they_are_written(room: Room, query: str) -> None:
    room.post("Київ, Ελλάδα, crème brûlée, ếch")

    assert len(room.titles(query)) == 1


@pytest.mark.parametrize("query", ["coordinatie", "coördinatie", "COÖRDINATIE", "coördi"])
def test_accents_do_not_matter(room: Room, query: str) -> None:
    room.post("Een dag met de coördinatie")
    room.post("Réanimatie")

    assert room.titles(query) == ["Een dag met de coördinatie"]


def test_every_word_must_be_there_wherever_it_stands(room: Room) -> None:
    builders.a_value(room.session, room.plan, name="Vakmanschap")
    room.session.refresh(room.plan)
    room.post("Vacature", text="Op de spoed.", link="https://werken.example/loopbaan")

    assert room.titles("vacature spoed vakman loopbaan") == ["Vacature"]
    assert room.titles("vacature spoed nachtploeg") == []


@pytest.mark.parametrize(
    ("kind", "query", "title"),
    [
        ("post", "nachtdienst", "Nachtdienst"),
        ("idea", "stagiair", "Stagiair"),
        ("plan", "zorgplan", "Zorgplan"),
        ("plan", "beginverhaal", "Zorgplan"),
        ("audience", "leerling", "Leerlingen"),
        ("value", "nieuwsgierig", "Nieuwsgierig"),
        ("value", "grensgeval", "Nieuwsgierig"),
        ("channel", "mastodon", "Mastodon"),
        ("meetup", "dagstart", "Dagstart"),
    ],
)
def test_each_kind_is_found(room: Room, kind: str, query: str, title: str) -> None:
    room.plan.story = "Ons beginverhaal."
    room.post("Nachtdienst")
    room.post("Stagiair", state="idea", starts_at=None)
    builders.an_audience(room.session, room.plan, name="Leerlingen")
    builders.a_value(room.session, room.plan, name="Nieuwsgierig", falls_outside="Grensgeval.")
    builders.a_channel(room.session, room.plan, name="Mastodon")
    builders.a_meetup(room.session, room.team, name="Dagstart")

    found = room.find(query)

    assert [(hit.kind, hit.title) for hit in found.hits] == [(kind, title)]
    assert found.counts == {kind: 1}
    of_plan = kind in {"plan", "audience", "value", "channel"}
    assert found.hits[0].plan_id == (room.plan.id if of_plan or kind in {"post", "idea"} else None)


def test_a_word_in_the_title_counts_for_more_than_one_in_the_text(room: Room) -> None:
    room.post("Rooster", text="Hier gaat het ook over de spoed, en verder over niets.")
    room.post("Spoed", text="Hier gaat het over iets anders, en wel over het rooster.")

    assert room.titles("spoed") == ["Spoed", "Rooster"]
    assert room.titles("rooster") == ["Rooster", "Spoed"]


def test_what_is_deleted_is_not_found_until_it_comes_back(room: Room) -> None:
    post = room.post("Nachtdienst")
    audience = builders.an_audience(room.session, room.plan, name="Nachtploeg")
    meetup = builders.a_meetup(room.session, room.team, name="Nachtoverleg")
    for row in (post, audience, meetup):
        row.deleted_at = NOW
    assert room.titles("nacht") == []

    for row in (post, audience, meetup):
        row.deleted_at = None
    assert set(room.titles("nacht")) == {"Nachtdienst", "Nachtploeg", "Nachtoverleg"}


def test_another_teams_things_are_never_found(room: Room) -> None:
    room.post("Nachtdienst")
    other = builders.a_team(room.session)
    plan = builders.a_plan(room.session, other, name="Nachtplan")
    builders.a_post(room.session, other, plan, title="Nachtwaker")
    builders.a_meetup(room.session, other, name="Nachtoverleg")

    assert room.titles("nacht") == ["Nachtdienst"]
    assert {hit.title for hit in find(room.session, other, "nacht").hits} == {
        "Nachtplan",
        "Nachtwaker",
        "Nachtoverleg",
    }


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "'",
        '""" OR *',
        "title : x",
        "-vac",
        "vac AND",
        "NOT",
        "NEAR(vac, 3)",
        "{title}",
        "a*b^c",
        "(((",
        "vac:*",
        "!vac & | <->",
        "\\",
        "%_",
        "\x00",
        "a\x00b",
        "\ud800",
        "…!?",
        "😀",
        "\U0001d533\U0001d51e",
        "x" * 10_000,
        "x " * 5_000,
        '"' * 10_000,
        "de het een the of is",
        "1e5 3.14 -2 9u30",
    ],
)
def test_no_text_breaks_the_search(room: Room, query: str) -> None:
    room.post("Vacature")

    found = room.find(query)
    rows = calendar.rows_between(room.session, room.team, NOW, NOW, Filters(q=query))

    assert all(hit.title == "Vacature" for hit in found.hits)
    assert rows == []


def test_a_text_of_signs_alone_finds_nothing(room: Room) -> None:
    room.post("Hoe dan?!")

    assert room.find("?!").total == 0
    assert room.find("").total == 0


def test_words_that_say_little_are_found_too(room: Room) -> None:
    room.post("Is het of is het niet")

    assert room.titles("is het of") == ["Is het of is het niet"]


def test_the_best_are_shown_and_all_are_counted(room: Room) -> None:
    posts = [room.post(f"Nachtdienst {number}") for number in range(LIMIT + 5)]

    found = room.find("nachtdienst")

    assert len(found.hits) == LIMIT
    assert found.counts == {"post": LIMIT + 5}
    assert found.total == LIMIT + 5
    assert [hit.id for hit in found.hits] == [post.id for post in reversed(posts)][:LIMIT]


def test_a_search_costs_two_queries_however_much_is_found(database: Database, room: Room) -> None:
    for number in range(3):
        room.post(f"Nachtdienst {number}")
        builders.an_audience(room.session, room.plan, name=f"Nachtploeg {number}")
    room.session.flush()

    with statements(database) as few:
        room.find("nachtdienst 1")
    with statements(database) as many:
        room.find("nacht")

    assert len(few) == len(many) == 2


# The index follows its rows


def test_a_change_of_the_words_is_found_by_the_new_ones_alone(room: Room) -> None:
    post = room.post("Vacature", text="Op de spoed.")
    post.title, post.text = "Rooster", "Op de poli."

    assert room.titles("vacature") == room.titles("spoed") == []
    assert room.titles("rooster poli") == ["Rooster"]


def test_a_post_is_found_by_the_new_name_of_what_it_hangs_on(room: Room) -> None:
    room.post("Vacature")
    room.plan.values[0].name = "Vakmanschap"
    room.plan.audiences[0].name = "Starters"
    room.plan.channels[0].name = "Mastodon"

    assert room.titles("vacature vakmanschap starters mastodon") == ["Vacature"]
    assert room.find("nabij").total == 0


def test_a_post_is_no_longer_found_by_what_it_hung_on(room: Room) -> None:
    post = room.post("Vacature")
    assert room.titles("vacature linkedin") == ["Vacature"]
    post.channels = []

    assert room.titles("vacature linkedin") == []


def test_what_is_gone_for_good_leaves_nothing_in_the_index(room: Room) -> None:
    post = room.post("Vacature")
    audience = builders.an_audience(room.session, room.plan, name="Starters")
    before = entries(room)

    room.session.execute(delete(Post).where(Post.id == post.id))
    room.session.delete(audience)
    room.session.flush()

    assert entries(room) == before - 2


def test_work_past_the_mapper_is_followed(room: Room) -> None:
    """By hand, by a bulk statement or by an import: the database does it itself."""
    post = room.post("Vacature")
    room.session.execute(update(Post).where(Post.id == post.id).values(title="Nachtwaker"))
    room.session.execute(insert(Plan).values(name="Handwerk", team_id=room.team.id))
    channel = builders.a_channel(room.session, room.plan, name="Mastodon")
    room.session.execute(insert(PostChannel).values(post_id=post.id, channel_id=channel.id))

    assert room.titles("nachtwaker mastodon") == ["Nachtwaker"]
    assert room.titles("handwerk") == ["Handwerk"]
    assert room.titles("vacature") == []


def test_a_link_that_goes_to_another_post_takes_its_words_along(room: Room) -> None:
    first, second = room.post("Eerste"), room.post("Tweede")
    channel = builders.a_channel(room.session, room.plan, name="Mastodon")
    link = PostChannel(post_id=first.id, channel_id=channel.id)
    room.session.add(link)
    room.session.flush()
    link.post_id = second.id

    assert room.find("mastodon").of_kind("post")[0].title == "Tweede"
    assert room.find("mastodon").counts == {"post": 1, "channel": 1}


def test_what_is_taken_back_was_never_in_the_index(database: Database) -> None:
    with database.writer() as session:
        team = builders.a_team(session)
        session.commit()
        builders.a_plan(session, team, name="Zorgplan")
        session.rollback()

        assert find(session, team, "zorgplan").total == 0
        assert session.execute(text("SELECT count(*) FROM search_words")).scalar_one() == 0


def test_a_bulk_load_is_read_at_its_end_and_followed_from_then_on(room: Room) -> None:
    first_id = (room.post("Vooraf").id or 0) + 1
    row = {"team_id": room.team.id, "title": "Bulk", "text": "Nachtdienst."}
    with read_in_one_go(room.session.connection(), first_id):
        room.session.execute(insert(Post), [{**row, "id": first_id}, {**row, "id": first_id + 1}])
        link = {"post_id": first_id, "channel_id": room.plan.channels[0].id}
        room.session.execute(insert(PostChannel), [link])
    assert room.find("bulk nacht").counts == {"idea": 2}
    assert room.find("bulk linkedin").total == 1

    room.session.execute(update(Post).where(Post.id == first_id).values(title="Anders"))

    assert room.titles("anders linkedin") == ["Anders"]
    assert room.titles("vooraf") == ["Vooraf"]


def test_postgresql_also_finds_another_ending_in_both_languages(
    database: Database, room: Room
) -> None:
    """SQLite has no stems of Dutch, only beginnings of words."""
    room.post("Vacature op de spoed")
    room.post("Nurses working nights")

    dutch, english = room.titles("vacatures"), room.titles("worked night")

    has_stems = not database.is_sqlite
    assert dutch == (["Vacature op de spoed"] if has_stems else [])
    assert english == (["Nurses working nights"] if has_stems else [])


# The filter of the calendar


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("vac", True),
        ("spoed VACATURE", True),
        ("linkedin", True),
        ("rooster", False),
        ("!?", False),
    ],
)
def test_the_calendar_filters_by_the_same_search(room: Room, query: str, *, found: bool) -> None:
    room.post("Vacature op de spoed", starts_at=NOW)
    room.session.flush()

    rows = calendar.rows_between(
        room.session, room.team, NOW, NOW.replace(hour=9), Filters(q=query)
    )

    assert [row.title for row in rows] == (["Vacature op de spoed"] if found else [])


def entries(room: Room) -> Any:
    room.session.flush()
    return room.session.execute(text("SELECT count(*) FROM search_words")).scalar_one()
