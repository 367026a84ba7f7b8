"""Step 5 as people see and fill it in, on both databases."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.plans.models import Plan, Precondition
from calendar_app.plans.preconditions import KINDS
from calendar_app.plans.queries import preconditions_to_look_at
from calendar_app.reminders.models import Worker
from tests.builders import a_person, a_plan, a_post
from tests.plans.room import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.plans.room import Room

TODAY = NOW.date()
SUCCESS = {"rating": "success", "evidence": "Henk said so on Monday.", "recheck_on": ""}


def all_of(room: Room) -> str:
    return f"{room.address}/preconditions"


def one_of(room: Room, key: str = "management") -> str:
    return f"{all_of(room)}/{key}"


def rows(room: Room) -> list[Precondition]:
    with room.database.reading() as session:
        return list(session.scalars(select(Precondition).order_by(Precondition.id)))


def rate(room: Room, key: str, rating: str, **facts: Any) -> None:
    """Rate as if it was done 200 days ago, so that its day may have come since."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        told = {"evidence": "We saw it.", **facts}
        long_ago = NOW - timedelta(days=200)
        plan.rate(plan.precondition(key), rating, at=long_ago, today=long_ago.date(), **told)


def section(page: str, key: str) -> str:
    """What the page shows of one precondition."""
    found = re.search(
        rf'<li class="precondition" id="precondition-{key}">.*?</li>', page, re.DOTALL
    )
    assert found, key
    return found[0]


def a_worker() -> Worker:
    """A worker that just looked for reminders."""
    return Worker(
        host="here",
        boot="1",
        pid=1,
        pid_started="1",
        started_at=NOW,
        heartbeat_at=NOW,
        ticked_at=NOW,
    )


# Looking


def test_everybody_sees_all_eleven_as_not_known_on_the_first_day(room: Room) -> None:
    page = room.visitor("viewer").open(all_of(room))

    assert "5 · Preconditions" in page
    for key, kind in KINDS.items():
        assert kind.name in section(page, key)
        assert kind.question in section(page, key)
        assert "Not known yet</span>" in section(page, key)
    assert "Not known yet: 11 of the 11 preconditions." in page
    assert f'"{one_of(room)}"' not in page


def test_a_rated_one_shows_how_that_is_known_and_who_does_what(room: Room) -> None:
    owner = room.people["writer"]
    rate(
        room,
        "rules",
        "stumbling",
        evidence="Forms on paper.",
        owner_id=owner,
        action="Ask for a digital one.",
        recheck_on=TODAY + timedelta(days=9),
    )

    shown = section(room.visitor("viewer").open(all_of(room)), "rules")

    name = room.read(Person, owner).name
    for words in (
        "Stumbling block</span>",
        "Forms on paper.",
        f"Owner: {name}",
        "Action: Ask for a digital one.",
        "Look again on 19 November 2026",
    ):
        assert words in shown
    assert "badge-warn" not in shown


def test_a_stumbling_block_says_what_it_lacks(room: Room) -> None:
    rate(room, "rules", "stumbling", action="Ask.")
    rate(room, "people", "stumbling", owner_id=room.people["editor"])

    page = room.visitor("editor").open(all_of(room))

    assert "Nobody owns it yet" in section(page, "rules")
    assert "No action yet" not in section(page, "rules")
    assert "No action yet" in section(page, "people")
    words = "Procedures and rules is a stumbling block: say who does what about it."
    assert f'<a href="{one_of(room, "rules")}">{words}</a>' in page


def test_points_name_the_precondition_in_the_persons_language(room: Room) -> None:
    rate(room, "rules", "stumbling")

    page = room.visitor("editor", "nl").open(all_of(room))

    assert "Procedures en regels is een struikelblok: spreek af wie er wat aan doet." in page


