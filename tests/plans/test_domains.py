"""The worked examples: sixteen fields, each a question that the coach has nothing to say about."""

from __future__ import annotations

import re
from datetime import date

import pytest

from calendar_app.language import say
from calendar_app.plans.coach import coach
from calendar_app.plans.domains import DOMAINS, OWN, Domain, example
from calendar_app.plans.models import FACINGS
from calendar_app.plans.questions import sentence
from tests.plans.room import Room

TODAY = date(2026, 11, 10)
each_domain = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
each_language = pytest.mark.parametrize("language", ["nl", "en"])


def test_there_are_sixteen_fields_and_the_last_is_none_of_the_others() -> None:
    assert len(DOMAINS) == 16
    assert list(DOMAINS)[-1] == OWN


@each_domain
@each_language
def test_the_coach_has_nothing_to_say_about_an_example(domain: Domain, language: str) -> None:
    assert coach(example(domain, language, TODAY), TODAY) == []


@each_domain
def test_an_example_is_whole_and_has_a_dutch_text_of_its_own(domain: Domain) -> None:
    assert domain.facing in FACINGS
    for text in (domain.group, domain.behaviour, domain.measure):
        assert say("nl", text) != text
    assert all(say("nl", text) for text in (domain.baseline, domain.target))


def test_an_example_reads_as_a_sentence() -> None:
    question = example(DOMAINS["vacancies"], "nl", TODAY)

    assert sentence(question, "nl") == (
        "Hoe kunnen we elektromonteurs op hooguit een uur reizen helpen om te solliciteren op een "
        "van onze vacatures vóór 1 november 2027, gemeten in sollicitaties van elektromonteurs "
        "per maand?"
    )


def test_a_plan_begins_with_the_example_that_was_chosen(room: Room) -> None:
    visitor = room.visitor()

    fields = visitor.form("/plans/new?example=alumni")
    made = visitor.follow(visitor.send("/plans/new", **{**fields, "name": "Alumni"}))

    assert "colleagues who left in the last five years" in made
    assert "25 a year" in made
    assert "1 · Why? Nothing is missing." in " ".join(made.split()).replace(
        "</strong>", ""
    ).replace("<strong>", "")


def test_an_example_that_is_not_there_is_an_empty_form(room: Room) -> None:
    assert room.visitor().form("/plans/new?example=nowhere")["question_group"] == ""


def test_of_the_examples_that_of_the_chosen_field_is_open(room: Room) -> None:
    """Sixteen open ones push the form out of sight; without scripts a click opens another."""
    visitor = room.visitor()

    for path, field in (
        ("/plans/new", "Something else"),
        ("/plans/new?example=alumni", "Alumni"),
        (f"{room.address}/why", "Something else"),
    ):
        examples = re.findall(
            r'<details class="example"[^>]*?( open)?>\s*<summary>.*?</svg>(.*?)</summary>',
            visitor.open(path),
            re.DOTALL,
        )
        assert len(examples) == len(DOMAINS)
        assert [name for is_open, name in examples if is_open] == [field]
