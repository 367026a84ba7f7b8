"""Where sentences end, how long they are, and the plain words for hard ones."""

from __future__ import annotations

import time as stopwatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.posts.plain_language import (
    MOST_WORDS,
    first_words,
    hard_words,
    long_sentences,
    sentences,
    table,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("   \n\n", []),
        ("Kom langs", [2]),
        ("Kom langs. Je bent welkom! Tot dan?", [2, 3, 2]),
        ("Kom langs.Je bent welkom.", [4]),
        # Abbreviations do not end a sentence, in Dutch and in English.
        ("Neem bijv. Anouk mee, o.a. Joris komt ook.", [8]),
        ("Het is gratis, d.w.z. je betaalt niets.", [7]),
        ("Bel dr. De Wit of mevr. Bakker.", [7]),
        ("Ik werk hier graag, nl. Dinsdag en woensdag.", [8]),
        ("Ask Mr. Smith, e.g. Tuesday.", [5]),
        ("Vraag J. de Vries of J.P. Bakker.", [7]),
        # One that nobody listed, before a small letter.
        ("Zie bijl. vier hieronder eens.", [5]),
        # And some that may stand at the end.
        ("Neem thee, koffie enz. Wij zorgen voor taart.", [4, 4]),
        ("Neem thee, koffie enz. mee.", [5]),
        ("Wij beginnen om 9.30 u. Kom op tijd.", [5, 3]),
        ("Kom a.u.b. Op tijd zijn is fijn.", [2, 5]),
        ("Ik zei no. Toen ging ik. Lees no. 5 eens.", [3, 3, 4]),
        ("Nog 20 min. Dan beginnen we, max. 30 mensen.", [3, 6]),
        # Numbers.
        ("Je verdient 3.500 euro. Om 9.30 uur begint het.", [4, 5]),
        ("Wij beginnen om 9.30. Kom je?", [4, 2]),
        ("Dit jaar is 2026. In 2027 weer.", [4, 3]),
        # Addresses.
        ("Kijk op www.delinde.nl. Daar staat het.", [3, 3]),
        ("Kijk op https://delinde.nl/a.html?b=c!d en meld je aan.", [7]),
        # Three dots.
        ("Tja... dat kan. Tja... Dat kan.", [3, 1, 2]),
        ("Wacht… even. Nu… Kom!", [2, 1, 1]),
        # Quotations and brackets.
        ("“Echt waar?” vroeg ze. “Ja.” Toen ging ze.", [4, 1, 3]),
        ("Kom langs (het is gratis). Neem iemand mee.", [5, 3]),
        ("Wat fijn?! Ja!!! Echt.", [2, 1, 1]),
        # Lists, a line each, and a line that was only broken.
        ("We zoeken:\n- een verpleger\n- een arts\n- jou", [2, 2, 2, 1]),
        ("We zoeken:\nverplegers\nartsen", [2, 1, 1]),
        ("1. Lees dit\n2. Bel ons\n3) Kom", [3, 3, 2]),
        ("Dit is een regel die met de hand is afgebroken\nen hier gewoon verdergaat.", [14]),
        ("Dit is een regel die met de hand is afgebroken\nHier begint iets anders.", [10, 4]),
        # Emoji and hashtags are no words.
        ("Kom langs 🎉 Meld je aan 👍", [2, 3]),
        ("Kom langs. 🎉🎉 Meld je aan.", [2, 3]),
        ("Wij ❤️ zorg", [2]),
        ("Kom werken bij ons #zorg #werk #vacature", [4]),
        ("#zorg #werk", []),
        # Signs alone are no words either.
        ("Jij \u2013 ja, jij & ik.", [4]),
        ("En/of zo\u2019n dag, 's avonds.", [5]),
    ],
)
def test_sentences_end_where_people_see_them_end(text: str, words: list[int]) -> None:
    assert [sentence.words for sentence in sentences(text)] == words


