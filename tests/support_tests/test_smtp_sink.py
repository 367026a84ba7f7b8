from __future__ import annotations

import os
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.support.certificate import self_signed
from tests.support.environment import for_child
from tests.support.smtp_faults import Fault, Point, answer, close, reset, wait
from tests.support.smtp_log import LogFile
from tests.support.smtp_process import SinkProcess
from tests.support.smtp_sink import HOST, SmtpSink, Tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIL = "Subject: De meet-up\r\n\r\nOm 09:30 (Amsterdam)\r\n.Een punt vooraan\r\n"
SENDER = "kapstok@delinde.example"
SANNE = "sanne@delinde.example"
MO = "mo@delinde.example"
MAILER = """
import smtplib, sys
smtplib.SMTP("127.0.0.1", int(sys.argv[1])).sendmail("a@b.example", ["c@d.example"], "x")
"""


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as started:
        yield started


def a_mailer(sink: SmtpSink | SinkProcess, seconds: float = 10) -> smtplib.SMTP:
    return smtplib.SMTP(HOST, sink.port, timeout=seconds)


def send(sink: SmtpSink | SinkProcess, *to: str, text: str = MAIL) -> dict[str, tuple[int, bytes]]:
    with a_mailer(sink) as mailer:
        return mailer.sendmail(SENDER, to or [SANNE], text)


def test_an_accepted_message_is_kept_with_its_envelope_and_its_bytes(sink: SmtpSink) -> None:
    send(sink, SANNE, MO)

    [received] = sink.accepted
    assert (received.sender, received.recipients) == (SENDER, (SANNE, MO))
    assert received.raw == MAIL.encode()
    assert received.reply == "250 2.0.0 OK message 1"
    assert sink.messages[0]["Subject"] == "De meet-up"


def test_one_connection_carries_several_messages(sink: SmtpSink) -> None:
    with a_mailer(sink) as mailer:
        mailer.sendmail(SENDER, [SANNE], MAIL)
        mailer.sendmail(SENDER, [MO], MAIL)

    assert [one.recipients for one in sink.accepted] == [(SANNE,), (MO,)]
    assert sink.connections == 1


def test_commands_sent_in_one_packet_are_answered_in_order(sink: SmtpSink) -> None:
    commands = f"EHLO a\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{SANNE}>\r\nDATA\r\n"
    with socket.create_connection((HOST, sink.port), timeout=10) as connection:
        connection.sendall(commands.encode())
        connection.sendall(b"Subject: x\r\n\r\n..\r\n.\r\nQUIT\r\n")
        replies = connection.makefile("rb").read().decode()

    codes = [line[:3] for line in replies.splitlines() if line[3] == " "]
    assert codes == ["220", "250", "250", "250", "354", "250", "221"]
    assert sink.accepted[0].raw == b"Subject: x\r\n\r\n.\r\n"


def test_an_empty_body_is_a_message_too(sink: SmtpSink) -> None:
    commands = f"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<{SANNE}>\r\nDATA\r\n.\r\nQUIT\r\n"
    with socket.create_connection((HOST, sink.port), timeout=10) as connection:
        connection.sendall(commands.encode())
        connection.makefile("rb").read()

    assert (sink.accepted[0].sender, sink.accepted[0].raw) == ("", b"")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("MAIL FROM:<a@b.example>", 503),
        ("RCPT TO:<a@b.example>", 503),
        ("DATA", 503),
        ("STARTTLS", 503),
        ("AUTH PLAIN AHgAeQ==", 504),
        ("BDAT 3", 500),
        ("NOOP", 250),
        ("VRFY a", 252),
    ],
)
def test_a_command_out_of_order_is_refused(sink: SmtpSink, command: str, code: int) -> None:
    with a_mailer(sink) as mailer:
        assert mailer.docmd(command)[0] == code


