"""The secret address as calendar programs ask for it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.robotparser import RobotFileParser

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import event, select

from calendar_app.db import sqlite_file
from calendar_app.feed import views
from calendar_app.feed.cache import RenderedFeeds
from calendar_app.feed.models import Feed
from calendar_app.people.models import Membership
from calendar_app.posts.models import Post
from tests.builders import a_meetup, a_post, sign_in
from tests.feed.conftest import again
from tests.support.feeds import events_between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.feed.conftest import Room

OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)"


@pytest.fixture(autouse=True)
def _at_that_moment(now: datetime) -> Iterator[None]:
    """The request's clock stands where the tests stand."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "rendered", RenderedFeeds())


@pytest.fixture
def address(room: Room) -> str:
    """The path of a feed with a post and a meet-up in it."""
    with room.database.writing() as session:
        team, plan = again(session, room.team), again(session, room.plan)
        a_post(session, team, plan, title="Samira vertelt")
        a_meetup(session, team, [again(session, room.person)])
    return f"/feeds/{room.feed()}.ics"


def change_a_title(room: Room) -> None:
    with room.database.writing() as session:
        session.scalars(select(Post)).one().title = "Samira vertelt verder"


def same_but_for_the_body(one: TestResponse, other: TestResponse) -> bool:
    return sorted(one.headers) == sorted(other.headers)


# A plain GET


def test_a_plain_get_answers_200_with_the_calendar(client: FlaskClient, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 200
    assert len(Calendar.from_ical(response.data).events) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Type", "text/calendar; charset=utf-8"),
        ("Cache-Control", "private, max-age=300"),
        ("X-Robots-Tag", "noindex"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Content-Disposition", 'inline; filename="kapstok.ics"'),
    ],
)
def test_an_answer_says(client: FlaskClient, address: str, name: str, value: str) -> None:
    assert client.get(address).headers[name] == value


def test_nothing_is_asked_of_the_subscriber_and_no_cookie_given(
    client: FlaskClient, address: str
) -> None:
    response = client.get(address, headers={"Accept-Encoding": "gzip, deflate, br"})

    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers
    assert "Content-Encoding" not in response.headers  # Outlook
    assert "WWW-Authenticate" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"},
        {"Accept": "text/html"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer abc"},
        {"Accept-Encoding": "gzip, br"},
        {"Range": "bytes=0-10"},
        {"Cookie": "kapstok=rubbish"},
        {"User-Agent": ""},
    ],
    ids=str,
)
def test_what_a_program_asks_besides_is_ignored(
    client: FlaskClient, address: str, headers: dict[str, str]
) -> None:
    plain = client.get(address)

    response = client.get(address, headers=headers)

    assert response.status_code == 200
    assert response.data == plain.data
    assert "Content-Encoding" not in response.headers


def test_somebody_who_is_signed_in_gets_the_same(
    client: FlaskClient, address: str, room: Room
) -> None:
    plain = client.get(address)
    sign_in(client, room.person)

    response = client.get(address)

    assert response.data == plain.data
    assert "Set-Cookie" not in response.headers


def test_the_address_is_short_enough_for_google(room: Room) -> None:
    assert len(f"{room.config.base_url}/feeds/{room.feed()}.ics") <= 256


def test_head_gives_the_headers_of_get(client: FlaskClient, address: str) -> None:
    head, get = client.head(address), client.get(address)

    assert head.status_code == 200
    assert head.data == b""
    assert sorted(head.headers) == sorted(get.headers)
    assert head.content_length == len(get.data)


# Nothing new


def test_the_same_state_gives_the_same_bytes_and_etag(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    views.rendered = RenderedFeeds()

    second = client.get(address)

    assert second.data == first.data
    assert second.headers["ETag"] == first.headers["ETag"]
    assert not first.headers["ETag"].startswith("W/")


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_a_known_etag_answers_304_without_a_body(
    client: FlaskClient, address: str, form: str
) -> None:
    first = client.get(address)

    response = client.get(address, headers={"If-None-Match": form.format(first.headers["ETag"])})

    assert response.status_code == 304
    assert response.data == b""
    assert response.headers["ETag"] == first.headers["ETag"]
    assert response.headers["Cache-Control"] == "private, max-age=300"
    assert "Set-Cookie" not in response.headers


def test_a_known_moment_answers_304(client: FlaskClient, address: str) -> None:
    first = client.get(address)

    response = client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]})

    assert response.status_code == 304


