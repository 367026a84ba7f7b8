"""Sixty texts that have broken a calendar somewhere: whatever a row holds, the feed must stand."""

from __future__ import annotations

_CONTROLS = [f"voor{chr(code)}na" for code in (0, 1, 7, 8, 9, 10, 11, 12, 13, 14, 27, 31, 127, 133)]
_LINE_ENDS = ["a\r\nb", "a\rb", "a\n\nb", "a\u2028b", "a\u2029b", "\r", "\n", "\r\n ", "a\r\n b"]
_INJECTIONS = [
    "x\r\nEND:VEVENT",
    "x\nBEGIN:VEVENT\nUID:false",
    "x\rATTENDEE:mailto:a@b.example",
    "END:VCALENDAR",
    "\\nEND:VCALENDAR",
    "BEGIN:VALARM",
]
_ESCAPES = [
    "\\",
    "\\\\",
    "\\n",
    "\\;",
    ";",
    ",",
    ",,,;;;",
    '"',
    '"a":b',
    "a:b;c=d",
    "'",
    "^n^'",
    "%",
]
_SURROGATES = ["\ud800", "a\udfffb", "\ud83d", "\ude00\ud83d"]
_DIRECTIONS = ["\u202eabc", "\u200fabc\u200e", "\u2066a\u2069", "\u061c", "\ufeffa"]
_LONG = ["x" * 10_000, "é" * 5_000, "🎉" * 2_500, " " * 300, "a " * 5_000]
_SHAPES = ["", " ", "👩‍⚕️ zorg", "e\u0301", "مرحبا", "漢字" * 40, "\ufffe", "\u0000"]

HOSTILE = [
    *_CONTROLS,
    *_LINE_ENDS,
    *_INJECTIONS,
    *_ESCAPES,
    *_SURROGATES,
    *_DIRECTIONS,
    *_LONG,
    *_SHAPES,
]
