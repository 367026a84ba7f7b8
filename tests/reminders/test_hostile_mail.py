"""Hostile titles and names in mail: one part of text, one of markup, and no header of a text."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.letters import letter
from tests import builders
from tests.support.hostile import FEW, SHORT

if TYPE_CHECKING:
    from calendar_app.config import Config
    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

# Tuesday 10:00 in Amsterdam.
MOMENT = datetime(2026, 11, 10, 9, tzinfo=UTC)


class Parts(HTMLParser):
    """The elements and attributes of a mail, and what it says."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.kinds: set[tuple[str, str]] = set()
        self.addresses: set[str] = set()
        self.words: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds |= {(tag, ""), *((tag, name) for name, _value in attrs)}
        self.addresses |= {value for name, value in attrs if name in {"href", "src"} and value}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def mails_about(scene: Scene, sink: SmtpSink, titles: list[str]) -> dict[str, Any]:
    """The mail to who publishes a post of each title, by that title."""
    with scene.database.writing() as session:
        team = builders.a_team(session, name=titles[0][:60])
        scene.team_id = team.id
        plan = builders.a_plan(session, team)
        for place, title in enumerate(titles):
            address = f"to-{len(sink.accepted)}-{place}@delinde.example"
            person = builders.a_person(
                session, team, name=f"Bos {title}"[:120], email=address, language="en"
            )
            builders.a_post(
                session,
                team,
                plan,
                title=title,
                text=title,
                state="approved",
                starts_at=MOMENT,
                publisher_id=person.id,
            )
    before = len(sink.accepted)
    scene.plan()
    scene.now = MOMENT
    for _round in range(4):
        scene.send()
        scene.sweep()
    found = [message_from_bytes(mail.raw, policy=policy.default) for mail in sink.accepted[before:]]
    assert len(found) == len(titles)
    places = [mail["To"].addresses[0].addr_spec.split("@")[0].split("-")[2] for mail in found]
    return {titles[int(place)]: mail for place, mail in zip(places, found, strict=True)}


def parts_of(mail: Any) -> tuple[str, Parts]:
    """What the mail says as text, and its markup taken apart."""
    text: str = mail.get_body(("plain",)).get_content()
    return text, Parts(mail.get_body(("html",)).get_content())


def test_a_text_in_a_mail_is_a_text(scene: Scene, sink: SmtpSink) -> None:
    table = SHORT if scene.database.is_sqlite else [one for one in FEW if one in SHORT]
    texts = list({text.by_form.line: text for text in table})
    plain = mails_about(scene, sink, ["Rooster"])["Rooster"]
    usual = parts_of(plain)[1]

    for title, mail in mails_about(scene, sink, texts).items():
        text, markup = parts_of(mail)
        said = " ".join(mail["Subject"].split())
        assert said.startswith(f"Publish now: {' '.join(title.split())}, Tuesday"), title
        assert sorted(mail.keys()) == sorted(plain.keys()), title
        assert [one.domain for one in mail["To"].addresses] == ["delinde.example"], title
        assert [part.get_content_type() for part in mail.walk()] == [
            part.get_content_type() for part in plain.walk()
        ], title
        assert title in " ".join(text.split()), title
        assert " ".join(title.split()) in " ".join(" ".join(markup.words).split()), title
        assert markup.kinds <= usual.kinds, title
        assert all(one.startswith("https://") for one in markup.addresses), title


@pytest.mark.parametrize(
    "around", ["", "Zoë", "Anouk van den Berg tot den Hoek van de Poli"], ids=["", "Zoe", "long"]
)
def test_a_name_of_any_length_stays_beside_its_address(config: Config, around: str) -> None:
    for name in (f"{around} {text.by_form.line}"[:120] for text in SHORT):
        written = letter(
            config,
            to=(name, "ria@elders.example"),
            language="nl",
            subject=name,
            at=MOMENT,
            text=name,
            html="<p>x</p>",
        ).as_bytes(policy=policy.SMTP)

        read = message_from_bytes(written, policy=policy.default)
        assert [one.addr_spec for one in read["To"].addresses] == ["ria@elders.example"], name
        assert read["Subject"].split() == name.split(), name
        assert read["Bcc"] is None
        assert all(len(line) <= 998 for line in written.split(b"\r\n")), name
