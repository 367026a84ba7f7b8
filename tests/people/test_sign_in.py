"""The way in and out: sign-in, sign-out, one-time links, the first start, and who guesses."""

from __future__ import annotations

import email
import email.policy
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from calendar_app.people import queries
from calendar_app.people.models import AuditEntry, Person, Visit
from calendar_app.people.sign_in import hashed
from tests import builders

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.config import Config
    from calendar_app.db import Database

PASSWORD = "een lange zin met woorden"  # noqa: S105 - of these tests alone


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application, its forms without the token that other tests look at."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def person(app: Flask, database: Database) -> Person:
    """A writer with a password."""
    with app.test_request_context():
        password = hashed(PASSWORD)
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        return builders.a_person(session, team, email="noor@example.org", password=password)


def try_password(client: FlaskClient, password: str, **more: Any) -> TestResponse:
    return client.post("/sign-in", data={"email": "Noor@Example.org", "password": password}, **more)


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        ("/posts/7", "/posts/7"),
        ("/posts/7/comments", "/posts/7"),
        ("/posts/7/media/3", "/posts/7"),
        ("/posts/7/publishing/text", "/posts/7/publishing"),
        ("/posts/new?template=3", "/posts/new?template=3"),
        ("/sign-out", "/"),
    ],
)
def test_who_sent_a_form_too_late_comes_back_to_its_page(
    client: FlaskClient, person: Person, sent_to: str, page: str
) -> None:
    asked = client.post(sent_to, data={"text": "Net af"})
    assert asked.status_code == 303

    wanted = unquote(asked.headers["Location"].partition("?next=")[2])
    fields = {"email": person.email, "password": PASSWORD, "next": wanted}
    answer = client.post("/sign-in", data=fields)

    assert wanted == page
    assert (answer.status_code, answer.location) == (303, page)


def test_a_form_of_a_visit_that_is_gone_leads_to_the_sign_in(app: Flask) -> None:
    """The cookie went with the visit, so the token in the form is nobody's any more."""
    app.config["WTF_CSRF_ENABLED"] = True

    answer = app.test_client().post("/posts/7", data={"text": "Net af", "csrf_token": "old"})

    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/posts/7")


def test_the_right_password_opens_the_page_that_was_asked_for(
    client: FlaskClient, person: Person
) -> None:
    asked = client.get("/team/?x=1")
    assert asked.headers["Location"] == "/sign-in?next=/team/%3Fx%3D1"

    answer = client.post(
        "/sign-in",
        data={"email": person.email, "password": PASSWORD, "next": "/team/?x=1"},
    )

    assert answer.headers["Location"] == "/team/?x=1"
    assert client.get("/team/").status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil",
    ],
)
def test_signing_in_never_leads_to_another_site(
    client: FlaskClient, person: Person, elsewhere: str
) -> None:
    answer = client.post(
        "/sign-in", data={"email": person.email, "password": PASSWORD, "next": elsewhere}
    )

    assert answer.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: FlaskClient, person: Person
) -> None:
    wrong = try_password(client, "iets anders dan dat")
    unknown = client.post("/sign-in", data={"email": "wie@example.org", "password": PASSWORD})

    assert person.email == "noor@example.org"
    assert wrong.status_code == unknown.status_code == 422
    message = "horen niet bij elkaar"
    assert message in wrong.get_data(as_text=True)
    assert message in unknown.get_data(as_text=True)


@pytest.mark.usefixtures("person")
def test_a_cookie_kept_from_before_signing_out_opens_nothing(client: FlaskClient) -> None:
    try_password(client, PASSWORD)
    kept = client.get_cookie("kapstok")
    assert kept is not None

    client.post("/sign-out")
    client.set_cookie("kapstok", kept.value)

    assert client.get("/team/").status_code == 303


