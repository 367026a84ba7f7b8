"""Posts and what they are made of. Each module holds one kind; this names them all."""

from __future__ import annotations

from calendar_app.posts.models.links import (
    PostAudience,
    PostChange,
    PostChannel,
    PostChannelText,
    PostPublication,
    PostValue,
    PostVote,
)
from calendar_app.posts.models.names import INTENT_NAMES, INTENTS, OF_SERIES, STATE_NAMES, STATES
from calendar_app.posts.models.post import Judged, Post
from calendar_app.posts.models.rules import if_fit
from calendar_app.posts.models.series import PostSeries, PostTemplate, SeriesException

__all__ = [
    "INTENTS",
    "INTENT_NAMES",
    "OF_SERIES",
    "STATES",
    "STATE_NAMES",
    "Judged",
    "Post",
    "PostAudience",
    "PostChange",
    "PostChannel",
    "PostChannelText",
    "PostPublication",
    "PostSeries",
    "PostTemplate",
    "PostValue",
    "PostVote",
    "SeriesException",
    "if_fit",
]
