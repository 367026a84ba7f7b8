"""What is said beside a text: what is there, what is missing, and where."""

from __future__ import annotations

import time as stopwatch
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from calendar_app.posts.content import Content
from calendar_app.posts.playing_field import Remark, remarks

WORDS = "top, zo snel mogelijk!, C++, m/v, 🚀, straks"


def content(text: str, *, avoid: str = WORDS, limit: int | None = None, **changes: Any) -> Content:
    plan = SimpleNamespace(words_to_avoid=avoid)
    channel = SimpleNamespace(id=1, name="X", character_limit=limit)
    whole = Content("Titel", text=text, plan=cast("Any", plan), channels=(cast("Any", channel),))
    return replace(whole, **changes)


def about(title: str, found: list[Remark]) -> list[Remark]:
    return [remark for remark in found if remark.title.startswith(title)]


def places(word: str, text: str, avoid: str = WORDS) -> list[tuple[object, ...]]:
    """(line, before, word, after) of each place where the word to avoid is shown."""
    found = about("Word to avoid", remarks(content(text, avoid=avoid), "nl"))
    return [
        (place.facts["line"], place.facts["before"], place.facts["word"], place.facts["after"])
        for remark in found
        if remark.facts["word"] == word
        for place in remark.places
    ]


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("top", "Dit is top!", [(1, "Dit is ", "top", "!")]),
        ("top", "Eerste regel\nTOP, (top)", [
            (2, "Eerste regel ", "TOP", ", (top)"), (2, "Eerste regel TOP, (", "top", ")")]),
        ("top", "topper, stop en tops, atop_", []),
        ("top", "top's dag", []),
        ("top", "De <b>top</b>", [(1, "De <b>", "top", "</b>")]),
        ("zo snel mogelijk!", "Kom zo snel\nmogelijk!", [(1, "Kom ", "zo snel mogelijk!", "")]),
        ("zo snel mogelijk!", "Kom zo snel mogelijk.", []),
        ("C++", "Wij doen C++.", [(1, "Wij doen ", "C++", ".")]),
        ("m/v", "Collega (m/v) gezocht", [(1, "Collega (", "m/v", ") gezocht")]),
        ("🚀", "Groei🚀🚀", [(1, "Groei", "🚀", "🚀"), (1, "Groei🚀", "🚀", "")]),
    ],
)  # fmt: skip
def test_a_word_to_avoid_is_shown_in_its_place(
    word: str, text: str, found: list[tuple[object, ...]]
) -> None:
    assert places(word, text) == found


def test_a_long_text_is_shown_around_the_word_only() -> None:
    around = "Hier staat een heel lange zin waarin ergens"

    [(line, before, word, after)] = places("straks", f"{around} straks {around} en meer.")

    assert (line, word) == (1, "straks")
    assert before == "…heel lange zin waarin ergens "
    assert after == " Hier staat een heel lange…"


def test_five_places_are_shown_and_the_rest_is_counted() -> None:
    [remark] = about("Word to avoid", remarks(content("top " * 8, avoid="Top, top"), "nl"))

    assert (len(remark.places), remark.more) == (5, 3)


def test_a_word_that_looks_like_a_pattern_is_a_word() -> None:
    assert places(".*", "Van alles .* en nog wat", avoid=".*")[0][2] == ".*"
    assert not places("(a", "niets", avoid="(a")
    assert not places("a%(b)s", "100% %(c)s", avoid="a%(b)s")


def test_a_long_sentence_is_named_by_its_beginning_and_its_words() -> None:
    long = "Wij zoeken een collega die " + "heel " * 16 + "graag komt."

    [remark] = about("Long sentences", remarks(content(f"Kort. {long}"), "nl"))

    assert remark.tone == "info"
    [place] = remark.places
    assert place.facts == {"beginning": "Wij zoeken een collega die heel…", "number": 23}
    assert not about("Long sentences", remarks(content("Kort. " * 30), "nl"))


def test_hard_words_are_hints_in_dutch_alone_and_named_once() -> None:
    text = "Conform plan implementeren wij dit, en implementeren wij dat conform afspraak."

    [remark] = about("Some words", remarks(content(text), "nl"))

    assert remark.tone == "info"
    assert [place.facts for place in remark.places] == [
        {"hard": "Conform", "plain": "volgens"},
        {"hard": "implementeren", "plain": "invoeren"},
    ]
    assert not about("Some words", remarks(content(text), "en"))