@pytest.mark.usefixtures("person")
def test_a_new_password_signs_out_every_other_browser(app: Flask, client: FlaskClient) -> None:
    other = app.test_client()
    try_password(other, PASSWORD)
    try_password(client, PASSWORD)
    new = {"password-old_password": PASSWORD, "password-password": "een heel andere zin"}

    answer = client.post("/settings/password", data=new)

    assert answer.status_code == 303
    assert client.get("/team/").status_code == 200
    assert other.get("/team/").status_code == 303


@pytest.mark.usefixtures("person")
def test_ten_wrong_passwords_close_the_door_for_strangers_but_not_for_the_owner(
    app: Flask, client: FlaskClient
) -> None:
    """Who signed in on this browser before is counted apart from strangers."""
    try_password(client, PASSWORD)
    client.post("/sign-out")
    stranger = app.test_client()
    tries = [try_password(stranger, f"geraden woord {n}").status_code for n in range(11)]

    closed = try_password(stranger, PASSWORD)

    assert tries == [422] * 10 + [429]
    assert closed.status_code == 429
    assert 0 < int(closed.headers["Retry-After"]) <= 900
    assert try_password(client, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("language", "waiting", "link"),
    [
        ("en", r"Wait (15|14) minutes, then try again\.", "Send me a link"),
        ("nl", r"Wacht (15|14) minuten en probeer het dan opnieuw\.", "Stuur me een link"),
    ],
)
@pytest.mark.usefixtures("person")
def test_who_tried_too_often_reads_how_long_to_wait_and_what_still_helps(
    client: FlaskClient, language: str, waiting: str, link: str
) -> None:
    for number in range(10):
        try_password(client, f"geraden woord {number}")

    closed = try_password(client, PASSWORD, headers={"Accept-Language": language})

    page = closed.get_data(as_text=True)
    assert closed.status_code == 429
    assert re.search(waiting, page)
    assert re.search(rf'href="/reset">{link}', page)
    assert "<p></p>" not in page


