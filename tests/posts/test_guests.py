"""A review by somebody without an account: one post, one answer, and nothing else."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.clock import now as moment
from calendar_app.logs import masked
from calendar_app.media.contents import take_in
from calendar_app.media.storage import store_of
from calendar_app.people.models import AuditEntry, Membership, Person, Team
from calendar_app.people.permissions import PUBLIC
from calendar_app.posts import media
from calendar_app.posts.guests import GuestReview
from calendar_app.posts.models import Post, PostChange
from tests.media.files import a_png
from tests.support.routes import address, every_route, rows_of
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

HOSTILE = '"><script>alert(1)</script>\u202e\x00'


def number_of(pair: str) -> int:
    return int(pair.partition(":")[0])


def asked(site: Site, pair: str, role: str = "writer", **fields: str) -> TestResponse:
    told = {"guest_name": "Ria Jansen", "guest_email": "ria@elders.example", **fields}
    return site.visitor(role).post(f"/posts/{number_of(pair)}/guests", data=told)


def link_in(answer: TestResponse) -> str:
    """The path of the link that a page shows this once."""
    found = re.search(r'value="https://kapstok\.example(/review/[\w-]+)"', answer.text)
    assert found, answer.text
    return found[1]


def guest(site: Site) -> FlaskClient:
    client = site.app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def answer(site: Site, path: str, **fields: Any) -> TestResponse:
    client = guest(site)
    page = client.get(path)
    shown = re.search(r'name="version"[^>]*value="(\d+)"', page.text)
    version = shown[1] if shown else ""
    return client.post(path, data={"version": version, **fields})


def reviews(site: Site) -> list[GuestReview]:
    with site.database.reading() as session:
        return list(session.scalars(select(GuestReview)))


@pytest.fixture
def pair(site: Site) -> str:
    return site.post(state="in_review", title="Een dag op de spoed", text="Loop mee met Samira.")


def test_a_guest_reads_the_post_and_answers_once(site: Site, pair: str) -> None:
    path = link_in(asked(site, pair))

    page = guest(site).get(path)
    assert page.status_code == 200
    assert "Een dag op de spoed" in page.text
    assert "Loop mee met Samira." in page.text
    assert "writer Bos" in page.text

    sent = answer(site, path, verdict="changes", words="Noem de dag.")
    assert (sent.status_code, sent.location) == (303, path)
    thanks = guest(site).get(path)
    assert "You asked for changes." in thanks.text
    assert "Loop mee met Samira." not in thanks.text
    again = answer(site, path, verdict="agreed", words="")
    assert again.status_code == 303
    assert [(one.verdict, one.words) for one in reviews(site)] == [("changes", "Noem de dag.")]


def test_the_answer_of_who_a_writer_asked_is_advice(site: Site, pair: str) -> None:
    answer(site, link_in(asked(site, pair, "writer")), verdict="agreed")

    assert site.row(pair).state == "in_review"
    page = unescape(site.visitor("viewer").get(f"/posts/{number_of(pair)}").text)
    assert "Ria Jansen" in page
    assert "agrees" in page


@pytest.mark.parametrize(
    ("verdict", "state", "action"),
    [("agreed", "approved", "approve"), ("changes", "changes_asked", "ask_changes")],
)
def test_the_answer_of_who_an_editor_asked_takes_the_step(
    site: Site, pair: str, verdict: str, state: str, action: str
) -> None:
    answer(site, link_in(asked(site, pair, "editor")), verdict=verdict, words="Kort en goed.")

    assert site.row(pair).state == state
    with site.database.reading() as session:
        change = session.scalars(select(PostChange).where(PostChange.action == action)).one()
        assert (change.by_id, change.note) == (
            site.people["editor"],
            "Ria Jansen: Kort en goed.",
        )


def test_an_editor_who_may_not_approve_any_more_cannot_do_it_through_a_guest(
    site: Site, pair: str
) -> None:
    path = link_in(asked(site, pair, "editor"))
    with site.database.writing() as session:
        wanted = select(Membership).where(Membership.person_id == site.people["editor"])
        session.scalars(wanted).one().role = "writer"

    answer(site, path, verdict="agreed")

    assert site.row(pair).state == "in_review"


def test_a_draft_stays_a_draft_whatever_the_guest_says(site: Site) -> None:
    pair = site.post(state="draft")

    answer(site, link_in(asked(site, pair, "editor")), verdict="agreed")

    assert site.row(pair).state == "draft"
    assert [one.verdict for one in reviews(site)] == ["agreed"]


def test_the_link_opens_nothing_else(site: Site, pair: str) -> None:
    client, other = guest(site), site.post(title="Geheim bericht")
    path = link_in(asked(site, pair))
    client.get(path)

    for elsewhere in (
        f"/posts/{number_of(pair)}",
        f"/posts/{number_of(other)}",
        "/calendar",
        "/",
        "/search?q=Geheim",
    ):
        found = client.get(elsewhere)
        assert found.status_code == 303, elsewhere
        assert found.location.startswith("/sign-in"), elsewhere
    page = client.get(path).text
    assert "Geheim bericht" not in page
    assert f"/posts/{number_of(pair)}" not in page


@pytest.mark.parametrize("revoked", [False, True], ids=["open", "revoked"])
def test_of_all_routes_the_link_opens_its_review_page_and_its_media(
    site: Site, pair: str, *, revoked: bool
) -> None:
    """Every address, with the secret of the link for each token, and the cookies that it left."""
    path = link_in(asked(site, pair))
    secret, image = path.rpartition("/")[2], with_picture(site, pair)
    with site.database.writing() as session:
        team = session.get_one(Team, site.team_id)
        rows = rows_of(session, team, session.get_one(Person, site.people["writer"]))
        secrets = {"Een dag op de spoed", "Loop mee met Samira.", team.name, "writer Bos"}
        secrets.add(session.get_one(Post, int(str(rows["post_id"]))).title)
        review = session.scalars(select(GuestReview).where(GuestReview.post_id == number_of(pair)))
        review.one().withdrawn_at = moment() if revoked else None
    client, opened = guest(site), set()
    wrong: list[tuple[str, str, int | str]] = []
    client.get(path)

    for asked_for in every_route(site.app):
        for own in ({}, {"post_id": number_of(pair), "media_id": image}):
            where = address(asked_for.rule, {**rows, **own, "token": secret})
            told = (asked_for.method, where)
            with client.open(where, method=asked_for.method) as found:
                is_sent_away = found.status_code == 303 and "/sign-in?next=" in found.location
                if asked_for.action != PUBLIC and not is_sent_away:
                    wrong.append((*told, found.status_code))
                elif asked_for.method == "GET" and where in {path, f"{path}/media/{image}"}:
                    opened.add((asked_for.rule.rule, found.status_code))
                elif where != path and any(one in found.get_data(as_text=True) for one in secrets):
                    wrong.append((*told, "tells of the team"))

    assert not wrong
    page, media_page = (410, 404) if revoked else (200, 200)
    assert opened == {
        ("/review/<token>", page),
        ("/review/<token>/media/<int:media_id>", media_page),
    }


@pytest.mark.parametrize("why", ["withdrawn", "late", "binned", "published", "unknown"])
def test_a_link_that_is_over_shows_nothing(
    site: Site, pair: str, why: str, time_machine: Any
) -> None:
    path = link_in(asked(site, pair))
    if why == "withdrawn":
        address = f"/posts/{number_of(pair)}/guests/{reviews(site)[0].id}/withdrawal"
        assert site.visitor("writer").post(address).status_code == 303
    elif why == "late":
        time_machine.move_to(moment() + timedelta(days=14), tick=False)
    elif why == "unknown":
        path += "x"
    else:
        with site.database.writing() as session:
            post = session.get_one(Post, number_of(pair))
            if why == "binned":
                post.deleted_at = moment()
            else:
                post.state = "published"

    for found in (guest(site).get(path), answer(site, path, verdict="agreed")):
        assert found.status_code == 410
        assert "Loop mee met Samira." not in found.text
    assert not any(one.verdict for one in reviews(site))


def test_changes_without_words_are_asked_for_and_what_was_chosen_is_kept(
    site: Site, pair: str
) -> None:
    sent = answer(site, link_in(asked(site, pair)), verdict="changes", words="  ")

    assert sent.status_code == 422
    assert "Say what should change." in sent.text
    assert re.search(r'value="changes"[^>]* checked', sent.text)
    assert reviews(site)[0].answered_at is None


def test_who_reads_while_the_post_changes_reads_it_again(site: Site, pair: str) -> None:
    path, client = link_in(asked(site, pair, "editor")), guest(site)
    shown = re.search(r'name="version"[^>]*value="(\d+)"', client.get(path).text)
    assert shown
    with site.database.writing() as session:
        session.get_one(Post, number_of(pair)).text = "Iets heel anders."

    told = {"version": shown[1], "verdict": "agreed", "words": "Mooi"}
    sent = client.post(path, data=told)

    assert sent.status_code == 409
    assert "Iets heel anders." in sent.text
    assert "The post was changed while you read it." in sent.text
    assert re.search(r">\s*Mooi</textarea>", sent.text)
    assert site.row(pair).state == "in_review"
    now_shown = re.search(r'name="version"[^>]*value="(\d+)"', sent.text)
    assert now_shown
    assert client.post(path, data={**told, "version": now_shown[1]}).status_code == 303
    assert site.row(pair).state == "approved"


def test_the_same_address_has_one_open_link(site: Site, pair: str) -> None:
    asked(site, pair)

    again = asked(site, pair)

    assert again.status_code == 422
    assert "A link was sent to this address already." in unescape(again.text)
    assert len(reviews(site)) == 1


def test_ten_open_links_are_enough(site: Site, pair: str) -> None:
    for index in range(10):
        assert asked(site, pair, guest_email=f"g{index}@elders.example").status_code == 200

    refused = asked(site, pair, guest_email="g10@elders.example")

    assert refused.status_code == 422
    assert "Ten people are asked already." in refused.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"guest_name": ""}, "Fill this in."),
        ({"guest_email": "ria"}, "This is no mail address."),
        ({"guest_email": ""}, "Fill this in."),
    ],
)
def test_who_is_asked_needs_a_name_and_an_address(
    site: Site, pair: str, fields: dict[str, str], words: str
) -> None:
    sent = asked(site, pair, **fields)

    assert sent.status_code == 422
    assert words in sent.text
    assert reviews(site) == []


def test_hostile_words_are_shown_as_words(site: Site, pair: str) -> None:
    path = link_in(asked(site, pair, guest_name=f"Ria {HOSTILE}"))
    answer(site, path, verdict="changes", words=HOSTILE)

    for page in (
        site.visitor("writer").get(f"/posts/{number_of(pair)}").text,
        guest(site).get(path).text,
    ):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "\x00" not in page


def test_the_log_tells_who_asked_and_that_somebody_answered(site: Site, pair: str) -> None:
    answer(site, link_in(asked(site, pair)), verdict="agreed")

    with site.database.reading() as session:
        told = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(one.action, one.actor_id) for one in told if one.action.startswith("guest.")] == [
            ("guest.asked", site.people["writer"]),
            ("guest.answered", None),
        ]


def test_the_letters_go_out_with_one_link_each(site: Site, pair: str) -> None:
    path = link_in(asked(site, pair))
    answer(site, path, verdict="agreed", words="Mooi")

    folder = site.app.extensions["kapstok"].config.data_dir / "mails"
    letters = [file.read_text() for file in sorted(folder.iterdir())]
    to_guest = next(one for one in letters if "ria@elders.example" in one)
    assert path in to_guest.replace("=\n", "")
    to_asker = next(one for one in letters if "ria@elders.example" not in one)
    assert f"/posts/{number_of(pair)}#guests" in to_asker.replace("=\n", "").replace("=23", "#")
    assert path not in to_asker


def with_picture(site: Site, pair: str) -> int:
    """Give the post an image with words; its id."""
    kept = media.keep(store_of(site.app.extensions["kapstok"].config), take_in(a_png(), "hal.png"))
    with site.database.writing() as session:
        post, writer = (
            session.get_one(Post, number_of(pair)),
            session.get_one(Person, site.people["writer"]),
        )
        assert media.add(session, post, [kept], writer, moment()) == []
        session.flush()
        one = media.media_of(session, post)[0]
        one.alternative = "De hal bij de ingang"
        return one.id


def status_of(client: FlaskClient, path: str) -> int:
    with client.get(path) as found:
        return found.status_code


def test_the_link_shows_the_images_of_its_post_until_it_is_answered(site: Site, pair: str) -> None:
    other = site.post(state="in_review")
    image, foreign = with_picture(site, pair), with_picture(site, other)
    path, client = link_in(asked(site, pair)), guest(site)

    page = client.get(path).text
    assert f'src="{path}/media/{image}"' in page
    assert 'alt="De hal bij de ingang"' in page
    with client.get(f"{path}/media/{image}") as served:
        assert (served.status_code, served.mimetype) == (200, "image/webp")
    assert status_of(client, f"{path}/media/{foreign}") == 404
    assert status_of(client, f"{path}x/media/{image}") == 404
    answer(site, path, verdict="agreed")
    assert status_of(client, f"{path}/media/{image}") == 404


def test_the_publisher_finds_the_images_and_their_words(site: Site) -> None:
    pair = site.post(state="approved")
    image = with_picture(site, pair)
    with site.database.writing() as session:
        session.get_one(Post, number_of(pair)).state = "approved"

    page = site.visitor("writer").get(f"/posts/{number_of(pair)}/publishing").text

    assert f'href="/posts/{number_of(pair)}/media/{image}/download"' in page
    assert "De hal bij de ingang" in page
    assert f'data-copy="#alternative-{image}"' in page


def test_the_link_ends_when_who_sent_it_leaves_the_team(site: Site, pair: str) -> None:
    path = link_in(asked(site, pair, "editor"))
    with site.database.writing() as session:
        wanted = select(Membership).where(Membership.person_id == site.people["editor"])
        session.scalars(wanted).one().ended_at = moment()

    assert status_of(guest(site), path) == 410
    assert answer(site, path, verdict="agreed").status_code == 410


def test_the_guest_reads_the_text_of_each_channel_too(site: Site, pair: str) -> None:
    with site.database.writing() as session:
        post = session.get_one(Post, number_of(pair))
        channel = post.channels[0]
        own = replace(post.content, own_texts=((channel, "Alleen hier anders."),))
        post.edit(own, session.get_one(Person, site.people["writer"]), moment())

    page = unescape(guest(site).get(link_in(asked(site, pair))).text)

    assert "Loop mee met Samira." in page
    assert "Alleen hier anders." in page


def test_two_answers_at_one_moment_are_one(site: Site, pair: str) -> None:
    path = link_in(asked(site, pair))
    shown = re.search(r'name="version"[^>]*value="(\d+)"', guest(site).get(path).text)
    assert shown
    at_once = Barrier(2)

    def send(words: str) -> int:
        client = guest(site)
        at_once.wait()
        told = {"version": shown[1], "verdict": "changes", "words": words}
        return client.post(path, data=told).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, ("Eerste", "Tweede"))) == [303, 303]
    with site.database.reading() as session:
        told = session.scalars(select(AuditEntry.action)).all()
        assert told.count("guest.answered") == 1


def test_a_link_that_fails_leaves_no_secret_in_the_log() -> None:
    line = "Exception on /review/Zm9vYmFyYmF6cXV1eHF1dXV4/media/3 [GET]"

    assert masked(line) == "Exception on /review/.../media/3 [GET]"
