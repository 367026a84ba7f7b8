"""The Dutch catalogue against the texts that code and templates hold at this moment."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.repository import ROOT

DUTCH = ROOT / "calendar_app/translations/nl/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)\w")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every text that code and templates hold now."""
    target = tmp_path_factory.mktemp("messages") / "messages.pot"
    keywords = re.search(r"^KEYWORDS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert keywords
    extract = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    options = ["-F", str(ROOT / "babel.cfg"), "-k", keywords[1], "-o", str(target), str(ROOT)]
    subprocess.run([*extract, *options], check=True)
    with target.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def dutch() -> Catalog:
    with DUTCH.open("rb") as file:
        return read_po(file, locale="nl")


def forms(text: str | Sequence[str] | None) -> list[str]:
    """The singular and the plural, or the one form there is."""
    return [text or ""] if isinstance(text, str | None) else list(text)


def places(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def fits(message: Message) -> bool:
    """Whether the translation fills the same places; a singular may leave out its number."""
    wanted = places(forms(message.id)[-1])
    *others, last = [places(form) for form in forms(message.string)]
    return last == wanted and all(found <= wanted for found in others)


def texts(catalog: Catalog) -> dict[object, Message]:
    return {(m.context, *forms(m.id)): m for m in catalog if m.id}


def test_every_text_has_a_finished_dutch_translation(source: Catalog, dutch: Catalog) -> None:
    translated = {
        key
        for key, message in texts(dutch).items()
        if all(forms(message.string)) and not message.fuzzy
    }

    missing = texts(source).keys() - translated

    assert len(texts(source)) > 100
    assert missing == set()


def test_no_dutch_translation_is_of_a_text_that_is_gone(source: Catalog, dutch: Catalog) -> None:
    assert texts(dutch).keys() - texts(source).keys() == set()


def test_every_dutch_translation_fills_the_same_places(dutch: Catalog) -> None:
    translated = [message for message in texts(dutch).values() if all(forms(message.string))]

    assert [message.id for message in translated if not fits(message)] == []


def test_a_brand_value_has_one_name_in_dutch(dutch: Catalog) -> None:
    strays = [m.id for m in dutch if m.id and _says(m, r"\bwaarden?\b")]

    assert strays == []


def test_quotation_marks_have_one_style_in_each_language(source: Catalog, dutch: Catalog) -> None:
    """In Dutch single ones, in English double ones, and curved in both."""
    single = "\N{LEFT SINGLE QUOTATION MARK}"
    english = [m.id for m in source if any(single in form for form in forms(m.id))]

    assert english == []
    assert [m.id for m in dutch if m.id and _says(m, '[“”„"]')] == []


def _says(message: Message, pattern: str) -> bool:
    return any(re.search(pattern, form, re.IGNORECASE) for form in forms(message.string))