LONG = "Wij zoeken een collega die " + "heel " * 16 + "graag komt."


def on_two(text: str, own: str, language: str = "nl") -> list[Remark]:
    """The remarks on a post with `text`, of which the second channel says `own`."""
    second = cast("Any", SimpleNamespace(id=7, name="Instagram", character_limit=None))
    base = content(text)
    whole = replace(base, channels=(*base.channels, second), own_texts=((second, own),))
    return remarks(whole, language)


def test_the_own_text_of_a_channel_is_read_as_closely_and_named() -> None:
    found = on_two("Kom langs.", f"{LONG} Dit is top conform afspraak.")

    of_channel = [remark for remark in found if remark.channel_id == 7]
    assert [(remark.tone, remark.title % remark.facts) for remark in of_channel] == [
        ("warn", "Word to avoid in the text for Instagram: top."),
        ("info", "Long sentences in the text for Instagram."),
        ("info", "Some words in the text for Instagram can be plainer."),
    ]
    [avoided, long, hard] = of_channel
    assert avoided.places[0].facts["line"] == 1
    assert long.places[0].facts["number"] == 23
    assert hard.places[0].facts == {"hard": "conform", "plain": "volgens"}
    assert not [remark for remark in found if remark.title == "Long sentences."]


def test_what_a_channel_says_like_all_others_is_told_once() -> None:
    text = f"{LONG} Dit is top conform afspraak."

    for own in ("", f"{text}\n"):
        found = on_two(text, own)
        assert not [remark for remark in found if remark.channel_id is not None]
        for title in ("Word to avoid", "Long sentences", "Some words"):
            assert len(about(title, found)) == 1


def test_hard_words_in_the_text_of_a_channel_are_hints_in_dutch_alone() -> None:
    titles = [remark.title for remark in on_two("Kort.", "Conform plan.", "en")]

    assert "Some words in the text for %(channel)s can be plainer." not in titles


def test_nobody_is_missed_where_nobody_has_to_look() -> None:
    post = content("Kom langs.")

    assert about("No reviewer", remarks(post, "nl"))
    assert not about("No reviewer", remarks(post, "nl", needs_approval=False))


@pytest.mark.parametrize(
    ("intent", "link", "text", "is_missing"),
    [
        ("invite", "", "Kom langs.", True),
        ("invite", "https://delinde.nl", "Kom langs.", False),
        ("invite", "", "Kom langs: https://delinde.nl/open.", False),
        ("invite", "", "Kom langs: delinde.nl/open", False),
        ("invite", "", "Kom langs, o.a. voor taart, om 9.30.", True),
        ("inform", "", "Kom langs.", False),
    ],
)
def test_an_invitation_needs_an_address(
    intent: str, link: str, text: str, *, is_missing: bool
) -> None:
    found = about("No link", remarks(content(text, intent=intent, link=link), "nl"))

    assert bool(found) is is_missing


def test_too_long_is_told_as_the_channel_counts() -> None:
    link = "https://www.delinde.example/werken-bij/verpleegkundige"

    assert not about("Too long", remarks(content(link, limit=23), "nl"))
    [remark] = about("Too long", remarks(content(f"🎉 {link}", limit=23), "nl"))
    assert remark.facts == {"channel": "X", "letters": 26, "limit": 23, "over": 3}
    assert not about("Too long", remarks(content("woord " * 99, limit=None), "nl"))


@pytest.mark.parametrize(
    "piece", ["top ", "zo snel ", "zo ", "🚀", "a. ", "implementeren ", "x\n", "delinde.nl ", "\n"]
)
def test_four_times_the_characters_take_no_sixteen_times_as_long(piece: str) -> None:
    def seconds(characters: int) -> float:
        checked = content((piece * characters)[:characters], limit=280, intent="invite")
        began = stopwatch.process_time()
        remarks(checked, "nl")
        return stopwatch.process_time() - began

    seconds(100)  # what is made once is made
    few, many = (min(seconds(characters) for _ in range(5)) for characters in (25_000, 100_000))

    assert many < 12 * few
