"""The repository itself: its locks, its catalogue, what it names, and what a build makes of it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
