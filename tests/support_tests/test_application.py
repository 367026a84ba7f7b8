from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

from flask import request, request_started

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.config import Config
    from calendar_app.db import Database
    from calendar_app.web.request import House


def test_the_application_stands_on_the_tests_database(app: Flask, database: Database) -> None:
    house: House = app.extensions["kapstok"]

    assert house.database is database
    assert house.config.database_url == database.url


def test_what_one_test_sets_is_gone_in_the_next(app: Flask) -> None:
    assert app.config["WTF_CSRF_ENABLED"]

    app.config["WTF_CSRF_ENABLED"] = False


test_nor_is_it_there_the_other_way_round = test_what_one_test_sets_is_gone_in_the_next


def test_the_client_comes_by_https(app: Flask, client: FlaskClient) -> None:
    schemes: list[str] = []

    with request_started.connected_to(lambda _app: schemes.append(request.scheme), app):
        answer = client.get("/nowhere")

    assert (answer.status_code, schemes) == (404, ["https"])
    assert "Strict-Transport-Security" in answer.headers


def test_the_site_answers_a_browser_at_its_own_address(site: str) -> None:
    connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=10)
    connection.request("GET", "/nowhere")
    answer = connection.getresponse()
    connection.close()

    assert answer.status == 404
    assert answer.headers["Strict-Transport-Security"] is None


def test_the_settings_have_a_data_folder_and_no_relay(config: Config) -> None:
    assert config.data_dir.is_dir()
    assert config.smtp_url is None
    assert config.secure


def test_now_is_a_meetups_reminder_time(now: datetime) -> None:
    assert now.isoformat() == "2026-11-10T08:18:00+00:00"