def test_what_is_due_and_what_is_unknown_for_too_long_is_marked(room: Room) -> None:
    rate(room, "trust", "success", recheck_on=TODAY)
    rate(room, "patience", "success", recheck_on=TODAY + timedelta(days=1))
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).created_at = NOW - timedelta(days=30)

    page = room.visitor("viewer").open(all_of(room))

    assert "Time to look at it again" in section(page, "trust")
    assert "badge-warn" not in section(page, "patience")
    assert "Not known for more than 30 days" in section(page, "rules")


def test_the_overview_shows_them_too_and_leads_an_editor_on(room: Room) -> None:
    rate(room, "trust", "success")

    page = room.visitor("editor").open(room.address)

    assert "Success factor</span>" in section(page, "trust")
    assert f'href="{all_of(room)}"' in page
    assert "Finish step 5" in page
    assert "What Kapstok sees itself" not in page


def test_the_pages_ask_as_often_for_eleven_rows_as_for_one(room: Room) -> None:
    visitor, asked = room.visitor(), []
    for chosen in (["trust"], list(KINDS)):
        for key in chosen:
            if key != "trust" or chosen == ["trust"]:
                with room.database.writing() as session:
                    team = session.get_one(Team, room.team_id)
                    owner = a_person(session, team).id
                rate(room, key, "success", owner_id=owner)
        counts = []
        for address in (all_of(room), room.address, "/plans/"):
            visitor.open(address)
            with statements(room.database) as sent:
                visitor.open(address)
            counts.append(len(sent))
        asked.append(counts)

    assert asked[0] == asked[1]


# Rating


def test_an_editor_rates_one_and_it_is_noted_once(room: Room) -> None:
    editor = room.visitor("editor")
    owner = str(room.people["writer"])

    answer = editor.send_changed(one_of(room), **SUCCESS, owner_id=owner, action="Thank him.")

    assert "Henk said so on Monday." in section(editor.follow(answer), "management")
    assert answer.location.endswith("/preconditions#precondition-management")
    (row,) = rows(room)
    assert (row.key, row.rating, row.version, row.owner_id) == (
        "management",
        "success",
        1,
        room.people["writer"],
    )
    assert row.rated_at == NOW
    with room.database.reading() as session:
        entries = session.scalars(select(AuditEntry)).all()
        assert [(e.action, e.object_kind, e.object_id) for e in entries] == [
            ("precondition.changed", "precondition", row.id)
        ]


