"""The way out for mail: how it speaks to a relay, and the folder of mails without one."""

from __future__ import annotations

import time
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from calendar_app.config import BadSetting, Config
from calendar_app.language import noted, say_noted
from calendar_app.post_office import (
    Mail,
    MailFolder,
    NotPosted,
    PostOffice,
    mail_notice,
    post_office,
    send_now,
    smtp_address,
    trouble,
)
from tests.support.certificate import self_signed
from tests.support.smtp_faults import Point, answer, close, wait
from tests.support.smtp_sink import SmtpSink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RAW = b"Subject: De meet-up\r\n\r\nOm 09:30\r\n.een punt\r\n..twee\r\n"


def a_mail(to: str = "sanne@delinde.example", name: str = "one") -> Mail:
    return Mail("kapstok@delinde.example", to, RAW, name)


def send(office: PostOffice, *mails: Mail) -> list[str]:
    """Offer and let go; the kinds of the answers."""
    offers = office.offer(mails)
    answers = iter(office.finish([True] * offers.count(None)))
    return [(offer or next(answers)).kind for offer in offers]


def at(config: Config, url: str, rate: int = 30) -> Config:
    return replace(config, smtp_url=url, mail_rate=rate)


@pytest.fixture
def office(config: Config, sink: SmtpSink) -> Iterator[PostOffice]:
    office = post_office(at(config, f"{sink.url}?timeout=3"))
    yield office
    office.close()


def test_a_mail_arrives_as_it_was_and_the_connection_is_held(
    office: PostOffice, sink: SmtpSink
) -> None:
    assert send(office, a_mail()) == ["accepted"]
    assert send(office, a_mail("mo@delinde.example")) == ["accepted"]

    assert [one.raw for one in sink.accepted] == [RAW, RAW]
    assert sink.connections == 1


def test_nothing_is_sent_before_it_is_let_go(office: PostOffice, sink: SmtpSink) -> None:
    assert office.offer([a_mail()]) == [None]
    assert sink.accepted == []

    assert [one.kind for one in office.finish([False])] == ["untried"]
    assert send(office, a_mail(name="two")) == ["accepted"]
    assert len(sink.accepted) == 1


def test_a_relay_that_takes_many_mails_gets_several_lines_side_by_side(
    config: Config, sink: SmtpSink
) -> None:
    office = post_office(at(config, sink.url, rate=6000))
    mails = [a_mail(f"collega{number}@delinde.example") for number in range(8)]

    assert send(office, *mails) == ["accepted"] * 8
    office.close()

    assert (office.width, sink.connections) == (8, 8)
    assert post_office(at(config, sink.url, rate=30)).width == 1


def test_a_relay_that_takes_fewer_lines_leaves_the_rest_for_later(
    config: Config, sink: SmtpSink
) -> None:
    office = post_office(at(config, f"{sink.url}?timeout=3", rate=1800))
    sink.program([answer("connect", "421 4.7.0 Too many connections", after=2, times=None)])

    assert send(office, *[a_mail() for _ in range(3)]) == ["accepted", "accepted", "untried"]
    office.close()


@pytest.mark.parametrize(
    ("point", "reply", "kind"),
    [
        ("mail", "451 4.3.0 Later", "later"),
        ("mail", "550 5.7.1 Not you", "never"),
        ("rcpt", "450 4.2.1 Busy", "later"),
        ("rcpt", "550 5.1.1 No such user", "never"),
        ("data", "451 4.3.0 Later", "later"),
        ("dot", "452 4.2.2 Full", "later"),
        ("dot", "554 5.6.0 Spam", "never"),
        ("mail", "421 4.3.2 Going down", "unreachable"),
        ("ehlo", "550 5.7.1 Go away", "unreachable"),
        ("connect", "554 5.3.2 No", "unreachable"),
    ],
)
def test_each_no_is_told_apart_and_the_next_mail_goes_through(
    office: PostOffice, sink: SmtpSink, point: Point, reply: str, kind: str
) -> None:
    # A refused EHLO is followed by HELO, which is refused too.
    sink.program([answer(point, reply, times=2 if point == "ehlo" else 1)])

    assert send(office, a_mail()) == [kind]
    assert send(office, a_mail()) == ["accepted"]


def test_a_421_after_the_dot_is_a_no_and_no_doubt(office: PostOffice, sink: SmtpSink) -> None:
    sink.program([answer("dot", "421 4.3.2 Going down")])

    assert send(office, a_mail()) == ["later"]
    assert send(office, a_mail()) == ["accepted"]


@pytest.mark.parametrize("point", ["dot", "accepted"])
def test_no_answer_after_the_dot_is_unknown(
    office: PostOffice, sink: SmtpSink, point: Point
) -> None:
    sink.program([close(point)])

    assert send(office, a_mail()) == ["unknown"]


def test_a_relay_that_hung_up_during_the_body_did_not_get_the_mail(
    office: PostOffice, sink: SmtpSink
) -> None:
    sink.program([close("body")])

    assert office.offer([a_mail()]) == [None]
    _until_it_is_cut(sink)

    assert [one.kind for one in office.finish([True])] == ["unreachable"]