@pytest.mark.usefixtures("person")
def test_an_address_that_is_malformed_gets_a_sentence_of_its_own(client: FlaskClient) -> None:
    try_password(client, PASSWORD)

    answer = client.get("/calendar?date=morgen", headers={"Accept-Language": "nl"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Er ontbreekt iets of er klopt iets niet." in page
    assert "<p></p>" not in page


def test_guesses_from_my_own_building_do_not_keep_me_from_a_link(
    client: FlaskClient, person: Person, config: Config
) -> None:
    guesses = [
        client.post("/sign-in", data={"email": f"p{n}@example.org", "password": "geraden woord"})
        for n in range(41)
    ]

    link = ask_for_a_link(client, person.email)
    entered = client.post(link_in_mail(config), data={"password": "mijn nieuwe lange zin"})

    assert guesses[-1].status_code == 429
    assert link.status_code == 200
    assert entered.status_code == 303
    assert client.get("/team/").status_code == 200


def test_forty_links_from_one_address_are_enough(client: FlaskClient, person: Person) -> None:
    asked = [ask_for_a_link(client, f"p{n}@example.org").status_code for n in range(41)]

    assert person.email == "noor@example.org"
    assert asked == [200] * 40 + [429]


@pytest.mark.usefixtures("person")
def test_one_address_cannot_try_one_account_after_the_other(client: FlaskClient) -> None:
    guesses = [
        client.post("/sign-in", data={"email": f"p{n}@example.org", "password": "geraden woord"})
        for n in range(41)
    ]

    assert [guess.status_code for guess in guesses[:40]] == [422] * 40
    assert guesses[40].status_code == 429


def ask_for_a_link(client: FlaskClient, email: str) -> TestResponse:
    """The answer, wholly received: the letter is posted after it."""
    answer = client.post("/reset", data={"email": email})
    answer.get_data()
    answer.close()
    return answer


def link_in_mail(config: Config) -> str:
    """The path of the link in the newest mail that was kept."""
    newest = max(
        (config.data_dir / "mails").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns
    )
    mail = email.message_from_bytes(newest.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"https://kapstok\.example(/reset/\S+)", body.get_content())
    assert found is not None
    return found[1]


def test_a_reset_link_works_once_and_looking_at_it_does_not_use_it_up(
    client: FlaskClient, person: Person, config: Config
) -> None:
    ask_for_a_link(client, person.email)
    link = link_in_mail(config)

    looks = [client.get(link).status_code for _ in range(3)]
    first = client.post(link, data={"password": "mijn nieuwe lange zin"})
    client.post("/sign-out")
    second = client.post(link, data={"password": "nog een lange zin"})

    assert looks == [200, 200, 200]
    assert first.status_code == 303
    assert second.status_code == 410
    assert try_password(client, "mijn nieuwe lange zin").status_code == 303


def test_a_reset_link_is_over_after_three_days(
    client: FlaskClient, person: Person, config: Config, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-10T08:00:00Z", tick=False)
    ask_for_a_link(client, person.email)
    link = link_in_mail(config)

    time_machine.move_to("2026-11-13T07:59:00Z", tick=False)
    assert client.get(link).status_code == 200
    time_machine.move_to("2026-11-13T08:00:02Z", tick=False)

    assert client.get(link).status_code == 410


@pytest.mark.usefixtures("person")
def test_a_link_that_somebody_changed_opens_nothing(client: FlaskClient) -> None:
    assert client.get("/reset/WyJhYmMiXQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb").status_code == 410


def test_asking_for_a_link_does_not_tell_who_has_an_account(
    client: FlaskClient, person: Person, config: Config
) -> None:
    known = ask_for_a_link(client, person.email)
    unknown = ask_for_a_link(client, "wie@example.org")

    assert known.status_code == unknown.status_code == 200
    page = without_token(known).replace(person.email, "wie@example.org")
    assert page == without_token(unknown)
    assert len(list((config.data_dir / "mails").glob("*.eml"))) == 1


def without_token(answer: TestResponse) -> str:
    """The page but for its tokens, which hold the moment they were made."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.get_data(as_text=True))


def test_three_links_an_hour_are_sent_and_no_more(
    client: FlaskClient, person: Person, config: Config
) -> None:
    for _ in range(5):
        ask_for_a_link(client, person.email)

    assert len(list((config.data_dir / "mails").glob("*.eml"))) == 3


def test_the_first_start_makes_a_team_and_closes_behind_it(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    assert client.get("/sign-in").headers["Location"] == "/first-start"
    first = {"team": "Communicatie", "name": "Sanne Bos", "email": "s@example.org"}

    answer = client.post("/first-start", data={**first, "password": PASSWORD})

    assert answer.headers["Location"] == "/plans/"
    assert client.get("/settings/team").status_code == 200
    assert app.test_client().get("/first-start").status_code == 404
    assert app.test_client().post("/first-start", data=first).status_code == 404
    with database.reading() as session:
        team = queries.team_by_name(session, "Communicatie")
        assert team is not None
        assert [member.role for member in queries.members(session, team)] == ["admin"]


def test_what_was_typed_stays_when_the_first_start_is_refused(client: FlaskClient) -> None:
    typed = {"team": "Communicatie", "name": "Sanne", "email": "geen adres", "password": "kort"}

    answer = client.post("/first-start", data=typed, headers={"Accept-Language": "en"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Communicatie"' in page
    assert 'value="geen adres"' in page
    assert "This is no mail address." in page
    assert "Use at least 10 characters" in page
    assert 'value="kort"' not in page


def test_a_password_that_is_too_long_is_not_called_too_short(client: FlaskClient) -> None:
    typed = {"team": "Communicatie", "name": "Sanne", "email": "s@example.org"}

    answer = client.post(
        "/first-start",
        data={**typed, "password": "lang" * 51},
        headers={"Accept-Language": "en"},
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Use at most 200 characters." in page
    assert "Use at least" not in page


def test_what_is_wrong_at_the_first_start_stands_in_the_order_of_the_form(
    client: FlaskClient,
) -> None:
    answer = client.post("/first-start", data={}, headers={"Accept-Language": "en"})

    page = answer.get_data(as_text=True)
    fields = re.findall(r'<li><a href="#\w+">([^<]+)</a>', page)
    assert fields == ["Name of the team", "Your name", "Mail address", "Password"]
    assert '<label for="password">Password</label>' in page


@pytest.mark.usefixtures("person")
def test_a_session_ends_after_thirty_days(client: FlaskClient, time_machine: Any) -> None:
    time_machine.move_to("2026-11-10T08:00:00Z", tick=False)
    try_password(client, PASSWORD)
    assert client.get("/team/").status_code == 200

    time_machine.move_to("2026-12-10T08:00:01Z", tick=False)

    assert client.get("/team/").status_code == 303


def test_secrets_are_kept_as_hashes_only(
    client: FlaskClient, person: Person, database: Database
) -> None:
    try_password(client, PASSWORD)

    with client.session_transaction() as cookie:
        secret = cookie["visit"]
    with database.reading() as session:
        visit = session.query(Visit).one()
        kept = session.get(Person, person.id)
        assert kept is not None
        assert len(secret) >= 32
        assert secret not in visit.key_hash
        assert str(kept.password).startswith("$argon2")


def test_the_audit_log_tells_who_came_in_and_who_was_refused(
    client: FlaskClient, person: Person, database: Database
) -> None:
    try_password(client, "geraden woord 1")
    try_password(client, PASSWORD)

    with database.reading() as session:
        entries = session.query(AuditEntry).order_by(AuditEntry.id).all()
    assert [(entry.action, entry.result) for entry in entries] == [
        ("sign_in.refused", "refused"),
        ("person.signed_in", "done"),
    ]
    assert entries[1].actor_id == person.id
    assert entries[1].origin == "127.0.0.1"


def test_who_is_in_no_team_any_more_can_still_sign_out(
    client: FlaskClient, person: Person, database: Database
) -> None:
    try_password(client, PASSWORD)
    with database.writing() as session:
        session.get_one(Person, person.id).memberships[0].ended_at = person.created_at

    pages = [
        client.get("/team/", headers={"Accept-Language": language}) for language in ("en", "nl")
    ]

    assert client.get("/").status_code == 403
    assert [page.status_code for page in pages] == [403, 403]
    for page, words in zip(pages, ("You are in no team", "Je zit in geen enkel team"), strict=True):
        shown = page.get_data(as_text=True)
        assert words in shown
        assert 'action="/sign-out"' in shown
        assert not re.search(r'class="button[^>]*href="/"', shown)
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/sign-in").status_code == 200


def test_signing_in_elsewhere_does_not_make_an_open_form_stale(
    app: Flask, client: FlaskClient, person: Person, database: Database
) -> None:
    try_password(client, PASSWORD)
    with database.reading() as session:
        before = session.get_one(Person, person.id).version

    try_password(app.test_client(), PASSWORD)

    with database.reading() as session:
        after = session.get_one(Person, person.id)
        assert after.version == before
        assert after.signed_in_at is not None


def test_guesses_of_strangers_do_not_keep_the_owner_from_a_new_link(
    app: Flask, client: FlaskClient, person: Person, config: Config
) -> None:
    stranger = app.test_client()
    stranger.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    for number in range(12):
        try_password(stranger, f"geraden woord {number}")

    assert ask_for_a_link(client, person.email).status_code == 200
    assert link_in_mail(config)


def test_who_came_in_by_a_link_is_no_stranger_on_this_browser(
    app: Flask, client: FlaskClient, person: Person, config: Config
) -> None:
    ask_for_a_link(client, person.email)
    client.post(link_in_mail(config), data={"password": PASSWORD})
    client.post("/sign-out")
    stranger = app.test_client()
    for number in range(11):
        try_password(stranger, f"geraden woord {number}")

    assert try_password(stranger, PASSWORD).status_code == 429
    assert try_password(client, PASSWORD).status_code == 303
