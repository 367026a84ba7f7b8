"""Who does not want to be seen is listed, counted and named nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl.reader.excel import load_workbook
from sqlalchemy import select, update

from calendar_app.db import Base
from calendar_app.errors import Refused
from calendar_app.feed.models import Feed
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import host_of, presence
from calendar_app.people.models import AuditEntry, Membership, Person, Team
from calendar_app.people.queries import accounts, admins, members
from calendar_app.plans.models import Plan, TaskRole
from calendar_app.plans.pitfalls import Limits, radar
from calendar_app.plans.radar import facts_of
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post, PostChange
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.outbox import plan as plan_reminders
from calendar_app.reminders.queries import facts_of as facts_of_row
from calendar_app.reminders.queries import with_facts
from tests import builders
from tests.plans.room import NOW
from tests.support.papers import Paper
from tests.support.routes import address, every_route, rows_of

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.plans.room import Room

NAME = "Zonnebloem Onzichtbaar"
# Who may enter, and logs for safety: those say who it was.
KEPT = {"person", "membership", "visit", "feed", "audit_entry", "muted", "delivery"}
# A history only grows: its rows name the person from the beginning.
GROWS = {"post_change"}
# For administrators alone, to end an account and to look after safety.
FOR_ADMINISTRATORS = {"people.administer", "audit.see", "deliveries.see"}


@pytest.fixture
def team(session: Session) -> Team:
    return builders.a_team(session)


@pytest.fixture
def unseen(session: Session, team: Team) -> Person:
    person = builders.a_person(session, team, "editor", name=NAME, email="zo@example.org")
    person.memberships[0].stop_taking_part()
    return person


@pytest.fixture
def colleague(session: Session, team: Team) -> Person:
    return builders.a_person(session, team, "editor")


def put_everywhere(session: Session, person: Person) -> None:
    """Whatever can name somebody names `person`."""
    session.flush()
    for table in Base.metadata.tables.values():
        if table.name in KEPT | GROWS:
            continue
        for column in table.columns:
            if any(key.column.table.name == "person" for key in column.foreign_keys):
                session.execute(update(table).values({column: person.id}))
    session.expire_all()


def history_of(session: Session, post: Post, person: Person) -> None:
    """What `person` did with `post`, and how they came to have it."""
    fields = {name: ["", person.name] for name in ("owner", "reviewer", "sender")}
    told = {"at": NOW, "by": person, "version": 1}
    asked = PostChange(post_id=post.id, action="ask_changes", note="Shorter?", **told)
    session.add_all([PostChange(post_id=post.id, action="edited", fields=fields, **told), asked])


def a_whole_team(session: Session, room: Room, person: Person) -> dict[str, Any]:
    """A row of each kind that names `person` wherever it can, by the name in its address."""
    team = session.get_one(Team, room.team_id)
    rows = rows_of(session, team, person)
    plan = session.get_one(Plan, rows["plan_id"])
    plan.open_gate("Because.", person, NOW)
    builders.a_post(session, team, plan, state="idea", starts_at=None)
    builders.an_absence(session, team, person, date(2026, 11, 9), date(2026, 12, 9))
    put_everywhere(session, person)
    return rows


def the_writer(session: Session, room: Room, *, takes_part: bool) -> Person:
    """The room's writer, under a name that no page holds by chance."""
    person = session.get_one(Person, room.people["writer"])
    person.name, person.email = NAME, "zo@example.org"
    person.memberships[0].takes_part = takes_part
    return person


def names(page: str) -> bool:
    """Whether the page names that person in any way."""
    return any(part in page for part in (*NAME.split(), "zo@example.org", ">ZO<"))


