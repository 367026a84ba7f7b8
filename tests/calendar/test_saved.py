"""Views that people keep: their own and the team's, by whom they are made, changed and seen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from calendar_app.calendar.models import LONGEST_QUERY, MOST_VIEWS, SavedView
from calendar_app.calendar.views.saved import normal
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

QUERY = "view=week&date=2026-11-10&channel=3&select=1&state=draft&nonsense=1"


def keep(client: FlaskClient, name: str, **fields: str) -> TestResponse:
    return client.post("/calendar/views", data={"name": name, "query": QUERY, **fields})


def kept(site: Site) -> list[SavedView]:
    with site.database.reading() as session:
        return session.query(SavedView).order_by(SavedView.id).all()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (QUERY, "view=week&channel=3&state=draft"),
        ("", "view=month"),
        ("view=year&by=channel", "view=month"),
        ("view=board&by=channel&q=%20zorg%20", "view=board&by=channel&q=zorg"),
        ("channel=x&person=%00", "view=month"),
    ],
)
def test_what_is_kept_is_what_the_calendar_understands(query: str, expected: str) -> None:
    told = parse_qs(query)

    assert normal(lambda name: told.get(name, [])) == expected


def test_a_view_is_kept_under_a_name_and_opens_by_it(site: Site) -> None:
    client = site.visitor()

    answer = keep(client, "Mijn week")

    assert answer.headers["Location"] == "/calendar?view=week&channel=3&state=draft"
    page = client.get("/calendar").get_data(as_text=True)
    assert '<a href="/calendar?view=week&amp;channel=3&amp;state=draft">Mijn week</a>' in page


def test_my_view_is_mine_and_a_shared_one_the_teams(site: Site) -> None:
    keep(site.visitor(), "Alleen ik")
    keep(site.visitor(), "Wij allemaal", is_shared="y")

    page = site.visitor("viewer").get("/calendar/views").get_data(as_text=True)

    assert "Alleen ik" not in page
    assert "Wij allemaal" in page


def test_a_viewer_keeps_views_but_shares_none(site: Site) -> None:
    client = site.visitor("viewer")

    assert keep(client, "Van mij").status_code == 303
    assert keep(client, "Van ons", is_shared="y").status_code in {403, 422}

    assert [(view.name, view.is_shared) for view in kept(site)] == [("Van mij", False)]


@pytest.mark.parametrize("name", ["", "x" * 61, "Mijn week"])
def test_a_name_that_cannot_be_is_refused_and_kept_in_its_field(site: Site, name: str) -> None:
    client = site.visitor()
    keep(client, "Mijn week")

    answer = keep(client, name)

    assert answer.status_code == 422
    assert f'value="{name}"' in answer.get_data(as_text=True)
    assert len(kept(site)) == 1


def test_two_people_may_use_the_same_name(site: Site) -> None:
    assert keep(site.visitor(), "Mijn week").status_code == 303
    assert keep(site.visitor("editor"), "Mijn week").status_code == 303


def test_there_is_an_end_to_views_and_to_their_length(site: Site) -> None:
    client = site.visitor()
    long = "&".join(f"channel={number}" for number in range(1, LONGEST_QUERY // 8))
    assert keep(client, "Lang", query=long).status_code == 422
    with site.database.writing() as session:
        for number in range(MOST_VIEWS):
            session.add(
                SavedView(
                    team_id=site.team_id,
                    person_id=site.people["writer"],
                    name=f"Week {number}",
                    query="view=week",
                )
            )

    assert keep(client, "Nog een").status_code == 422


def test_my_view_is_renamed_and_removed_but_by_its_version(site: Site) -> None:
    client = site.visitor()
    keep(client, "Mijn week")
    (view,) = kept(site)
    address = f"/calendar/views/{view.id}"

    assert client.post(address, data={"name": "Onze week", "version": "1"}).status_code == 303
    assert client.post(address, data={"name": "Oud", "version": "1"}).status_code == 409
    assert [one.name for one in kept(site)] == ["Onze week"]
    assert client.post(f"{address}/deletion", data={"version": "1"}).status_code == 409
    assert client.post(f"{address}/deletion", data={"version": "2"}).status_code == 303
    assert kept(site) == []


def test_an_editor_tidies_shared_views_a_writer_only_their_own(site: Site) -> None:
    keep(site.visitor("editor"), "Van de redactie", is_shared="y")
    keep(site.visitor("editor"), "Van mij alleen")
    shared, own = kept(site)

    for view in (shared, own):
        path = f"/calendar/views/{view.id}/deletion"
        assert site.visitor().post(path, data={"version": "1"}).status_code == 404
    keep(site.visitor(), "Van de schrijver", is_shared="y")
    theirs = kept(site)[-1]
    path = f"/calendar/views/{theirs.id}/deletion"

    assert site.visitor("editor").post(path, data={"version": "1"}).status_code == 303


def test_an_address_with_too_much_in_it_is_no_crash(site: Site) -> None:
    client = site.visitor()

    assert client.get("/calendar?" + "&" * 600).status_code == 200
    assert keep(client, "Veel", query="&" * 600).status_code == 303