def test_a_sentence_of_twenty_words_is_short_enough() -> None:
    twenty = " ".join(["woord"] * MOST_WORDS)

    assert not long_sentences(f"{twenty}.")
    [found] = long_sentences(f"Kort. Een {twenty[6:]} meer. Ook kort.")
    assert found.words == MOST_WORDS + 1
    assert first_words(found.text) == "Een woord woord woord woord woord…"
    assert first_words("Kom langs.") == "Kom langs."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Wij implementeren dit.", [("implementeren", "invoeren")]),
        (
            "Zij implementeert, hij implementeerde.",
            [("implementeert", "invoeren")] * 1 + [("implementeerde", "invoeren")],
        ),
        (
            "Geïmplementeerd en GEÏMPLEMENTEERDE",
            [("Geïmplementeerd", "invoeren"), ("GEÏMPLEMENTEERDE", "invoeren")],
        ),
        (
            "Wij initiëren, ik initieer, het is geïnitieerd.",
            [(word, "beginnen") for word in ("initiëren", "initieer", "geïnitieerd")],
        ),
        ("Creëer iets: gecreëerd.", [("Creëer", "maken"), ("gecreëerd", "maken")]),
        (
            "Het is geëvalueerd en geactiveerd.",
            [("geëvalueerd", "nagaan hoe het ging"), ("geactiveerd", "aanzetten")],
        ),
        ("Conform afspraak.", [("Conform", "volgens")]),
        # Whole words alone, whatever stands around them.
        ("Conformisme, (indien) en indiening.", [("indien", "als")]),
        # A phrase, also over a line end; of two the longer one; not over a comma.
        ("Met betrekking\ntot de zorg", [("Met betrekking tot", "over")]),
        (
            "duurzame inzetbaarheid",
            [("duurzame inzetbaarheid", "gezond en met plezier blijven werken")],
        ),
        ("met betrekking, tot ziens", []),
        ("te allen", []),
        (
            "Een kick-off van paradigma\u2019s",
            [("kick-off", "begin"), ("paradigma\u2019s", "manier van denken")],
        ),
        ("Kom gewoon langs.", []),
    ],
)
def test_hard_words_are_named_as_written_with_a_plain_one(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert [(hard.word, hard.plain) for hard in hard_words(text)] == found
    assert all(text[hard.start :].startswith(hard.word.split()[0]) for hard in hard_words(text))


def test_everyday_words_of_offices_and_social_media_are_known() -> None:
    words = "engagement feedback deadline meeting content target community template topic pitch"

    found = hard_words(f"Over {words.replace(' ', ', ')}.")

    assert [one.word for one in found] == words.split()


def test_the_table_has_many_words_and_no_plain_word_that_is_hard_itself() -> None:
    words = table()

    assert len(set(words.values())) >= 120
    assert not {plain for plain in words.values() if hard_words(plain)}
    assert all(form == tuple(word.casefold() for word in form) for form in words)


@given(st.text(alphabet=st.sampled_from("abAB1. !?…\n#-'\"“”()🎉é"), max_size=200))
def test_no_word_is_lost_and_none_is_made(text: str) -> None:
    kept = " ".join(sentence.text for sentence in sentences(text)).split()

    for piece in text.split():
        if not piece.startswith("#") and any(sign.isalnum() for sign in piece):
            assert piece in kept
    assert sum(sentence.words for sentence in sentences(text)) == sum(
        not piece.startswith("#") and any(sign.isalnum() for sign in piece)
        for piece in text.split()
    )


@pytest.mark.parametrize(
    "piece",
    ["a. ", "A.", ".", "bijv. ", "\n", "- \n", "#", "…", "met betrekking ", "a'", "🎉 ", "A "],
)
def test_four_times_the_characters_take_no_sixteen_times_as_long(piece: str) -> None:
    def seconds(characters: int) -> float:
        text = (piece * characters)[:characters]
        began = stopwatch.process_time()
        long_sentences(text)
        hard_words(text)
        return stopwatch.process_time() - began

    hard_words("")  # the table is read once
    few, many = (min(seconds(characters) for _ in range(5)) for characters in (25_000, 100_000))

    assert many < 12 * few