@pytest.mark.parametrize("state", ["changes_asked", "published"])
@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
def test_the_name_is_on_no_page_that_colleagues_see(
    app: Flask, room: Room, role: str, state: str
) -> None:
    with room.database.writing() as session:
        person = the_writer(session, room, takes_part=False)
        rows = a_whole_team(session, room, person)
        post = session.get_one(Post, rows["post_id"])
        post.state, post.published_at, post.starts_at = state, NOW, NOW
        history_of(session, post, person)
    client, named, walked = room.visitor(role).client, [], 0

    for asked in every_route(app):
        if asked.method != "GET" or asked.action in FOR_ADMINISTRATORS | {"public"}:
            continue
        walked += 1
        where = address(asked.rule, rows)
        page = words_of(client.get(where))
        # The team's page tells an administrator of the account, apart from all others.
        if names(page.partition("Accounts that do not take part")[0]):
            named.append(where)

    assert named == []
    assert walked > 20
    whole = client.get(f"/posts/{rows['post_id']}").get_data(as_text=True)
    assert "a colleague" in whole
    assert "A colleague asked for changes" in whole


def test_an_old_name_is_not_shown_either(room: Room) -> None:
    """Who took another name and does not want to be seen stands in the history as they were."""
    visitor = room.visitor()
    with room.database.writing() as session:
        person = the_writer(session, room, takes_part=True)
        team = session.get_one(Team, room.team_id)
        owned = Content("Samira", owner=person)
        editor = session.get_one(Person, room.people["editor"])
        post = Post.new(team, owned, editor, NOW)
        session.add(post)
        session.flush()
        # As the first entries of a history were kept: a name alone.
        kept = {"fields": {"reviewer": ["", NAME], "sender": ["", editor.name]}, "version": 2}
        session.add(PostChange(post_id=post.id, at=NOW, by=editor, action="edited", **kept))
        where, other = f"/posts/{post.id}", editor.name
    assert names(visitor.open(where))

    with room.database.writing() as session:
        person = the_writer(session, room, takes_part=False)
        person.name, person.email = "Madelief", "m@example.org"

    page = visitor.open(where)
    assert not names(page)
    assert "Madelief" not in page
    assert other in page


def words_of(answer: TestResponse) -> str:
    """What stands on a page, or on paper."""
    kind = answer.mimetype or ""
    if kind == "application/pdf":
        return Paper(answer.get_data()).text
    if kind.startswith("image/"):
        return ""
    if kind.endswith("sheet"):
        lines = load_workbook(BytesIO(answer.get_data())).active.iter_rows(values_only=True)
        return " ".join(str(cell) for line in lines for cell in line)
    return answer.get_data(as_text=True)


def test_the_same_pages_name_who_takes_part(room: Room) -> None:
    """The walk above would find a name: here it stands, while the same colleague takes part."""
    with room.database.writing() as session:
        rows = a_whole_team(session, room, the_writer(session, room, takes_part=True))
    visitor = room.visitor()

    for where in (
        "/calendar",
        "/calendar?view=list",
        f"/posts/{rows['post_id']}",
        f"/plans/{rows['plan_id']}",
        "/team/",
        "/ideas",
        "/meetups/",
        f"/meetups/occurrences/{rows['occurrence_id']}",
    ):
        assert names(visitor.open(where)), where


def test_an_old_address_does_not_filter_by_them(room: Room) -> None:
    with room.database.writing() as session:
        person = the_writer(session, room, takes_part=False)
        rows = a_whole_team(session, room, person)
        title = session.get_one(Post, rows["post_id"]).title
        team, plan = session.get_one(Team, room.team_id), session.get_one(Plan, room.plan_id)
        other = builders.a_post(session, team, plan).title

    page = room.visitor().open(f"/calendar?view=list&person={room.people['writer']}")

    assert title in page
    assert other in page


def test_a_feed_names_nobody(app: Flask, room: Room) -> None:
    with room.database.writing() as session:
        a_whole_team(session, room, the_writer(session, room, takes_part=False))
        team = session.get_one(Team, room.team_id)
        editor = session.get_one(Person, room.people["editor"])
        feed, token = Feed.new(team, editor, "Work", "team", "full", NOW)
        session.add(feed)

    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    answer = client.get(f"/feeds/{token}.ics")

    assert b"Een dag op de spoed" in answer.data
    assert b"Zonnebloem" not in answer.data


