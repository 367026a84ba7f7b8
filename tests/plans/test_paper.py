"""The plan as a PDF: what it says, for whom, and what it makes of any text."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from pypdf.generic import BooleanObject

from calendar_app import sheets
from calendar_app.errors import Refused
from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Actor, ActorAudience, Plan, Precondition
from calendar_app.plans.views.paper import file_name
from calendar_app.sheets import (
    Block,
    Facts,
    Lead,
    Notes,
    Part,
    Prose,
    Section,
    Sheet,
    Table,
    as_pdf,
)
from tests.plans.room import NOW
from tests.repository import ROOT
from tests.support.papers import Paper
from tests.support.statements import statements

if TYPE_CHECKING:
    from tests.plans.room import Room, Visitor

HOSTILE = [
    '#import "@preview/x:1.0.0": y',
    '#read("/etc/passwd") #eval("1 + 1")',
    "$ x^2 $ and \\ and \\u{41} and // no comment /* none */",
    "@somebody *not strong* _not slanted_ `not code` <label> = no heading",
    "- no list + no list / no: term ~ -- --- ... ' \" https://delinde.example/?a=1&b=2",
    "%(name)s {name} %s {{ name }} </script>",
    "Zorg voor elkaar 🙂 👍🏽",
    "ŁÓDŹ İstanbul Ελλάδα Україна ß ﬁ",
]


def a_sheet(*blocks: Block, title: str = "Nurses") -> Sheet:
    section = Section("1 · Why?", blocks)
    return Sheet(title, "External", "De Linde", "en", date(2026, 11, 10), [section])


def download(visitor: Visitor, address: str) -> Paper:
    answer = visitor.client.get(f"{address}/plan.pdf")
    assert answer.status_code == 200
    return Paper(answer.data)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "How can we help nurses to apply before 1 July 2027, measured by applications",
                "Known, online: Most are on LinkedIn. (Survey, 1 February 2026)",
                "Falls outside Share Nearby We know you. Faces Stock photos 100%",
                "LinkedIn (external)",
            ],
        ),
        (
            "nl",
            [
                "vóór 1 juli 2027",
                "Bekend, online: Most are on LinkedIn. (Survey, 1 februari 2026)",
                "Valt erbuiten Aandeel Nearby We know you. Faces Stock photos 100%",
                "LinkedIn (extern)",
            ],
        ),
    ],
)
@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_everyone_of_the_team_reads_the_plan_in_their_language(
    room: Room, role: str, language: str, words: list[str]
) -> None:
    paper = download(room.visitor(role, language), room.address)

    assert [phrase for phrase in words if phrase not in paper.text] == []
    assert paper.root["/Lang"] == language
    assert paper.pages == 1


def test_a_plan_of_another_team_is_not_there(room: Room) -> None:
    room.visitor().open(f"/plans/{room.foreign_plan_id}/plan.pdf", 404)


def test_the_pdf_carries_tags_for_a_screen_reader(room: Room) -> None:
    paper = download(room.visitor(), room.address)

    assert paper.root["/MarkInfo"]["/Marked"] == BooleanObject(value=True)
    assert paper.declares_accessible
    assert paper.tags["H1"] == 1
    assert paper.tags["H2"] == 5  # no precondition is looked at, and that is missing
    # Five columns of values, four of channels.
    assert paper.tags["TH"] == 9
    assert paper.tags["TD"] == 9
    assert paper.tags["LI"] >= 1


def test_the_file_says_what_it_is_and_of_whom(room: Room) -> None:
    answer = room.visitor().client.get(f"{room.address}/plan.pdf")
    metadata = Paper(answer.data).file.metadata

    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Plan Nurses.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert metadata is not None
    assert metadata.title == "Nurses"
    assert metadata.author == room.read(Team, room.team_id).name


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Verpleegkundigen werven", "Plan Verpleegkundigen werven.pdf"),
        ("Instroom 2026/2027: zij-instroom", "Plan Instroom 2026 2027 zij-instroom.pdf"),
        ("..\\..\\etc", "Plan etc.pdf"),
        ("a\u202efdp.exe", "Plan a fdp.exe.pdf"),
        ("n" * 300, f"Plan {'n' * 95}.pdf"),
        ("???", "Plan.pdf"),
    ],
)
def test_the_file_has_a_name_that_any_computer_takes(name: str, file: str) -> None:
    assert file_name(name) == file


def test_the_same_plan_on_the_same_day_is_the_same_file(room: Room) -> None:
    visitor = room.visitor()
    first = visitor.client.get(f"{room.address}/plan.pdf").data
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        again = visitor.client.get(f"{room.address}/plan.pdf").data
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        tomorrow = visitor.client.get(f"{room.address}/plan.pdf").data

    assert again == first
    assert tomorrow != first
    assert "11 November 2026" in Paper(tomorrow).text


@pytest.mark.parametrize("said", HOSTILE)
def test_a_text_from_people_is_shown_as_it_was_typed(said: str) -> None:
    blocks: list[Block] = [
        Lead(said),
        Prose(said),
        Facts([(said, said)]),
        Notes([(said, said, said)]),
        Table(["Value", "Meaning"], [[said, said]], [1, 1], [1]),
        Part(said, [Prose(said)]),
    ]
    paper = Paper(as_pdf(a_sheet(*blocks, title=said)))

    alone = " ".join(Paper(as_pdf(a_sheet(Prose(said)))).text.split())
    shown = re.sub(r"\s", "", paper.text)
    assert re.sub(r"\s", "", said) in re.sub(r"\s", "", alone)
    assert shown.count(re.sub(r"\s", "", said)) >= 9
    assert paper.declares_accessible


@pytest.mark.parametrize("said", ["مرحبا بالعالم", "שלום עולם"])
def test_text_from_right_to_left_has_letters(said: str) -> None:
    paper = Paper(as_pdf(a_sheet(Prose(said))))

    assert paper.declares_accessible  # which it does not when a letter is in no font


def test_a_sign_that_no_font_has_costs_the_promise_and_not_the_tags() -> None:
    paper = Paper(as_pdf(a_sheet(Prose("日本"))))

    assert not paper.declares_accessible
    assert paper.root["/MarkInfo"]["/Marked"] == BooleanObject(value=True)
    assert paper.tags["H1"] == 1


@pytest.mark.parametrize(
    "said", ["q" * 5000, "quiet " * 900, f"https://delinde.example/{'q' * 999}", "q\n" * 500]
)
def test_a_long_text_stays_inside_the_page_and_nothing_of_it_is_lost(said: str) -> None:
    paper = Paper(as_pdf(a_sheet(Table(["Value", "Meaning"], [["Nearby", said]], [1, 1]))))

    assert paper.text.count("q") == said.count("q")
    assert rightmost(paper) < 595 - 40  # the page is 595 points wide


def rightmost(paper: Paper) -> float:
    """Where, in points, the last line to the right begins."""
    places: list[float] = []

    def note(text: str, _page: object, matrix: list[float], *_: object) -> None:
        if text.strip():
            places.append(matrix[4])

    for page in paper.file.pages:
        page.extract_text(visitor_text=note)
    return max(places)


def test_the_letters_come_from_the_fonts_that_we_bring() -> None:
    paper = Paper(as_pdf(a_sheet(Lead("Zorg 🙂"))))

    assert {font.split("-")[0] for font in paper.fonts} == {"Inter", "NotoEmoji"}


def test_community_roles_webcare_and_preconditions_come_along_when_they_are_there(
    room: Room,
) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        people = [session.get_one(Person, room.people[role]) for role in ("editor", "writer")]
        people[0].name, people[1].name = "Mo Kaya", "Anouk Visser"
        near = Actor(team_id=plan.team_id, name="Partners", ring=1, bond="They eat with us.")
        far = Actor(team_id=plan.team_id, name="Neighbours", ring=2, via=near)
        near.reach.append(ActorAudience(audience=plan.audiences[0], is_trusted=True))
        plan.actors.extend([near, far])
        roles = []
        for person, part in zip(people, ("does", "deputy"), strict=True):
            roles.append(("writing", person, part))
        plan.set_roles(roles)
        plan.preconditions.append(
            Precondition(
                team_id=plan.team_id,
                key="resilience",
                rating="stumbling",
                evidence="Two people are ill.",
                action="Ask for help",
                owner=people[0],
                recheck_on=date(2027, 1, 4),
            )
        )
        plan.answer_hours, plan.hours_a_week = 1, 8
        plan.channels[0].owner = people[1]
        plan.channels[0].audiences.append(plan.audiences[0])

    text = download(room.visitor(), room.address).text

    for words in [
        "Partners 1 Job seekers (trusts them)",
        "Neighbours, through Partners 2",
        "Writing: Mo Kaya (deputy: Anouk Visser)",
        "A question has an answer within: 1 hour",
        "Time of the team, each week: 8 hours",
        "For: Job seekers",
        "Resilience Two people are ill. Ask for help, Mo Kaya, look again on 4 January 2027",
    ]:
        assert words in text, words


def test_what_is_wished_of_audiences_and_ambassadors_stands_on_paper(room: Room) -> None:
    wordless = download(room.visitor(), room.address).text
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.audiences[0].edit(wanted_share=0)
        plan.add_audience("Pupils", description="They choose a school.")
        plan.wish_of_ambassadors(20)

    english = download(room.visitor(), room.address).text
    page = room.visitor().open(room.address)

    assert "Wanted:" not in wordless
    assert "themselves" not in wordless
    for told in (english, re.sub(r"<[^>]*>", "", page)):
        assert "Job seekers · Wanted: 0% of the posts" in told
        assert "Pupils · Wanted" not in told
        assert re.search(r"Posted by ambassadors themselves:? 20%", told)


def test_what_is_missing_and_who_opened_the_gate_stand_at_the_end(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.story = ""
        admin = session.get_one(Person, room.people["admin"])
        plan.open_gate("The vacancy cannot wait.", admin, NOW)
        admin.name = "Sanne de Wit"

    text = download(room.visitor(), room.address).text

    end = text.partition("What is still missing?")[2]
    assert "Sanne de Wit let the team go on" in end
    assert "on 10 November 2026: “The vacancy cannot wait.”" in end
    assert "3 · What? Write your story: why did you once begin?" in end


def test_an_empty_plan_is_a_page_too(room: Room) -> None:
    with room.database.writing() as session:
        plan = Plan.new(session.get_one(Plan, room.plan_id).team, "Nothing yet")
        session.add(plan)
        session.flush()
        plan_id = plan.id

    paper = download(room.visitor(), f"/plans/{plan_id}")

    assert "[group]" in paper.text
    assert paper.pages == 1


def test_a_plan_too_long_for_paper_says_so_on_its_page(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).story = "word " * (sheets.MOST_SIGNS // 5)

    page = room.visitor(language="nl").open(f"{room.address}/plan.pdf", 422)

    assert "Dit is te lang voor een pdf. Druk de pagina af in je browser." in page


def test_many_short_lines_are_as_long_as_the_paper_they_take() -> None:
    few, many = Prose("a\n" * 1_000), Prose("a\n" * 2_000)

    assert Paper(as_pdf(a_sheet(few))).pages > 5
    with pytest.raises(Refused):
        as_pdf(a_sheet(many))


def test_one_person_cannot_ask_for_paper_without_end(room: Room) -> None:
    visitor, colleague = room.visitor("writer"), room.visitor("viewer")
    statuses = [visitor.client.get(f"{room.address}/plan.pdf").status_code for _ in range(21)]

    assert statuses == [200] * 20 + [429]
    download(colleague, room.address)


def test_a_longer_plan_asks_the_database_no_more_often(room: Room) -> None:
    visitor = room.visitor()
    asked = []
    for size in (2, 8):
        with room.database.writing() as session:
            plan = session.get_one(Plan, room.plan_id)
            writer = session.get_one(Person, room.people["writer"])
            for number in range(len(plan.values), size):
                plan.add_value(f"Value {number}")
                plan.add_audience(f"Audience {number}").add_fact(f"Fact {number}")
                channel = plan.add_channel(f"Channel {number}", f"A{chr(ord('A') + number)}")
                channel.owner = writer
                channel.audiences.append(plan.audiences[0])
                actor = Actor(team_id=plan.team_id, name=f"Actor {number}", position=number)
                actor.reach.append(ActorAudience(audience=plan.audiences[0]))
                plan.actors.append(actor)
        with statements(room.database) as sent:
            download(visitor, room.address)
        asked.append(len(sent))

    assert asked[0] == asked[1]


def test_the_colours_on_paper_are_those_of_the_style_sheet() -> None:
    tokens = (ROOT / "calendar_app/static/css/tokens.css").read_text()
    template = (ROOT / "templates/paper/sheet.typ").read_text()

    wanted = re.findall(r"--value-\d+: light-dark\((#\w+)", tokens)
    block = re.search(r"#let hooks = \((.*?)\n\)", template, re.DOTALL)

    assert block
    assert re.findall(r'rgb\("(#\w+)"\)', block[1]) == wanted
    assert len(wanted) == 12


def test_the_typesetter_is_loaded_only_for_who_asks_for_paper() -> None:
    program = (
        "import calendar_app.app, calendar_app.plans.views, sys; print('typst' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert ran.stdout.strip() == "False"


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_the_plans_page_has_the_ways_to_paper(room: Room, role: str) -> None:
    page = room.visitor(role).open(room.address)

    assert f'href="{room.address}/plan.pdf"' in page
    assert "data-print" in page