def test_an_address_without_brackets_is_refused(sink: SmtpSink) -> None:
    with a_mailer(sink) as mailer:
        mailer.ehlo()

        assert mailer.docmd("MAIL", "FROM:a@b.example")[0] == 501
        assert mailer.docmd("MAIL", "FROM:<a@b.example>")[0] == 250
        assert mailer.docmd("RCPT", "TO:a@b.example")[0] == 501


def test_a_reset_forgets_the_message_that_was_begun(sink: SmtpSink) -> None:
    with a_mailer(sink) as mailer:
        mailer.helo()
        mailer.mail(SENDER)
        mailer.rset()

        assert mailer.rcpt(SANNE)[0] == 503


def test_a_relay_that_is_down_refuses_and_comes_back_on_the_same_port(sink: SmtpSink) -> None:
    port = sink.port
    sink.refuse()
    with pytest.raises(ConnectionRefusedError):
        a_mailer(sink)

    sink.listen()
    send(sink)

    assert sink.port == port
    assert len(sink.messages) == 1


def test_a_relay_that_closes_after_its_greeting_gets_no_message(sink: SmtpSink) -> None:
    sink.program([close("greeted")])

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(sink)

    assert sink.received == []


def test_a_421_at_the_greeting_closes_the_connection(sink: SmtpSink) -> None:
    sink.program([answer("connect", "421 4.3.2 Too busy")])

    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        send(sink)
    send(sink)

    assert (len(sink.accepted), sink.connections) == (1, 2)


@pytest.mark.parametrize("point", ["ehlo", "mail", "rcpt", "data"])
def test_a_refusal_at_any_command_reaches_the_mailer(sink: SmtpSink, point: Point) -> None:
    sink.program([answer(point, "451 4.3.0 Try later", times=None)])

    with pytest.raises(smtplib.SMTPException, match=r"4\.3\.0"):
        send(sink)

    assert sink.received == []


def test_only_the_named_recipient_is_refused(sink: SmtpSink) -> None:
    sink.program([answer("rcpt", "550 5.1.1 No such person", recipient="mo@", times=None)])

    refused = send(sink, SANNE, MO)

    assert refused == {MO: (550, b"5.1.1 No such person")}
    assert sink.accepted[0].recipients == (SANNE,)


def test_a_message_refused_after_its_final_dot_is_kept_as_rejected(sink: SmtpSink) -> None:
    sink.program([answer("dot", "550 5.7.1 Looks like spam")])

    with pytest.raises(smtplib.SMTPDataError):
        send(sink)

    [received] = sink.received
    assert (received.verdict, received.reply) == ("rejected", "550 5.7.1 Looks like spam")
    assert sink.messages == []


def test_a_relay_that_closes_after_the_dot_has_dropped_the_message(sink: SmtpSink) -> None:
    sink.program([close("dot")])

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sink)

    assert [(one.verdict, one.reply) for one in sink.received] == [("dropped", None)]


def test_a_relay_that_closes_after_acceptance_has_the_message_and_never_said_so(
    sink: SmtpSink,
) -> None:
    sink.program([close("accepted")])

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sink)

    assert [(one.verdict, one.reply) for one in sink.received] == [("accepted", None)]


def test_a_relay_that_closes_after_its_250_has_told_the_mailer(sink: SmtpSink) -> None:
    sink.program([close("answered")])

    with a_mailer(sink) as mailer:
        mailer.sendmail(SENDER, [SANNE], MAIL)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            mailer.sendmail(SENDER, [MO], MAIL)

    assert [one.reply is None for one in sink.accepted] == [False]


def test_a_connection_cut_inside_the_body_leaves_a_part(sink: SmtpSink) -> None:
    sink.program([reset("body")])

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(sink, text=MAIL + "x" * 10_000_000)

    [received] = sink.received
    assert received.verdict == "cut"
    assert received.raw.startswith(b"Subject: De meet-up")


def test_a_mailer_that_leaves_inside_the_body_leaves_a_part(sink: SmtpSink) -> None:
    with a_mailer(sink) as mailer:
        mailer.ehlo()
        mailer.mail(SENDER)
        mailer.rcpt(SANNE)
        mailer.docmd("DATA")
        mailer.send("Subject: half")
        mailer.close()

    sink.stop()

    assert [(one.verdict, one.raw) for one in sink.received] == [("cut", b"Subject: half")]


