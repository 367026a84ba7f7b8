from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.config import Config
from calendar_app.people.seals import unsealed
from calendar_app.reminders.mail import (
    MissedReminder,
    Reader,
    Story,
    read_stop_token,
    stop_token,
    write,
)

if TYPE_CHECKING:
    from email.message import EmailMessage

AT = datetime(2026, 11, 10, 8, 20, tzinfo=UTC)
STORY = Story(
    kind="meetup",
    language="nl",
    team="De Linde",
    meetup="Content-meet-up",
    starts_at=datetime(2026, 11, 10, 8, 30, tzinfo=UTC),
    zone="Europe/Amsterdam",
    minutes=10,
    path="/meetups/occurrences/12",
    place="Kamer 3",
    host="Sanne",
    answer_to=("Sanne Bakker", "sanne@delinde.example"),
)
ANOUK = Reader("5b0f", "Anouk de Wit", "Anouk", "anouk@delinde.example")
NASTY = st.text(st.characters(codec="utf-8"), max_size=120)


def mail(config: Config, story: Story = STORY, reader: Reader = ANOUK) -> EmailMessage:
    raw = write(config, story, reader, "0001", AT).raw
    return message_from_bytes(raw, policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_headers_say_that_a_program_wrote_it_and_how_to_stop(config: Config) -> None:
    message = mail(config)

    assert message["To"] == "Anouk de Wit <anouk@delinde.example>"
    assert message["From"] == config.mail_from
    assert message["Reply-To"] == "Sanne Bakker <sanne@delinde.example>"
    assert message["Date"] == "Tue, 10 Nov 2026 08:20:00 +0000"
    assert message["Message-ID"] == "<0001@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "nl"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://kapstok.example/unsubscribe/")
    assert read_stop_token(config, address.rpartition("/")[2]) == ("5b0f", "meetup")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_mail_names_the_local_time_and_place_and_has_one_link(config: Config, kind: str) -> None:
    text = body(mail(config), kind)

    assert "dinsdag 10 november" in text
    assert "09:30 (Amsterdam)" in text
    assert "Kamer 3" in text
    assert re.findall(r"https?://[^\s\"<]+", text) == [
        "https://kapstok.example/meetups/occurrences/12"
    ]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_each_reader_has_a_link_of_their_own_to_say_that_they_cannot_come(
    config: Config, kind: str
) -> None:
    story = replace(STORY, occurrence="7c1e")
    found = []
    for reader in (ANOUK, replace(ANOUK, uuid="9d2a", first_name="Joris")):
        links = re.findall(r"https?://[^\s\"<]+", body(mail(config, story, reader), kind))
        assert links[0] == "https://kapstok.example/meetups/occurrences/12"
        word = links[1].removeprefix("https://kapstok.example/beforehand/")
        found.append(unsealed(config.secret_key, "beforehand", word))

    assert found == ["5b0f 7c1e", "9d2a 7c1e"]


def test_an_english_reader_gets_english(config: Config) -> None:
    message = mail(config, replace(STORY, language="en"))

    assert message["Subject"] == "Content-meet-up: Tuesday 10 November at 09:30 (Amsterdam)"
    assert "Hello Anouk," in body(message, "plain")
    assert "begins on Tuesday 10 November" in body(message, "plain")


def test_the_same_facts_make_the_same_bytes(config: Config) -> None:
    first = write(config, STORY, ANOUK, "0001", AT)

    assert write(config, STORY, ANOUK, "0001", AT) == first
    assert write(config, STORY, replace(ANOUK, first_name="Joris"), "0001", AT) != first


def test_a_summary_names_who_was_not_reminded_and_why(config: Config) -> None:
    missed = (
        MissedReminder("Joris <de Vries>", "The mail server did not answer."),
        MissedReminder("Mo", "The reminder service was not running at that time."),
    )
    message = mail(config, replace(STORY, kind="missed_summary", language="en", missed=missed))

    text = body(message, "plain")
    assert "- Joris <de Vries>: The mail server did not answer.\r\n" in text
    assert "- Mo: The reminder service was not running at that time." in text
    assert "Joris &lt;de Vries&gt;: The mail server did not answer.</li>" in body(message, "html")


@given(name=NASTY, meetup=NASTY, place=NASTY)
def test_no_name_can_break_out_of_its_place(name: str, meetup: str, place: str) -> None:
    config = _config()
    nasty = "\r\nBcc: evil@example.org\r\n\r\n<script>"
    reader = replace(ANOUK, name=name + nasty, first_name=name + nasty)
    story = replace(STORY, meetup=meetup + nasty, place=place + nasty)

    raw = write(config, story, reader, "0001", AT).raw

    message = message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    assert str(message["To"].addresses[0]).endswith("<anouk@delinde.example>")
    assert "<script>" not in body(message, "html")
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_every_line_of_a_mail_is_short_enough_for_every_relay(config: Config) -> None:
    raw = write(config, replace(STORY, meetup="é" * 120), ANOUK, "0001", AT).raw

    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()


def test_an_address_that_cannot_stand_in_a_mail_is_refused(config: Config) -> None:
    with pytest.raises(ValueError, match="addr-spec"):
        write(config, STORY, replace(ANOUK, name="Zoë", address="not an address"), "1", AT)


def test_a_token_of_another_installation_is_void(config: Config) -> None:
    other = replace(config, secret_key="another-installation-has-another-secret-key")  # noqa: S106 - a test's

    assert read_stop_token(config, stop_token(other, "5b0f", "meetup")) is None


def _config() -> Config:
    return Config(
        data_dir=Path("instance"),
        database_url="sqlite://",
        secret_key="only-the-tests-of-kapstok-use-this-secret-key",  # noqa: S106 - see what it says
        base_url="https://kapstok.example",
    )
