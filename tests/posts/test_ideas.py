"""The backlog of ideas: votes, and who takes one up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.people.models import Person
from calendar_app.posts.models import Post, PostVote
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient

__all__ = ["_tuesday_morning", "site"]


def an_idea(site: Site, title: str) -> int:
    return int(site.post(title=title, state="idea", starts_at=None).partition(":")[0])


def vote(client: FlaskClient, idea: int, wanted: int = 1) -> int:
    return client.post(f"/ideas/{idea}/vote", data={"vote": wanted}).status_code


def test_the_idea_with_most_votes_comes_first(site: Site) -> None:
    older, newer = an_idea(site, "De oudste"), an_idea(site, "De nieuwste")
    page = site.visitor().get("/ideas").get_data(as_text=True)
    assert page.index("De nieuwste") < page.index("De oudste")

    assert vote(site.visitor(), older) == 303
    assert vote(site.visitor("editor"), older) == 303

    page = site.visitor().get("/ideas").get_data(as_text=True)
    assert page.index("De oudste") < page.index("De nieuwste")
    assert "2 votes" in page
    assert newer != older


def test_a_vote_counts_once_and_is_taken_back(site: Site) -> None:
    idea, client = an_idea(site, "Leerling"), site.visitor()
    for wanted, expected in ((1, 1), (1, 1), (0, 0), (0, 0)):
        vote(client, idea, wanted)
        with site.database.reading() as session:
            assert session.query(PostVote).count() == expected


def test_who_does_not_want_to_be_seen_is_not_counted(site: Site) -> None:
    idea = an_idea(site, "Leerling")
    vote(site.visitor("editor"), idea)
    with site.database.writing() as session:
        session.get_one(Person, site.people["editor"]).memberships[0].takes_part = False

    assert "0 votes" in site.visitor().get("/ideas").get_data(as_text=True)


def test_an_idea_is_taken_by_who_asks_first(site: Site) -> None:
    idea = an_idea(site, "Leerling")
    first = site.visitor().post(f"/ideas/{idea}/owner", data={"version": "1"})
    second = site.visitor("editor").post(f"/ideas/{idea}/owner", data={"version": "1"})

    assert (first.status_code, second.status_code) == (303, 409)
    with site.database.reading() as session:
        assert session.get_one(Post, idea).owner_id == site.people["writer"]


def test_only_an_idea_is_voted_for_and_taken(site: Site) -> None:
    draft = int(site.post().partition(":")[0])

    assert vote(site.visitor(), draft) == 422
    assert site.visitor().post(f"/ideas/{draft}/owner", data={"version": "1"}).status_code == 422
    assert vote(site.visitor("viewer"), an_idea(site, "Leerling")) == 403
