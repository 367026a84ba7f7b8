"""The files of `sample_data`: what the sample team is, as people can read and change it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from calendar_app.config import folder
from calendar_app.text import clean_text

Facts: TypeAlias = Mapping[str, Any]


@cache
def read(name: str) -> Facts:
    """What `sample_data/<name>.toml` says, its texts cleaned like those that a form brings in."""
    raw = (folder("sample_data") / f"{name}.toml").read_text(encoding="utf-8")
    return {key: _cleaned(value) for key, value in tomllib.loads(raw).items()}


def file(name: str) -> bytes:
    """What the file `sample_data/<name>` holds."""
    return (folder("sample_data") / name).read_bytes()


def without(told: Facts, *names: str) -> dict[str, Any]:
    """`told` without the facts `names`."""
    return {name: value for name, value in told.items() if name not in names}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    return value
