"""Images and files of a post: who may do what, what is refused, and that nothing is half-kept."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from calendar_app import schema
from calendar_app.media.storage import Folder, new_name, size_of
from calendar_app.people.models import Person
from calendar_app.posts import media, media_views
from calendar_app.posts.media import MOST_MEDIA, PostMedia
from calendar_app.posts.models import Post, PostChange
from tests import builders
from tests.media.files import PDF, PLACE, a_bomb, a_png, with_place
from tests.search.test_migration import migrate, settings_of_migrations
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)


@pytest.fixture
def post_id(site: Site) -> int:
    return int(site.post().partition(":")[0])


def bring(client: FlaskClient, post_id: int, *files: tuple[bytes, str]) -> TestResponse:
    return send(client, f"/posts/{post_id}/media", files=[as_sent(*one) for one in files])


def as_sent(raw: bytes, name: str) -> FileStorage:
    return FileStorage(BytesIO(raw), name)


def send(client: FlaskClient, path: str, **data: Any) -> TestResponse:
    # Encoded here: the client's own way leaves a large body open on the disk.
    boundary, body = encode_multipart(data)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(path, data=body, content_type=kind)


def rows(site: Site, post_id: int | None = None) -> list[PostMedia]:
    with site.database.reading() as session:
        wanted = select(PostMedia).order_by(PostMedia.position, PostMedia.id)
        if post_id is not None:
            wanted = wanted.where(PostMedia.post_id == post_id)
        return list(session.scalars(wanted))


def folder(site: Site) -> Path:
    path: Path = site.app.extensions["kapstok"].config.data_dir / "media"
    return path


def files(site: Site) -> list[str]:
    return sorted(path.name for path in folder(site).rglob("*") if path.is_file())


def date_files(site: Site) -> None:
    """Let all files be from NOW: the clock of these tests is not that of the disk."""
    for path in folder(site).rglob("*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))


def card(answer: TestResponse) -> str:
    page = answer.get_data(as_text=True).partition('id="media"')[2]
    return unescape(page.partition('id="comments"')[0])


def seen(client: FlaskClient, post_id: int) -> str:
    return card(client.get(f"/posts/{post_id}"))


def got(client: FlaskClient, where: str, **headers: str) -> tuple[int, Any, bytes]:
    with client.get(where, headers=headers) as answer:
        return answer.status_code, answer.headers, answer.get_data()


def in_state(site: Site, state: str) -> int:
    return int(site.post(state=state).partition(":")[0])


def actions(site: Site, post_id: int) -> list[tuple[str, dict[str, Any]]]:
    with site.database.reading() as session:
        wanted = select(PostChange).where(PostChange.post_id == post_id).order_by(PostChange.id)
        return [(one.action, one.fields) for one in session.scalars(wanted)]


# Bringing along.


def test_images_and_files_are_added_in_their_order(site: Site, post_id: int) -> None:
    answer = bring(site.visitor(), post_id, (with_place("JPEG", 6), "hal.jpg"), (PDF, "folder.pdf"))

    assert answer.status_code == 303
    first, second = rows(site)
    assert (first.name, first.kind_name, first.width, first.height) == ("hal.jpg", "jpeg", 480, 640)
    assert (second.name, second.kind_name, second.width) == ("folder.pdf", "pdf", 0)
    stem = first.stored_as
    assert files(site) == sorted([stem, f"{stem}-small", f"{stem}-large", second.stored_as])
    assert not any(PLACE in path.read_bytes() for path in folder(site).rglob("*") if path.is_file())
    assert oct((folder(site) / stem[:2] / stem).stat().st_mode)[-3:] == "600"
    page = seen(site.visitor(), post_id)
    assert page.index("hal.jpg") < page.index("folder.pdf")
    assert "480 by 640 pixels" in page
    assert actions(site, post_id)[-1] == ("media_added", {"media": ["", "hal.jpg, folder.pdf"]})


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        (b"<svg onload=alert(1)>", "logo.png", "“logo.png” cannot be added."),
        (b"", "leeg.png", "“leeg.png” is empty."),
        (a_png()[:-30], "hal.png", "“hal.png” is damaged."),
        (a_bomb(), "bom.png", "“bom.png” has more than 50 million pixels."),
        (b"x" * (20 * 1024 * 1024 + 1), "groot.png", "“groot.png” is larger than 20 MB."),
        (b"<b>", "../\u202e<b>" + "a" * 4_000 + ".png", "“-b-aaaa"),
    ],
)
def test_what_is_refused_is_told_and_leaves_nothing(
    site: Site, post_id: int, raw: bytes, name: str, words: str
) -> None:
    answer = bring(site.visitor(), post_id, (raw, name))

    assert answer.status_code == 422
    assert words in card(answer)
    assert (rows(site), files(site)) == ([], [])


def test_the_good_ones_are_added_and_the_others_named(site: Site, post_id: int) -> None:
    answer = bring(
        site.visitor(), post_id, (a_png(), "a.png"), (b"MZ", "b.exe"), (PDF, "c" * 4_000 + ".pdf")
    )

    assert answer.status_code == 422
    assert "“b.exe” cannot be added." in card(answer)
    assert "2 files are added." in answer.get_data(as_text=True)
    assert [one.name for one in rows(site)] == ["a.png", "c" * 116 + ".pdf"]


def test_a_duplicate_is_told_and_points_at_the_one_that_is_there(site: Site, post_id: int) -> None:
    bring(site.visitor(), post_id, (PDF, "folder.pdf"), (with_place("PNG"), "hal.png"))

    answer = bring(site.visitor("editor"), post_id, (with_place("PNG"), "kopie.png"))

    assert answer.status_code == 422
    assert "“kopie.png” is here already: “hal.png”, number 2." in card(answer)
    assert len(rows(site)) == 2
    assert len(files(site)) == 1 + 3


def test_what_was_removed_comes_back_with_the_file_that_it_had(site: Site, post_id: int) -> None:
    client = site.visitor()
    bring(client, post_id, (a_png(), "hal.png"))
    before, (one,) = files(site), rows(site)
    client.post(f"/posts/{post_id}/media/{one.id}/removal")

    assert bring(client, post_id, (a_png(), "hal.png")).status_code == 303

    assert files(site) == before
    assert got(client, f"/posts/{post_id}/media/{one.id}/original")[0] == 200


def test_a_post_that_was_closed_meanwhile_leaves_no_file(
    site: Site, post_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = media.keep

    def keep_and_close(*given: Any) -> media.Kept:
        with site.database.writing() as session:
            session.get_one(Post, post_id).state = "published"
        return keep(*given)

    monkeypatch.setattr(media, "keep", keep_and_close)

    assert bring(site.visitor(), post_id, (a_png(), "hal.png")).status_code == 422
    assert (rows(site), files(site)) == ([], [])


def test_the_same_file_twice_at_once_is_there_once(site: Site, post_id: int) -> None:
    together = Barrier(2)

    def add(_number: int) -> int:
        client = site.visitor()
        together.wait()
        return bring(client, post_id, (a_png(), "hal.png")).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(add, range(2)))

    assert answers == [303, 422]
    assert len(rows(site)) == 1
    assert len(files(site)) == 3


def test_a_post_has_at_most_twenty(site: Site, post_id: int) -> None:
    many = [(PDF + bytes([32]) * n, f"{n}.pdf") for n in range(MOST_MEDIA + 1)]

    answer = bring(site.visitor(), post_id, *many)
    again = bring(site.visitor(), post_id, (a_png(), "hal.png"))

    assert "You chose more than 20 files." in card(answer)
    assert "“hal.png” is one too many" in card(again)
    assert len(rows(site)) == len(files(site)) == MOST_MEDIA


def test_nothing_chosen_is_said(site: Site, post_id: int) -> None:
    answer = site.visitor().post(f"/posts/{post_id}/media", data={})

    assert (answer.status_code, "Choose a file first." in card(answer)) == (422, True)


def test_more_than_may_come_at_once_is_told_on_the_page(
    site: Site, post_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_views, "MOST_AT_ONCE", 1024 * 1024)
    client = site.visitor()

    told = bring(client, post_id, (b"x" * 1024 * 1024, "groot.png"))

    assert told.status_code == 413
    assert "This is more than 1 MB at once." in card(told)
    assert (rows(site), files(site)) == ([], [])


def test_only_this_route_takes_more_than_four_megabytes(site: Site, post_id: int) -> None:
    large = as_sent(b"x" * 5 * 1024 * 1024, "groot.txt")

    assert send(site.visitor(), f"/posts/{post_id}/comments", comment=large).status_code == 413
    assert bring(site.visitor(), post_id, (PDF + b" " * 5_000_000, "a")).status_code == 422
    assert bring(site.visitor(), post_id, (b" " * 5_000_000 + PDF, "a")).status_code == 422


def test_a_form_of_another_site_is_refused(site: Site, post_id: int) -> None:
    site.app.config["WTF_CSRF_ENABLED"] = True

    answer = bring(site.visitor(), post_id, (a_png(), "hal.png"))

    assert (answer.status_code, rows(site), files(site)) == (400, [], [])


# Nothing half-kept.


def test_a_full_disk_keeps_nothing_and_is_told(
    site: Site, post_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, room = Folder.put, [2]

    def full(self: Folder, name: str, data: bytes) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        put(self, name, data)

    monkeypatch.setattr(Folder, "put", full)

    answer = bring(site.visitor(), post_id, (a_png(), "hal.png"))

    assert answer.status_code == 503
    assert "“hal.png” could not be kept" in card(answer)
    assert (rows(site), files(site)) == ([], [])


def test_a_write_that_breaks_off_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)

    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        Folder(tmp_path).put(new_name(), b"x")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_commit_that_fails_leaves_a_file_that_is_cleared_away(
    site: Site, post_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(media_views, "commit", away)
        assert bring(site.visitor(), post_id, (a_png(), "hal.png")).status_code == 503
    assert rows(site) == []
    assert len(files(site)) == 3

    date_files(site)
    store = Folder(folder(site))
    assert media.tidy(site.database, store, NOW + timedelta(hours=23)) == (0, 0)
    assert media.tidy(site.database, store, NOW + timedelta(hours=25)) == (0, 3)
    assert files(site) == []


def test_tidying_keeps_what_a_post_has_and_lets_go_of_what_was_removed(
    site: Site, post_id: int
) -> None:
    client, store = site.visitor(), Folder(folder(site))
    bring(client, post_id, (a_png(), "hal.png"), (PDF, "folder.pdf"))
    hal, _folder = rows(site)
    client.post(f"/posts/{post_id}/media/{hal.id}/removal")
    (folder(site) / "ab").mkdir(exist_ok=True)
    (folder(site) / "ab" / "abc.part").write_bytes(b"half")

    date_files(site)
    assert media.tidy(site.database, store, NOW + timedelta(days=29)) == (0, 1)
    assert len(files(site)) == 4
    assert media.tidy(site.database, store, NOW + timedelta(days=31)) == (1, 3)

    assert [one.name for one in rows(site)] == ["folder.pdf"]
    assert files(site) == [rows(site)[0].stored_as]


def test_tidying_leaves_what_is_not_ours_and_goes_on(site: Site) -> None:
    place = folder(site) / "ab"
    (place / "a-folder").mkdir(parents=True)
    (place / f"{'ab' * 16}-large").mkdir()
    for stray in (".DS_Store", "Thumbs.db", f"{'ab' * 16}.bak"):
        (place / stray).write_bytes(b"x")
    for gone in ("ab" * 16, f"{'ab' * 16}-small", f"{'ab' * 16}.1234.part"):
        (place / gone).write_bytes(b"x")
    date_files(site)

    told = media.tidy(site.database, Folder(folder(site)), NOW + timedelta(days=2))

    assert told == (0, 3)
    assert files(site) == sorted([".DS_Store", "Thumbs.db", f"{'ab' * 16}.bak"])
    assert len(list(place.iterdir())) == 5


def test_a_name_that_is_not_ours_reaches_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")

    for name in ("../secret", "secret", "a" * 31, "a" * 32 + "/../x", "A" * 32):
        with pytest.raises(FileNotFoundError):
            Folder(tmp_path / "media").open(name)


def test_a_folder_gives_back_what_it_was_given(tmp_path: Path) -> None:
    store, name = Folder(tmp_path), new_name()
    store.put(name, b"once")
    store.put(name, b"twice")

    with store.open(name) as file:
        assert (size_of(file), file.read()) == (5, b"twice")
    assert [each for each, _since in store.kept()] == [name]
    store.remove(name)
    store.remove(name)
    assert list(store.kept()) == []


# Serving.


def test_each_role_of_the_team_sees_and_nobody_else(site: Site, post_id: int) -> None:
    bring(site.visitor(), post_id, (a_png(), "hal.png"))
    where = f"/posts/{post_id}/media/{rows(site)[0].id}"
    other = site.post().partition(":")[0]
    with site.database.writing() as session:
        session.expire_on_commit = False
        stranger = builders.a_person(session, builders.a_team(session), "admin", language="en")
    foreign = site.app.test_client()
    foreign.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    builders.sign_in(foreign, stranger)

    for role in ("viewer", "writer", "editor"):
        assert got(site.visitor(role), f"{where}/small")[0] == 200
        assert got(site.visitor(role), f"{where}/download")[0] == 200
    for path in (f"{where}/small", f"{where}/original", f"{where}/download"):
        assert got(foreign, path)[0] == 404
        assert got(site.app.test_client(), path)[0] == 303
    assert got(site.visitor(), f"/posts/{other}/media/{rows(site)[0].id}/small")[0] == 404
    for client, status in ((site.visitor("viewer"), 403), (foreign, 404)):
        assert bring(client, post_id, (PDF, "a.pdf")).status_code == status
        for what in ("", "/place", "/removal", "/restoration"):
            assert client.post(f"{where}{what}").status_code == status
    assert "Add images or files" not in seen(site.visitor("viewer"), post_id)
    assert len(rows(site)) == 1


def test_what_is_served_says_what_it_is_and_does_nothing(site: Site, post_id: int) -> None:
    bring(site.visitor(), post_id, (a_png(), "een é%.png"), (PDF, "folder.pdf"))
    image, document = (f"/posts/{post_id}/media/{one.id}" for one in rows(site))
    client = site.visitor("viewer")

    _status, headers, body = got(client, f"{image}/small")
    assert (headers["Content-Type"], Image.open(BytesIO(body)).format) == ("image/webp", "WEBP")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-cache"
    assert int(headers["Content-Length"]) == len(body)
    assert "Content-Disposition" not in headers

    status, headers, body = got(client, f"{image}/small", **{"If-None-Match": headers["ETag"]})
    assert (status, body, headers["Cache-Control"]) == (304, b"", "private, no-cache")

    _status, headers, body = got(client, f"{image}/download")
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"een __.png\"; filename*=UTF-8''een%20%C3%A9%25.png"
    )
    status, _headers, part = got(client, f"{image}/original", Range="bytes=0-7")
    assert (status, part) == (206, body[:8])

    _status, headers, body = got(client, f"{document}/original")
    assert (headers["Content-Type"], body) == ("application/pdf", PDF)
    assert headers["Content-Disposition"].startswith("attachment")
    assert got(client, f"{document}/small")[0] == 404
    assert got(client, f"{image}/huge")[0] == 404


def test_what_lies_in_the_bin_or_was_removed_is_not_served(site: Site, post_id: int) -> None:
    client = site.visitor()
    bring(client, post_id, (a_png(), "hal.png"))
    where = f"/posts/{post_id}/media/{rows(site)[0].id}"

    client.post(f"{where}/removal")
    assert got(client, f"{where}/small")[0] == 404
    client.post(f"{where}/restoration")
    assert got(client, f"{where}/small")[0] == 200
    client.post(f"/posts/{post_id}/deletion", data={"version": site.row(f"{post_id}:").version})
    assert site.row(f"{post_id}:").deleted_at is not None
    assert got(client, f"{where}/small")[0] == 404


def test_a_file_that_is_gone_is_not_there(site: Site, post_id: int) -> None:
    bring(site.visitor(), post_id, (a_png(), "hal.png"))
    one = rows(site)[0]
    Folder(folder(site)).remove(f"{one.stored_as}-small")

    assert got(site.visitor(), f"/posts/{post_id}/media/{one.id}/small")[0] == 404


# Words, order, and the way back.


def describe(client: FlaskClient, one: PostMedia, text: str, **more: Any) -> TestResponse:
    data = {"version": one.version, "alternative": text, **more}
    return client.post(f"/posts/{one.post_id}/media/{one.id}", data=data)


def test_an_image_gets_words_and_the_check_asks_no_longer(site: Site, post_id: int) -> None:
    client = site.visitor()
    bring(client, post_id, (a_png(), "hal.png"), (PDF, "folder.pdf"))
    asked = "No alternative text yet: hal.png."
    page = client.get(f"/posts/{post_id}").get_data(as_text=True)
    assert asked in page
    assert "No alternative text yet: folder.pdf." not in page
    checked = client.post("/posts/check", data={"checked_post": post_id}).get_data(as_text=True)
    assert asked in checked

    assert describe(client, rows(site)[0], "Samira <lacht>.").status_code == 303

    page = client.get(f"/posts/{post_id}").get_data(as_text=True)
    assert asked not in page
    assert 'alt="Samira &lt;lacht&gt;."' in page
    told = {"alternative": ["", "hal.png: Samira <lacht>."]}
    assert actions(site, post_id)[-1] == ("media_described", told)


def test_an_image_that_only_decorates_needs_no_words(site: Site, post_id: int) -> None:
    client = site.visitor()
    bring(client, post_id, (a_png(), "hal.png"))

    describe(client, rows(site)[0], "Vlakken", is_decorative="y")

    assert (rows(site)[0].alternative, rows(site)[0].is_decorative) == ("", True)
    page = client.get(f"/posts/{post_id}").get_data(as_text=True)
    assert "No alternative text yet" not in page
    assert 'alt=""' in page


def test_of_two_who_describe_one_image_both_texts_are_shown(site: Site, post_id: int) -> None:
    bring(site.visitor(), post_id, (a_png(), "hal.png"))
    old = rows(site)[0]
    describe(site.visitor("editor"), old, "Wat de ander schreef")

    answer = describe(site.visitor(), old, "Wat ik schreef")

    assert answer.status_code == 409
    page = card(answer)
    assert "Alternative text: saved now" in page
    assert "Wat de ander schreef" in page
    assert "Wat ik schreef</textarea>" in page
    assert rows(site)[0].alternative == "Wat de ander schreef"
    assert describe(site.visitor(), rows(site)[0], "Wat ik schreef").status_code == 303
    assert rows(site)[0].alternative == "Wat ik schreef"


def test_a_text_that_is_too_long_stays_in_its_field(site: Site, post_id: int) -> None:
    bring(site.visitor(), post_id, (a_png(), "hal.png"))

    answer = describe(site.visitor(), rows(site)[0], "x" * 1_001)

    assert answer.status_code == 422
    assert "Use at most 1000 characters." in card(answer)
    assert "x" * 1_001 in card(answer)


def test_the_order_changes_one_place_at_a_time_and_stops_at_its_ends(
    site: Site, post_id: int
) -> None:
    client = site.visitor()
    bring(client, post_id, *((a_png(colour), f"{colour}.png") for colour in ("red", "blue", "tan")))
    red, _blue, tan = rows(site)

    client.post(f"/posts/{post_id}/media/{red.id}/place", data={"to": "down"})
    client.post(f"/posts/{post_id}/media/{tan.id}/place", data={"to": "down"})

    assert [one.name for one in rows(site)] == ["blue.png", "red.png", "tan.png"]
    names = ["red.png", "blue.png", "tan.png"]
    assert [action for action, _told in actions(site, post_id)].count("media_moved") == 1
    assert actions(site, post_id)[-1][1]["media"] == [names, ["blue.png", "red.png", "tan.png"]]
    client.post(f"/posts/{post_id}/media/{tan.id}/place", data={"to": "up"})
    assert [one.name for one in rows(site)] == ["blue.png", "tan.png", "red.png"]


def test_what_is_removed_can_be_put_back_or_brought_again(site: Site, post_id: int) -> None:
    client = site.visitor()
    bring(client, post_id, (a_png(), "hal.png"), (PDF, "folder.pdf"))
    hal, document = rows(site)
    describe(client, hal, "De hal")

    for one in (hal, document):
        client.post(f"/posts/{post_id}/media/{one.id}/removal")
    assert "2 removed files" in seen(client, post_id)
    client.post(f"/posts/{post_id}/media/{document.id}/restoration")
    assert bring(client, post_id, (a_png(), "opnieuw.png")).status_code == 303

    kept = rows(site)
    assert [(one.name, one.alternative, one.removed_at) for one in kept] == [
        ("folder.pdf", "", None),
        ("hal.png", "De hal", None),
    ]
    assert "removed file" not in seen(client, post_id)


@pytest.mark.parametrize("change", ["add", "describe", "remove", "move"])
def test_an_approved_post_goes_back_to_review(site: Site, change: str) -> None:
    post_id, client = in_state(site, "draft"), site.visitor()
    bring(client, post_id, (a_png(), "hal.png"), (PDF, "folder.pdf"))
    one = rows(site)[0]
    with site.database.writing() as session:
        session.get_one(Post, post_id).state = "approved"
    where = f"/posts/{post_id}/media/{one.id}"

    if change == "add":
        bring(client, post_id, (a_png("red"), "rood.png"))
    elif change == "describe":
        describe(client, one, "De hal")
    elif change == "remove":
        client.post(f"{where}/removal")
    else:
        client.post(f"{where}/place", data={"to": "down"})

    assert site.row(f"{post_id}:").state == "in_review"
    page = client.get(f"/posts/{post_id}").get_data(as_text=True)
    assert "So the post goes back to review." in page
    assert ('<a href="/posts' in flashes_of(page)) == (change == "remove")
    assert "&lt;a" not in flashes_of(page)


def flashes_of(page: str) -> str:
    return page.partition('class="note note-warn flash"')[2].partition("</div>")[0]


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_a_post_that_is_over_keeps_what_it_has(site: Site, state: str) -> None:
    post_id, client = in_state(site, "draft"), site.visitor()
    bring(client, post_id, (a_png(), "hal.png"))
    with site.database.writing() as session:
        post = session.get_one(Post, post_id)
        post.state, post.published_at, post.cancelled_at = state, NOW, NOW
    one = rows(site)[0]

    assert bring(client, post_id, (PDF, "a.pdf")).status_code == 422
    assert describe(client, one, "De hal").status_code == 422
    assert client.post(f"/posts/{post_id}/media/{one.id}/removal").status_code == 422
    page = seen(client, post_id)
    assert "Add images or files" not in page
    assert "No alternative text yet." in page
    assert rows(site)[0].alternative == ""
    assert got(client, f"/posts/{post_id}/media/{one.id}/large")[0] == 200


def test_the_history_says_what_came_and_went(site: Site, post_id: int) -> None:
    client = site.visitor()
    bring(client, post_id, (a_png(), "hal.png"))
    client.post(f"/posts/{post_id}/media/{rows(site)[0].id}/removal")

    page = unescape(client.get(f"/posts/{post_id}").get_data(as_text=True))

    assert "added images or files" in page
    assert "removed an image or file" in page
    assert "<ins>hal.png</ins>" in page


def test_who_adds_an_image_while_typing_is_not_told_of_a_colleague(
    site: Site,
) -> None:
    post_id, client = int(site.post(starts_at=None, state="idea").partition(":")[0]), site.visitor()
    version = site.row(f"{post_id}:").version
    bring(client, post_id, (a_png(), "hal.png"))

    answer = client.post(
        f"/posts/{post_id}", data={"version": version, "title": "Een nieuwe titel"}
    )

    assert answer.status_code == 303
    page = client.get(f"/posts/{post_id}").get_data(as_text=True)
    assert "Een nieuwe titel" in page
    assert "What a colleague changed meanwhile" not in page


def test_images_go_with_their_post_and_the_table_comes_back(site: Site, post_id: int) -> None:
    bring(site.visitor(), post_id, (a_png(), "hal.png"))
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    (below,) = [step.down_revision for step in steps if step.path.endswith("media_of_posts.py")]
    assert isinstance(below, str)

    migrate(site.database, command.downgrade, below)
    migrate(site.database, command.upgrade, "head")
    assert schema.differences(site.database) == []
    assert rows(site) == []
    with site.database.writing() as session:
        who = session.get_one(Person, site.people["writer"])
        builders.a_media(session, session.get_one(Post, post_id), who)
        session.flush()
        session.delete(session.get_one(Post, post_id))
    assert rows(site) == []


# Copies share the files.


def test_a_copy_has_the_same_images_and_they_outlive_the_first(site: Site, post_id: int) -> None:
    client = site.visitor()
    bring(client, post_id, (a_png(), "hal.png"), (PDF, "folder.pdf"))
    describe(client, rows(site)[0], "De hal")
    client.post(f"/posts/{post_id}/media/{rows(site)[1].id}/removal")

    page = client.get(f"/posts/new?copy={post_id}").get_data(as_text=True)
    assert "The images and files of the post that you copy come along." in page
    assert f'action="/posts/new?copy={post_id}"' in page
    answer = client.post(f"/posts/new?copy={post_id}", data={"title": "Kopie"})
    copy_id = int(answer.headers["Location"].rpartition("/")[2])

    (one,) = rows(site, copy_id)
    assert (one.name, one.alternative) == ("hal.png", "De hal")
    assert one.stored_as == rows(site, post_id)[0].stored_as
    with site.database.writing() as session:
        session.delete(session.get_one(Post, post_id))
    date_files(site)
    media.tidy(site.database, Folder(folder(site)), NOW + timedelta(days=2))
    assert got(client, f"/posts/{copy_id}/media/{one.id}/small")[0] == 200


def test_nothing_of_another_team_is_copied(site: Site) -> None:
    with site.database.writing() as session:
        team = builders.a_team(session)
        foreign = builders.a_post(session, team, builders.a_plan(session, team))
        builders.a_media(session, foreign, builders.a_person(session, team))
        foreign_id = foreign.id

    client = site.visitor()
    answer = client.post(f"/posts/new?copy={foreign_id}", data={"title": "Kopie"})

    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "What you copied is gone" in page
    assert len(rows(site)) == 1


def test_posts_that_are_copied_to_another_week_keep_their_images(site: Site, post_id: int) -> None:
    client = site.visitor()
    bring(client, post_id, (a_png(), "hal.png"))
    pair = f"{post_id}:{site.row(f'{post_id}:').version}"

    answer = client.post(
        "/calendar/copies",
        data={"post": pair, "by": "7", "creation_key": "k1"},
        headers={"Accept": "application/json"},
    )

    assert answer.status_code == 200, answer.get_data(as_text=True)
    first, second = rows(site)
    assert first.post_id != second.post_id
    assert first.stored_as == second.stored_as
