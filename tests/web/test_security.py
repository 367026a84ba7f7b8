"""What every answer tells the browser, and what no request gets past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from calendar_app.people.models import Team
from calendar_app.web import request
from calendar_app.web.security import own_address
from tests import builders

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database


@pytest.mark.parametrize(
    "path", ["/sign-in", "/team/", "/nowhere", "/static/v-0/app.css", "/robots.txt", "/healthz"]
)
def test_every_answer_carries_the_headers_also_an_error(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "max-age=" in headers["Strict-Transport-Security"]


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/first-start").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "Secure" in cookie
    assert "SameSite=Lax" in cookie


def test_an_unsafe_request_without_the_token_changes_nothing(
    app: Flask, database: Database
) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        person = builders.a_person(session, builders.a_team(session), "admin")
    client = app.test_client()
    builders.sign_in(client, person)

    answer = client.post("/theme", data={"theme": "dark"})

    assert answer.status_code == 400
    assert 'data-theme="auto"' in client.get("/team/").get_data(as_text=True)


def test_a_page_is_never_kept_by_a_cache_but_a_style_sheet_is(client: FlaskClient) -> None:
    page = client.get("/first-start")
    sheet = page.get_data(as_text=True).split('rel="stylesheet" href="')[1].split('"')[0]

    assert page.headers["Cache-Control"] == "private, no-store"
    assert "immutable" in client.get(sheet).headers["Cache-Control"]
    assert client.get("/static/v-old/app.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["../app.py", "..%2f..%2fpyproject.toml", "css/../../app.py"])
def test_no_file_outside_the_static_folder_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/v-0/{path}").status_code == 404


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/team/", "/team/"),
        ("/calendar?view=month&", "/calendar?view=month&"),
        ("/team/?", "/team/"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/a\nb", "/"),
        ("team/", "/"),
    ],
)
def test_only_paths_on_our_own_origin_are_followed(target: str | None, expected: str) -> None:
    assert own_address(target, "/") == expected


def test_a_hole_can_be_reported(client: FlaskClient) -> None:
    text = client.get("/.well-known/security.txt").get_data(as_text=True)

    assert "Contact: mailto:" in text
    assert "Canonical: https://kapstok.example/.well-known/security.txt" in text


def test_a_get_request_cannot_write(app: Flask) -> None:
    """The session of a GET refuses, whatever a view does."""
    with app.test_request_context("/team/"):
        request.session().add(Team(name="stiekem"))
        with pytest.raises(RuntimeError, match="reading session"):
            request.commit()


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/nowhere", "nl", "Deze pagina is er niet"),
        ("/nowhere", "en", "This page is not here"),
        ("/calendar?date=x", "nl", "Wij begrijpen dit verzoek niet"),
    ],
)
def test_errors_are_pages_in_the_persons_language(
    app: Flask, database: Database, path: str, language: str, words: str
) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        person = builders.a_person(session, builders.a_team(session), language=language)
    client = app.test_client()
    builders.sign_in(client, person)

    assert words in client.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/posts/99999999999999999999999", "/team/people/2147483648", "/plans/4294967296"]
)
def test_a_number_that_no_row_can_have_is_not_there(
    app: Flask, database: Database, path: str
) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        person = builders.a_person(session, builders.a_team(session), "admin")
    client = app.test_client()
    builders.sign_in(client, person)

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/calendar?q=%ff", "/nowhere?%ff", "/sign-in?next=%ff"])
def test_bytes_that_are_no_text_break_nothing(app: Flask, database: Database, path: str) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        person = builders.a_person(session, builders.a_team(session))
    client = app.test_client()
    builders.sign_in(client, person)
    route, _, query = path.partition("?")

    for visitor in (client, app.test_client()):
        for asked in (query, query.replace("%ff", "\xff")):
            assert visitor.get(route, query_string=asked).status_code < 500


def test_a_database_that_cannot_be_written_is_said_plainly(app: Flask, database: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        session.expire_on_commit = False
        person = builders.a_person(session, builders.a_team(session), "admin")
    client = app.test_client()
    builders.sign_in(client, person)
    days = {"first_day": "2027-01-04", "last_day": "2027-01-05"}
    make_read_only(database)

    answer = client.post("/team/absences", data={"person": person.id, "deputy": 0, **days})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Content-Security-Policy" in answer.headers
    assert "Opslaan kan nu niet" in answer.get_data(as_text=True)
    assert client.get("/team/").status_code == 200


def test_every_view_has_a_name_for_the_guard_against_forged_forms(app: Flask) -> None:
    """Flask-WTF asks for it before each request that is not exempt, and fails without."""
    nameless = [
        endpoint for endpoint, view in app.view_functions.items() if not hasattr(view, "__name__")
    ]

    assert nameless == []


def make_read_only(database: Database) -> None:
    """From now on every connection to `database` refuses to write."""
    if database.is_sqlite:
        event.listen(
            database.engine, "connect", lambda made, _: made.execute("PRAGMA query_only=ON")
        )
    else:
        with database.writing() as session:
            name = session.scalar(text("SELECT current_database()"))
            session.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only=on'))
    database.dispose()
