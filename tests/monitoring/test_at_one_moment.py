"""Two people send the same form at one moment; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from calendar_app.monitoring.models import PostResult, WebcareItem
from tests.monitoring.test_webcare import filled

if TYPE_CHECKING:
    from calendar_app.db import Base
    from tests.monitoring.conftest import Room


def both_post(room: Room, path: str, one: dict[str, str], other: dict[str, str]) -> list[int]:
    """What the writer and the editor are answered who send these at one moment."""
    start = Barrier(2)
    asked = (("writer", one), ("mo", other))
    clients = {who: room.client(who) for who, _fields in asked}

    def post(who: str, fields: dict[str, str]) -> int:
        start.wait()
        return clients[who].post(path, data=fields).status_code

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(lambda two: post(*two), asked))


def count(room: Room, model: type[Base]) -> int:
    with room.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_one_form_makes_one_question(room: Room) -> None:
    answers = both_post(room, "/webcare/new", filled(room), filled(room))

    assert answers == [303, 303]
    assert (count(room, WebcareItem), room.noted()) == (1, ["webcare.noted"])


def test_of_two_answers_the_second_is_shown_both(room: Room) -> None:
    item_id = room.question()
    one, other = ({"version": "1", "answer": words} for words in ("Bel ons.", "Mail ons."))

    answers = both_post(room, f"/webcare/{item_id}/answer", one, other)

    assert answers == [303, 409]
    assert room.row(WebcareItem, item_id).answer in {"Bel ons.", "Mail ons."}
    assert room.noted() == ["webcare.answered"]


def test_a_question_is_taken_by_one(room: Room) -> None:
    item_id = room.question()

    answers = both_post(room, f"/webcare/{item_id}/owner", {"version": "1"}, {"version": "1"})

    assert answers == [303, 409]
    assert room.noted() == ["webcare.taken"]


def test_of_two_counts_the_second_is_shown_both(room: Room) -> None:
    post_id, name = room.post(), f"c{room.channel_id}"
    one, other = ({f"{name}-version": "0", f"{name}-views": views} for views in ("10", "12"))

    answers = both_post(room, f"/posts/{post_id}/results/{room.channel_id}", one, other)

    assert answers == [303, 409]
    assert (count(room, PostResult), room.noted()) == (1, ["results.noted"])