def test_the_log_names_the_precondition_in_the_persons_language(room: Room) -> None:
    room.visitor("editor").send_changed(one_of(room, "rules"), **SUCCESS)

    page = room.visitor("admin", "nl").open("/settings/log")

    assert "Een randvoorwaarde beoordeeld" in page
    assert (
        "\N{LEFT SINGLE QUOTATION MARK}Procedures en regels\N{RIGHT SINGLE QUOTATION MARK}" in page
    )


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"evidence": ""}, "evidence", "Write in one sentence how you know this."),
        ({"evidence": "   "}, "evidence", "Write in one sentence how you know this."),
        ({"rating": "stumbling", "evidence": ""}, "evidence", "how you know this."),
        ({"recheck_on": "2026-11-10"}, "recheck_on", "Choose a day that is still to come"),
        ({"recheck_on": "2026-11-01"}, "recheck_on", "Choose a day that is still to come"),
        ({"recheck_on": "soon"}, "recheck_on", "This is not a date."),
        ({"rating": "superb"}, "rating", "Not a valid choice"),
        ({"owner_id": "999999"}, "owner_id", "Not a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field_and_kept(
    room: Room, typed: dict[str, str], field: str, words: str
) -> None:
    answer = room.visitor("editor").send_changed(
        one_of(room), **{**SUCCESS, "action": "Keep this.", **typed}
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'href="#{field}"' in page
    assert "Keep this." in page
    assert rows(room) == []


def test_not_known_needs_no_evidence(room: Room) -> None:
    room.visitor("editor").send_changed(one_of(room), rating="unknown", action="Ask Henk.")

    (row,) = rows(room)
    assert (row.rating, row.action, row.rated_at) == ("unknown", "Ask Henk.", None)


def test_a_day_to_look_again_is_suggested_ninety_days_ahead(room: Room) -> None:
    editor = room.visitor("editor")
    rate(room, "trust", "success")
    rate(room, "rules", "success", recheck_on=TODAY + timedelta(days=5))

    assert editor.form(one_of(room, "patience"))["recheck_on"] == "2027-02-08"
    # Whoever chose no day is not asked again, and a day to come stays.
    assert editor.form(one_of(room, "trust"))["recheck_on"] == ""
    assert editor.form(one_of(room, "rules"))["recheck_on"] == "2026-11-15"


@pytest.mark.parametrize(
    ("typed", "status", "day"),
    [
        ({}, 303, date(2027, 2, 8)),
        ({"recheck_on": ""}, 303, None),
        ({"recheck_on": "2026-11-07"}, 422, date(2026, 11, 7)),
    ],
)
def test_what_is_due_says_since_when_and_gets_another_day_or_none(
    room: Room, typed: dict[str, str], status: int, day: date | None
) -> None:
    rate(room, "trust", "success", recheck_on=TODAY - timedelta(days=3))
    editor, path = room.visitor("editor"), one_of(room, "trust")

    page = editor.open(path)
    answer = editor.send_changed(path, **typed)

    assert "You wanted to look at this again on 7 November 2026." in page
    assert answer.status_code == status
    assert rows(room)[0].recheck_on == day
    assert (rows(room)[0].rated_at == NOW) is (status == 303)


def test_the_same_form_sent_twice_is_one_rating(room: Room) -> None:
    editor = room.visitor("editor")
    typed = {**editor.form(one_of(room)), **SUCCESS}

    answers = [editor.send(one_of(room), **typed).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert [row.version for row in rows(room)] == [1]


def test_two_people_who_make_the_first_row_lose_neither_text(room: Room) -> None:
    first, second = room.visitor("editor"), room.visitor("admin")
    typed = second.form(one_of(room))
    first.send_changed(one_of(room), **SUCCESS)

    late = second.send(
        one_of(room), **{**typed, **SUCCESS, "rating": "stumbling", "evidence": "I saw no one."}
    )

    page = late.get_data(as_text=True)
    assert late.status_code == 409
    for words in ("Somebody was before you", "Henk said so on Monday.", "I saw no one."):
        assert words in page
    assert rows(room)[0].evidence == "Henk said so on Monday."


def test_two_at_the_very_same_moment_make_one_row_and_one_is_told(room: Room) -> None:
    visitors = [room.visitor("editor"), room.visitor("admin")]
    typed = visitors[0].form(one_of(room))

    def send(number: int) -> TestResponse:
        told = {**typed, **SUCCESS, "evidence": f"Seen by {number}."}
        return visitors[number].send(one_of(room), **told)

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(answer.status_code for answer in pool.map(send, range(2)))

    assert answers == [303, 409]
    assert len(rows(room)) == 1


def test_a_stale_edit_shows_both_texts(room: Room) -> None:
    rate(room, "trust", "success")
    editor, admin = room.visitor("editor"), room.visitor("admin")
    typed = admin.form(one_of(room, "trust"))
    editor.send_changed(one_of(room, "trust"), evidence="All may post.")

    late = admin.send(one_of(room, "trust"), **{**typed, "evidence": "Two may post."})

    assert late.status_code == 409
    assert "All may post." in late.get_data(as_text=True)
    assert "Two may post." in late.get_data(as_text=True)


def test_saving_may_lead_to_the_next_that_is_not_known(room: Room) -> None:
    rate(room, "trust", "success")
    editor = room.visitor("editor")

    from_management = editor.send_changed(one_of(room), **SUCCESS, then="next")
    from_the_last = editor.send_changed(one_of(room, "patience"), **SUCCESS, then="next")

    assert from_management.location == one_of(room, "rules")
    assert from_the_last.location == one_of(room, "infrastructure")


def test_an_owner_who_left_the_team_stays_until_somebody_else_is_chosen(room: Room) -> None:
    rate(room, "trust", "success", owner_id=room.people["writer"])
    with room.database.writing() as session:
        session.get_one(Person, room.people["writer"]).memberships[0].ended_at = NOW
    editor = room.visitor("editor")

    kept = editor.send_changed(
        one_of(room, "trust"), owner_id=str(room.people["writer"]), action="Go on."
    )
    refused = editor.send_changed(one_of(room, "rules"), **SUCCESS, owner_id=room.people["writer"])

    assert kept.status_code == 303
    assert refused.status_code == 422


def test_a_precondition_that_is_none_of_the_eleven_is_not_there(room: Room) -> None:
    editor = room.visitor("editor")

    editor.open(one_of(room, "luck"), status=404)
    assert editor.send(one_of(room, "luck"), **SUCCESS).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "writer"])
