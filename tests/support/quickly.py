"""What every test would make anew although it is the same each time: compiled queries and routes.

Each test has a database and an application of its own, as it should. What SQLAlchemy compiles from
a query, and Werkzeug from a rule, depends on neither; to make them once a process halves the time
of a test that opens pages.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from calendar_app import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine import Dialect

_MOST_QUERIES = 5_000


@contextmanager
def compiled_once() -> Iterator[None]:
    """Inside, the engines of one kind of database, and all rules of one address, share it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "create_engine", _engines_of_one_dialect())
        patch.setattr(Rule, "_compile_builder", _builders_made_once())
        yield


def _engines_of_one_dialect() -> Callable[..., Engine]:
    dialects: dict[str, Dialect] = {}
    compiled: LRUCache[Any, Any] = LRUCache(_MOST_QUERIES)

    def create_engine(url: str, **options: Any) -> Engine:
        engine = sqlalchemy.create_engine(url, **options)
        # What is compiled is kept by the dialect object that it was compiled for.
        engine.dialect = dialects.setdefault(engine.dialect.name, engine.dialect)
        return engine.execution_options(compiled_cache=compiled)

    return create_engine


def _builders_made_once() -> Callable[..., Any]:
    compile_builder = Rule._compile_builder  # noqa: SLF001 - there is no public way to keep it
    made: dict[Any, Any] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Any:  # noqa: FBT001, FBT002 - as it is
        if rule.defaults or rule.subdomain or rule.host:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    return once