def test_what_they_own_stays_theirs_when_somebody_else_saves_the_post(room: Room) -> None:
    person_id = room.people["writer"]
    with room.database.writing() as session:
        the_writer(session, room, takes_part=False)
        team, plan = session.get_one(Team, room.team_id), session.get_one(Plan, room.plan_id)
        post_id = builders.a_post(
            session, team, plan, owner_id=person_id, state="idea", starts_at=None
        ).id
    visitor, where = room.visitor(), f"/posts/{post_id}"
    page = visitor.open(where)

    saved = visitor.send(
        where, title="New", plan=room.plan_id, owner=person_id, version=1, form="text",
        intent="inform",
    )  # fmt: skip

    assert f'<option selected value="{person_id}">a colleague</option>' in page
    assert saved.status_code == 303
    assert room.read(Post, post_id).owner_id == person_id


def test_who_is_unseen_writes_a_post_that_nobody_owns(room: Room) -> None:
    with room.database.writing() as session:
        the_writer(session, room, takes_part=False)

    page = room.visitor("writer").open("/posts/new")

    assert not names(page.split('name="owner"')[1].split("</select>")[0])


def test_a_colleague_steps_back_and_comes_back_on_their_own_page(room: Room) -> None:
    visitor, name = room.visitor(), room.read(Person, room.people["editor"]).name
    before = visitor.open("/settings/")

    for _twice in range(2):
        visitor.send("/settings/participation/ending")
    hidden, team_page = visitor.open("/settings/"), room.visitor("writer").open("/team/")
    visitor.send("/settings/participation")

    assert "I do not want to be seen in Kapstok" in before
    assert "I want to be seen again" in hidden
    assert name not in team_page
    assert name in room.visitor("writer").open("/team/")
    with room.database.reading() as session:
        done = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert done == ["participation.ended", "participation.resumed"]


def test_who_is_unseen_finds_and_takes_back_their_own_absence(room: Room) -> None:
    with room.database.writing() as session:
        person = the_writer(session, room, takes_part=False)
        team = session.get_one(Team, room.team_id)
        days = (date(2026, 11, 9), date(2026, 12, 9))
        mine = f'id="absence-{builders.an_absence(session, team, person, *days).id}"'

    assert mine in room.visitor("writer").open("/team/")
    assert mine not in room.visitor("admin").open("/team/")


def test_an_administrator_finds_the_account_apart_and_can_end_it(room: Room) -> None:
    with room.database.writing() as session:
        place_id = the_writer(session, room, takes_part=False).memberships[0].id
    admin, where = room.visitor("admin"), f"/team/people/{place_id}"

    team_page = admin.open("/team/")
    ended = admin.send(f"{where}/ending", version=room.read(Membership, place_id).version)

    assert f'href="{where}"' in team_page.partition("Accounts that do not take part")[2]
    assert ended.status_code == 303
    # It says once that they left; then nothing names them.
    assert "is no longer in the team" in admin.follow(ended)
    assert not names(admin.open("/calendar"))
    assert "Accounts that do not take part" not in room.visitor("editor").open("/team/")


# The rules


def test_members_are_who_takes_part_and_accounts_are_all(
    session: Session, team: Team, unseen: Person, colleague: Person
) -> None:
    unseen.memberships[0].role = "admin"
    session.flush()

    assert [one.person for one in members(session, team)] == [colleague]
    assert {one.person for one in accounts(session, team)} == {colleague, unseen}
    # A team keeps an administrator, also one who is not seen.
    assert admins(session, team) == [unseen]


def test_the_radar_names_them_for_nothing(
    session: Session, team: Team, unseen: Person, colleague: Person
) -> None:
    plan = builders.a_plan(session, team)
    for owner in (unseen, unseen, colleague):
        builders.a_post(session, team, plan, owner=owner, starts_at=NOW - timedelta(days=1))

    facts = facts_of(session, [plan], NOW, NOW.date())[plan.id]

    # Their posts are nobody else's, and no finding names them.
    assert sorted(facts.posts_by_owner) == [("", 2), (colleague.name, 1)]
    alone = replace(facts, limits=Limits(posts=1), posts_by_owner=[("", 9), ("Mo", 1)])
    assert "on_the_side" not in [one.key for one in radar(alone)]