def _until_it_is_cut(sink: SmtpSink) -> None:
    deadline = time.monotonic() + 10
    while not any(one.verdict == "cut" for one in sink.received):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    # The log is written just before the connection is closed.
    while sink._open:  # noqa: SLF001 - nothing else tells when the socket is closed
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_held_line_that_the_relay_closed_is_opened_again(
    office: PostOffice, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calendar_app.post_office._FRESH_SECONDS", -1.0)
    sink.program([close("answered")])

    assert send(office, a_mail()) == ["accepted"]
    assert send(office, a_mail()) == ["accepted"]
    assert sink.connections == 2


def test_a_silent_relay_costs_its_timeout_and_no_more(config: Config, sink: SmtpSink) -> None:
    office = post_office(at(config, f"{sink.url}?timeout=1"))
    sink.program([wait("data")])

    began = time.monotonic()
    kinds = send(office, a_mail())

    assert kinds == ["unreachable"]
    assert 1 <= time.monotonic() - began < 8
    office.close()


def test_an_address_that_would_end_the_command_is_never_sent(
    office: PostOffice, sink: SmtpSink
) -> None:
    assert send(office, a_mail("a@b.example>\r\nDATA")) == ["never"]
    assert send(office, a_mail("zoë@delinde.example")) == ["never"]
    assert sink.received == []


def test_starttls_and_a_sign_in(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path / "relay.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with SmtpSink(users={"kap": "st:ok@"}, tls="starttls", certificate=certificate) as sink:
        url = f"smtp://kap:st%3Aok%40@127.0.0.1:{sink.port}?starttls=required"

        assert send_now(at(config, url), _a_letter()).startswith("250")
        assert trouble(at(config, url)) is None

        [received] = sink.accepted
        assert (received.tls, received.user) == (True, "kap")


def test_tls_from_the_first_byte(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path / "relay.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with SmtpSink(tls="implicit", certificate=certificate) as sink:
        send_now(at(config, sink.url), _a_letter())

        assert sink.accepted[0].tls


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    config: Config, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path / "relay.pem")
    with SmtpSink(tls="starttls", certificate=certificate) as sink:
        with pytest.raises(NotPosted):
            send_now(at(config, sink.url), _a_letter())
        words = trouble(at(config, sink.url))

    assert words is not None
    assert "certificate" in words


def test_required_encryption_is_required(config: Config, sink: SmtpSink) -> None:
    words = trouble(at(config, f"{sink.url}?starttls=required"))

    assert words == "the relay offers no STARTTLS, and the setting requires it"


def test_a_password_is_not_sent_in_clear_unless_the_operator_says_so(config: Config) -> None:
    with SmtpSink(users={"kap": "stok"}) as sink:
        in_clear = f"smtp://kap:stok@127.0.0.1:{sink.port}"

        assert "password" in (trouble(at(config, in_clear)) or "")
        assert trouble(at(config, f"{in_clear}?starttls=never")) is None
        assert "535" in (
            trouble(at(config, in_clear.replace("stok", "x") + "?starttls=never")) or ""
        )


def test_a_relay_that_is_not_there_is_told_to_who_waits(config: Config, sink: SmtpSink) -> None:
    sink.refuse()

    with pytest.raises(NotPosted) as refusal:
        send_now(at(config, sink.url), _a_letter())

    assert "refused" in refusal.value.words("en")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp://relay:99999", "port"),
        ("smtp://relay:25?starttls=maybe", "starttls"),
        ("smtp://relay:25?timeout=0", "timeout"),
        ("smtp://relay:25?tls=yes", "tls"),
    ],
)
def test_a_wrong_address_is_told_in_a_sentence(url: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        smtp_address(url)


def test_the_ports_of_an_address_are_those_of_submission() -> None:
    assert smtp_address("smtp://relay").port == 587
    assert smtp_address("smtps://relay").port == 465
    assert smtp_address("smtp://relay:25").tls == "optional"


def test_without_a_relay_a_mail_is_kept_as_a_file_whole(config: Config) -> None:
    office = post_office(config)

    assert office.offer([a_mail()]) == [None]
    waiting = [path.suffix for path in (config.data_dir / "mails").iterdir()]
    [kept] = office.finish([True])

    assert waiting == [".part"]
    assert (kept.kind, kept.words) == ("accepted", noted("Kept as %(file)s", file="mails/one.eml"))
    assert (config.data_dir / "mails" / "one.eml").read_bytes() == RAW
    assert (config.data_dir / "mails").stat().st_mode & 0o077 == 0


def test_a_repeated_mail_is_the_same_file_and_one_taken_back_is_none(config: Config) -> None:
    office = post_office(config)
    send(office, a_mail())
    send(office, a_mail())
    office.offer([a_mail(name="two")])
    office.finish([False])

    assert [path.name for path in (config.data_dir / "mails").iterdir()] == ["one.eml"]


def test_a_folder_that_cannot_be_written_is_told(config: Config) -> None:
    (config.data_dir / "mails").write_text("in the way")

    assert send(MailFolder(config.data_dir), a_mail()) == ["later"]


def test_the_pages_say_that_no_mail_leaves_the_house(config: Config, sink: SmtpSink) -> None:
    assert mail_notice(config) is not None
    assert mail_notice(at(config, sink.url)) is None


def test_a_letter_without_an_id_gets_one(config: Config) -> None:
    words = send_now(config, _a_letter())

    file = config.data_dir / say_noted("en", words).removeprefix("Kept as ")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Message-ID"] == f"<{file.stem}@localhost>"


def _a_letter() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Kapstok <kapstok@localhost>"
    message["To"] = "Sanne <sanne@delinde.example>"
    message["Subject"] = "Welkom"
    message.set_content("Kies een wachtwoord.")
    return message
