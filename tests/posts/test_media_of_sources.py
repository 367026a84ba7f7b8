"""Images and files that go with a template or a series, whatever becomes of the first post."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from calendar_app import schema
from calendar_app.errors import Refused
from calendar_app.media.storage import Folder
from calendar_app.people.models import AuditEntry, Person
from calendar_app.plans.models import Plan
from calendar_app.posts import media, queries, series, undo
from calendar_app.posts.autosaves import PostAutosave
from calendar_app.posts.media import MOST_MEDIA, Kept, PostMedia, SourceMedia
from calendar_app.posts.models import Post, PostChange, PostSeries, PostTemplate
from calendar_app.posts.repetition import Rule
from calendar_app.posts.series import Done, Hand, Pattern
from tests import builders
from tests.media.files import PDF, a_png
from tests.posts.room import NOW, Room
from tests.posts.test_autosave import fields
from tests.posts.test_media import bring, date_files, describe, files, folder, got, rows
from tests.search.test_migration import migrate, settings_of_migrations
from tests.support.site import Site, _tuesday_morning, ask, site
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from calendar_app.db import Database

__all__ = ["_tuesday_morning", "site"]

WEEKLY = Rule("weekly", date(2026, 11, 10), weekdays=(1,))
PATTERN = Pattern(WEEKLY, time(9, 30))
COME_ALONG = "The images and files of the template come along."


@pytest.fixture
def post_id(site: Site) -> int:
    """A post with an image that has words, and a file that was removed from it."""
    found = int(site.post(title="Vacature").partition(":")[0])
    client = site.visitor()
    bring(client, found, (a_png(), "hal.png"), (PDF, "folder.pdf"))
    describe(client, rows(site)[0], "De hal")
    client.post(f"/posts/{found}/media/{rows(site)[1].id}/removal")
    return found


def kept_as_template(site: Site, client: FlaskClient, post_id: int) -> int:
    assert client.post(f"/posts/{post_id}/template", data={"name": "Vacature"}).status_code == 303
    with site.database.reading() as session:
        return session.scalars(select(PostTemplate.id)).one()


def gone_for_good(site: Site, *post_ids: int) -> None:
    """The bin is emptied of these posts, and what no row has is cleared away."""
    with site.database.writing() as session:
        for post_id in post_ids:
            session.delete(session.get_one(Post, post_id))
    date_files(site)
    media.tidy(site.database, Folder(folder(site)), NOW + timedelta(days=2))


def number_of(location: str) -> int:
    return int(location.rpartition("/")[2])


def test_a_post_of_a_template_has_its_images_though_the_first_is_gone_for_good(
    site: Site, post_id: int
) -> None:
    client = site.visitor()
    (stored,) = {one.stored_as for one in rows(site, post_id) if one.removed_at is None}
    template_id = kept_as_template(site, client, post_id)
    gone_for_good(site, post_id)
    assert stored in files(site)

    path = f"/posts/new?template={template_id}"
    assert COME_ALONG in client.get(path).text
    made = client.post(path, data={**fields(client, path), "title": "Nieuwe vacature"})

    made_id = number_of(made.location)
    (one,) = rows(site, made_id)
    assert (one.name, one.alternative, one.stored_as) == ("hal.png", "De hal", stored)
    assert got(client, f"/posts/{made_id}/media/{one.id}/small")[0] == 200
    # With the template and its posts goes the file.
    client.post(f"/posts/templates/{template_id}/deletion", data={"version": 1})
    assert stored in files(site)
    gone_for_good(site, made_id)
    assert files(site) == []


def test_a_template_that_is_gone_meanwhile_is_told(site: Site, post_id: int) -> None:
    client = site.visitor()
    path = f"/posts/new?template={kept_as_template(site, client, post_id)}"
    sent = {**fields(client, path), "title": "Nieuwe vacature"}
    with site.database.writing() as session:
        session.execute(delete(PostTemplate))

    made = client.post(path, data=sent)

    assert "The template is gone" in client.get(made.location).text
    assert rows(site, number_of(made.location)) == []


def test_no_template_of_another_team_gives_its_images(site: Site) -> None:
    with site.database.writing() as session:
        team = builders.a_team(session)
        foreign = builders.a_post(session, team, builders.a_plan(session, team))
        builders.a_media(session, foreign, builders.a_person(session, team))
        template = builders.a_template(session, team, foreign)
        media.keep_for(session, media.media_shown(session, foreign), template)
        template_id = template.id
    client = site.visitor()

    made = client.post(f"/posts/new?template={template_id}", data={"title": "Van ons"})

    assert client.get(f"/posts/new?template={template_id}").status_code == 404
    assert rows(site, number_of(made.location)) == []


@pytest.mark.parametrize("origin", ["copy", "template"])
def test_who_goes_on_later_with_a_new_post_still_gets_the_images(
    site: Site, post_id: int, origin: str
) -> None:
    client = site.visitor()
    row_id = post_id if origin == "copy" else kept_as_template(site, client, post_id)
    begun = {**fields(client, f"/posts/new?{origin}={row_id}"), "title": "Open dag"}
    assert ask(client, "/posts/autosave", **begun).status_code == 200
    with site.database.reading() as session:
        path = f"/posts/new?autosave={session.scalars(select(PostAutosave.id)).one()}"

    page = client.get(path).text
    assert f'action="/posts/new?{origin}={row_id}"' in page
    assert "come along." in page
    made = client.post("/posts/new", data=fields(client, path))

    (one,) = rows(site, number_of(made.location))
    assert (one.name, one.alternative) == ("hal.png", "De hal")


def test_another_plan_or_a_refusal_forgets_no_origin(site: Site, post_id: int) -> None:
    client = site.visitor()
    sent = fields(client, f"/posts/new?copy={post_id}")

    refused = client.post("/posts/new", data={**sent, "title": ""})
    other_plan = client.post("/posts/new", data={**sent, "choose_plan": "1"})

    assert refused.status_code == 422
    for page in (refused.text, other_plan.text):
        assert f'<input type="hidden" name="copy" value="{post_id}">' in page
    for path in ("", "?copy=", "?copy=x&template=", "?copy=-1", f"?copy={10**30}"):
        answer = client.get(f"/posts/new{path}")
        assert answer.status_code == 200
        assert 'name="copy"' not in answer.text


# Series.


def begun(room: Room, first: Post, now: datetime = NOW) -> Done:
    hand = Hand(room.session, room.writer, now)
    content = replace(first.content, starts_at=None)
    return series.begin(hand, room.team, PATTERN, content, first=first)


def a_first(room: Room) -> Post:
    """A post with two images in their order, and one that was removed from it."""
    first = room.post(starts_at=datetime(2026, 11, 10, 8, 30, tzinfo=UTC))
    for position, words in enumerate(("De hal", "De trap", "Weg")):
        builders.a_media(
            room.session,
            first,
            room.writer,
            name="foto.png",
            position=2 - position,
            alternative=words,
        ).removed_at = NOW if words == "Weg" else None
    return first


def words_of(room: Room, post: Post) -> list[str]:
    return [one.alternative for one in media.media_shown(room.session, post)]


def test_all_posts_of_a_series_have_the_images_of_the_first(room: Room) -> None:
    first = a_first(room)

    done = begun(room, first)

    made = queries.posts_of_series(room.session, done.series, date.min)
    assert len(made) > 10
    assert {tuple(words_of(room, one)) for one in made} == {("De trap", "De hal")}
    stored = select(func.count(PostMedia.stored_as.distinct()))
    assert room.session.scalar(stored) == 3
    assert not any(one.is_touched for one in made)


def test_a_series_is_carried_on_with_its_images_though_the_first_is_gone(room: Room) -> None:
    first = a_first(room)
    done = begun(room, first)
    before = {one.id for one in queries.posts_of_series(room.session, done.series, date.min)}
    room.session.delete(first)
    room.session.flush()

    made, _refused = series.extend_all(
        room.session, NOW + timedelta(weeks=5), lambda _country, _day: False
    )

    posts = queries.posts_of_series(room.session, done.series, date.min)
    new = [one for one in posts if one.id not in before]
    assert len(new) == made > 0
    assert {tuple(words_of(room, one)) for one in new} == {("De trap", "De hal")}


def test_the_series_after_a_change_carries_the_images_on(room: Room) -> None:
    done = begun(room, a_first(room))
    third = queries.posts_of_series(room.session, done.series, date.min)[2]
    hand = Hand(room.session, room.writer, NOW)

    changed = series.change_following(hand, third, replace(third.content, text="Nieuw."))
    series.extend_all(room.session, NOW + timedelta(weeks=5), lambda _country, _day: False)

    assert changed.series is not done.series
    posts = queries.posts_of_series(room.session, changed.series, date.min)
    assert {tuple(words_of(room, one)) for one in posts} == {("De trap", "De hal")}


@pytest.mark.parametrize("which", ["all", "following"])
def test_an_image_that_left_the_post_does_not_come_back_with_the_series(
    room: Room, which: str
) -> None:
    done = begun(room, a_first(room))
    third = queries.posts_of_series(room.session, done.series, date.min)[2]
    stairs = next(one for one in media.media_shown(room.session, third))
    stairs.remove(room.writer, NOW)
    room.session.flush()
    hand = Hand(room.session, room.writer, NOW)
    change = series.change_all if which == "all" else series.change_following

    changed = change(hand, third, replace(third.content, text="Nieuw."))
    before = {one.id for one in queries.posts_of_series(room.session, changed.series, date.min)}
    series.extend_all(room.session, NOW + timedelta(weeks=5), lambda _country, _day: False)

    posts = queries.posts_of_series(room.session, changed.series, date.min)
    new = [words_of(room, one) for one in posts if one.id not in before]
    assert new
    assert {tuple(words) for words in new} == {("De hal",)}


def test_a_series_with_images_is_undone_as_one_without(room: Room) -> None:
    first = a_first(room)
    done = begun(room, first)

    undo.take_back(room.session, done.undoable, room.writer, NOW)

    assert first.series is None
    assert words_of(room, first) == ["De trap", "De hal"]
    assert queries.posts_of_series(room.session, done.series, date.min) == []


def without_stairs(room: Room, post: Post) -> None:
    """The first image of the post is removed from it."""
    media.media_shown(room.session, post)[0].remove(room.writer, NOW)
    room.session.flush()


def new_ones(room: Room, of: PostSeries) -> set[tuple[str, ...]]:
    """The images of the posts that the worker makes five weeks later."""
    before = {one.id for one in queries.posts_of_series(room.session, of, date.min)}
    series.extend_all(room.session, NOW + timedelta(weeks=5), lambda _country, _day: False)
    posts = queries.posts_of_series(room.session, of, date.min)
    return {tuple(words_of(room, one)) for one in posts if one.id not in before}


def test_undoing_a_change_gives_the_posts_to_be_made_their_images_back(room: Room) -> None:
    done = begun(room, a_first(room))
    third = queries.posts_of_series(room.session, done.series, date.min)[2]
    without_stairs(room, third)
    hand = Hand(room.session, room.writer, NOW)
    changed = series.change_all(hand, third, replace(third.content, text="Nieuw."))
    room.session.flush()
    between = [one.alternative for one in media.media_of_source(room.session, done.series)]

    undo.take_back(room.session, changed.undoable, room.writer, NOW)

    assert between == ["De hal"]
    assert new_ones(room, done.series) == {("De trap", "De hal")}


def test_a_change_of_the_text_alone_keeps_the_images_of_the_series_as_rows(room: Room) -> None:
    done = begun(room, a_first(room))
    third = queries.posts_of_series(room.session, done.series, date.min)[2]
    before = [one.id for one in media.media_of_source(room.session, done.series)]
    hand = Hand(room.session, room.writer, NOW)

    series.change_all(hand, third, replace(third.content, text="Nieuw."))
    room.session.flush()

    assert [one.id for one in media.media_of_source(room.session, done.series)] == before
    assert room.session.scalar(select(func.count(SourceMedia.id))) == len(before)


def test_what_a_series_began_with_is_kept_thirty_days(site: Site, post_id: int) -> None:
    """As long as anything of it can be undone, and no longer than other removed images."""
    with site.database.writing() as session:
        post = session.get_one(Post, post_id)
        by = session.get_one(Person, site.people["writer"])
        of = builders.a_series(session, post.team, session.get_one(Plan, site.plan_id), by)
        media.keep_for(session, media.media_shown(session, post), of)
        session.flush()
        media.keep_instead(session, [], of, NOW)
        assert media.media_of_source(session, of) == []
    gone_for_good(site, post_id)
    assert files(site) != []

    media.tidy(site.database, Folder(folder(site)), NOW + timedelta(days=31))

    assert files(site) == []


def test_a_series_without_a_first_post_has_no_images(room: Room) -> None:
    hand = Hand(room.session, room.writer, NOW)

    series.begin(hand, room.team, PATTERN, room.whole(starts_at=None))

    assert room.session.scalar(select(func.count(PostMedia.id))) == 0


# The images of a template on its page.


@pytest.fixture
def template_id(site: Site, post_id: int) -> int:
    """A template with two images, of which only the first has words."""
    client = site.visitor()
    bring(client, post_id, (a_png("#202020"), "trap.png"))
    return kept_as_template(site, client, post_id)


def begins_with(site: Site, template_id: int) -> list[SourceMedia]:
    with site.database.reading() as session:
        return media.media_of_source(session, session.get_one(PostTemplate, template_id))


def act(client: FlaskClient, template_id: int, one: SourceMedia, what: str, **data: Any) -> int:
    path = f"/posts/templates/{template_id}/media/{one.id}{what}"
    return client.post(path, data=data).status_code


def test_the_images_of_a_template_are_seen_with_their_words(site: Site, template_id: int) -> None:
    client = site.visitor()
    listed = client.get("/posts/templates").text
    assert f'href="/posts/templates/{template_id}/media">2 images and files<' in listed

    page = client.get(f"/posts/templates/{template_id}/media").text

    for one, words in zip(
        begins_with(site, template_id), ("De hal", "Image without alternative text"), strict=True
    ):
        small = f"/posts/templates/{template_id}/media/{one.id}/small"
        assert re.search(rf'<img[^>]*src="{small}"[^>]*alt="{words}"', page)
        assert got(client, small)[0] == 200
    assert 'name="files"' not in page


def test_a_file_of_a_template_is_never_opened_as_a_page(site: Site, post_id: int) -> None:
    client = site.visitor()
    client.post(f"/posts/{post_id}/media/{rows(site)[1].id}/restoration")
    template_id = kept_as_template(site, client, post_id)
    document = begins_with(site, template_id)[1]
    path = f"/posts/templates/{template_id}/media/{document.id}"

    for size in ("original", "download"):
        answer = client.get(f"{path}/{size}")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        answer.close()
    assert client.get(f"{path}/small").status_code == 404


def test_what_is_done_to_the_images_of_a_template_reaches_the_next_post_only(
    site: Site, post_id: int, template_id: int
) -> None:
    client = site.visitor()
    hall, stairs = begins_with(site, template_id)

    assert act(client, template_id, stairs, "/place", to="up") == 303
    assert act(client, template_id, stairs, "/place", to="up") == 303
    stairs = begins_with(site, template_id)[0]
    told = {"version": stairs.version, "alternative": "De trap"}
    assert act(client, template_id, stairs, "", **told) == 303
    path = f"/posts/new?template={template_id}"
    made = client.post(path, data={**fields(client, path), "title": "Twee"})
    assert act(client, template_id, hall, "/removal") == 303
    after = client.post(path, data={**fields(client, path), "title": "Een"})

    both, one = (number_of(answer.location) for answer in (made, after))
    assert [each.alternative for each in rows(site, both)] == ["De trap", "De hal"]
    assert [each.alternative for each in rows(site, one)] == ["De trap"]
    there = [each for each in rows(site, post_id) if each.removed_at is None]
    assert [each.alternative for each in there] == ["De hal", ""]
    with site.database.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("template.media_changed") == 4


def test_an_image_that_was_removed_from_a_template_comes_back_last(
    site: Site, template_id: int
) -> None:
    client = site.visitor()
    hall, stairs = begins_with(site, template_id)
    for one in (hall, stairs):
        act(client, template_id, one, "/removal")
    assert ">0 images and files<" in client.get("/posts/templates").text
    assert act(client, template_id, hall, "/removal") == 404

    for one in (stairs, hall):
        assert act(client, template_id, one, "/restoration") == 303

    assert [one.name for one in begins_with(site, template_id)] == ["trap.png", "hal.png"]
    assert act(client, template_id, hall, "/restoration") == 404


def test_who_comes_second_with_words_for_an_image_of_a_template_sees_both(
    site: Site, template_id: int
) -> None:
    client = site.visitor()
    hall, _stairs = begins_with(site, template_id)
    told = {"version": hall.version, "alternative": "De grote hal"}
    assert act(client, template_id, hall, "", **told) == 303

    path = f"/posts/templates/{template_id}/media/{hall.id}"
    second = client.post(path, data={**told, "alternative": "De kleine hal"})

    assert second.status_code == 409
    assert '<div class="conflict-text">De grote hal</div>' in second.text
    assert "De kleine hal</textarea>" in second.text
    too_long = client.post(path, data={"version": hall.version + 1, "alternative": "x" * 1001})
    assert too_long.status_code == 422
    assert "Use at most 1000 characters." in too_long.text
    assert begins_with(site, template_id)[0].alternative == "De grote hal"


def test_a_template_with_as_many_as_it_may_have_takes_none_back(
    site: Site, template_id: int
) -> None:
    client = site.visitor()
    hall, _stairs = begins_with(site, template_id)
    act(client, template_id, hall, "/removal")
    with site.database.writing() as session:
        template = session.get_one(PostTemplate, template_id)
        for _number in range(MOST_MEDIA - 1):
            session.add(SourceMedia(template=template, **hall.as_it_is()))

    refused = client.post(f"/posts/templates/{template_id}/media/{hall.id}/restoration")

    assert refused.status_code == 422
    assert "“hal.png” is one too many" in refused.text


def test_the_list_of_templates_asks_once_for_all_their_images(site: Site, template_id: int) -> None:
    client = site.visitor()
    with statements(site.database) as with_one:
        client.get("/posts/templates")
    with site.database.writing() as session:
        first = session.get_one(PostTemplate, template_id)
        files_of_it = media.media_of_source(session, first)
        for number in range(5):
            more = PostTemplate(team_id=first.team_id, name=f"{number}", content=first.content)
            session.add(more)
            media.keep_for(session, files_of_it, more)

    with statements(site.database) as with_six:
        assert client.get("/posts/templates").text.count("2 images and files<") == 6

    assert len(with_six) == len(with_one)


# What one post got reaches the others.


def others(room: Room, of: PostSeries, *without: Post) -> list[Post]:
    found = queries.posts_of_series(room.session, of, date.min)
    return [one for one in found if one not in without]


def state_of(room: Room, of: PostSeries) -> list[tuple[object, ...]]:
    """All rows of images of its posts, also the removed ones, and what makes a post its own."""
    room.session.expire_all()
    posts = others(room, of)
    return [
        (
            post.id,
            post.is_touched,
            [
                (one.id, one.name, one.alternative, one.removed_at, one.removed_by_id)
                for one in media.media_of(room.session, post)
            ],
        )
        for post in posts
    ]


def an_image_more(room: Room, post: Post, words: str = "De tuin") -> None:
    """Somebody brings an image along, and the first image stands behind it."""
    file = builders.a_media(room.session, room.post(), room.writer, name="foto.png").as_it_is()
    kept = Kept(**{name: file[name] for name in Kept.__dataclass_fields__})
    assert media.add(room.session, post, [kept], room.writer, NOW) == []
    room.session.flush()
    shown = media.media_shown(room.session, post)
    shown[-1].describe(words, room.writer, NOW, is_decorative=False)
    media.move(room.session, shown[0], room.writer, NOW, up=False)
    room.session.flush()


CHANGES = {"all": series.change_all, "following": series.change_following}


@pytest.mark.parametrize("which", CHANGES)
def test_images_of_one_post_reach_those_that_were_meant_and_are_undone(
    room: Room, which: str
) -> None:
    done = begun(room, a_first(room))
    first, second, third, own, *rest = others(room, done.series)
    an_image_more(room, third)
    without_stairs(room, own)
    before, hand = state_of(room, done.series), Hand(room.session, room.writer, NOW)

    changed = CHANGES[which](hand, third, third.content)
    room.session.flush()

    assert words_of(room, third) == ["De hal", "De trap", "De tuin"]
    assert {tuple(words_of(room, one)) for one in rest} == {("De hal", "De trap", "De tuin")}
    assert words_of(room, own) == ["De hal"]
    assert changed.stayed == 1
    earlier = ("De trap", "De hal") if which == "following" else ("De hal", "De trap", "De tuin")
    assert {tuple(words_of(room, one)) for one in (first, second)} == {earlier}
    assert [one.is_touched for one in (third, own, *rest)].count(True) == 1
    told = room.session.scalars(
        select(PostChange).where(PostChange.post_id == rest[0].id, PostChange.action == "followed")
    ).one()
    assert told.fields == {
        "media": [["foto.png"] * 2, ["foto.png"] * 3],
        "alternative": [
            "foto.png: De trap, foto.png: De hal",
            "foto.png: De hal, foto.png: De trap, foto.png: De tuin",
        ],
    }

    undo.take_back(room.session, changed.undoable, room.writer, NOW)
    room.session.flush()

    assert state_of(room, done.series) == before
    assert new_ones(room, done.series) == {("De trap", "De hal")}


def test_an_image_that_left_one_post_leaves_the_others_and_comes_back_with_the_undo(
    room: Room,
) -> None:
    done = begun(room, a_first(room))
    _first, second, *rest = others(room, done.series)
    without_stairs(room, second)
    before, hand = state_of(room, done.series), Hand(room.session, room.writer, NOW)

    once = series.change_all(hand, second, second.content)
    room.session.flush()
    left = {tuple(words_of(room, one)) for one in rest}
    undo.take_back(room.session, once.undoable, room.writer, NOW)
    room.session.flush()

    assert left == {("De hal",)}
    assert state_of(room, done.series) == before


def test_an_image_comes_back_to_a_post_that_had_it_removed_with_the_series(room: Room) -> None:
    """The row is there already, since a post has each file once."""
    done = begun(room, a_first(room))
    _first, second, *rest = others(room, done.series)
    hand, stairs = Hand(room.session, room.writer, NOW), media.media_shown(room.session, second)[0]
    stairs.remove(room.writer, NOW)
    room.session.flush()
    series.change_all(hand, second, second.content)
    room.session.flush()
    media.put_back(room.session, stairs, room.writer, NOW)
    room.session.flush()
    before = state_of(room, done.series)

    again = series.change_all(hand, second, second.content)
    room.session.flush()
    back = {tuple(words_of(room, one)) for one in (second, *rest)}
    undo.take_back(room.session, again.undoable, room.writer, NOW)
    room.session.flush()

    assert back == {("De hal", "De trap")}
    assert state_of(room, done.series) == before


def test_a_post_that_differs_in_more_than_its_images_stays_one_of_its_own(room: Room) -> None:
    done = begun(room, a_first(room))
    _first, second, *rest = others(room, done.series)
    second.edit(replace(second.content, text="Alleen hier."), room.writer, NOW)
    an_image_more(room, second)
    room.session.flush()

    series.change_all(Hand(room.session, room.writer, NOW), second, second.content)
    room.session.flush()

    assert second.is_touched
    assert not any(one.is_touched for one in rest)
    assert {one.text for one in rest} == {"Alleen hier."}
    assert {tuple(words_of(room, one)) for one in rest} == {("De hal", "De trap", "De tuin")}


def another_of_the_same_name(room: Room, post: Post) -> None:
    """Somebody removes the only image and brings a corrected one along, without words."""
    media.media_shown(room.session, post)[0].remove(room.writer, NOW)
    file = builders.a_media(room.session, room.post(), room.writer, name="banner.png").as_it_is()
    kept = Kept(**{name: file[name] for name in Kept.__dataclass_fields__})
    assert media.add(room.session, post, [kept], room.writer, NOW) == []
    room.session.flush()


def in_another_order(room: Room, post: Post) -> None:
    """The images of the post, which are all called alike, change places."""
    media.move(room.session, media.media_shown(room.session, post)[0], room.writer, NOW, up=False)
    room.session.flush()


def files_of(room: Room, post: Post) -> list[str]:
    return [one.stored_as for one in media.media_shown(room.session, post)]


@pytest.mark.parametrize(("number", "act"), [(1, another_of_the_same_name), (2, in_another_order)])
def test_an_image_changes_for_one_of_the_same_name_with_history_and_undo(
    room: Room, number: int, act: Callable[[Room, Post], None]
) -> None:
    first = room.post(starts_at=datetime(2026, 11, 10, 8, 30, tzinfo=UTC))
    for position in range(number):
        told = {"name": "banner.png", "position": position}
        builders.a_media(room.session, first, room.writer, **told)
    done = begun(room, first)
    _first, second, *rest = others(room, done.series)
    act(room, second)
    before, version = state_of(room, done.series), rest[0].version

    changed = series.change_all(Hand(room.session, room.writer, NOW), second, second.content)
    room.session.flush()

    assert {tuple(files_of(room, one)) for one in rest} == {tuple(files_of(room, second))}
    assert rest[0].version == version + 1
    names = ["banner.png"] * number
    assert followed(room, rest[0]) == [{"media": [names, names]}]

    undo.take_back(room.session, changed.undoable, room.writer, NOW)
    room.session.flush()

    assert state_of(room, done.series) == before
    assert {tuple(files_of(room, one)) for one in rest} == {tuple(files_of(room, first))}
    assert followed(room, rest[0]) == [{"media": [names, names]}] * 2


def followed(room: Room, post: Post) -> list[dict[str, Any]]:
    """What the history tells of what the post took over from its series."""
    wanted = select(PostChange.fields).where(
        PostChange.post_id == post.id, PostChange.action == "followed"
    )
    return list(room.session.scalars(wanted.order_by(PostChange.id)))


def test_the_undo_of_other_words_is_told_in_the_history_too(room: Room) -> None:
    done = begun(room, a_first(room))
    _first, second, *rest = others(room, done.series)
    stairs = media.media_shown(room.session, second)[0]
    stairs.describe("De oude trap", room.writer, NOW, is_decorative=False)
    room.session.flush()

    changed = series.change_all(Hand(room.session, room.writer, NOW), second, second.content)
    room.session.flush()
    version = rest[0].version
    undo.take_back(room.session, changed.undoable, room.writer, NOW)
    room.session.flush()

    assert rest[0].version == version + 1
    words = ["foto.png: De trap, foto.png: De hal", "foto.png: De oude trap, foto.png: De hal"]
    assert followed(room, rest[0]) == [{"alternative": words}, {"alternative": words[::-1]}]


def test_other_images_take_an_approved_post_back_to_review(room: Room) -> None:
    first = room.post("approved", starts_at=datetime(2026, 11, 10, 8, 30, tzinfo=UTC))

    names: list[list[str]] = [[], ["banner.png"]]
    first.follow(first.content, room.writer, NOW, {"media": names})
    room.session.flush()

    assert first.state == "in_review"
    assert first.approved_by is None
    assert followed(room, first) == [{"media": names, "state": ["approved", "in_review"]}]


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_a_first_post_that_was_judged_stays_one_of_its_own(room: Room, state: str) -> None:
    day = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
    first = room.post(state, starts_at=day)
    done = begun(room, first)
    assert first.is_touched
    _first, second, *_rest = others(room, done.series)
    hand = Hand(room.session, room.writer, NOW)

    series.change_all(hand, first, first.content)
    changed = series.change_all(hand, second, replace(second.content, text="Nieuw."))
    room.session.flush()

    assert (first.is_touched, first.state) == (True, state)
    assert first.text == "Zelf je rooster maken."
    assert changed.stayed == 1


def test_a_change_of_the_images_alone_is_a_change_of_the_series(room: Room) -> None:
    """Undoing what came before would take it along."""
    done = begun(room, a_first(room))
    third = queries.posts_of_series(room.session, done.series, date.min)[2]
    hand = Hand(room.session, room.writer, NOW)
    earlier = series.change_rule(hand, done.series, replace(PATTERN, skips_holidays=True))
    assert earlier.undoable.posts == []
    without_stairs(room, third)

    changed = series.change_all(replace(hand, by=room.editor), third, third.content)
    room.session.flush()

    with pytest.raises(Refused, match="was changed since"):
        undo.take_back(room.session, earlier.undoable, room.writer, NOW)
    assert new_ones(room, done.series) == {("De hal",)}
    version = done.series.version
    undo.take_back(room.session, changed.undoable, room.editor, NOW)
    room.session.flush()
    assert done.series.version == version + 1


def test_many_posts_are_asked_for_their_images_at_once(room: Room, database: Database) -> None:
    done = begun(room, a_first(room))
    second, *_rest = others(room, done.series)[1:]
    an_image_more(room, second)
    hand = Hand(room.session, room.writer, NOW)

    with statements(database) as asked:
        changed = series.change_all(hand, second, second.content)
    with statements(database) as taken_back:
        undo.take_back(room.session, changed.undoable, room.writer, NOW)

    for seen, most in ((asked, 2), (taken_back, 1)):
        assert len([one for one in seen if "FROM post_media" in one and "SELECT" in one]) == most


def a_series_of(site: Site, post_id: int) -> list[int]:
    """The posts of a series that begins with this one, by their ids, in order."""
    with site.database.writing() as session:
        post = session.get_one(Post, post_id)
        by = session.get_one(Person, site.people["writer"])
        assert post.local_start is not None
        day = post.local_start.date()
        pattern = Pattern(Rule("daily", day), post.local_start.time())
        done = series.begin(Hand(session, by, NOW), post.team, pattern, post.content, first=post)
        session.flush()
        return [one.id for one in queries.posts_of_series(session, done.series, date.min)]


def test_who_saves_all_gives_the_image_that_they_just_added_to_all(
    site: Site, post_id: int
) -> None:
    ids, client = a_series_of(site, post_id), site.visitor()
    sent = {**fields(client, f"/posts/{ids[1]}"), "scope": "all"}
    bring(client, ids[1], (a_png("#202020"), "trap.png"))
    assert "They come onto this post only." in client.get(f"/posts/{ids[1]}").text

    saved = client.post(f"/posts/{ids[1]}", data=sent)

    assert saved.status_code == 303
    shown = {tuple(one.name for one in rows(site, each) if one.removed_at is None) for each in ids}
    assert shown == {("hal.png", "trap.png")}
    (one,) = [one for one in rows(site, ids[-1]) if one.name == "trap.png"]
    assert got(client, f"/posts/{ids[-1]}/media/{one.id}/small")[0] == 200
    client.post("/undo")
    assert [one.name for one in rows(site, ids[-1])] == ["hal.png"]


def test_the_image_that_a_colleague_added_meanwhile_is_not_meant_for_all(
    site: Site, post_id: int
) -> None:
    ids, client = a_series_of(site, post_id), site.visitor()
    sent = {**fields(client, f"/posts/{ids[1]}"), "scope": "all"}
    bring(site.visitor("editor"), ids[1], (a_png("#202020"), "trap.png"))

    refused = client.post(f"/posts/{ids[1]}", data=sent)

    assert refused.status_code == 409
    assert [one.name for one in rows(site, ids[2])] == ["hal.png"]
    assert client.post(f"/posts/{ids[1]}", data={**sent, "scope": "this"}).status_code == 303


# The table.


def test_the_table_comes_back(site: Site, post_id: int) -> None:
    kept_as_template(site, site.visitor(), post_id)
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    (below,) = [
        step.down_revision
        for step in steps
        if step.path.endswith("media_of_templates_and_series.py")
    ]
    assert isinstance(below, str)

    migrate(site.database, command.downgrade, below)
    migrate(site.database, command.upgrade, "head")

    assert schema.differences(site.database) == []
    assert len(rows(site)) == 2
    with site.database.reading() as session:
        template = session.scalars(select(PostTemplate)).one()
        assert media.media_of_source(session, template) == []


def test_what_posts_begin_with_is_of_one_source(room: Room) -> None:
    (one, _other) = media.media_shown(room.session, a_first(room))
    template = builders.a_template(room.session, room.team, one.post)
    of_series = builders.a_series(room.session, room.team, room.plan, room.writer)

    for whose in ({}, {"template": template, "series": of_series}):
        nested = room.session.begin_nested()
        room.session.add(SourceMedia(**whose, **one.as_it_is()))
        with pytest.raises(IntegrityError):
            room.session.flush()
        nested.rollback()