def test_head_answers_304_too(client: FlaskClient, address: str) -> None:
    etag = client.get(address).headers["ETag"]

    assert client.head(address, headers={"If-None-Match": etag}).status_code == 304


def test_an_unknown_etag_answers_the_file(client: FlaskClient, address: str) -> None:
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_304_renders_nothing_and_reads_once(
    client: FlaskClient, address: str, room: Room
) -> None:
    etag = client.get(address).headers["ETag"]
    asked: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(room.database.engine, "before_cursor_execute", count)
    response = client.get(address, headers={"If-None-Match": etag})
    event.remove(room.database.engine, "before_cursor_execute", count)

    assert response.status_code == 304
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1
    assert [statement for statement in asked if "post" in statement] == []


def test_a_change_of_a_post_gives_another_etag(
    client: FlaskClient, address: str, room: Room
) -> None:
    etag = client.get(address).headers["ETag"]

    change_a_title(room)
    response = client.get(address, headers={"If-None-Match": etag})

    assert response.status_code == 200
    assert b"Samira vertelt verder" in response.data


def test_another_name_for_the_feed_gives_another_etag(
    client: FlaskClient, address: str, room: Room
) -> None:
    etag = client.get(address).headers["ETag"]
    with room.database.writing() as session:
        session.scalars(select(Feed)).one().rename("Telefoon")

    response = client.get(address, headers={"If-None-Match": etag})

    assert response.status_code == 200
    assert "X-WR-CALNAME:De Linde · Telefoon".encode() in response.data


def test_another_language_gives_another_etag(client: FlaskClient, address: str, room: Room) -> None:
    etag = client.get(address).headers["ETag"]
    with room.database.writing() as session:
        again(session, room.person).language = "en"

    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_a_new_day_moves_the_window_and_the_etag(
    client: FlaskClient, address: str, now: datetime
) -> None:
    first = client.get(address)

    with time_machine.travel(now + timedelta(hours=10), tick=False):
        same_day = client.get(address)
    with time_machine.travel(now + timedelta(days=1), tick=False):
        next_day = client.get(address)

    assert same_day.headers["ETag"] == first.headers["ETag"]
    assert next_day.headers["ETag"] != first.headers["ETag"]
    # Nothing came into the window or left it.
    assert next_day.data == same_day.data == first.data


def test_last_modified_is_never_of_a_second_that_is_not_over(
    client: FlaskClient, address: str, room: Room, now: datetime
) -> None:
    """Else a change later in the same second would be hidden behind If-Modified-Since."""
    with time_machine.travel(now + timedelta(milliseconds=200), tick=False):
        change_a_title(room)
        response = client.get(address)

    assert response.last_modified is not None
    assert response.last_modified < now


def test_last_modified_follows_a_change(
    client: FlaskClient, address: str, room: Room, now: datetime
) -> None:
    first = client.get(address).headers["Last-Modified"]
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        change_a_title(room)

    with time_machine.travel(now + timedelta(hours=2), tick=False):
        response = client.get(address, headers={"If-Modified-Since": first})

    assert response.status_code == 200
    assert response.last_modified == now + timedelta(hours=1)


# Nobody's


@pytest.mark.parametrize("headers", [{}, {"If-None-Match": "*"}, {"Authorization": "Basic eA=="}])
def test_an_unknown_address_is_not_there(client: FlaskClient, headers: dict[str, str]) -> None:
    response = client.get("/feeds/unknown.ics", headers=headers)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("token", ["%00", "%ED%A0%80", "a" * 3000, "..", "é", "%0d%0aX: y"])
def test_a_strange_address_is_not_there(client: FlaskClient, token: str) -> None:
    assert client.get(f"/feeds/{token}.ics").status_code == 404


def test_a_revoked_feed_is_not_there_also_for_who_knows_its_etag(
    client: FlaskClient, address: str, room: Room
) -> None:
    etag = client.get(address).headers["ETag"]
    with room.database.writing() as session:
        session.scalars(select(Feed)).one().revoke(room.now)

    assert client.get(address).status_code == 404
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 404


