"""What people write in a plan, on both databases: saved, refused at its field, or in conflict."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.people.models import Team
from calendar_app.plans.models import Audience, AudienceFact, BrandValue, Channel, Plan
from tests.plans.room import fields_of

if TYPE_CHECKING:
    from calendar_app.plans.models import PlanPart
    from tests.plans.room import Room

CLEAN = "<script>alert(1)</script>\"'<img src=x>{{7*7}}%(x)s"
HOSTILE = f"{CLEAN}\x00\x1b"
KINDS: dict[str, type[Plan | BrandValue | Audience | AudienceFact | Channel]] = {
    "why": Plan,
    "what": Plan,
    "value": BrandValue,
    "audience": Audience,
    "fact": AudienceFact,
    "channel": Channel,
}
# All that can be written on each page, and what the row then holds where that differs.
WRITTEN: dict[str, dict[str, Any]] = {
    "why": {
        "name": "Verpleegkundigen",
        "facing": "internal",
        "question_group": "één collega",
        "question_behaviour": "te blijven",
        "question_before": "2027-12-31",
        "question_measure": "vertrek per jaar",
        "baseline": "14 %",
        "target": "9 %",
    },
    "what": {
        "origin": "Drie wijkverpleegkundigen.",
        "story": "Dicht bij\nmensen.",
        "address_form": "u",
        "tone": "Warm.",
        "words_to_use": "collega\nzorg",
        "words_to_avoid": "handjes",
    },
    "value": {
        "name": "Vakmanschap",
        "hook": "7",
        "meaning": "We zijn trots.",
        "belongs": "Techniek",
        "falls_outside": "Opscheppen",
        "example": "Zo leiden wij op",
        "wanted_share": "35",
    },
    "audience": {
        "name": "Leerlingen",
        "description": "Zij kiezen nu een school.",
        "wanted_share": "35",
    },
    "fact": {
        "text": "Ze kijken TikTok.",
        "side": "offline",
        "certainty": "known",
        "source": "Enquête",
        "dated_on": "2026-03-01",
    },
    "channel": {
        "name": "Intranet",
        "short": "INT",
        "facing": "internal",
        "purpose": "Iedereen bereiken",
        "cadence": "2",
        "character_limit": "3000",
        "evidence": "Elke dag open",
        "evidence_source": "ICT",
        "evidence_year": "2026",
    },
}
HELD = {
    "question_before": date(2027, 12, 31),
    "dated_on": date(2026, 3, 1),
    "hook": 7,
    "wanted_share": 35,
    "cadence": 2,
    "character_limit": 3000,
    "evidence_year": 2026,
}
TEXTS = {
    "why": [
        "name",
        "question_group",
        "question_behaviour",
        "question_measure",
        "baseline",
        "target",
    ],
    "what": ["origin", "story", "tone", "words_to_use", "words_to_avoid"],
    "value": ["name", "meaning", "belongs", "falls_outside", "example"],
    "audience": ["name", "description"],
    "fact": ["text", "source"],
    "channel": ["name", "purpose", "evidence", "evidence_source"],
}
each_page = pytest.mark.parametrize("page", list(KINDS))


def row_id(room: Room, page: str) -> int:
    ids: dict[str, int] = {
        "why": room.plan_id,
        "what": room.plan_id,
        "value": room.value_id,
        "audience": room.audience_id,
        "fact": room.fact_id,
        "channel": room.channel_id,
    }
    return ids[page]


def row_of(room: Room, page: str) -> Any:
    return room.read(KINDS[page], row_id(room, page))


def held(written: dict[str, Any]) -> dict[str, Any]:
    return {name: HELD.get(name, value) for name, value in written.items()}


def holds(row: Any, written: dict[str, Any]) -> bool:
    return {name: getattr(row, name) for name in written} == held(written)


# Saved


@each_page
def test_what_is_written_is_saved(room: Room, page: str) -> None:
    visitor = room.visitor()

    answer = visitor.send_changed(room.addresses[page], **WRITTEN[page])

    assert "Saved." in visitor.follow(answer)
    assert holds(row_of(room, page), WRITTEN[page])


@each_page
def test_the_form_shows_what_is_saved(room: Room, page: str) -> None:
    visitor = room.visitor()
    visitor.send_changed(room.addresses[page], **WRITTEN[page])

    assert WRITTEN[page].items() <= visitor.form(room.addresses[page]).items()


@pytest.mark.parametrize("kind", ["value", "audience", "fact", "channel"])
def test_a_new_part_is_written_whole(room: Room, kind: str) -> None:
    visitor = room.visitor()

    answer = visitor.send(room.new_addresses[kind], **WRITTEN[kind])

    assert "Saved." in visitor.follow(answer)
    with room.database.reading() as session:
        newest = session.scalars(select(KINDS[kind]).order_by(KINDS[kind].id.desc())).first()
        assert holds(newest, WRITTEN[kind])


def test_a_new_plan_needs_only_a_name(room: Room) -> None:
    visitor = room.visitor()

    page = visitor.follow(visitor.send_changed("/plans/new", name="Leerlingen"))

    assert "Leerlingen" in page
    with room.database.reading() as session:
        plan = session.scalars(select(Plan).where(Plan.name == "Leerlingen")).one()
        assert (plan.team_id, plan.facing, plan.question_before) == (room.team_id, "external", None)


def test_the_same_form_sent_twice_makes_one(room: Room) -> None:
    visitor = room.visitor()

    first = visitor.send("/plans/new", name="Leerlingen", facing="internal")
    second = visitor.send("/plans/new", name="Leerlingen", facing="internal")

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    with room.database.reading() as session:
        assert len(session.scalars(select(Plan).where(Plan.team_id == room.team_id)).all()) == 2


@pytest.mark.parametrize(
    ("kind", "text_of", "texts"),
    [
        ("value", BrandValue.name, {"name": "Vakmanschap", "hook": "2", "wanted_share": "10"}),
        ("audience", Audience.name, {"name": "Leerlingen"}),
        ("fact", AudienceFact.text, {"text": "Ze kijken filmpjes.", "certainty": "assumed"}),
        ("channel", Channel.name, {"name": "Intranet", "short": "IN", "cadence": "2"}),
    ],
)
def test_the_same_part_sent_twice_is_made_once(
    room: Room, kind: str, text_of: Any, texts: dict[str, str]
) -> None:
    visitor = room.visitor()

    answers = [visitor.send(room.new_addresses[kind], **texts) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    with room.database.reading() as session:
        made = session.scalars(select(text_of).where(text_of == next(iter(texts.values())))).all()
    assert len(made) == 1


def test_a_new_value_is_offered_the_next_colour_and_what_is_left_to_share(room: Room) -> None:
    visitor = room.visitor()
    visitor.send_changed(room.addresses["value"], wanted_share="70")

    form = visitor.form(room.new_addresses["value"])

    assert (form["hook"], form["wanted_share"]) == ("2", "30")


def test_each_colour_is_named_and_says_whose_it_is(room: Room) -> None:
    page = room.visitor("editor", "nl").open(room.new_addresses["value"])

    assert re.search(r"<span>Oranje, van .Nearby.</span>", page)
    for words in ("Blauw", "Zeeblauw", "Magenta"):
        assert f"<span>{words}</span>" in page


def test_a_new_channel_faces_the_way_of_its_plan(room: Room) -> None:
    visitor = room.visitor()
    visitor.send_changed(room.addresses["why"], facing="internal")

    assert visitor.form(room.new_addresses["channel"])["facing"] == "internal"


def test_an_empty_number_is_none_or_nothing(room: Room) -> None:
    visitor = room.visitor()
    visitor.send_changed(room.addresses["channel"], **WRITTEN["channel"])

    emptied = {"cadence": "", "character_limit": "", "evidence_year": ""}
    visitor.follow(visitor.send_changed(room.addresses["channel"], **emptied))

    channel = row_of(room, "channel")
    assert (channel.cadence, channel.character_limit, channel.evidence_year) == (0, None, None)


def test_a_wish_of_nothing_is_kept_and_an_empty_one_is_no_wish(room: Room) -> None:
    visitor, path = room.visitor(), room.addresses["audience"]
    kept, shown = [], []

    for typed in ("0", "", "35"):
        page = visitor.follow(visitor.send_changed(path, wanted_share=typed))
        kept.append(row_of(room, "audience").wanted_share)
        audience = page.partition(f'id="audience-{room.audience_id}"')[2].partition("</article>")[0]
        shown += re.findall(r"Wanted: (\d+)% of the posts", audience) or ["none"]

    assert kept == [0, None, 35]
    assert shown == ["0", "none", "35"]


# Refused at the field

REFUSED = [
    ("why", {"name": ""}, "name", "Fill this in.", "Vul dit in."),
    ("why", {"name": "x" * 121}, "name", "Use at most 120 characters.", "Gebruik hoogstens 120"),
    ("why", {"name": "pupils"}, "name", "“pupils” is there already.", "is er al."),
    (
        "why",
        {"question_before": "31-12-2027"},
        "question_before",
        "This is not a date.",
        "Dit is geen datum.",
    ),
    ("what", {"story": "x" * 5001}, "story", "Use at most 5000", "Gebruik hoogstens 5000"),
    ("value", {"name": "SKILL"}, "name", "“SKILL” is there already.", "is er al."),
    (
        "value",
        {"hook": "2"},
        "hook",
        "“Skill” has this colour already.",
        "heeft deze kleur al.",
    ),
    (
        "value",
        {"wanted_share": "101"},
        "wanted_share",
        "Choose a number from 0 to 100.",
        "Kies een getal van 0 tot en met 100.",
    ),
    ("value", {"wanted_share": "veel"}, "wanted_share", "Use a whole number.", "een heel getal"),
    ("audience", {"name": "Pupils"}, "name", "“Pupils” is there already.", "is er al."),
    (
        "audience",
        {"wanted_share": "101"},
        "wanted_share",
        "Choose a number from 0 to 100.",
        "Kies een getal van 0 tot en met 100.",
    ),
    ("audience", {"wanted_share": "-1"}, "wanted_share", "from 0 to 100.", "van 0 tot en met 100."),
    ("audience", {"wanted_share": "half"}, "wanted_share", "Use a whole number.", "heel getal"),
    (
        "fact",
        {"source": ""},
        "source",
        "Something known has a source and a date.",
        "Wat bekend is, heeft een bron en een datum.",
    ),
    (
        "fact",
        {"dated_on": ""},
        "dated_on",
        "Something known has a source and a date.",
        "Wat bekend is, heeft een bron en een datum.",
    ),
    (
        "fact",
        {"dated_on": "2026-11-11"},
        "dated_on",
        "This date is still to come.",
        "Deze datum moet nog komen.",
    ),
    ("fact", {"text": ""}, "text", "Fill this in.", "Vul dit in."),
    ("fact", {"text": "they talk."}, "text", "This is there already.", "Dit staat er al."),
    ("channel", {"short": "L1"}, "short", "Use two to four letters.", "twee tot vier letters"),
    (
        "channel",
        {"short": "int"},
        "short",
        "Intranet has these letters already.",
        "Intranet heeft deze letters al.",
    ),
    ("channel", {"name": "intranet"}, "name", "is there already.", "is er al."),
    ("channel", {"cadence": "51"}, "cadence", "from 0 to 50.", "van 0 tot en met 50."),
    (
        "channel",
        {"character_limit": "0"},
        "character_limit",
        "from 1 to 100000.",
        "van 1 tot en met 100000.",
    ),
    ("channel", {"evidence_year": "99999"}, "evidence_year", "to 2100.", "tot en met 2100."),
]


@pytest.mark.parametrize(("page", "change", "field", "english", "dutch"), REFUSED)
def test_a_rule_speaks_at_its_field_and_keeps_what_was_typed(
    room: Room, page: str, change: dict[str, str], field: str, english: str, dutch: str
) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        session.add(Plan.new(session.get_one(Team, room.team_id), "Pupils"))
        plan.add_value("Skill")
        plan.add_audience("Pupils")
        plan.audiences[0].add_fact("They talk.")
        plan.add_channel("Intranet", "INT")
    before = row_of(room, page)
    other = TEXTS[page][-1]
    typed = {other: "Typed with care", **change}

    for language, words in (("en", english), ("nl", dutch)):
        answer = room.visitor("editor", language).send_changed(room.addresses[page], **typed)

        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert words in text.split(f'id="{field}-error"')[1].split("</p>")[0]
        if other not in change:
            assert fields_of(text)[other] == "Typed with care"
        assert fields_of(text)[field] == change.get(field, fields_of(text)[field])
    assert row_of(room, page).version == before.version


@pytest.mark.parametrize("kind", ["plan", "value", "audience", "fact", "channel"])
def test_an_empty_new_form_is_refused_at_its_first_field(room: Room, kind: str) -> None:
    answer = room.visitor().send(room.new_addresses[kind], name=" ", text="\x00")

    first = "text" if kind == "fact" else "name"
    assert answer.status_code == 422
    assert f'id="{first}-error"' in answer.get_data(as_text=True)


# Hostile text


@each_page
def test_hostile_text_in_every_field_is_shown_as_text(room: Room, page: str) -> None:
    visitor = room.visitor()
    hostile = {name: f"{name} {HOSTILE}" for name in TEXTS[page]}

    visitor.follow(visitor.send_changed(room.addresses[page], **hostile))

    row = row_of(room, page)
    shown = [room.address, "/plans/", *room.addresses.values(), *room.new_addresses.values()]
    pages = [visitor.client.get(path) for path in shown]
    assert [answer.status_code for answer in pages] == [200] * len(pages)
    raw = "".join(answer.get_data(as_text=True) for answer in pages)
    for name in TEXTS[page]:
        assert getattr(row, name) == f"{name} {CLEAN}"
    assert "<script>alert(1)" not in raw
    assert "<img src=x" not in raw
    assert "&lt;script&gt;alert(1)" in raw
    assert "{{7*7}}" in raw


def test_a_hostile_name_is_text_in_the_notice_that_it_is_gone(room: Room) -> None:
    visitor = room.visitor()
    visitor.send_changed(room.addresses["value"], name=HOSTILE)

    answer = visitor.remove(room.addresses["value"])
    page = visitor.client.get(answer.location).get_data(as_text=True)
    removed = visitor.client.get(f"{room.address}/removed").get_data(as_text=True)

    for raw in (page, removed):
        assert "<script>alert(1)" not in raw
        assert "&lt;script&gt;alert(1)" in raw


# Conflict


@each_page
def test_a_stale_write_shows_both_texts_and_a_second_one_is_a_choice(room: Room, page: str) -> None:
    visitor = room.visitor()
    field = TEXTS[page][0]
    mine = {**visitor.form(room.addresses[page]), field: "My words"}
    room.visitor("admin").send_changed(room.addresses[page], **{field: "Their words"})

    answer = visitor.send(room.addresses[page], **mine)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Their words" in text
    assert fields_of(text)[field] == "My words"
    assert getattr(row_of(room, page), field) == "Their words"

    visitor.follow(visitor.send(room.addresses[page], **fields_of(text)))

    assert getattr(row_of(room, page), field) == "My words"


@each_page
def test_a_form_without_a_version_is_stale(room: Room, page: str) -> None:
    written = {name: text for name, text in WRITTEN[page].items() if name != "version"}

    answer = room.visitor().send(room.addresses[page], **written)

    assert answer.status_code == 409


# Order


@pytest.mark.parametrize("kind", ["value", "audience", "channel"])
def test_parts_change_places(room: Room, kind: str) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        parts: dict[str, PlanPart] = {
            "value": plan.add_value("Second"),
            "audience": plan.add_audience("Second"),
            "channel": plan.add_channel("Second", "SEC"),
        }
        session.flush()
        second = parts[kind].id
    visitor = room.visitor()
    address = room.new_addresses[kind].replace("new", str(second))
    first = row_id(room, kind)

    def order(page: str) -> list[int]:
        return sorted((first, second), key=lambda each: page.index(f'id="{kind}-{each}"'))

    assert order(visitor.open(room.address)) == [first, second]
    assert order(visitor.follow(visitor.send(f"{address}/up"))) == [second, first]
    assert order(visitor.follow(visitor.send(f"{address}/down"))) == [first, second]
