"""Those around the audiences of a plan: their rules and their pages, on both databases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from calendar_app.errors import Refused
from calendar_app.people.models import AuditEntry, Team
from calendar_app.plans.models import (
    Actor,
    ActorAudience,
    Audience,
    Channel,
    ChannelAudience,
    Plan,
)
from calendar_app.plans.queries import empty_bin, fill
from calendar_app.plans.radar import facts_of
from tests import builders
from tests.plans.room import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.plans.room import Room, Visitor


@pytest.fixture
def plan(session: Session) -> Plan:
    """A plan with the audiences Nurses and Pupils, and nobody around them."""
    team = builders.a_team(session)
    plan = Plan.new(team, "Nurses")
    session.add(plan)
    plan.add_audience("Nurses")
    plan.add_audience("Pupils")
    session.flush()
    return plan


def add(session: Session, plan: Plan, name: str, **texts: Any) -> Actor:
    actor = plan.add_actor(name, **texts)
    session.flush()
    return actor


def ids(plan: Plan) -> list[int]:
    return [audience.id for audience in plan.audiences]


# The rules


def test_an_actor_reaches_those_who_trust_it_too(session: Session, plan: Plan) -> None:
    nurses, pupils = ids(plan)

    add(session, plan, "Colleagues", reaches=[pupils], trusted_by=[nurses], bond="A full team")

    session.expire_all()
    (colleagues,) = plan.actors
    assert (colleagues.reaches, colleagues.trusted_by) == ([nurses, pupils], [nurses])
    assert (colleagues.ring, colleagues.via_id, colleagues.bond) == (1, None, "A full team")


def test_ring_one_needs_no_way_and_keeps_none(session: Session, plan: Plan) -> None:
    colleagues = add(session, plan, "Colleagues")
    teachers = add(session, plan, "Teachers", ring=1, via_id=colleagues.id)
    family = add(session, plan, "Family", ring=2, via_id=colleagues.id)

    family.edit(ring=1, via_id=colleagues.id)

    assert (teachers.via_id, family.via_id) == (None, None)


def test_actors_stand_by_ring_and_then_in_their_order(session: Session, plan: Plan) -> None:
    colleagues = add(session, plan, "Colleagues")
    add(session, plan, "Family", ring=2, via_id=colleagues.id)
    add(session, plan, "Teachers")

    session.expire_all()

    assert [one.name for one in plan.actors] == ["Colleagues", "Teachers", "Family"]


def test_who_changes_rings_comes_last_there(session: Session, plan: Plan) -> None:
    colleagues = add(session, plan, "Colleagues")
    teachers = add(session, plan, "Teachers")
    add(session, plan, "Family", ring=2, via_id=colleagues.id)
    add(session, plan, "Friends", ring=2, via_id=colleagues.id)

    teachers.edit(ring=2, via_id=colleagues.id)
    session.flush()
    session.expire_all()

    assert [one.name for one in plan.actors] == ["Colleagues", "Family", "Friends", "Teachers"]


def test_the_order_changes_within_a_ring(session: Session, plan: Plan) -> None:
    colleagues = add(session, plan, "Colleagues")
    teachers = add(session, plan, "Teachers")
    family = add(session, plan, "Family", ring=2, via_id=colleagues.id)

    teachers.move_up()
    family.move_up()
    session.expire_all()

    assert [one.name for one in plan.actors] == ["Teachers", "Colleagues", "Family"]


def wrong_ways(plan: Plan, other: Plan) -> dict[str, tuple[dict[str, Any], str, str]]:
    """What is refused, at which field, and with which words."""
    found = {one.name: one.id for one in [*plan.actors, *other.actors]}
    foreign = other.audiences[0].id
    return {
        "no name": ({"name": ""}, "name", "Give it a name."),
        "a taken name": ({"name": "FAMILY"}, "name", "“FAMILY” is there already."),
        "no way": ({"ring": 2}, "via_id", "Choose through whom"),
        "a way of ring 2": ({"ring": 2, "via_id": found["Family"]}, "via_id", "ring 1 of this"),
        "a way elsewhere": ({"ring": 2, "via_id": found["Strangers"]}, "via_id", "ring 1 of"),
        "a way that is gone": ({"ring": 2, "via_id": found["Gone"]}, "via_id", "ring 1 of this"),
        "a third ring": ({"ring": 3}, "ring", "Choose ring 1 or ring 2."),
        "a reach elsewhere": ({"reaches": [foreign]}, "reaches", "belongs to another plan"),
        "trust elsewhere": ({"trusted_by": [foreign]}, "trusted_by", "belongs to another plan"),
    }


@pytest.fixture
def other(session: Session, plan: Plan) -> Plan:
    """Another plan of the team; and around the first one colleagues, their family and one gone."""
    team = session.get_one(Team, plan.team_id)
    other = builders.a_plan(session, team)
    add(session, other, "Strangers")
    colleagues = add(session, plan, "Colleagues")
    add(session, plan, "Family", ring=2, via_id=colleagues.id)
    add(session, plan, "Gone").deleted_at = NOW
    session.flush()
    return other


CASES = [
    "no name",
    "a taken name",
    "no way",
    "a way of ring 2",
    "a way elsewhere",
    "a way that is gone",
    "a third ring",
    "a reach elsewhere",
    "trust elsewhere",
]


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, plan: Plan, other: Plan, case: str
) -> None:
    texts, field, words = wrong_ways(plan, other)[case]
    teachers = add(session, plan, "Teachers")
    before = len(plan.actors)
    new = {"name": "New", **texts}

    with pytest.raises(Refused, match=re.escape(words)) as adding:
        plan.add_actor(new.pop("name"), **new)
    with pytest.raises(Refused, match=re.escape(words)) as editing:
        teachers.edit(**texts)

    assert (adding.value.field, editing.value.field) == (field, field)
    # Nothing was half done.
    assert len(plan.actors) == before
    assert not session.is_modified(teachers)


def test_nobody_is_reached_through_themselves(session: Session, plan: Plan) -> None:
    teachers = add(session, plan, "Teachers")

    with pytest.raises(Refused, match="Nobody is reached through themselves"):
        teachers.edit(ring=2, via_id=teachers.id)


def test_who_others_are_reached_through_stays_and_says_for_whom(
    session: Session, plan: Plan
) -> None:
    colleagues = add(session, plan, "Colleagues")
    teachers = add(session, plan, "Teachers")
    family = add(session, plan, "Family", ring=2, via_id=colleagues.id)
    friends = add(session, plan, "Friends", ring=2, via_id=colleagues.id)

    with pytest.raises(Refused) as removing:
        colleagues.remove(NOW)
    with pytest.raises(Refused) as going:
        colleagues.edit(ring=2, via_id=teachers.id)

    assert "Family, Friends" in str(removing.value)
    assert "Family, Friends" in str(going.value)
    assert going.value.field == "ring"

    family.edit(via_id=teachers.id)
    friends.remove(NOW)
    colleagues.remove(NOW)

    assert colleagues.deleted_at == NOW


def test_who_was_reached_through_somebody_comes_back_after_them(
    session: Session, plan: Plan
) -> None:
    colleagues = add(session, plan, "Colleagues")
    family = add(session, plan, "Family", ring=2, via_id=colleagues.id)
    for one in (family, colleagues):
        one.remove(NOW)
        session.flush()
    session.expire_all()

    with pytest.raises(Refused, match="First put back “Colleagues”"):
        family.put_back()
    colleagues.put_back()
    session.flush()
    session.expire_all()
    family.put_back()

    assert family.deleted_at is None


def test_a_name_that_was_given_away_does_not_come_back(session: Session, plan: Plan) -> None:
    gone = add(session, plan, "Teachers")
    gone.remove(NOW)
    session.flush()
    session.expire_all()
    add(session, plan, "Teachers")

    with pytest.raises(Refused, match="is there already"):
        gone.put_back()


def test_a_changed_reach_is_a_change_of_the_actor(session: Session, plan: Plan) -> None:
    nurses, pupils = ids(plan)
    teachers = add(session, plan, "Teachers", reaches=[pupils])
    versions = [teachers.version]

    changes: list[dict[str, Any]] = [{"trusted_by": [pupils]}, {"reaches": [nurses, pupils]}, {}]
    for texts in changes:
        teachers.edit(**texts)
        session.flush()
        versions.append(teachers.version)

    first = versions[0]
    assert versions == [first, first + 1, first + 2, first + 2]
    session.expire_all()
    assert (teachers.reaches, teachers.trusted_by) == ([nurses, pupils], [pupils])


def test_what_an_actor_is_to_a_removed_audience_comes_back_with_it(
    session: Session, plan: Plan
) -> None:
    nurses, pupils = ids(plan)
    teachers = add(session, plan, "Teachers", reaches=[nurses], trusted_by=[pupils])
    audience = session.get_one(Audience, pupils)
    audience.deleted_at = NOW
    session.flush()
    session.expire_all()

    teachers.edit(reaches=[], trusted_by=[nurses])
    session.flush()

    assert (teachers.reaches, teachers.trusted_by) == ([nurses], [nurses])
    audience.deleted_at = None
    session.flush()
    session.expire_all()
    assert teachers.trusted_by == [nurses, pupils]


# What is read, and what goes for good


@pytest.mark.parametrize("size", [1, 12])
def test_a_plan_reads_its_community_in_a_fixed_number_of_queries(room: Room, size: int) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        grow(session, plan, size)
    with room.database.reading() as session:
        team = session.get_one(Team, room.team_id)
        with statements(room.database) as sent:
            plan = fill(session, session.get_one(Plan, room.plan_id))
            around = [one.around for one in plan.actors]
            assert [one.plan.name for one in plan.actors] == ["Nurses"] * (2 * size)
            assert [one.via.name for one in plan.actors if one.via] == ["Near 0"] * size
        assert team.id == plan.team_id

    assert sum(len(one.reaches) for one in around) == 2 * size
    # Eight for the community, and one for each other kind of thing that hangs on the plan.
    assert len(sent) == 14


def grow(session: Session, plan: Plan, size: int) -> None:
    """So many actors in each ring, all of ring 2 by the first of ring 1."""
    first = plan.audiences[0].id
    near = [plan.add_actor(f"Near {number}", trusted_by=[first]) for number in range(size)]
    session.flush()
    for number in range(size):
        plan.add_actor(f"Far {number}", ring=2, via_id=near[0].id, reaches=[first])


def test_a_page_asks_as_often_for_many_actors_as_for_one(room: Room) -> None:
    visitor = room.visitor()
    asked = []
    for size in (1, 12):
        with room.database.writing() as session:
            plan = session.get_one(Plan, room.plan_id)
            for one in sorted(plan.actors, key=lambda each: -each.ring):
                session.delete(one)
                session.flush()
            session.refresh(plan)
            grow(session, plan, size)
        for path in (room.address, f"{room.address}/who", f"{room.address}/audiences/new"):
            visitor.open(path)
            with statements(room.database) as sent:
                visitor.open(path)
            asked.append(len(sent))

    assert asked[:3] == asked[3:]


def count(session: Session, kind: Any) -> int:
    return session.scalars(select(func.count()).select_from(kind)).one()


def test_the_bin_lets_go_of_actors_audiences_and_channels_with_what_links_them(
    session: Session, plan: Plan
) -> None:
    nurses, pupils = ids(plan)
    old = NOW - timedelta(days=31)
    kept = add(session, plan, "Kept", reaches=[nurses, pupils])
    gone = add(session, plan, "Gone", trusted_by=[nurses, pupils])
    channel = builders.a_channel(session, plan)
    dropped = builders.a_channel(session, plan, deleted_at=old)
    for one, audience in ((channel, nurses), (channel, pupils), (dropped, nurses)):
        session.add(ChannelAudience(channel_id=one.id, audience_id=audience))
    gone.deleted_at = old
    session.get_one(Audience, pupils).deleted_at = old
    session.flush()

    assert empty_bin(session, NOW) == 3

    session.expire_all()
    assert [one.name for one in session.scalars(select(Actor))] == ["Kept"]
    assert [one.id for one in session.scalars(select(Channel))] == [channel.id]
    assert [one.id for one in plan.audiences] == [nurses]
    assert kept.reaches == [nurses]
    assert (count(session, ActorAudience), count(session, ChannelAudience)) == (1, 1)
    assert empty_bin(session, NOW) == 0


@pytest.mark.parametrize(("days", "left"), [(29, 2), (31, 0)])
def test_the_bin_keeps_whom_a_removed_one_still_needs(
    session: Session, plan: Plan, days: int, left: int
) -> None:
    colleagues = add(session, plan, "Colleagues")
    family = add(session, plan, "Family", ring=2, via_id=colleagues.id)
    colleagues.deleted_at = NOW - timedelta(days=31)
    family.deleted_at = NOW - timedelta(days=days)
    session.flush()

    empty_bin(session, NOW)

    assert count(session, Actor) == left


def test_the_radar_names_those_through_whom_an_audience_is_reached(
    session: Session, plan: Plan
) -> None:
    nurses, _pupils = ids(plan)
    colleagues = add(session, plan, "Colleagues", reaches=[nurses])
    add(session, plan, "Family", ring=2, via_id=colleagues.id, trusted_by=[nurses])

    seen = facts_of(session, [plan], NOW, NOW.date())[plan.id]

    assert [one.trusted for one in seen.audiences] == [("Colleagues → Family",), ()]


# The pages


def new(room: Room) -> str:
    return f"{room.address}/actors/new"


def page_of(room: Room, name: str) -> str:
    with room.database.reading() as session:
        wanted = select(Actor.id).where(Actor.plan_id == room.plan_id, Actor.name == name)
        return f"{room.address}/actors/{session.scalars(wanted).one()}"


def make(room: Room, visitor: Visitor, name: str, **texts: Any) -> str:
    """Fill in the form of a new actor; the address of its page."""
    answer = visitor.send(new(room), name=name, **{"ring": "1", **texts})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return page_of(room, name)


def version(visitor: Visitor, page: str) -> str:
    return visitor.form(page)["version"]


def test_an_actor_is_written_whole_and_stands_on_the_map(room: Room) -> None:
    visitor = room.visitor()
    make(room, visitor, "Colleagues", reaches=[room.audience_id])
    via = page_of(room, "Colleagues").rsplit("/", 1)[1]

    answer = visitor.send(
        new(room),
        name="Family",
        ring="2",
        via_id=via,
        trusted_by=[room.audience_id],
        bond="They hear it at dinner.",
    )

    page = visitor.follow(answer)
    assert "Saved." in page
    assert page.count('class="map-tile') == 4
    assert 'class="map-line is-via"' in page
    assert "They hear it at dinner." in page
    assert "Reach them through those they trust:" in page
    assert "Family, through Colleagues" in page
    with room.database.reading() as session:
        family = session.scalars(select(Actor).where(Actor.name == "Family")).one()
        assert (family.ring, family.via_id, family.trusted_by) == (2, int(via), [room.audience_id])


def test_the_form_shows_what_is_saved(room: Room) -> None:
    visitor = room.visitor()
    make(room, visitor, "Colleagues")
    via = page_of(room, "Colleagues").rsplit("/", 1)[1]
    family = make(room, visitor, "Family", ring="2", via_id=via, trusted_by=[room.audience_id])

    page = visitor.open(family)

    assert f'<option selected value="{via}">Colleagues' in page
    for name in ("reaches", "trusted_by"):
        assert re.search(rf'name="{name}" value="{room.audience_id}" checked', page)
    assert re.search(r'name="ring" value="2" checked', page)
    # Nobody goes through themselves.
    assert "Family</option>" not in page


def test_the_same_form_sent_twice_makes_one(room: Room) -> None:
    visitor = room.visitor()

    for _ in range(2):
        make(room, visitor, "Colleagues", trusted_by=[room.audience_id])

    with room.database.reading() as session:
        assert count(session, Actor) == 1


@pytest.mark.parametrize(
    ("texts", "field", "english", "dutch"),
    [
        ({"name": ""}, "name", "Fill this in.", "Vul dit in."),
        ({"name": "x" * 81}, "name", "Use at most 80", "Gebruik hoogstens 80"),
        ({"name": "colleagues"}, "name", "is there already", "is er al"),
        ({"ring": "2"}, "via_id", "Choose through whom", "Kies via wie"),
        ({"ring": "2", "via_id": "999999"}, "via_id", "Choose somebody of ring 1", "uit ring 1"),
        ({"reaches": ["999999"]}, "reaches", "belongs to another plan", "ander plan"),
        ({"trusted_by": ["999999"]}, "trusted_by", "belongs to another plan", "ander plan"),
    ],
)
def test_a_rule_speaks_at_its_field_and_keeps_what_was_typed(
    room: Room, texts: dict[str, Any], field: str, english: str, dutch: str
) -> None:
    make(room, room.visitor(), "Colleagues")
    typed = {"name": "Family", "ring": "1", "bond": "Typed with care", **texts}

    for language, words in (("en", english), ("nl", dutch)):
        answer = room.visitor("editor", language).send(new(room), **typed)

        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert words in text.split(f'id="{field}-error"')[1].split("</p>")[0]
        assert "Typed with care" in text
    with room.database.reading() as session:
        assert count(session, Actor) == 1


@pytest.mark.parametrize("value", ["x", "-1", "1.5", ""])
def test_numbers_that_are_none_are_no_error_of_ours(room: Room, value: str) -> None:
    visitor = room.visitor()
    for field in ("ring", "via_id", "reaches", "trusted_by"):
        texts = {"name": "Family", "ring": "2", field: value}

        assert visitor.send(new(room), **texts).status_code == 422


def test_a_stale_write_shows_both_texts_and_a_second_one_is_a_choice(room: Room) -> None:
    visitor = room.visitor()
    page = make(room, visitor, "Colleagues", trusted_by=[room.audience_id])
    old = version(visitor, page)
    theirs = {"name": "Their name", "ring": "1", "version": old}
    room.visitor("admin").send(page, **theirs)

    mine = {"name": "My name", "ring": "1", "trusted_by": [room.audience_id]}
    answer = visitor.send(page, **mine, version=old)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Their name" in text
    assert "My name" in text
    assert "Who trusts them?: what you typed" in text
    fresh = re.search(r'name="version" type="hidden" value="(\d+)"', text)
    assert fresh
    visitor.follow(visitor.send(page, **mine, version=fresh[1]))
    assert page_of(room, "My name") == page


def test_removing_asks_for_what_was_shown_and_can_be_put_back(room: Room) -> None:
    visitor = room.visitor()
    page = make(room, visitor, "Colleagues")
    shown = version(visitor, page)
    visitor.send(page, name="Fellows", ring="1", version=shown)

    assert visitor.send(f"{page}/deletion", version=shown).status_code == 409
    gone = visitor.follow(visitor.send(f"{page}/deletion", version=version(visitor, page)))
    removed = visitor.open(f"{room.address}/removed")
    back = visitor.follow(visitor.send(f"{page}/restoration"))

    assert "“Fellows” is removed." in gone
    assert f'action="{page}/restoration"' in removed
    assert "“Fellows” is back." in back
    visitor.open(page)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Others are reached through “Colleagues”: Family."),
        ("nl", "bereik je ook anderen: Family."),
    ],
)
def test_who_is_needed_stays_and_says_for_whom(room: Room, language: str, words: str) -> None:
    visitor = room.visitor("editor", language)
    page = make(room, visitor, "Colleagues")
    make(room, visitor, "Family", ring="2", via_id=page.rsplit("/", 1)[1])

    answer = visitor.send(f"{page}/deletion", version=version(visitor, page))

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_actors_change_places_on_the_page(room: Room) -> None:
    visitor = room.visitor()
    first = make(room, visitor, "Colleagues")
    second = make(room, visitor, "Teachers")

    page = visitor.follow(visitor.send(f"{second}/up"))

    places = [page.index(f'id="actor-{one.rsplit("/", 1)[1]}"') for one in (second, first)]
    assert places == sorted(places)


def test_all_that_happens_to_an_actor_stands_in_the_log(room: Room) -> None:
    visitor = room.visitor()
    page = make(room, visitor, "Colleagues")
    shown = version(visitor, page)
    visitor.send(page, name="Colleagues", ring="1", version=shown)
    visitor.send(page, name="Colleagues", ring="1", version=shown, trusted_by=[room.audience_id])
    visitor.send(f"{page}/deletion", version=version(visitor, page))
    visitor.send(f"{page}/restoration")

    with room.database.reading() as session:
        wanted = select(AuditEntry.action).where(AuditEntry.object_kind == "actor")
        actions = session.scalars(wanted.order_by(AuditEntry.id)).all()
    # Sent as it stood, a form is no change; a changed reach is one.
    assert actions == ["actor.added", "actor.changed", "actor.removed", "actor.put_back"]
    assert "Added an actor around the audiences" in room.visitor("admin").open("/settings/log")


def test_an_actor_of_another_plan_is_not_here(room: Room) -> None:
    visitor = room.visitor()
    with room.database.writing() as session:
        other = builders.a_plan(session, session.get_one(Team, room.team_id))
        actor = builders.an_actor(session, other)
        address = f"{room.address}/actors/{actor.id}"

    visitor.open(address, status=404)
    for verb in ("", "/up", "/down", "/deletion", "/restoration"):
        assert visitor.send(f"{address}{verb}", name="Mine", version="1").status_code == 404


# What the step shows


def test_a_viewer_sees_the_map_and_nothing_to_change(room: Room) -> None:
    make(room, room.visitor(), "Colleagues", trusted_by=[room.audience_id])

    for path in (room.address, f"{room.address}/who"):
        page = room.visitor("viewer").open(path)

        assert 'role="img" aria-labelledby="map-title map-text"' in page
        assert "/actors/" not in page
        assert page.count('class="map-tile') == 3


def test_the_table_says_what_the_map_shows(room: Room) -> None:
    visitor = room.visitor()
    with room.database.writing() as session:
        pupils = session.get_one(Plan, room.plan_id).add_audience("Pupils")
        session.flush()
        pupils_id = pupils.id
    make(room, visitor, "Colleagues", reaches=[pupils_id], trusted_by=[room.audience_id])

    page = visitor.open(f"{room.address}/who")

    row = page.split('id="actor-')[1].split("</tr>")[0]
    cells = re.findall(r'<div class="cell-value">(.*?)</div>', row)
    assert cells == ["Job seekers", "Pupils"]
    assert "Colleagues" in row


def test_who_has_nobody_around_an_audience_yet_is_told_why_to_look(room: Room) -> None:
    for language, words in (
        ("en", "Nobody stands around your audiences yet."),
        ("nl", "Er staat nog niemand rond je doelgroepen."),
    ):
        page = room.visitor("editor", language).open(f"{room.address}/who")

        assert words in page
        assert '<svg class="map"' not in page
    # It is a hint, and holds nothing up.
    assert "Nothing is missing in this step." in room.visitor().open(f"{room.address}/who")


def test_a_name_too_long_for_the_map_stands_whole_in_the_table(room: Room) -> None:
    name = "Verpleegkundig specialisten en praktijkopleiders van alle afdelingen samen"
    visitor = room.visitor()
    make(room, visitor, name)

    page = visitor.open(f"{room.address}/who")

    drawing, tables = page.split("map-letters", 1)
    assert f"<title>{name}</title>" in drawing
    assert name in tables


def test_hostile_names_are_text_on_the_map_and_in_its_tables(room: Room) -> None:
    hostile = "<b>x</b>\"'{{7*7}}"
    visitor = room.visitor()
    make(room, visitor, hostile, bond=hostile, trusted_by=[room.audience_id])

    for path in (room.address, f"{room.address}/who", page_of(room, hostile)):
        raw = visitor.client.get(path).get_data(as_text=True)

        assert "<b>x</b>" not in raw
        assert "&lt;b&gt;x" in raw
        assert "49" not in re.sub(r"\d{3,}|[\d.]+", "", raw)


def test_an_audience_of_which_nothing_is_known_online_is_shown_whom_it_trusts(
    room: Room,
) -> None:
    visitor = room.visitor()
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.audiences[0].facts[0].edit(certainty="assumed")
    make(room, visitor, "Colleagues", trusted_by=[room.audience_id])

    page = visitor.open(room.address)

    assert "until you find out, that is a guess" in page
    assert "Reach them through those they trust (Colleagues), find a fact, or go offline" in page
    audience = visitor.open(room.addresses["audience"])
    assert '<li class="badge badge-good">Colleagues</li>' in audience


def test_an_archived_plan_shows_its_map_and_takes_no_actor(room: Room) -> None:
    visitor = room.visitor()
    make(room, visitor, "Colleagues")
    visitor.archive(room.address)

    page = visitor.open(f"{room.address}/who")

    assert '<svg class="map"' in page
    assert "/actors/" not in page
    assert visitor.send(new(room), name="Family", ring="1").status_code == 422