def test_a_relay_that_stalls_after_354_outlasts_the_mailers_patience(sink: SmtpSink) -> None:
    sink.program([wait("body")])

    mailer = a_mailer(sink, seconds=0.2)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        mailer.sendmail(SENDER, [SANNE], MAIL)

    assert sink.faults_at("body") == 1
    assert sink.accepted == []


def test_a_waiting_relay_goes_on_when_it_is_released(sink: SmtpSink) -> None:
    sink.program([wait("accepted")])
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(send, sink)
        sink.wait_for_fault("accepted")
        before = [one.reply for one in sink.accepted]
        sink.release()
        sending.result(10)

    assert before == [None]
    assert sink.accepted[0].reply is not None


def test_a_slow_relay_answers_late_and_accepts(sink: SmtpSink) -> None:
    sink.program([wait("accepted", 0.3)])
    began = time.monotonic()

    send(sink)

    assert time.monotonic() - began >= 0.3
    assert len(sink.messages) == 1


def test_faults_at_one_point_follow_each_other(sink: SmtpSink) -> None:
    sink.program([wait("dot", 0.01), answer("dot", "451 4.3.0 Later", after=1, times=2)])
    verdicts = []
    with a_mailer(sink) as mailer:
        for _ in range(4):
            try:
                mailer.sendmail(SENDER, [SANNE], MAIL)
            except smtplib.SMTPDataError as error:
                verdicts.append(error.smtp_code)
            else:
                verdicts.append(250)

    assert verdicts == [250, 451, 451, 250]


