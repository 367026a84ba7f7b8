from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.posts.room import Room, a_room

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@pytest.fixture
def room(session: Session) -> Room:
    """A team with a plan, on both databases."""
    return a_room(session)
