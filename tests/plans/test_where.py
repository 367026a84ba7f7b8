"""Step 4 as people meet it: channels, roles, ambassadors and webcare; on both databases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from calendar_app.errors import Refused
from calendar_app.people.models import AuditEntry, Membership, Person
from calendar_app.plans.models import Channel, ChannelAudience, Plan, TaskRole
from calendar_app.plans.queries import empty_bin
from calendar_app.plans.roles import TASKS
from calendar_app.plans.slots import MOST_SLOTS
from tests.builders import a_person, a_plan, a_team, an_audience
from tests.plans.room import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.people.models import Team
    from tests.plans.room import Room

WHOLE_CHANNEL: dict[str, Any] = {
    "name": "Intranet",
    "short": "INT",
    "facing": "internal",
    "cadence": "2",
    "forms": ["sound", "text"],
    "slots": "do 16u\r\nTue 9:30",
    **dict.fromkeys(("purpose", "evidence", "evidence_source"), ""),
}


# The rules, without a page


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def plan(session: Session, team: Team) -> Plan:
    return a_plan(session, team)


@pytest.fixture
def anouk(session: Session, team: Team) -> Person:
    return a_person(session, team, name="Anouk Bakker")


@pytest.fixture
def mo(session: Session, team: Team) -> Person:
    return a_person(session, team, "editor", name="Mo Kaya")


def refused_at(channel: Channel, **texts: Any) -> str | None:
    before = (channel.slots, channel.owner, channel.deputy, list(channel.audiences))
    with pytest.raises(Refused) as caught:
        channel.edit(**texts)
    assert (channel.slots, channel.owner, channel.deputy, list(channel.audiences)) == before
    return caught.value.field


def test_a_channel_keeps_for_whom_how_when_and_by_whom(
    plan: Plan, anouk: Person, mo: Person
) -> None:
    channel = plan.channels[0]

    channel.edit(
        audiences=plan.audiences,
        forms=["video", "text"],
        slots="do 16u\ndi 9:30",
        owner=anouk,
        deputy=mo,
    )

    assert channel.audiences == plan.audiences
    assert (channel.forms, channel.form_keys) == ("text,video", ["text", "video"])
    assert channel.slots == "TU 09:30,TH 16:00"
    assert (channel.owner, channel.deputy) == (anouk, mo)


def test_another_audience_makes_the_open_forms_of_colleagues_stale(
    session: Session, plan: Plan
) -> None:
    channel = plan.channels[0]
    session.flush()
    before = channel.version

    channel.edit(audiences=plan.audiences)
    session.flush()
    changed = channel.version
    channel.edit(audiences=plan.audiences)
    session.flush()

    assert changed == before + 1
    assert channel.version == changed


def test_what_cannot_be_of_a_channel_is_refused_and_changes_nothing(
    session: Session, team: Team, plan: Plan, anouk: Person
) -> None:
    channel = plan.channels[0]
    stranger = a_person(session, a_team(session), name="Karel")
    other = a_plan(session, team).audiences[0]

    assert refused_at(channel, audiences=[other], slots="di 9:00") == "audiences"
    assert refused_at(channel, owner=anouk, deputy=anouk) == "deputy"
    assert refused_at(channel, owner=stranger) == "owner"
    assert refused_at(channel, deputy=stranger) == "deputy"
    assert refused_at(channel, owner=anouk, slots="di 9:00\nsoms") == "slots"
    assert refused_at(channel, slots="\n".join(f"ma 9:{n:02}" for n in range(40))) == "slots"


def test_as_many_hours_as_fit_are_kept(plan: Plan) -> None:
    channel = plan.channels[0]

    channel.edit(slots="\n".join(f"ma 9:{number:02}" for number in range(MOST_SLOTS)))

    assert len(channel.slots) <= 300


def test_an_owner_who_left_the_team_stays_until_somebody_else_is_chosen(
    session: Session, plan: Plan, anouk: Person, mo: Person
) -> None:
    channel = plan.channels[0]
    channel.edit(owner=anouk)
    anouk.memberships[0].ended_at = NOW
    session.flush()

    channel.edit(owner=anouk, purpose="Iedereen")
    channel.edit(owner=mo)

    assert refused_at(channel, owner=anouk) == "owner"


def test_a_removed_audience_leaves_its_channels_and_comes_back_to_them(
    session: Session, plan: Plan
) -> None:
    channel, audience = plan.channels[0], plan.audiences[0]
    channel.edit(audiences=[audience])
    session.flush()

    audience.remove(NOW, 0)
    session.flush()
    session.expire(channel)
    assert channel.audiences == []
    audience.put_back()
    session.flush()
    session.expire(channel)
    assert channel.audiences == [audience]


def test_what_leaves_the_bin_takes_its_links_along(session: Session, plan: Plan) -> None:
    gone, stays = an_audience(session, plan), plan.audiences[0]
    session.refresh(plan)
    channel = plan.channels[0]
    channel.edit(audiences=[gone, stays])
    old = plan.add_channel("Prikbord", "PR", audiences=[stays])
    session.flush()
    gone.deleted_at = old.deleted_at = NOW - timedelta(days=31)
    session.flush()

    assert empty_bin(session, NOW) == 2

    links = session.execute(select(ChannelAudience.channel_id, ChannelAudience.audience_id))
    assert [tuple(row) for row in links] == [(channel.id, stays.id)]


def test_the_whole_matrix_is_set_at_once(
    session: Session, plan: Plan, anouk: Person, mo: Person
) -> None:
    plan.set_roles([("writing", anouk, "does"), ("writing", mo, "deputy"), ("image", mo, "does")])
    session.flush()

    plan.set_roles([("writing", anouk, "deputy"), ("writing", mo, "does")])
    session.flush()
    session.expire_all()

    assert plan.matrix.cells == sorted(
        [("writing", anouk.id, "deputy"), ("writing", mo.id, "does")]
    )
    assert session.scalar(select(func.count()).select_from(TaskRole)) == 2


def test_a_deputy_without_somebody_who_does_it_is_allowed(plan: Plan, mo: Person) -> None:
    plan.set_roles([("review", mo, "deputy")])

    assert plan.matrix.part("review", mo.id) == "deputy"


@pytest.mark.parametrize(("task", "part"), [("cooking", "does"), ("review", "watches")])
def test_there_are_no_other_tasks_and_parts(plan: Plan, mo: Person, task: str, part: str) -> None:
    with pytest.raises(Refused):
        plan.set_roles([(task, mo, part)])

    assert plan.roles == []


@pytest.mark.parametrize("why", ["stranger", "left", "unseen"])
def test_only_who_is_in_the_team_and_wants_to_be_seen_has_a_task(
    session: Session, team: Team, plan: Plan, mo: Person, why: str
) -> None:
    person = a_person(session, a_team(session) if why == "stranger" else team)
    before = plan.matrix
    if why == "left":
        person.memberships[0].ended_at = NOW
    if why == "unseen":
        person.memberships[0].takes_part = False

    with pytest.raises(Refused) as caught:
        plan.set_roles([("review", mo, "does"), ("writing", person, "does")])

    assert person.name not in str(caught.value)
    assert plan.matrix == before


def test_who_leaves_or_does_not_want_to_be_seen_counts_no_more(
    session: Session, plan: Plan, anouk: Person, mo: Person
) -> None:
    plan.set_roles([("writing", anouk, "does"), ("review", mo, "does")])
    session.flush()

    anouk.memberships[0].takes_part = False
    mo.memberships[0].ended_at = NOW

    assert plan.matrix.cells == []


def agreed(plan: Plan, **changes: Any) -> None:
    told = {"answer_hours": 4, "watch_hours": 2, "escalate_hours": None, "escalate_to": None}
    plan.agree_webcare(**{**told, **changes})


def test_webcare_is_agreed(plan: Plan, mo: Person) -> None:
    agreed(plan, escalate_hours=8, escalate_to=mo)

    assert (plan.answer_hours, plan.watch_hours) == (4, 2)
    assert (plan.escalate_hours, plan.escalate_to) == (8, mo)


@pytest.mark.parametrize(
    ("hours", "whom", "field"),
    [
        (8, None, "escalate_to"),
        (None, "mo", "escalate_hours"),
        (4, "mo", "escalate_hours"),
        (8, "stranger", "escalate_to"),
    ],
)
def test_an_agreement_that_makes_no_sense_is_refused_at_its_field(
    session: Session, plan: Plan, mo: Person, hours: int | None, whom: str | None, field: str
) -> None:
    stranger = a_person(session, a_team(session))
    people = {"mo": mo, "stranger": stranger, None: None}

    with pytest.raises(Refused) as caught:
        agreed(plan, escalate_hours=hours, escalate_to=people[whom])

    assert caught.value.field == field
    assert plan.answer_hours is None


# Channels on their page


def channel_of(room: Room, name: str) -> tuple[Channel, list[int]]:
    with room.database.reading() as session:
        found = session.scalars(select(Channel).where(Channel.name == name)).one()
        return found, [audience.id for audience in found.audiences]


def whole_channel(room: Room, **changes: Any) -> dict[str, Any]:
    people = {"owner": room.people["writer"], "deputy": room.people["editor"]}
    return {**WHOLE_CHANNEL, **people, "audiences": [room.audience_id], **changes}


def test_a_new_channel_is_kept_whole_and_shown(room: Room) -> None:
    visitor = room.visitor(language="nl")

    page = visitor.follow(visitor.send(f"{room.address}/channels/new", **whole_channel(room)))

    channel, audiences = channel_of(room, "Intranet")
    assert audiences == [room.audience_id]
    assert (channel.forms, channel.slots) == ("text,sound", "TU 09:30,TH 16:00")
    assert channel.owner_id == room.people["writer"]
    assert "di 09:30, do 16:00" in page
    assert "Tekst, Geluid" in page


def test_the_same_new_channel_sent_twice_is_made_once(room: Room) -> None:
    visitor = room.visitor()
    for slots in ("Tue 9:30\nThu 16:00", "do 16u\ndi 9.30"):
        fields = whole_channel(room, slots=slots, forms=["text", "sound"])
        assert visitor.send(f"{room.address}/channels/new", **fields).status_code == 303

    assert channel_of(room, "Intranet")[0].slots == "TU 09:30,TH 16:00"


def test_the_form_shows_what_is_kept_in_the_language_of_the_reader(room: Room) -> None:
    visitor = room.visitor()
    visitor.send(f"{room.address}/channels/new", **whole_channel(room))
    address = f"{room.address}/channels/{channel_of(room, 'Intranet')[0].id}"

    english, dutch = visitor.open(address), room.visitor(language="nl").open(address)

    assert "Tue 09:30\nThu 16:00</textarea>" in english
    assert "di 09:30\ndo 16:00</textarea>" in dutch
    checked = re.findall(r'name="(\w+)" value="(\w+)" checked', english)
    assert ("audiences", str(room.audience_id)) in checked
    assert {("forms", "text"), ("forms", "sound")} <= set(checked)
    assert f'<option selected value="{room.people["writer"]}">' in english


def test_a_line_that_is_not_clear_is_named_and_what_was_typed_stays(room: Room) -> None:
    fields = whole_channel(room, slots="di 9:30\nsoms een keer")

    answer = room.visitor(language="nl").send(f"{room.address}/channels/new", **fields)

    assert answer.status_code == 422
    assert "Regel 2 is niet duidelijk: \N{LEFT SINGLE QUOTATION MARK}soms" in answer.text
    assert "di 9:30\nsoms een keer</textarea>" in answer.text


@pytest.mark.parametrize("field", ["audiences", "owner", "deputy", "forms"])
def test_what_is_of_another_team_cannot_be_chosen(room: Room, field: str) -> None:
    with room.database.writing() as session:
        foreign = session.get_one(Plan, room.foreign_plan_id)
        foreign_ids = {
            "audiences": foreign.audiences[0].id,
            "owner": a_person(session, foreign.team).id,
            "deputy": a_person(session, foreign.team).id,
            "forms": "smell",
        }

    answer = room.visitor().send(
        f"{room.address}/channels/new", **whole_channel(room, **{field: foreign_ids[field]})
    )

    assert answer.status_code == 422
    assert re.search(f'id="{field}-error"', answer.text)


def test_two_editors_of_a_channel_see_both_texts(room: Room) -> None:
    visitor = room.visitor()
    visitor.send(f"{room.address}/channels/new", **whole_channel(room))
    channel, _ = channel_of(room, "Intranet")
    address = f"{room.address}/channels/{channel.id}"
    mine = whole_channel(
        room, version=channel.version, audiences=[], forms=["video"], slots="vr 9:00", owner=""
    )
    visitor.send(address, **whole_channel(room, version=channel.version, slots="ma 8:00"))

    answer = visitor.send(address, **mine)

    assert answer.status_code == 409
    texts = [
        re.sub(r"<[^>]+>", "", text)
        for text in re.findall(r'conflict-text">(.*?)</div>', answer.text, re.DOTALL)
    ]
    assert texts == [
        *("Job seekers", "\N{EN DASH}"),
        *("Text, Sound", "Video"),
        *("Mon 08:00", "Fri 09:00"),
        *(name_of(room, "writer"), "\N{EN DASH}"),
    ]


def name_of(room: Room, role: str) -> str:
    return room.read(Person, room.people[role]).name


def test_colleagues_who_do_not_want_to_be_seen_are_not_offered(room: Room) -> None:
    hide(room, "writer")
    name = name_of(room, "writer")
    visitor = room.visitor()

    for path in (room.new_addresses["channel"], f"{room.address}/roles", f"{room.address}/webcare"):
        page = visitor.open(path)
        assert name not in page
        assert name_of(room, "viewer") in page


def hide(room: Room, role: str) -> None:
    with room.database.writing() as session:
        of_person = Membership.person_id == room.people[role]
        session.scalars(select(Membership).where(of_person)).one().takes_part = False


# The role matrix on its page


def cells(room: Room, **chosen: str) -> dict[str, str]:
    """A field for each cell; `chosen` by "task__role"."""
    fields = {f"role-{task}-{person}": "" for task in TASKS for person in room.people.values()}
    for cell, part in chosen.items():
        task, role = cell.split("__")
        fields[f"role-{task}-{room.people[role]}"] = part
    return fields


def matrix_of(room: Room) -> list[tuple[str, int, str]]:
    with room.database.reading() as session:
        return session.get_one(Plan, room.plan_id).matrix.cells


def digest(page: str) -> str:
    found = re.search(r'name="digest"[^>]*value="(\w+)"', page)
    assert found
    return found[1]


def test_the_matrix_is_a_table_with_a_named_choice_for_each_task_and_person(room: Room) -> None:
    page = room.visitor("editor", "nl").open(f"{room.address}/roles")

    assert page.count("<select") == len(TASKS) * len(room.people)
    name, person_id = name_of(room, "editor"), room.people["editor"]
    label = f'<label class="visually-hidden" for="role-writing-{person_id}">Schrijven: {name}'
    assert label in page
    assert page.count('<option value="does" selected>') == len(TASKS)
    assert f'<th scope="col" role="columnheader">{name}</th>' in page


def test_the_matrix_is_saved_whole_and_shown_in_words_and_signs(room: Room) -> None:
    visitor = room.visitor()
    fields = cells(room, writing__writer="does", writing__admin="deputy", review__admin="deputy")
    shown = digest(visitor.open(f"{room.address}/roles"))

    page = visitor.follow(visitor.send(f"{room.address}/roles", digest=shown, **fields))

    people = room.people
    assert matrix_of(room) == sorted(
        [
            ("review", people["admin"], "deputy"),
            ("writing", people["admin"], "deputy"),
            ("writing", people["writer"], "does"),
        ]
    )
    assert page.count("<span>Does it</span>") == 1
    assert page.count("<span>Deputy</span>") == 2
    assert "There is a deputy, but nobody who does it: review." in page
    assert "Nobody does this yet: ideas, images, review, publishing" in page
    with room.database.reading() as session:
        done = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first()
    assert done == "roles.changed"


def test_a_matrix_that_somebody_changed_meanwhile_shows_both(room: Room) -> None:
    visitor = room.visitor()
    shown = digest(visitor.open(f"{room.address}/roles"))
    theirs, mine = cells(room, image__admin="does"), cells(room, image__writer="does")
    visitor.send(f"{room.address}/roles", digest=shown, **theirs)

    late = visitor.send(f"{room.address}/roles", digest=shown, **mine)

    assert late.status_code == 409
    assert f"{name_of(room, 'admin')}: does it" in late.text
    assert f"{name_of(room, 'writer')}: does it" in late.text
    assert matrix_of(room) == [("image", room.people["admin"], "does")]
    again = visitor.send(f"{room.address}/roles", digest=digest(late.text), **mine)
    assert again.status_code == 303
    assert matrix_of(room) == [("image", room.people["writer"], "does")]


def test_the_same_matrix_sent_twice_is_saved_once(room: Room) -> None:
    visitor = room.visitor()
    shown = digest(visitor.open(f"{room.address}/roles"))
    fields = cells(room, image__admin="does")

    answers = [
        visitor.send(f"{room.address}/roles", digest=shown, **fields).status_code for _ in range(2)
    ]

    assert answers == [303, 303]
    with room.database.reading() as session:
        noted = select(func.count()).where(AuditEntry.action == "roles.changed")
        assert session.scalar(noted) == 1


@pytest.mark.parametrize("part", ["does", "cooks"])
def test_a_forged_cell_changes_nothing(room: Room, part: str) -> None:
    with room.database.writing() as session:
        stranger = a_person(session, a_team(session)).id
    visitor = room.visitor()
    shown, before = digest(visitor.open(f"{room.address}/roles")), matrix_of(room)
    person = stranger if part == "does" else room.people["admin"]

    answer = visitor.send(
        f"{room.address}/roles", **{"digest": shown, f"role-image-{person}": part}
    )

    assert answer.status_code == 422
    assert matrix_of(room) == before


def test_who_wants_not_to_be_seen_is_no_column(room: Room) -> None:
    name = name_of(room, "editor")
    assert name in room.visitor("viewer").open(f"{room.address}/where")

    hide(room, "editor")
    page = room.visitor("viewer").open(f"{room.address}/where")

    assert name not in page
    assert "Nobody has a task yet." in page


# Webcare on its page


def test_webcare_is_written_and_told_in_sentences(room: Room) -> None:
    visitor = room.visitor()

    page = visitor.follow(
        visitor.send_changed(
            f"{room.address}/webcare",
            answer_hours="4",
            watch_hours="2",
            escalate_hours="8",
            escalate_to=room.people["admin"],
        )
    )

    assert "We answer a question within 4 hours." in page
    assert "Somebody watches a new post for the first 2 hours." in page
    assert f"No answer after 8 hours? Then it goes to {name_of(room, 'admin')}." in page


def test_the_plan_says_that_who_hears_of_what_nobody_answers_left(room: Room) -> None:
    visitor, page = room.visitor(), f"{room.address}/where"
    hours = {"answer_hours": "4", "escalate_hours": "8", "escalate_to": room.people["admin"]}
    visitor.send_changed(f"{room.address}/webcare", **hours)
    words = f"{name_of(room, 'admin')} is not in the team any more."
    assert words not in visitor.open(page)

    with room.database.writing() as session:
        of_person = Membership.person_id == room.people["admin"]
        session.scalars(select(Membership).where(of_person)).one().ended_at = NOW

    assert words in visitor.open(page)
    assert words in visitor.open(room.address)


def test_a_refused_agreement_keeps_what_was_typed(room: Room) -> None:
    answer = room.visitor(language="nl").send_changed(
        f"{room.address}/webcare", answer_hours="12", escalate_hours="8", escalate_to=""
    )

    assert answer.status_code == 422
    assert "Zeg naar wie het dan gaat." in answer.text
    assert 'value="12"' in answer.text
    assert room.read(Plan, room.plan_id).answer_hours == 4


def test_two_editors_of_the_agreement_see_both(room: Room) -> None:
    visitor = room.visitor()
    form = visitor.form(f"{room.address}/webcare")
    visitor.send(f"{room.address}/webcare", **{**form, "answer_hours": "6"})

    answer = visitor.send(
        f"{room.address}/webcare",
        **{**form, "answer_hours": "9", "escalate_to": room.people["admin"]},
    )

    assert answer.status_code == 409
    assert '<div class="conflict-text">6</div>' in answer.text
    assert '<div class="conflict-text">9</div>' in answer.text
    assert name_of(room, "admin") in answer.text
    assert room.read(Plan, room.plan_id).answer_hours == 6


# What is wished of ambassadors, on its page


def test_the_share_of_ambassadors_is_written_and_told_and_taken_back(room: Room) -> None:
    visitor, path = room.visitor(), f"{room.address}/senders"

    told = visitor.follow(visitor.send_changed(path, ambassador_share="20"))
    kept = room.read(Plan, room.plan_id).ambassador_share
    shown = visitor.form(path)["ambassador_share"]
    silent = visitor.follow(visitor.send_changed(path, ambassador_share=""))

    assert "Wanted: they post 20% of the posts themselves, the brand 80%." in told
    assert (kept, shown) == (20, "20")
    assert "Wanted: they post" not in silent
    assert room.read(Plan, room.plan_id).ambassador_share is None
    with room.database.reading() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["plan.changed"] * 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("101", "Kies een getal van 0 tot en met 100."),
        ("-1", "Kies een getal van 0 tot en met 100."),
        ("de helft", "Gebruik een heel getal."),
    ],
)
def test_a_share_of_ambassadors_that_cannot_be_is_refused_at_its_field(
    room: Room, typed: str, words: str
) -> None:
    answer = room.visitor(language="nl").send_changed(
        f"{room.address}/senders", ambassador_share=typed
    )

    assert answer.status_code == 422
    assert words in answer.text.split('id="ambassador_share-error"')[1].split("</p>")[0]
    assert f'value="{typed}"' in answer.text
    assert room.read(Plan, room.plan_id).ambassador_share is None


def test_two_who_write_the_share_of_ambassadors_see_both(room: Room) -> None:
    visitor, path = room.visitor(), f"{room.address}/senders"
    form = visitor.form(path)
    visitor.send(path, **{**form, "ambassador_share": "20"})

    answer = visitor.send(path, **{**form, "ambassador_share": "30"})

    assert answer.status_code == 409
    assert '<div class="conflict-text">20</div>' in answer.text
    assert '<div class="conflict-text">30</div>' in answer.text
    assert room.read(Plan, room.plan_id).ambassador_share == 20


def test_who_may_not_write_the_plan_reads_the_share_of_ambassadors(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).wish_of_ambassadors(20)

    page = room.visitor("viewer").open(f"{room.address}/where")

    assert "Wanted: they post 20% of the posts themselves" in page
    assert f"{room.address}/senders" not in page


# In its time, and how often it asks


@pytest.mark.parametrize("page", ["roles", "webcare", "senders"])
def test_step_four_waits_for_the_first_three_but_stays_open_once_begun(
    room: Room, page: str
) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.story = ""
        new = Plan.new(plan.team, "Pupils")
        session.add(new)
        session.flush()
        new_id = new.id

    assert room.visitor().client.get(f"/plans/{new_id}/{page}").status_code == 422
    assert room.visitor().client.get(f"{room.address}/{page}").status_code == 200


def test_each_missing_point_of_step_four_leads_to_where_it_is_mended(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.set_roles([])
        plan.answer_hours = None
        plan.channels[0].edit(audiences=[])

    page = room.visitor(language="nl").open(f"{room.address}/where")

    for path, words in (
        (f"channels/{room.channel_id}#audiences", "LinkedIn: kies de doelgroepen"),
        ("roles", "Vul de rollenmatrix in: wie doet wat?"),
        ("webcare#answer_hours", "Spreek af binnen hoeveel uur"),
    ):
        assert f'<a href="{room.address}/{path}">{words}' in page


def test_a_wish_that_is_there_can_be_changed_before_its_time(room: Room) -> None:
    with room.database.writing() as session:
        new = Plan.new(session.get_one(Plan, room.plan_id).team, "Pupils")
        session.add(new)
        new.wish_of_ambassadors(0)
        session.flush()
        new_id = new.id
    visitor, path = room.visitor(), f"/plans/{new_id}/senders"
    ways = []

    for share in ("10", ""):
        ways.append(f'href="{path}"' in visitor.open(f"/plans/{new_id}/where"))
        visitor.follow(visitor.send_changed(path, ambassador_share=share))
    ways.append(f'href="{path}"' in visitor.open(f"/plans/{new_id}/where"))

    assert ways == [True, True, False]
    assert room.read(Plan, new_id).ambassador_share is None


@pytest.mark.parametrize("page", ["", "/where", "/roles", "/webcare", "/senders"])
def test_a_page_asks_as_often_for_many_people_and_channels_as_for_few(
    room: Room, page: str
) -> None:
    visitor, asked = room.visitor(), []
    for size in (2, 9):
        crowd(room, size)
        visitor.open(f"{room.address}{page}")
        with statements(room.database) as sent:
            visitor.open(f"{room.address}{page}")
        asked.append(len(sent))

    assert asked[0] == asked[1]


def crowd(room: Room, size: int) -> None:
    """Let so many people more have a task, and look after a channel each."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        people = [a_person(session, plan.team) for _ in range(size)]
        plan.set_roles([("writing", person, "does") for person in people])
        for number, person in enumerate(people):
            letters = f"{chr(ord('A') + size)}{chr(ord('A') + number)}"
            plan.add_channel(letters, letters, owner=person, audiences=plan.audiences)
