"""Putting back one change of a post: its texts say again what they said before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from calendar_app.posts.content import TEXTS, channel_of

# What may be empty; a post always has a title, a form and a purpose.
_MAY_BE_EMPTY = frozenset({"text", "link"})
# Before these there was no post, so there is nothing to put back.
_FIRST = frozenset({"created"})


def before(
    action: str, told: Mapping[str, Any], choices: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """The texts of a post before the change that its history tells, by field; {}: none.

    `told` is {field: [before, after]}. Of a field that `choices` names only one of these can come
    back.
    """
    if action in _FIRST:
        return {}
    own = (name for name in told if channel_of(name))
    old = {name: told[name][0] for name in (*TEXTS, *own) if name in told}
    return {
        name: value
        for name, value in old.items()
        if isinstance(value, str)
        and (value or name in _MAY_BE_EMPTY or channel_of(name))
        and value in choices.get(name, (value,))
    }