def test_they_are_in_no_meet_up_and_get_no_reminder_of_it(
    session: Session, team: Team, colleague: Person
) -> None:
    person = builders.a_person(session, team)
    builders.a_meetup(session, team, [person, colleague], host=person)
    plan_reminders(session, NOW)
    occurrence = session.scalars(select(Occurrence)).all()[0]
    before = set(presence(session, [occurrence])[occurrence.id].present)

    person.memberships[0].stop_taking_part()
    session.flush()
    plan_reminders(session, NOW)

    found = presence(session, [occurrence])[occurrence.id]
    assert before == {person, colleague}
    assert (found.present, found.absent) == ([colleague], [])
    assert host_of(occurrence, found) == colleague
    assert waiting(session) == {colleague.id}
    person.memberships[0].take_part()
    session.flush()
    plan_reminders(session, NOW)
    assert waiting(session) == {person.id, colleague.id}


def waiting(session: Session) -> set[int]:
    """The ids of whom a reminder waits for."""
    return set(session.scalars(select(Delivery.person_id).where(Delivery.state == "pending")))


@pytest.mark.parametrize("field", ["owner", "reviewer", "sender"])
def test_they_are_chosen_for_nothing_new(
    team: Team, unseen: Person, colleague: Person, field: str
) -> None:
    named: dict[str, Any] = {field: unseen}

    with pytest.raises(Refused) as refused:
        Post.new(team, Content("Keys", **named), colleague, NOW)

    assert refused.value.field == field
    assert NAME not in str(refused.value)


def test_an_unseen_colleague_keeps_no_reminder_from_the_others(
    session: Session, team: Team, colleague: Person
) -> None:
    """One row of theirs in the outbox once made every reminder of everybody void."""
    person = builders.a_person(session, team)
    builders.a_meetup(session, team, [person, colleague])
    plan_reminders(session, NOW)
    person.memberships[0].stop_taking_part()
    session.flush()

    found = {
        row.Delivery.person_id: facts_of_row(row).meetup for row in session.execute(with_facts())
    }

    assert {key: fact is not None and fact.takes_part for key, fact in found.items()} == {
        person.id: False,
        colleague.id: True,
    }


def test_an_edited_series_keeps_whom_the_editor_does_not_see(room: Room) -> None:
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        person = builders.a_person(session, team)
        editor = session.get_one(Person, room.people["editor"])
        meetup_id = builders.a_meetup(session, team, [person, editor], host=person).id
        person.memberships[0].stop_taking_part()
        person_id = person.id
    visitor, where = room.visitor("editor"), f"/meetups/{meetup_id}/edit"
    typed = {"participants": [str(room.people["editor"])], "host": "0"}
    fields = {**visitor.form(where), **typed}

    answer = visitor.send(where, **{**fields, "place": "Kamer 2"})
    stale = visitor.send(where, **{**fields, "place": "Kamer 3"})

    assert (answer.status_code, stale.status_code) == (303, 409)
    assert "Place: saved now" in stale.text
    assert "Participants: saved now" not in stale.text
    assert "Host: saved now" not in stale.text
    with room.database.reading() as session:
        meetup = session.get_one(Meetup, meetup_id)
        assert {one.id for one in meetup.participants} == {person_id, room.people["editor"]}
        assert (meetup.host_id, meetup.place) == (person_id, "Kamer 2")


def test_saving_the_role_matrix_keeps_the_tasks_of_who_is_not_seen(
    session: Session, team: Team, unseen: Person, colleague: Person
) -> None:
    plan = builders.a_plan(session, team)
    plan.roles.append(
        TaskRole(team_id=team.id, task="ideas", person=unseen, person_id=unseen.id, part="does")
    )
    session.flush()

    plan.set_roles([("ideas", colleague, "does")])
    session.flush()

    assert {one.person_id for one in plan.roles} == {unseen.id, colleague.id}
