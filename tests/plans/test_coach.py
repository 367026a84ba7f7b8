"""The coach: which questions it lets pass, and what it says of the others, in Dutch and English."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.plans.coach import coach
from calendar_app.plans.questions import Question

TODAY = date(2026, 11, 10)
SUMMER = date(2027, 7, 1)
OURS = ("Ziekenhuis De Linde", "De Linde")
NO_GROUP, NO_BEHAVIOUR, NO_DATE, NO_MEASURE = "no_group", "no_behaviour", "no_date", "no_measure"
ORGANISATION, TWO, PAST = "organisation", "two_questions", "date_is_past"

DUTCH = [
    ("verpleegkundigen in de regio", "bij ons te solliciteren", "sollicitaties per maand", []),
    ("onze medewerkers", "vacatures te delen in hun netwerk", "gedeelde vacatures", []),
    ("nieuwe collega's", "zich in de eerste week thuis te voelen", "cijfer na 30 dagen", []),
    ("oud-collega's", "contact te houden en mee te denken", "aanmeldingen", [TWO]),
    ("leidinggevenden", "hun team mee te laten beslissen over het rooster", "voorstellen", []),
    ("teams", "kennis te delen tussen locaties", "vragen die beantwoord zijn", []),
    ("inwoners met een bijstandsuitkering", "zich aan te melden voor werk en scholing", "cv's", []),
    ("medewerkers van het ziekenhuis", "ons te volgen op LinkedIn", "nieuwe volgers", []),
    ("HR-adviseurs", "te leren van elkaar", "gevolgde kennisuren", []),
    ("studenten", "te solliciteren en te blijven", "sollicitaties", [TWO]),
    ("studenten", "stage te lopen; daarna te komen werken", "contracten", [TWO]),
    ("studenten", "stage te lopen? En hoe houden we ze vast", "contracten", [TWO]),
    ("de organisatie", "aantrekkelijker te worden", "bezoekers", [ORGANISATION]),
    ("ons ziekenhuis", "bekender te worden", "bezoekers", [ORGANISATION]),
    ("de HR-afdeling", "meer vacatures te vervullen", "vacatures", [ORGANISATION]),
    ("Ziekenhuis de Linde", "op te vallen", "bezoekers", [ORGANISATION]),
    ("werkzoekenden", "ons te profileren als werkgever", "bezoekers", [ORGANISATION]),
    ("volgers", "meer likes te krijgen", "likes", [ORGANISATION]),
    ("iedereen", "ons leuk te vinden", "likes", [NO_GROUP]),
    ("het publiek", "te reageren", "reacties", [NO_GROUP]),
    ("", "te solliciteren", "sollicitaties", [NO_GROUP]),
    ("verpleegkundigen", "", "sollicitaties", [NO_BEHAVIOUR]),
    ("verpleegkundigen", "te solliciteren", "", [NO_MEASURE]),
    ("", "", "", [NO_GROUP, NO_BEHAVIOUR, NO_MEASURE]),
    # Good ones with an "en" or "of" and more than one "te": nothing is asked twice.
    ("scholieren", "zich te melden bij school of bij ons om een dag mee te lopen", "dagen", []),
    ("patiënten", "te weten waar ze met vragen en klachten heen gaan, zonder te zoeken", "%", []),
    ("zij-instromers", "te solliciteren op werk in zorg en welzijn dat te doen is", "cv's", []),
    ("onze organisatie De Linde", "te groeien", "bezoekers", [ORGANISATION]),
    ("ziekenhuis De Linde", "te groeien", "bezoekers", [ORGANISATION]),
    ("collega's van De Linde", "te reageren", "reacties", []),
    ("iedereen in de regio", "te reageren", "reacties", [NO_GROUP]),
    ("iedereen die een diploma in de zorg heeft", "te reageren", "reacties", []),
    ("onze doelgroep", "te reageren", "reacties", [NO_GROUP]),
    ("werkzoekenden", "zichtbaar te zijn", "bezoekers", [ORGANISATION]),
    ("werkzoekenden", "iets te doen", "bezoekers", [NO_BEHAVIOUR]),
    ("werkzoekenden", "te reageren", "meer succes", [NO_MEASURE]),
    ("werkzoekenden", "te reageren", "naamsbekendheid", [NO_MEASURE]),
    ("werkzoekenden", "te reageren", "hoeveel mensen ons spontaan noemen", []),
    (
        "wij",
        "onszelf te laten zien en te groeien",
        "",
        [ORGANISATION, ORGANISATION, TWO, NO_MEASURE],
    ),
]
ENGLISH = [
    ("experienced nurses nearby", "apply for a job with us", "applications a month", []),
    ("our employees", "share vacancies in their network", "vacancies shared", []),
    ("new colleagues", "feel at home in their first week", "mark after 30 days", []),
    ("managers", "let their team decide about the roster", "proposals", []),
    ("employees of the hospital", "follow us on LinkedIn", "new followers", []),
    ("job seekers", "find out about care and work near them", "visitors", []),
    ("HR advisers", "learn from each other", "hours of knowledge", []),
    ("colleagues", "use LinkedIn and Facebook at work", "posts", []),
    ("people with a care diploma", "come back to the profession", "contracts", []),
    ("students", "apply and stay", "applications", [TWO]),
    ("students", "do their placement here and also join us", "contracts", [TWO]),
    ("students", "apply, or to recommend us", "applications", [TWO]),
    ("students", "apply; and tell their friends", "applications", [TWO]),
    ("nurses", "apply, and how do we keep them", "applications", [TWO]),
    ("the organisation", "become more attractive", "visitors", [ORGANISATION]),
    ("our company", "be noticed", "visitors", [ORGANISATION]),
    ("the HR department", "fill more vacancies", "vacancies", [ORGANISATION]),
    ("we", "be noticed", "visitors", [ORGANISATION]),
    ("job seekers", "get more followers", "followers", [ORGANISATION]),
    ("job seekers", "position our brand", "visitors", [ORGANISATION]),
    ("everyone", "like us", "likes", [NO_GROUP]),
    ("The general public", "react", "reactions", [NO_GROUP]),
    ("", "apply", "applications", [NO_GROUP]),
    ("nurses", " ", "applications", [NO_BEHAVIOUR]),
    ("nurses", "apply", "", [NO_MEASURE]),
    ("nurses", "apply", "more awareness", [NO_MEASURE]),
    ("everyone in the region", "apply", "applications", [NO_GROUP]),
    ("our audience", "apply", "applications", [NO_GROUP]),
    ("nurses", "something", "applications", [NO_BEHAVIOUR]),
    ("job seekers", "become more visible", "visitors", [ORGANISATION]),
]


@pytest.mark.parametrize(("group", "behaviour", "measure", "keys"), DUTCH + ENGLISH)
def test_the_coach_names_what_a_question_lacks_and_nothing_else(
    group: str, behaviour: str, measure: str, keys: list[str]
) -> None:
    advice = coach(Question(group, behaviour, SUMMER, measure), TODAY, OURS)

    assert [one.key for one in advice] == keys


@pytest.mark.parametrize(
    ("before", "keys"),
    [
        (None, [NO_DATE]),
        (TODAY - timedelta(days=1), [PAST]),
        (TODAY, [PAST]),
        (TODAY + timedelta(days=1), []),
    ],
)
def test_the_date_lies_ahead(before: date | None, keys: list[str]) -> None:
    advice = coach(Question("nurses", "apply", before, "applications"), TODAY)

    assert [one.key for one in advice] == keys


def test_each_advice_names_the_field_where_it_is_mended() -> None:
    advice = coach(Question(), TODAY)

    assert [one.field for one in advice] == [
        "question_group",
        "question_behaviour",
        "question_before",
        "question_measure",
    ]


@given(st.text(max_size=200), st.text(max_size=300), st.text(max_size=200))
def test_the_coach_answers_any_text(group: str, behaviour: str, measure: str) -> None:
    advice = coach(Question(group, behaviour, SUMMER, measure), TODAY, OURS)

    assert len(advice) <= 5
