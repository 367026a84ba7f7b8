"""Two who write the same at one moment: the second is told, or looks again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from calendar_app.errors import Stale
from calendar_app.monitoring.models import WebcareReply
from calendar_app.web.request import commit, commit_if_first, once_more, session
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from calendar_app.db import Database


@pytest.fixture
def reply_id(app: Flask, database: Database) -> Iterator[int]:
    with database.writing() as made:
        reply = builders.a_reply(made, builders.a_team(made)).id
    with app.test_request_context(method="POST"):
        yield reply


def write_while_another_does(reply_id: int, title: str) -> None:
    reply = session().get_one(WebcareReply, reply_id)
    reply.title = title
    others = (
        update(WebcareReply).where(WebcareReply.id == reply_id).values(version=reply.version + 1)
    )
    with session().no_autoflush:
        session().execute(others, execution_options={"synchronize_session": False})


def test_who_writes_second_is_told(reply_id: int) -> None:
    write_while_another_does(reply_id, "Te laat")

    with pytest.raises(Stale, match="Somebody else changed this"):
        commit_if_first()


def test_who_writes_second_looks_once_more(reply_id: int) -> None:
    seen: list[int] = []

    def act() -> str:
        if not seen:
            write_while_another_does(reply_id, "Te laat")
        seen.append(session().get_one(WebcareReply, reply_id).version)
        commit()
        return "saved"

    assert once_more(act) == "saved"
    assert len(seen) == 2
