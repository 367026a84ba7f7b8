"""The rules of style.md that a style sheet and a template can break without anybody seeing it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "calendar_app" / "static"
CSS = STATIC / "css"
# Mail programs drop style sheets, so mails carry their own style.
PAGES = [
    page for page in sorted((ROOT / "templates").rglob("*.html")) if page.parent.name != "mail"
]
SHEETS = sorted(CSS.rglob("*.css"))
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(")
SIZE = re.compile(r"(?<![\w.-])\d*\.?\d+(?:rem|px|em)\b")
INLINE = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


def rules(sheet: Path) -> str:
    """A sheet without its comments, its queries and its texts."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    return re.sub(r"@(?:media|container)[^{]*|\"[^\"]*\"", "", text)


def test_every_style_sheet_is_served_in_its_order() -> None:
    ordered = (CSS / "order.txt").read_text().split()

    assert sorted(ordered) == sorted(sheet.relative_to(CSS).as_posix() for sheet in SHEETS)
    assert ordered[0] == "tokens.css"


def test_colours_stand_only_in_tokens() -> None:
    strays = {
        f"{sheet.name}: {found}"
        for sheet in SHEETS
        if sheet.name != "tokens.css"
        for found in COLOUR.findall(rules(sheet))
    }

    assert strays == set()


def test_sizes_stand_only_in_tokens() -> None:
    strays = {
        f"{sheet.name}: {found}"
        for sheet in SHEETS
        if sheet.name != "tokens.css"
        for found in SIZE.findall(rules(sheet))
    }

    assert strays == set()


def test_every_token_that_is_used_exists() -> None:
    text = "".join(sheet.read_text() for sheet in SHEETS)
    used = set(re.findall(r"var\((--[\w-]+)", text))
    defined = set(re.findall(r"(--[\w-]+):", text))

    assert used - defined == set()


def test_every_token_that_exists_is_used() -> None:
    text = "".join(sheet.read_text() for sheet in SHEETS)
    tokens = set(re.findall(r"(--[\w-]+):", (CSS / "tokens.css").read_text()))
    used = set(re.findall(r"var\((--[\w-]+)", text))

    assert tokens - used == set()


def test_every_rule_lies_in_a_layer() -> None:
    for sheet in SHEETS:
        outside = outermost(rules(sheet))
        assert all(head.startswith("@layer ") for head in outside), sheet.name


def outermost(text: str) -> list[str]:
    """What stands before each block that lies in no other block."""
    heads, depth, head = [], 0, ""
    for letter in text:
        if letter == "{":
            if depth == 0:
                heads.append(head.rsplit(";", 1)[-1].strip())
            depth += 1
        elif letter == "}":
            depth -= 1
            head = ""
        elif depth == 0:
            head += letter
    return heads


def test_no_page_carries_style_or_script_of_its_own() -> None:
    strays = {page.name for page in PAGES if INLINE.search(page.read_text())}

    assert strays == set()


def test_every_behaviour_that_main_brings_is_there() -> None:
    main = (STATIC / "js" / "main.js").read_text()
    modules = re.findall(r'"([\w-]+\.js)":', main)

    assert modules
    for module in modules:
        assert "export function start(" in (STATIC / "js" / module).read_text(), module
