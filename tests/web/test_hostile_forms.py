"""Every field of every form into which somebody types, with texts that have done harm somewhere.

What is kept of a text, field by field, is looked at in tests/posts/test_hostile.py; here no field
of any page is left out, whoever adds one.
"""

from __future__ import annotations

import sqlite3
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from tests.support.hostile import ALL, Hostile, encoded, harm_in
from tests.support.routes import address, every_route
from tests.support.sent_forms import SentForm, forms_of
from tests.web.test_partial_forms import house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.db import Database
    from tests.web.test_partial_forms import House

__all__ = ["house"]

FORM = "application/x-www-form-urlencoded"
# Stays in each field that takes it, to be looked for on every page at the end.
LAST = Hostile("last", *["<img src=x onerror=alert(0)>"] * 3)
TEXTS = [text.by_form for text in ALL]
# Of every so many fields one gets all texts in each run.
SHARE = 40


class Snapshot:
    """What an SQLite database holds, to be put back under its open connections."""

    def __init__(self, database: Database) -> None:
        self._file = database.engine.url.database or ""
        self._kept = sqlite3.connect(":memory:")
        file = sqlite3.connect(self._file)
        file.backup(self._kept)
        file.close()

    def put_back(self) -> None:
        """Make the database what it was."""
        file = sqlite3.connect(self._file)
        self._kept.backup(file)
        file.close()


# What a text becomes is decided before a database is asked, and the walk is long.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_field_of_any_form_fails_or_lets_a_text_become_markup(house: House) -> None:
    """Each field gets the texts in turn, one each, and a marked one that stays in all of them."""
    client, wrong, tried = house.client(), [], 0
    places = pages_of(house)
    texts = cycle(TEXTS)

    for where, form, name in fields_of(client, places):
        for text in (next(texts), LAST):
            again = same_form(client, where, form)
            if again is None:
                break
            tried += 1
            wrong += [
                (form.action, name, text.name, *found)
                for found in sent(client, again, name, text)[1]
            ]

    assert not wrong
    assert tried > 150
    for where in places:
        assert harm_in(client.get(where).text) == [], where


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_text_in_each_field_of_each_form(
    house: House,
    whole: bool,  # noqa: FBT001 - a fixture
) -> None:
    """Each text in a house that is as new; without `--whole` in one field of each forty."""
    client, wrong, tried = house.client(), [], 0
    fields = list(fields_of(client, pages_of(house)))
    as_new = Snapshot(house.database)

    for where, form, name in fields if whole else fields[::SHARE]:
        for text in TEXTS:
            answer, found = sent(client, form, name, text)
            tried += 1
            if answer.status_code != 422:
                shown = {where, answer.headers.get("Location", where)}
                found += [one for page in shown for one in faults(client.get(page))]
                as_new.put_back()
            wrong += [(form.action, name, text.name, *one) for one in found]

    assert not wrong
    assert tried >= len(TEXTS) * (len(fields) if whole else len(fields) // SHARE)


@pytest.mark.parametrize(
    "page",
    [
        "<p onclick=x>",
        "<script src=//evil.example/x.js></script>",
        "<a href='java\nscript:x'>",
        "<iframe></iframe>",
        '<p style="position:fixed">',
        '<form action="//evil.example/">',
        '<link rel="stylesheet" href="//evil.example/x.css">',
        '<meta http-equiv="refresh" content="0">',
    ],
)
def test_harm_is_seen(page: str) -> None:
    assert harm_in(page)
    assert not harm_in(page.replace("<", "&lt;"))


def pages_of(house: House) -> list[str]:
    """The address of every page that the administrator can read, in order."""
    rows, client = house.rows(), house.client()
    found = {
        address(asked.rule, rows)
        for asked in every_route(house.app)
        if asked.method == "GET" and asked.action != "public"
    }
    return [where for where in sorted(found) if client.get(where).mimetype == "text/html"]


def fields_of(client: FlaskClient, places: list[str]) -> Iterator[tuple[str, SentForm, str]]:
    """Each field into which somebody types: where its form stands, the form, and its name."""
    seen = set()
    for where in places:
        for form in forms_of(client.get(where).text, where):
            for name in form.open_fields:
                if (form.action, name) not in seen:
                    seen.add((form.action, name))
                    yield where, form, name


def sent(
    client: FlaskClient, form: SentForm, name: str, text: Hostile
) -> tuple[TestResponse, list[tuple[str, ...]]]:
    """The answer to the form with this text in the field `name`, and what is wrong with it."""
    fields = {**form.fields, name: text.sent}
    answer = client.post(form.action, data=encoded(list(fields.items())), content_type=FORM)
    return answer, faults(answer)


def same_form(client: FlaskClient, where: str, form: SentForm) -> SentForm | None:
    """The form as the page shows it now; None where it is gone, since it was used."""
    now = forms_of(client.get(where).text, where)
    return next(
        (one for one in now if (one.action, one.open_fields) == (form.action, form.open_fields)),
        None,
    )


def faults(answer: TestResponse) -> list[tuple[str, ...]]:
    """What is wrong with an answer: a failure, or a page that took a text for markup."""
    if answer.status_code >= 500:
        return [(answer.status,)]
    if answer.mimetype != "text/html":
        return []
    return [(found,) for found in harm_in(answer.text)]
