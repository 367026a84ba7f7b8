from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.outside import Outside

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def outside() -> Iterator[Outside]:
    """A server that stands for all outside."""
    with Outside() as server:
        yield server