def test_the_feed_of_somebody_who_left_the_team_is_not_there(
    client: FlaskClient, address: str, room: Room
) -> None:
    with room.database.writing() as session:
        session.scalars(select(Membership)).one().ended_at = room.now

    assert client.get(address).status_code == 404


def test_the_feed_of_a_closed_account_is_not_there(
    client: FlaskClient, address: str, room: Room
) -> None:
    with room.database.writing() as session:
        again(session, room.person).active = False

    assert client.get(address).status_code == 404


def test_only_reading_is_possible(client: FlaskClient, address: str) -> None:
    assert client.put(address).status_code in {400, 405}
    assert client.delete(address).status_code in {400, 405}


# Who fetched


def last_fetch(room: Room) -> tuple[datetime | None, str]:
    with room.database.reading() as session:
        feed = session.scalars(select(Feed)).one()
        return feed.fetched_at, feed.fetched_by


def test_a_fetch_is_noted_with_its_program(
    client: FlaskClient, address: str, room: Room, now: datetime
) -> None:
    client.get(address, headers={"User-Agent": OUTLOOK})

    assert last_fetch(room) == (now, OUTLOOK)


def test_a_fetch_that_finds_nothing_new_is_noted_too(
    client: FlaskClient, address: str, room: Room, now: datetime
) -> None:
    etag = client.get(address, headers={"User-Agent": "one"}).headers["ETag"]

    with time_machine.travel(now + timedelta(hours=3), tick=False):
        client.get(address, headers={"If-None-Match": etag, "User-Agent": "two"})

    assert last_fetch(room) == (now + timedelta(hours=3), "two")


def test_a_fetch_is_noted_at_most_every_five_minutes(
    client: FlaskClient, address: str, room: Room, now: datetime
) -> None:
    for minutes, name in ((0, "one"), (4, "two"), (5, "three")):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            client.get(address, headers={"User-Agent": name})

        expected = "three" if name == "three" else "one"
        assert last_fetch(room)[1] == expected


def test_a_noted_fetch_changes_neither_the_etag_nor_the_version(
    client: FlaskClient, address: str, room: Room, now: datetime
) -> None:
    first = client.get(address)

    with time_machine.travel(now + timedelta(hours=1), tick=False):
        second = client.get(address)

    assert second.headers["ETag"] == first.headers["ETag"]
    with room.database.reading() as session:
        assert session.scalars(select(Feed)).one().version == 1


def test_a_programs_name_is_cut_and_cleaned(client: FlaskClient, address: str, room: Room) -> None:
    client.get(address, headers={"User-Agent": "Cal\x07endar\x7f " + "x" * 5000})

    name = last_fetch(room)[1]
    assert name.startswith("Calendar xxx")
    assert len(name) == 200


def test_a_locked_database_does_not_keep_the_feed_from_its_reader(
    client: FlaskClient, address: str, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    file = sqlite_file(room.database.url)
    if file is None:
        with room.database.writing() as session:
            session.scalars(select(Feed).with_for_update()).one()
            response = client.get(address)
    else:
        writer = sqlite3.connect(file, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        response = client.get(address)
        writer.close()

    assert response.status_code == 200
    assert last_fetch(room) == (None, "")
    assert "not noted" in caplog.text


def test_a_feed_that_was_once_locked_out_is_noted_the_next_time(
    client: FlaskClient, address: str, room: Room, now: datetime
) -> None:
    """The short patience is not left behind on a connection of the pool."""
    client.get(address)

    if room.database.is_sqlite:
        with room.database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 15_000
    assert last_fetch(room)[0] == now


# robots.txt


def test_robots_may_fetch_a_feed(client: FlaskClient, address: str) -> None:
    response = client.get("/robots.txt")
    robots = RobotFileParser()
    robots.parse(response.text.splitlines())

    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    assert robots.can_fetch("Google-Calendar-Importer", address)
    assert "Set-Cookie" not in response.headers


def test_the_file_of_a_day_is_read_at_the_right_instants(client: FlaskClient, address: str) -> None:
    file = client.get(address).data
    begin = datetime(2026, 11, 10, tzinfo=UTC)

    found = events_between(file, begin, begin + timedelta(days=1))

    assert [event.start.astimezone(UTC).strftime("%H:%M") for event in found] == ["08:30", "09:30"]
