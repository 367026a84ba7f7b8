"""What the sample says: whole, clean, within its limits, its figures with their source."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import combinations

import pytest
from sqlalchemy import String, select
from sqlalchemy.orm import Session

from calendar_app.db import Base
from calendar_app.people.models import Membership
from calendar_app.plans.models import Audience, AudienceFact, BrandValue, Channel, Experiment, Plan
from calendar_app.plans.roles import without_deputy, without_doer
from calendar_app.posts.models import Post, PostChange
from calendar_app.posts.playing_field import words_in
from calendar_app.sample.files import read
from calendar_app.text import clean_text
from tests.sample.conftest import LOADED_AT

LONGEST_NOTE = 2000


@pytest.fixture
def plan(hospital: Session) -> Plan:
    return hospital.scalars(select(Plan)).one()


def texts_of(session: Session) -> list[str]:
    now = [post.text for post in session.scalars(select(Post)) if post.text]
    edits = session.scalars(select(PostChange).where(PostChange.action == "edited"))
    return sorted({*now, *(edit.fields["text"][1] for edit in edits if "text" in edit.fields)})


def test_every_text_is_clean_and_fits_its_column(hospital: Session) -> None:
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.c if isinstance(column.type, String)]
        for row in hospital.execute(select(*columns)) if columns else []:
            for column, value in zip(columns, row, strict=True):
                words = value or ""
                assert clean_text(words) == words, (table.name, column.name)
                assert len(words) <= (getattr(column.type, "length", None) or 20_000), words


def test_every_line_is_one_line(hospital: Session) -> None:
    lines = [
        *hospital.scalars(select(Post.title)),
        *hospital.scalars(select(BrandValue.name)),
        *hospital.scalars(select(Audience.name)),
        *hospital.scalars(select(AudienceFact.source)),
    ]

    assert [line for line in lines if "\n" in line] == []


def test_a_text_has_thirty_to_ninety_words_and_fits_its_channels(hospital: Session) -> None:
    for words in texts_of(hospital):
        assert 30 <= len(words.split()) <= 90, words
    for post in hospital.scalars(select(Post)):
        assert all(len(post.text) <= (one.character_limit or 0) for one in post.channels)


def test_at_least_sixty_posts_have_a_text_and_none_is_filler(hospital: Session) -> None:
    posts = list(hospital.scalars(select(Post)))

    assert sum(1 for post in posts if post.text and not post.series) >= 60
    # The posts of one series are called the same.
    called = {(post.title, post.series_id, post.series_day) for post in posts}
    assert len(called) == len(posts)
    assert len({post.title for post in posts}) == len({title for title, *_day in called})
    assert not any(re.search("lorem|ipsum|todo|xxx", post.text, re.IGNORECASE) for post in posts)


def test_no_two_texts_say_the_same(hospital: Session) -> None:
    triples = [three_words(words) for words in texts_of(hospital)]

    alike = [len(a & b) / min(len(a), len(b)) for a, b in combinations(triples, 2)]

    assert max(alike) < 0.1


def three_words(text: str) -> set[tuple[str, str, str]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def test_no_text_uses_a_word_that_the_plan_avoids(hospital: Session, plan: Plan) -> None:
    avoided = words_in(plan.words_to_avoid)
    said = [*texts_of(hospital), *hospital.scalars(select(Post.title))]

    assert len(avoided) >= 5
    used = [w for w in avoided for text in said if re.search(rf"\b{w}\b", text, re.IGNORECASE)]
    assert used == []


def test_each_value_has_all_that_gives_it_meaning_and_the_shares_make_a_hundred(
    plan: Plan,
) -> None:
    assert [value.name for value in plan.values] == [
        "Nabij",
        "Vakmanschap",
        "Eigen regie",
        "Samen leren",
    ]
    assert len({value.hook for value in plan.values}) == 4
    assert plan.wanted_total == 100
    for value in plan.values:
        parts = [value.meaning, value.belongs, value.falls_outside, value.example]
        assert all(0 < len(part) <= LONGEST_NOTE for part in parts)


def test_each_post_says_in_one_line_why_it_fits_its_values(hospital: Session) -> None:
    links = [link for post in hospital.scalars(select(Post)) for link in post.value_links]

    assert len(links) > 60
    assert all(20 <= len(link.reason) <= 300 and "\n" not in link.reason for link in links)


def test_the_first_four_steps_of_the_plan_lack_nothing(plan: Plan) -> None:
    tiles = plan.path(LOADED_AT.date())[:4]

    assert [
        (tile.key, [point.message for point in tile.points]) for tile in tiles if tile.points
    ] == []


def test_each_audience_has_known_and_assumed_facts_on_both_sides(hospital: Session) -> None:
    for audience in hospital.scalars(select(Audience)):
        assert {fact.certainty for fact in audience.facts} == {"known", "assumed"}
        assert {fact.side for fact in audience.facts} == {"online", "offline"}


@pytest.mark.parametrize("figure", ["70%", "62%", "36%", "28%", "64%", "50%", "24%"])
def test_each_figure_is_a_known_fact_with_its_source_and_year(
    hospital: Session, figure: str
) -> None:
    told = [fact for fact in hospital.scalars(select(AudienceFact)) if figure in fact.text]

    assert len(told) == 1
    assert told[0].certainty == "known"
    assert told[0].dated_on == date(2016, 7, 1)
    assert "2016" in told[0].source
    assert "People Business" in told[0].source


def test_each_channel_has_its_evidence_with_source_and_year(hospital: Session) -> None:
    channels = {channel.short: channel for channel in hospital.scalars(select(Channel))}

    assert set(channels) == {"in", "fb", "ig", "vi"}
    assert "70%" in channels["in"].evidence
    assert "62%" in channels["fb"].evidence
    assert channels["vi"].facing == "internal"
    for channel in channels.values():
        assert channel.cadence > 0
        assert channel.purpose
        assert channel.evidence_source
        assert channel.evidence_year == 2016


def test_each_channel_says_for_whom_how_when_and_by_whom(hospital: Session) -> None:
    for channel in hospital.scalars(select(Channel)):
        assert channel.audiences
        assert channel.form_keys
        assert channel.slots
        assert channel.owner is not channel.deputy


def test_every_task_has_its_people_and_one_of_them_waits_for_a_deputy(plan: Plan) -> None:
    assert without_doer(plan.matrix) == []
    assert without_deputy(plan.matrix) == ["monitoring"]
    assert (plan.answer_hours, plan.watch_hours, plan.escalate_hours) == (4, 2, 8)
    assert plan.escalate_to is not None


def test_every_post_with_a_day_has_somebody_to_place_it_and_to_watch_it(hospital: Session) -> None:
    posts = list(hospital.scalars(select(Post)))

    assert {bool(post.publisher and post.watcher) for post in posts if post.starts_at} == {True}
    assert {post.publisher for post in posts if not post.starts_at} == {None}


def test_ambassadors_post_some_and_the_brand_posts_most(hospital: Session) -> None:
    senders = [post.sender.first_name for post in hospital.scalars(select(Post)) if post.sender]

    assert set(senders) == {"Anouk", "Joris", "Henk"}
    assert len(senders) == 4


def test_who_posts_from_their_own_account_has_agreed_before(hospital: Session) -> None:
    agreed = {m.person_id: m.ambassador_since for m in hospital.scalars(select(Membership))}

    for post in hospital.scalars(select(Post).where(Post.sender_id.is_not(None))):
        since = agreed[post.sender_id or 0]
        assert since is not None
        assert since < post.created_at


def test_one_experiment_taught_something_and_one_waits_for_its_outcome(hospital: Session) -> None:
    over, waiting = hospital.scalars(select(Experiment).order_by(Experiment.ends_on))
    used = list(hospital.scalars(select(Post.experiment_id).where(Post.experiment_id.is_not(None))))

    assert over.outcome == "routine"
    assert over.lesson
    assert over.decided_at is not None
    assert waiting.lacks_outcome(waiting.ends_on + timedelta(days=1))
    assert [used.count(over.id), used.count(waiting.id)] == [2, 3]


def test_what_waits_for_changes_lies_ahead_whenever_the_sample_is_loaded() -> None:
    waiting = [post for post in read("posts")["posts"] if post["state"] == "changes_asked"]

    # A post of this week would be published once its hour has passed, without the change.
    assert [post["title"] for post in waiting if post["week"] < 1] == []
