"""A file that was taken in, and how large one may be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from calendar_app.media.kinds import Kind

MOST_BYTES = 20 * 1024 * 1024
# The small pictures of an image, by name: so many pixels wide at most.
WIDTHS = {"small": 320, "large": 1280}


@dataclass(frozen=True)
class Found:
    """What is kept of a file that somebody brought along."""

    kind: Kind
    name: str
    data: bytes
    # In pixels, as it is seen; 0 of what is no image.
    width: int = 0
    height: int = 0
    # Its small pictures in WebP, by the names of WIDTHS.
    small_ones: tuple[tuple[str, bytes], ...] = ()

    @property
    def sha256(self) -> str:
        """By which the same file is known, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()
