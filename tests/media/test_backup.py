"""A copy of an installation has the images and files of its posts, and gives them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app import backup
from calendar_app.db import Database
from calendar_app.media.contents import take_in
from calendar_app.media.storage import Folder
from calendar_app.posts import media
from calendar_app.posts.models import Post
from tests import builders
from tests.media.files import a_png
from tests.support.servers import kapstok

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from calendar_app.config import Config


@pytest.fixture
def image(sqlite_url: str, config: Config, now: datetime) -> str:
    """The name of an image that a post has."""
    database = Database(sqlite_url)
    with database.writing() as session:
        team = builders.a_team(session)
        post, person = (
            builders.a_post(session, team, builders.a_plan(session, team)),
            builders.a_person(session, team),
        )
        kept = media.keep(Folder(config.data_dir / "media"), take_in(a_png(), "hal.png"))
        assert media.add(session, post, [kept], person, now) == []
    database.dispose()
    return kept.stored_as


def test_files_are_copied_with_the_database_and_put_back(
    sqlite_url: str, config: Config, image: str, tmp_path: Path
) -> None:
    copy, elsewhere = tmp_path / "copy.sqlite", tmp_path / "elsewhere"
    backup.back_up(sqlite_url, copy)
    (config.data_dir / "media" / "ab").mkdir(exist_ok=True)
    (config.data_dir / "media" / "ab" / "ab.part").write_bytes(b"half")

    assert backup.back_up_files(config.data_dir, copy) == (3, 0)
    assert backup.back_up_files(config.data_dir, copy) == (3, 0)
    backup.restore_files(copy, elsewhere)

    with Folder(elsewhere / "media").open(image) as file:
        assert file.read() == take_in(a_png(), "hal.png").data


def test_a_file_that_is_gone_or_damaged_is_counted(
    sqlite_url: str, config: Config, image: str, tmp_path: Path
) -> None:
    copy, store = tmp_path / "copy.sqlite", Folder(config.data_dir / "media")
    backup.back_up(sqlite_url, copy)
    store.put(image, b"damaged")

    assert backup.back_up_files(config.data_dir, copy) == (3, 1)


def test_a_file_that_only_a_template_has_is_counted_too(
    sqlite_url: str, config: Config, image: str, tmp_path: Path
) -> None:
    database = Database(sqlite_url)
    with database.writing() as session:
        post = session.scalars(select(Post)).one()
        template = builders.a_template(session, post.team, post)
        media.keep_for(session, media.media_shown(session, post), template)
        session.delete(post)
    database.dispose()
    copy = tmp_path / "copy.sqlite"
    backup.back_up(sqlite_url, copy)
    assert backup.back_up_files(config.data_dir, copy) == (3, 0)

    Folder(config.data_dir / "media").put(image, b"damaged")
    again = tmp_path / "again.sqlite"
    backup.back_up(sqlite_url, again)

    assert backup.back_up_files(config.data_dir, again) == (3, 1)


def test_the_commands_bring_the_files_along(
    sqlite_url: str, config: Config, image: str, tmp_path: Path
) -> None:
    here = {"KAPSTOK_DATA_DIR": str(config.data_dir), "KAPSTOK_DATABASE_URL": sqlite_url}
    there = {"KAPSTOK_DATA_DIR": str(tmp_path / "elsewhere")}
    copy = str(tmp_path / "copy.sqlite")

    said = kapstok("backup", copy, settings=here)
    assert (said.returncode, "3 images and files" in said.stdout) == (0, True), said.stderr
    assert kapstok("restore", copy, settings=there).returncode == 0

    assert (tmp_path / "elsewhere/media" / image[:2] / image).exists()
    Folder(config.data_dir / "media").remove(image)
    Folder(tmp_path / "copy.sqlite.media").remove(image)
    refused = kapstok("backup", copy, settings=here)
    assert refused.returncode == 1
    assert "1 files of posts are missing or damaged." in refused.stderr