def test_who_may_not_change_the_plan_does_not_rate(room: Room, role: str) -> None:
    visitor = room.visitor(role)

    visitor.open(one_of(room), status=403)
    assert visitor.send(one_of(room), **SUCCESS).status_code == 403
    assert visitor.send(all_of(room), hours_a_week="4").status_code == 403


def test_a_plan_in_the_archive_is_read_and_not_rated(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).archived_at = NOW
    editor = room.visitor("editor")

    page = editor.open(all_of(room))

    assert "Save the hours" not in page
    assert editor.send(one_of(room), **SUCCESS).status_code == 422


def test_the_verb_refuses_a_rating_that_there_is_not(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        with pytest.raises(Refused, match="Choose one of these"):
            plan.rate(plan.precondition("rules"), "superb", at=NOW, today=TODAY, evidence="So.")
        assert plan.preconditions == []


# What Kapstok sees itself


def hours_line(page: str) -> str:
    found = re.search(r'id="hours">.*?</ul>', page, re.DOTALL)
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("hours", "minutes", "words", "state"),
    [
        ("4", "180", "You ask 3 posts a week: 9 hours; there are 4.", "is-ill"),
        ("9", "180", "You ask 3 posts a week: 9 hours; there are 9.", "is-well"),
        ("4", "", "You ask 3 posts a week: 3 hours; there are 4.", "is-well"),
        ("4", "50", "You ask 3 posts a week: 2.5 hours; there are 4.", "is-well"),
        ("", "", "Nobody wrote down how many there are.", "is-ill"),
    ],
)
def test_the_hours_are_held_against_the_rhythm_of_the_channels(
    room: Room, hours: str, minutes: str, words: str, state: str
) -> None:
    editor = room.visitor("editor")

    answer = editor.send_changed(all_of(room), hours_a_week=hours, minutes_a_post=minutes)

    line = hours_line(editor.follow(answer))
    assert words in line
    assert state in line
    assert words in editor.open(one_of(room, "people"))


def test_hours_are_written_as_the_language_writes_them(room: Room) -> None:
    room.visitor("editor").send_changed(all_of(room), hours_a_week="4", minutes_a_post="50")

    page = room.visitor("viewer", "nl").open(all_of(room))

    assert "Jullie vragen 3 berichten per week: 2,5 uur; er is 4 uur." in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("hours_a_week", "-1"),
        ("hours_a_week", "401"),
        ("minutes_a_post", "0"),
        ("minutes_a_post", "x"),
    ],
)
def test_impossible_hours_are_refused_at_their_field(room: Room, field: str, typed: str) -> None:
    answer = room.visitor("editor").send_changed(all_of(room), **{field: typed})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)


def test_hours_that_somebody_changed_meanwhile_are_shown_beside_the_typed_ones(
    room: Room,
) -> None:
    editor, admin = room.visitor("editor"), room.visitor("admin")
    typed = admin.form(all_of(room))
    editor.send_changed(all_of(room), hours_a_week="4")

    late = admin.send(all_of(room), **{**typed, "hours_a_week": "6"})

    assert late.status_code == 409
    assert "Somebody was before you" in late.get_data(as_text=True)
    assert room.read(Plan, room.plan_id).hours_a_week == 4


