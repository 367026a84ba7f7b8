"""Loading the sample: once, whole, by the rules, on both databases."""

from __future__ import annotations

import re
import stat
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from calendar_app import sample
from calendar_app.config import Config
from calendar_app.db import Base, Database
from calendar_app.errors import Refused
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.moments import local
from calendar_app.people.models import Absence, AuditEntry, Membership, Person, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import STATES, Post, PostChange
from tests.sample import rows_of

AMSTERDAM = "Europe/Amsterdam"


def posts_in(session: Session) -> list[Post]:
    return list(session.scalars(select(Post).order_by(Post.id)))


def obeys_the_rule(post: Post) -> bool:
    plans = [
        *(value.plan for value in post.values),
        *(audience.plan for audience in post.audiences),
        *(channel.plan for channel in post.channels),
    ]
    return bool(post.values and post.audiences) and all(plan is post.plan for plan in plans)


def test_the_sample_is_a_whole_team_on_each_database(
    config: Config, database: Database, now: datetime
) -> None:
    sample.load(config, database, now)

    with database.reading() as session:
        posts = posts_in(session)
        dated = [post for post in posts if post.starts_at is not None]
        plan = session.scalars(select(Plan)).one()
        roles = Counter(session.scalars(select(Membership.role)))
        assert len(posts) >= 64
        assert len(dated) >= 60
        assert {post.state for post in posts} == set(STATES)
        assert [len(plan.values), len(plan.audiences), len(plan.channels)] == [4, 3, 4]
        assert roles == {"admin": 1, "editor": 1, "writer": 3, "viewer": 1}
        assert [post.title for post in dated if not obeys_the_rule(post)] == []


def test_the_sample_is_wanted_once_and_a_second_load_is_refused_and_changes_nothing(
    config: Config, database: Database, now: datetime
) -> None:
    wanted = sample.is_wanted(database)
    sample.load(config, database, now)
    before = sizes(database)

    with pytest.raises(Refused, match="De Linde is in this database already"):
        sample.load(config, database, now + timedelta(days=1))

    assert sizes(database) == before
    assert wanted
    assert not sample.is_wanted(database)


def test_a_load_that_fails_half_way_leaves_nothing(
    config: Config, database: Database, now: datetime
) -> None:
    with database.writing() as session:
        session.add(Person(name="Een ander", email="henk@delinde.example"))
    before = sizes(database)

    with pytest.raises(Exception, match=r"(?i)unique"):
        sample.load(config, database, now)

    assert sizes(database) == before


def sizes(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def test_the_sample_looks_the_same_when_it_is_loaded_again_elsewhere(
    config: Config, loaded: Database, sqlite_url: str, now: datetime
) -> None:
    elsewhere = Database(sqlite_url)

    sample.load(config, elsewhere, now)

    assert rows_of(elsewhere) == rows_of(loaded)
    elsewhere.dispose()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 15, 22, 59, tzinfo=UTC),  # a Sunday, a minute before midnight
        datetime(2026, 12, 28, 6, 0, tzinfo=UTC),  # a Monday between the holidays
        datetime(2027, 3, 26, 17, 0, tzinfo=UTC),  # Good Friday, two days before summer time
        datetime(2027, 5, 6, 10, 0, tzinfo=UTC),  # Ascension Day
    ],
)
def test_the_days_of_the_sample_follow_the_day_of_loading(
    config: Config, sqlite_url: str, at: datetime
) -> None:
    database = Database(sqlite_url)

    sample.load(config, database, at)

    with database.reading() as session:
        starts = [
            post.starts_at for post in posts_in(session) if post.starts_at and not post.series
        ]
        late = [post.title for post in posts_in(session) if post.is_late(at)]
        unpublished = [p.title for p in posts_in(session) if p.starts_at and p.starts_at > at]
        changes = list(session.scalars(select(PostChange.at)))
        assert at - timedelta(weeks=6) < min(starts) < at - timedelta(weeks=3)
        assert at + timedelta(weeks=3) < max(starts) < at + timedelta(weeks=6)
        assert len(late) == 2
        assert len(unpublished) >= 20
        assert max(changes) <= at
    database.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_of_the_six_signs_in_with_the_one_password(
    app: Flask, config: Config, database: Database, now: datetime
) -> None:
    known = replace(config, sample_password="een lange zin voor de proef")  # noqa: S106 - made up
    sample.load(known, database, now)

    answers = {
        name: sign_in(app.test_client(), config.base_url, name, "een lange zin voor de proef")
        for name in ("sanne", "mo", "anouk", "joris", "fatima", "henk")
    }
    stranger = sign_in(app.test_client(), config.base_url, "henk", "een andere lange zin")

    assert {answer.status_code for answer in answers.values()} <= {302, 303}
    assert {answer.headers["Location"] for answer in answers.values()} == {"/"}
    assert stranger.status_code not in {302, 303}


def sign_in(visitor: FlaskClient, address: str, name: str, password: str) -> TestResponse:
    """Fill in the sign-in page and send it, as a browser does."""
    page = visitor.get("/sign-in", base_url=address)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    told = {"csrf_token": token[1], "email": f"{name}@delinde.example", "password": password}
    where_from = {"Referer": f"{address}/sign-in"}
    return visitor.post("/sign-in", base_url=address, headers=where_from, data=told)


