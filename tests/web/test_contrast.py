"""The colours of tokens.css, measured as WCAG 2.2 measures them, in light and in dark.

Text needs 4.5:1 on what it stands on (1.4.3); bands, borders of controls and the focus ring need
3:1 against what is beside them (1.4.11).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "calendar_app" / "static" / "css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
THEMES = ("light", "dark")
HOOKS = range(1, 13)
GROUNDS = ("paper", "surface", "sunken", "off", "accent-wash")

WORDS = [
    *((words, ground) for words in ("ink", "ink-2") for ground in GROUNDS),
    *((words, ground) for words in ("ink", "ink-2") for ground in ("accent-soft", "info-soft")),
    *((words, ground) for words in ("good", "warn", "bad") for ground in ("paper", "surface")),
    *((words, "accent-wash") for words in ("good", "warn", "bad")),
    *((words, ground) for words in ("accent", "accent-strong") for ground in GROUNDS),
    *((f"{tone}-ink", f"{tone}-soft") for tone in ("good", "warn", "bad", "info")),
    *((f"value-{hook}-ink", f"value-{hook}-tint") for hook in HOOKS),
    ("accent-strong", "accent-soft"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("inverse-ink", "inverse"),
    ("bad-solid-ink", "bad-solid"),
    ("ink", "avatar-paper"),
    ("ink", "selection"),
]
EDGES = [
    *((f"value-{hook}", ground) for hook in HOOKS for ground in GROUNDS),
    *((f"value-{hook}", f"value-{hook}-tint") for hook in HOOKS),
    *((edge, ground) for edge in ("line-strong", "accent", "bad") for ground in GROUNDS),
    ("accent", "accent-soft"),
    ("warn", "warn-soft"),
]


def tokens() -> dict[str, tuple[str, str]]:
    """Each colour of tokens.css: its light and its dark hexadecimal."""
    text = (CSS / "tokens.css").read_text()
    return {name: (light, dark) for name, light, dark in PAIR.findall(text)}


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (linear(part) for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    """One part of an sRGB colour as light, both 0 to 1."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("words", "ground"), WORDS)
def test_words_can_be_read_on_their_ground(words: str, ground: str, theme: str) -> None:
    colours = tokens()
    place = THEMES.index(theme)

    ratio = contrast(colours[words][place], colours[ground][place])

    assert ratio >= 4.5, f"{words} on {ground} in {theme}: {ratio:.2f}"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_bands_and_edges_stand_out_from_what_is_beside_them(
    edge: str, ground: str, theme: str
) -> None:
    colours = tokens()
    place = THEMES.index(theme)

    ratio = contrast(colours[edge][place], colours[ground][place])

    assert ratio >= 3, f"{edge} on {ground} in {theme}: {ratio:.2f}"


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