@pytest.mark.parametrize(
    "fault",
    [
        {"point": "body", "action": "answer", "reply": "250 x"},
        {"point": "dot", "action": "answer"},
        {"point": "dot", "action": "close", "reply": "250 x"},
        {"point": "nowhere", "action": "close"},
    ],
)
def test_a_fault_that_could_never_happen_is_refused(fault: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Fault(**fault)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_mail_needs_a_sign_in_where_there_are_users(mechanism: str) -> None:
    with SmtpSink(users={"kapstok": "geheim"}) as sink, a_mailer(sink) as mailer:
        mailer.ehlo()
        assert mailer.mail(SENDER)[0] == 530
        mailer.user, mailer.password = "kapstok", "fout"
        with pytest.raises(smtplib.SMTPAuthenticationError):
            mailer.auth(mechanism, getattr(mailer, f"auth_{mechanism.lower()}"))
        mailer.password = "geheim"  # noqa: S105 - of the sink above
        mailer.auth(mechanism, getattr(mailer, f"auth_{mechanism.lower()}"))
        mailer.sendmail(SENDER, [SANNE], MAIL)

        assert sink.accepted[0].user == "kapstok"


def test_a_sign_in_that_is_no_base64_is_refused() -> None:
    with SmtpSink(users={"kapstok": "geheim"}) as sink, a_mailer(sink) as mailer:
        mailer.ehlo()

        assert mailer.docmd("AUTH", "PLAIN *")[0] == 535


def test_with_starttls_mail_and_passwords_travel_encrypted_only(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path / "relay.pem")
    trusting = ssl.create_default_context(cafile=certificate)
    with SmtpSink(users={"k": "g"}, tls="starttls", certificate=certificate) as sink:
        with a_mailer(sink) as mailer:
            mailer.ehlo()
            assert mailer.mail(SENDER)[0] == 530
            assert mailer.docmd("AUTH", "PLAIN AGsAZw==")[0] == 538
            mailer.starttls(context=trusting)
            mailer.login("k", "g")
            mailer.sendmail(SENDER, [SANNE], MAIL)

        assert sink.accepted[0].tls


def test_a_mailer_that_does_not_know_the_certificate_sends_nothing(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path / "relay.pem")
    with SmtpSink(tls="starttls", certificate=certificate) as sink, a_mailer(sink) as mailer:
        with pytest.raises(ssl.SSLCertVerificationError):
            mailer.starttls(context=ssl.create_default_context())

        assert sink.received == []


def test_implicit_tls_encrypts_from_the_first_byte(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path / "relay.pem")
    trusting = ssl.create_default_context(cafile=certificate)
    with SmtpSink(tls="implicit", certificate=certificate) as sink:
        with smtplib.SMTP_SSL(HOST, sink.port, context=trusting, timeout=10) as mailer:
            mailer.sendmail(SENDER, [SANNE], MAIL)

        assert sink.url == f"smtps://127.0.0.1:{sink.port}"
        assert sink.accepted[0].tls


@pytest.mark.parametrize(
    ("tls", "url"),
    [("none", "smtp://127.0.0.1:{}"), ("starttls", "smtp://127.0.0.1:{}?starttls=required")],
)
def test_the_address_says_whether_starttls_is_required(tmp_path: Path, tls: Tls, url: str) -> None:
    certificate = self_signed(tmp_path / "relay.pem")

    with SmtpSink(tls=tls, certificate=certificate) as sink:
        assert sink.url == url.format(sink.port)


def test_the_log_file_tells_the_same_as_the_sink(tmp_path: Path) -> None:
    with SmtpSink(log=tmp_path / "mails.jsonl") as sink:
        sink.program([close("dot", after=1)])
        send(sink, SANNE)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(sink, MO)

        assert LogFile(tmp_path / "mails.jsonl").received == sink.received
        assert [one.verdict for one in sink.received] == ["accepted", "dropped"]


def test_a_half_written_last_line_of_the_log_does_not_count_yet(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "mails.jsonl")
    before = log.connections
    log.path.write_text('{"kind": "connection"}\n{"kind": "conn')
    half = log.connections
    with log.path.open("a") as file:
        file.write('ection"}\n')

    assert (before, half, log.connections) == (0, 1, 2)


def test_a_sink_that_sees_nothing_says_what_it_waited_for(sink: SmtpSink) -> None:
    with pytest.raises(TimeoutError, match="1 accepted messages"):
        sink.wait_for_messages(1, seconds=0.05)


def test_a_sink_in_a_process_obeys_the_same_orders(tmp_path: Path) -> None:
    with SinkProcess(tmp_path / "mails.jsonl") as sink:
        sink.program([answer("rcpt", "451 4.3.0 Later")])
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(sink)
        sink.refuse()
        with pytest.raises(ConnectionRefusedError):
            a_mailer(sink)
        sink.listen()
        send(sink)

        [received] = sink.wait_for_messages(1)
        assert received.message["Subject"] == "De meet-up"
        assert sink.url == f"smtp://127.0.0.1:{sink.port}"


def test_a_sink_in_a_process_that_comes_back_goes_on_counting(tmp_path: Path) -> None:
    with SinkProcess(tmp_path / "mails.jsonl") as sink:
        send(sink)
        port = sink.port
        sink.stop()
        sink.start()
        send(sink)

        assert sink.port == port
        assert [(one.number, one.connection) for one in sink.accepted] == [(1, 1), (2, 2)]


def test_a_mailer_killed_while_it_waits_for_the_answer_leaves_an_untold_acceptance(
    tmp_path: Path,
) -> None:
    with SinkProcess(tmp_path / "mails.jsonl") as sink:
        sink.program([wait("accepted")])
        mailer = subprocess.Popen([sys.executable, "-c", MAILER, str(sink.port)], env=for_child({}))
        sink.wait_for_fault("accepted")
        os.kill(mailer.pid, signal.SIGKILL)
        mailer.wait(10)
        sink.release()
        send(sink)

        assert [one.reply is None for one in sink.wait_for_messages(2)] == [True, False]


def test_a_sink_process_that_cannot_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="status 1"):
        SinkProcess(tmp_path / "mails.jsonl", tls="implicit").start()
