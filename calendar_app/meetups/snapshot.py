"""What lay on the table when a meet-up was closed: its agenda as plain values, and back.

Posts change and go; the history of a meet-up shows what people saw. Names of people are left out
and kept as ids, so that who does not want to be seen later is named here neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from calendar_app.meetups.agenda import (
    Block,
    ChannelFact,
    Item,
    PostFact,
    PreconditionFact,
    QuestionFact,
)

# Of a post: what is kept otherwise, or not at all.
_NAMES = ("owner", "owner_initials", "reviewer")
_MOMENTS = ("starts_at", "published_at")
_LISTS = ("channels", "value_hooks", "value_names")


@dataclass(frozen=True)
class Named:
    """Somebody whose name may be shown."""

    first_name: str
    initials: str


@dataclass(frozen=True)
class KeptAction:
    """An action as it stood on the table."""

    id: int
    text: str
    owner_id: int
    due_on: date
    is_done: bool


def frozen(blocks: Sequence[Block], actions: Sequence[KeptAction]) -> dict[str, Any]:
    """The agenda and the actions as values that JSON knows."""
    return {
        "blocks": [_frozen_block(block) for block in blocks],
        "actions": [{**asdict(one), "due_on": one.due_on.isoformat()} for one in actions],
    }


def thawed(kept: Mapping[str, Any], names: Mapping[int, Named]) -> tuple[Block, ...]:
    """The blocks that were `frozen`, with the `names` that may be shown by their ids."""
    return tuple(_thawed_block(block, names) for block in kept.get("blocks", []))


def kept_actions(kept: Mapping[str, Any]) -> list[KeptAction]:
    """The actions that were `frozen`, in their order."""
    return [
        KeptAction(**{**one, "due_on": date.fromisoformat(one["due_on"])})
        for one in kept.get("actions", [])
    ]


def people_in(kept: Mapping[str, Any]) -> set[int]:
    """The ids of the people whose names the agenda shows."""
    posts = [item["post"] for block in kept.get("blocks", []) for item in block["items"]]
    named = {post[part] for post in posts for part in ("owner_id", "reviewer_id")}
    asked = {one["owner_id"] for block in kept.get("blocks", []) for one in _questions(block)}
    return (named | asked | {one["owner_id"] for one in kept.get("actions", [])}) - {None}


def _frozen_block(block: Block) -> dict[str, Any]:
    return {
        "key": block.key,
        "minutes": block.minutes,
        "items": [
            {"post": _frozen_post(item.post), "late": item.late, "unapproved": item.unapproved}
            for item in block.items
        ],
        "gaps": [asdict(gap) for gap in block.gaps],
        "preconditions": [asdict(one) for one in block.preconditions],
        "more_preconditions": [asdict(one) for one in block.more_preconditions],
        "questions": [_frozen_question(one) for one in block.questions],
        "more_questions": block.more_questions,
    }


def _frozen_question(question: QuestionFact) -> dict[str, Any]:
    told = {**asdict(question), "received_at": question.received_at.isoformat()}
    answer_by = question.answer_by
    told["answer_by"] = None if answer_by is None else answer_by.isoformat()
    del told["owner"]
    return told


def _questions(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those of a block; none in what was kept before there were any."""
    return list(block.get("questions", ()))


def _frozen_post(post: PostFact) -> dict[str, Any]:
    told = {name: value for name, value in asdict(post).items() if name not in _NAMES}
    for name in _MOMENTS:
        told[name] = None if told[name] is None else told[name].isoformat()
    return {**told, **{name: list(told[name]) for name in _LISTS}}


def _thawed_block(kept: Mapping[str, Any], names: Mapping[int, Named]) -> Block:
    return Block(
        key=kept["key"],
        minutes=kept["minutes"],
        items=tuple(
            Item(_thawed_post(item["post"], names), item["late"], item["unapproved"])
            for item in kept["items"]
        ),
        gaps=tuple(ChannelFact(**gap) for gap in kept["gaps"]),
        preconditions=tuple(PreconditionFact(**one) for one in kept["preconditions"]),
        more_preconditions=tuple(PreconditionFact(**one) for one in kept["more_preconditions"]),
        questions=tuple(_thawed_question(one, names) for one in _questions(kept)),
        more_questions=kept.get("more_questions", 0),
    )


def _thawed_question(kept: Mapping[str, Any], names: Mapping[int, Named]) -> QuestionFact:
    answer_by = kept["answer_by"]
    return QuestionFact(
        **{
            **kept,
            "received_at": datetime.fromisoformat(kept["received_at"]),
            "answer_by": None if answer_by is None else datetime.fromisoformat(answer_by),
            "owner": names.get(kept["owner_id"] or 0, Named("", "")).first_name,
        }
    )


def _thawed_post(kept: Mapping[str, Any], names: Mapping[int, Named]) -> PostFact:
    nobody = Named("", "")
    owner = names.get(kept["owner_id"] or 0, nobody)
    moments = {
        name: None if kept[name] is None else datetime.fromisoformat(kept[name])
        for name in _MOMENTS
    }
    lists = {name: tuple(kept[name]) for name in _LISTS}
    counted = kept.get("results")
    results = None if counted is None else tuple((name, number) for name, number in counted)
    return PostFact(
        **{
            **kept,
            **moments,
            **lists,
            "results": results,
            "owner": owner.first_name,
            "owner_initials": owner.initials,
            "reviewer": names.get(kept["reviewer_id"] or 0, nobody).first_name,
        }
    )