def test_the_technique_is_told_as_it_is_now(room: Room) -> None:
    visitor = room.visitor("viewer")

    page = visitor.open(all_of(room))

    assert "no mail server is set" in page
    assert "the reminder service has not run yet" in page
    assert "Kapstok is at https://kapstok.example." in page
    assert "Calendar programs fetch the schedule from https://kapstok.example/feeds/…." in page
    assert visitor.open(all_of(room)).count("check-line is-well") == 2


def test_a_worker_that_ran_and_a_mail_server_are_well(room: Room) -> None:
    house = room.app.extensions["kapstok"]
    config = replace(house.config, smtp_url="smtp://mail.example:25")
    room.app.extensions["kapstok"] = replace(house, config=config)
    with room.database.writing() as session:
        session.add(a_worker())

    page = room.visitor("viewer").open(all_of(room))

    assert "A mail server is set." in page
    assert "The reminder service last ran on Tue 10 Nov 09:18." in page
    assert page.count("check-line is-well") == 4


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:8000", "Only this machine can reach it."),
        ("http://kapstok.example", "without https: others can listen."),
    ],
)
def test_an_address_that_others_cannot_use_well_is_named(
    room: Room, address: str, words: str
) -> None:
    house = room.app.extensions["kapstok"]
    visitor = room.visitor("viewer")
    room.app.extensions["kapstok"] = replace(house, config=replace(house.config, base_url=address))

    page = visitor.open(all_of(room))

    assert words in page
    assert "Outlook on the web cannot fetch" in page


# For the radar and the meet-up


def test_the_radar_leads_to_a_stumbling_block_under_posts_that_are_planned(room: Room) -> None:
    rate(room, "rules", "stumbling")
    viewer = room.visitor("viewer")
    before = viewer.open(room.address)
    with room.database.writing() as session:
        team, plan = session.get_one(Team, room.team_id), session.get_one(Plan, room.plan_id)
        a_post(session, team, plan, starts_at=NOW + timedelta(days=1))

    after = viewer.open(room.address)

    assert "A stumbling block that you can see coming." not in before
    words = "“Procedures and rules” stands in the way and has no owner and no action."
    assert f"{words} Posts planned: 1." in after
    assert f'<a href="{room.address}">Say who does what about it</a>' in after
    editor = room.visitor("editor").open(room.address)
    where = f"{room.address}/preconditions/rules"
    assert f'<a href="{where}">Say who does what about it</a>' in editor


def test_the_meetup_is_told_of_active_plans_in_two_queries(room: Room) -> None:
    rate(room, "trust", "success", recheck_on=TODAY)
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        for _ in range(3):
            a_plan(session, team, created_at=NOW)
        a_plan(session, team, created_at=NOW - timedelta(days=99), archived_at=NOW)
        # By name the first, yet what is due comes before what is not known.
        a_plan(session, team, name="Alumni", created_at=NOW - timedelta(days=31))

    with room.database.reading() as session:
        team = session.get_one(Team, room.team_id)
        with statements(room.database) as sent:
            found = preconditions_to_look_at(session, team, TODAY)

    first, *others = found
    assert (first.plan.id, first.key, first.reason) == (room.plan_id, "trust", "recheck")
    assert first.name == "Room, trust and empowerment"
    assert [(one.plan.name, one.key, one.reason) for one in others] == [
        ("Alumni", key, "unknown") for key in KINDS
    ]
    assert len(sent) == 2


def test_the_meetup_is_told_of_what_is_unknown_after_the_teams_own_days(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Team, room.team_id).radar_unknown_days = 5
        session.get_one(Plan, room.plan_id).created_at = NOW - timedelta(days=5)

    with room.database.reading() as session:
        team = session.get_one(Team, room.team_id)
        found = [
            len(preconditions_to_look_at(session, team, day)) for day in (date(2026, 11, 9), TODAY)
        ]

    assert found == [0, 11]
