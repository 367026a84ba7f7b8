"""Making, renaming and ending a feed."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.errors import NotYours, Refused
from calendar_app.feed import queries
from calendar_app.feed.models import MOST_FEEDS, Feed
from tests.builders import a_person, a_team

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from calendar_app.people.models import Person, Team


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def person(session: Session, team: Team) -> Person:
    return a_person(session, team)


def made(session: Session, team: Team, person: Person, now: datetime, **facts: Any) -> Feed:
    told = {"name": "Outlook werk", "scope": "team", "detail": "title", **facts}
    feed, _token = Feed.new(team, person, now=now, **told)
    session.add(feed)
    session.flush()
    return feed


def test_a_token_holds_at_least_128_bits(team: Team, person: Person, now: datetime) -> None:
    _feed, token = Feed.new(team, person, "Outlook", "team", "full", now)

    assert len(urlsafe_b64decode(token + "==")) * 8 >= 128


def test_two_tokens_differ(team: Team, person: Person, now: datetime) -> None:
    tokens = {Feed.new(team, person, "Outlook", "team", "full", now)[1] for _ in range(50)}

    assert len(tokens) == 50


def test_only_the_hash_of_a_token_is_kept(
    session: Session, team: Team, person: Person, now: datetime
) -> None:
    feed, token = Feed.new(team, person, "Outlook", "team", "full", now)
    session.add(feed)
    session.flush()

    assert feed.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(vars(feed))
    found = queries.subscription(session, token)
    assert found is not None
    assert found.feed_id == feed.id


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   \x00"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"scope": "all"}, "scope"),
        ({"detail": "everything"}, "detail"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    session: Session, team: Team, person: Person, now: datetime, facts: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        made(session, team, person, now, **facts)

    assert refused.value.field == field


@pytest.mark.parametrize("name", ["Outlook werk", "outlook WERK", " Outlook  werk "])
def test_a_name_is_used_once_among_a_persons_live_feeds(
    session: Session, team: Team, person: Person, now: datetime, name: str
) -> None:
    made(session, team, person, now)

    with pytest.raises(Refused) as refused:
        made(session, team, person, now, name=name)

    assert refused.value.field == "name"


def test_a_name_is_free_again_after_the_feed_ended_and_for_others(
    session: Session, team: Team, person: Person, now: datetime
) -> None:
    made(session, team, person, now).revoke(now)

    again = made(session, team, person, now)
    others = made(session, team, a_person(session, team), now)

    assert again.name == others.name == "Outlook werk"


def test_a_person_has_at_most_twenty_feeds(
    session: Session, team: Team, person: Person, now: datetime
) -> None:
    for number in range(MOST_FEEDS):
        made(session, team, person, now, name=f"Feed {number}")

    with pytest.raises(Refused, match="20"):
        made(session, team, person, now, name="Een te veel")


def test_a_feed_takes_another_name_but_not_that_of_another(
    session: Session, team: Team, person: Person, now: datetime
) -> None:
    feed = made(session, team, person, now)
    made(session, team, person, now, name="Telefoon")

    feed.rename("Outlook thuis")
    feed.rename("OUTLOOK THUIS")

    assert feed.name == "OUTLOOK THUIS"
    with pytest.raises(Refused):
        feed.rename("telefoon")


def test_a_feed_ends_once(session: Session, team: Team, person: Person, now: datetime) -> None:
    feed = made(session, team, person, now)

    feed.revoke(now)
    feed.revoke(now + timedelta(days=1))

    assert feed.revoked_at == now


def test_a_live_feed_is_found_by_the_name_its_person_gave_it(
    session: Session, team: Team, person: Person, now: datetime
) -> None:
    feed = made(session, team, person, now)

    assert queries.live_feed(session, person, "outlook werk") is feed
    assert queries.live_feed(session, person, "Telefoon") is None
    assert queries.live_feed(session, a_person(session, team), "Outlook werk") is None

    feed.revoke(now)
    assert queries.live_feed(session, person, "Outlook werk") is None


def test_somebody_elses_feed_is_not_there(
    session: Session, team: Team, person: Person, now: datetime
) -> None:
    feed = made(session, team, person, now)
    other = a_person(session, team)

    assert queries.feed_of(session, person, team, feed.id) is feed
    with pytest.raises(NotYours):
        queries.feed_of(session, other, team, feed.id)
    with pytest.raises(NotYours):
        queries.feed_of(session, person, a_team(session), feed.id)
