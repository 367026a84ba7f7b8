"""Putting back one change of a post: it says and is again what it said and was before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from calendar_app.posts.content import HOOKS, PEOPLE, TEXTS, channel_of
from calendar_app.posts.places import value_of

# What may be empty; a post always has a title, a form and a purpose.
_MAY_BE_EMPTY = frozenset({"text", "link"})
# Before these there was no post, so there is nothing to put back.
_FIRST = frozenset({"created"})
# What people fill in is changed by these; who is asked for an approval also by its steps.
_BY_HAND = frozenset(
    {"edited", "planned", "unplanned", "moved", "moved_back", "taken_back", "followed"}
)


def before(
    action: str, told: Mapping[str, Any], choices: Mapping[str, Collection[str]]
) -> dict[str, Any]:
    """What a post said and was before the change that its history tells, by field; {}: nothing.

    `told` is {field: [before, after]}. Of a field that `choices` names only one of these can come
    back. What hangs on a plan comes back only where the plan stayed.
    """
    if action in _FIRST:
        return {}
    own = (name for name in told if channel_of(name))
    old = {name: told[name][0] for name in (*TEXTS, *own) if name in told}
    texts = {
        name: value
        for name, value in old.items()
        if isinstance(value, str)
        and (value or name in _MAY_BE_EMPTY or channel_of(name))
        and value in choices.get(name, (value,))
    }
    return texts | (_filled_in(told) if action in _BY_HAND else {})


def _filled_in(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: old
        for name, (old, _new) in told.items()
        if (name in PEOPLE and _is_somebody(old))
        or (name == "starts_at" and _is_moment(old))
        or ("plan" not in told and _hangs(name, old))
    }


def _is_somebody(value: Any) -> bool:
    # The first entries kept a name alone.
    return value == "" or (isinstance(value, dict) and isinstance(value.get("id"), int))


def _is_moment(value: Any) -> bool:
    if value == "":
        return True
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _hangs(name: str, value: Any) -> bool:
    if value_of(name) is not None:
        return isinstance(value, str)
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return name in HOOKS and is_list