def test_a_password_that_nobody_set_is_made_once_and_kept_for_its_owner_alone(
    config: Config, tmp_path: Path
) -> None:
    here = replace(config, data_dir=tmp_path / "new")

    made = sample.password(here)

    kept = tmp_path / "new" / "sample_password"
    assert len(made) >= 16
    assert made == sample.password(here) == kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert sample.password(replace(here, sample_password="een ander woord")) == "een ander woord"  # noqa: S106 - a made-up one


def test_the_audit_log_says_that_a_sample_was_loaded_and_invents_nothing(
    hospital: Session,
) -> None:
    assert list(hospital.scalars(select(AuditEntry.action))) == ["sample.loaded"]


def test_fatima_is_away_and_anouk_takes_her_place(hospital: Session, team: Team) -> None:
    absence = hospital.scalars(select(Absence)).one()

    today = datetime(2026, 11, 10, tzinfo=UTC).date()
    assert (absence.person.first_name, absence.team_id) == ("Fatima", team.id)
    assert absence.deputy is not None
    assert absence.deputy.first_name == "Anouk"
    assert absence.first_day == today - timedelta(days=2)
    assert (absence.last_day - absence.first_day).days == 9


def test_nobody_did_anything_while_away_or_beyond_their_role(hospital: Session) -> None:
    absence = hospital.scalars(select(Absence)).one()
    roles = {m.person_id: m.role for m in hospital.scalars(select(Membership))}
    changes = list(hospital.scalars(select(PostChange)))

    judged = {roles[c.by_id or 0] for c in changes if c.action in {"approve", "ask_changes"}}
    written = {roles[c.by_id or 0] for c in changes}
    away = [
        change
        for change in changes
        if change.by_id == absence.person_id
        and absence.first_day <= local(change.at, AMSTERDAM).date() <= absence.last_day
    ]

    assert judged == {"admin", "editor"}
    assert written == {"admin", "editor", "writer"}
    assert away == []


def test_the_history_of_each_post_is_in_order_and_ends_in_its_state(hospital: Session) -> None:
    for post in posts_in(hospital):
        changes = list(hospital.scalars(post.changes.select().order_by(PostChange.id)))

        states = [change.fields["state"][1] for change in changes if "state" in change.fields]
        assert [change.version for change in changes] == list(range(1, post.version + 1))
        assert [change.at for change in changes] == sorted(change.at for change in changes)
        assert changes[0].action == "created"
        # A post of a series has its day from the first moment, which makes it a draft.
        first = "draft" if "starts_at" in changes[0].fields else "idea"
        assert (first == "draft") is (post.series is not None)
        assert [first, *states][-1] == post.state
        assert (post.created_at, post.updated_at) == (changes[0].at, changes[-1].at)


def test_what_was_published_has_an_address_and_a_moment_just_after_its_own(
    hospital: Session,
) -> None:
    published = [post for post in posts_in(hospital) if post.state == "published"]

    assert len(published) >= 25
    for post in published:
        assert post.published_address.startswith("https://")
        assert ".example/delinde/" in post.published_address
        assert post.starts_at is not None
        assert post.published_at is not None
        assert timedelta() < post.published_at - post.starts_at < timedelta(minutes=10)
        assert post.approved_at is not None
        assert post.approved_at < post.starts_at
    assert len({post.published_address for post in published}) == len(published)


def test_reviewers_said_what_should_change(hospital: Session) -> None:
    asked = select(PostChange).where(PostChange.action == "ask_changes")
    notes = [change.note for change in hospital.scalars(asked)]

    waiting = [post.title for post in posts_in(hospital) if post.state == "changes_asked"]
    assert len(waiting) == 3
    assert len(notes) >= 5
    assert all(len(note.split()) >= 10 for note in notes)


def test_the_meetup_is_each_weekday_at_half_past_nine_with_sanne_and_five_people(
    hospital: Session,
) -> None:
    meetup = hospital.scalars(select(Meetup)).one()

    assert meetup.weekdays == "MO,TU,WE,TH,FR"
    assert (meetup.local_time.isoformat("minutes"), meetup.zone) == ("09:30", AMSTERDAM)
    assert meetup.host is not None
    assert meetup.host.first_name == "Sanne"
    names = [person.first_name for person in meetup.participants]
    assert names == ["Anouk", "Fatima", "Joris", "Mo", "Sanne"]


def test_the_meetup_reaches_both_ways_and_two_days_are_cancelled_and_two_moved(
    hospital: Session,
) -> None:
    occurrences = list(hospital.scalars(select(Occurrence).order_by(Occurrence.starts_at)))
    now = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)

    states = Counter(occurrence.state for occurrence in occurrences)
    assert states["cancelled"] == states["moved"] == 2
    assert occurrences[0].starts_at < now - timedelta(weeks=4)
    assert occurrences[-1].starts_at > now + timedelta(weeks=4)
    # What is entered afterwards was missed by nobody: the worker asks for this order.
    past = [occurrence for occurrence in occurrences if occurrence.starts_at < now]
    assert all(occurrence.updated_at >= now for occurrence in past)


def test_the_plan_wishes_something_of_each_audience_and_of_the_ambassadors(
    hospital: Session, team: Team
) -> None:
    plan = hospital.scalars(select(Plan).where(Plan.team_id == team.id)).one()

    assert [one.wanted_share for one in plan.audiences] == [55, 40, 30]
    assert (plan.ambassador_share, plan.brand_share) == (15, 85)
