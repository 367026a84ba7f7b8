"""What a reader of the draft would say beside it: what is there, and what is still missing.

It never refuses anything; the rules that refuse are the verbs of a post.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from calendar_app.language import N_
from calendar_app.posts.channel_length import addresses, kind_of, length_on
from calendar_app.posts.places import EDGE, OUTSIDE
from calendar_app.posts.plain_language import MOST_WORDS, first_words, hard_words, long_sentences

if TYPE_CHECKING:
    from calendar_app.plans.models import Channel, Plan
    from calendar_app.posts.content import Content

# So many places of one point are shown; the rest is counted.
MOST_PLACES = 5
# So many characters of the text stand on each side of a word that is shown in its place.
_AROUND = 30


@dataclass(frozen=True)
class Place:
    """Where in the text a remark is about. `text` is an English msgid that `facts` fill.

    An extract has the facts "before", "word" and "after": pieces of the text as people wrote them.
    """

    text: str
    facts: dict[str, object]


@dataclass(frozen=True)
class Remark:
    """One point about a post. Title and text are English msgids that `facts` fill."""

    # good, warn or info.
    tone: str
    title: str
    text: str
    facts: dict[str, object] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    # How many places there are besides.
    more: int = 0
    # Where it leads: an address, and what that is called, as it stands.
    way: tuple[str, str] | None = None
    # The id of the channel whose own text it is about; None: it is about no such text.
    channel_id: int | None = None


def remarks(
    content: Content, language: str, agreed: str | None = None, *, needs_approval: bool = True
) -> list[Remark]:
    """All there is to say about `content`, what is good first.

    `language` is that of the team: "nl" also gets plain words for hard ones.
    `agreed` is the name of who agreed that it falls outside a value as it does; None: nobody.
    `needs_approval`: somebody has to look at it before it goes out.
    """
    return [
        *_about_values(content, agreed),
        *_about_text(content),
        *_about_words(content),
        *_about_plain_language(content, language),
        *_about_audience(content),
        *_about_planning(content, needs_approval=needs_approval),
    ]


def about_pictures(names: Iterable[str]) -> list[Remark]:
    """What there is to say of images that have no alternative text, by their `names`."""
    return [
        Remark(
            "warn",
            N_("No alternative text yet: %(name)s."),
            N_(
                "Who does not see the image hears this text. Write it under “Images and files”, or "
                "say there that the image only decorates."
            ),
            {"name": name},
        )
        for name in names
    ]


def about_checklist(points: Iterable[str]) -> list[Remark]:
    """The `points` of the team's checklist that are open, all in one remark; [] for none."""
    places = tuple(Place(N_("%(point)s"), {"point": point}) for point in points)
    if not places:
        return []
    text = N_("Tick them below the post once you have looked.")
    return [Remark("info", N_("Still open on the checklist."), text, {}, places)]


def words_in(text: str) -> list[str]:
    """The words or phrases of a list that people typed with commas or line ends between them."""
    return [word.strip() for word in re.split(r"[,;\n]", text) if word.strip()]


def _about_values(content: Content, agreed: str | None) -> Iterator[Remark]:
    for value, reason in content.values:
        facts: dict[str, object] = {"value": value.name, "reason": reason}
        place = content.place(value)
        if place == OUTSIDE:
            yield _about_outside(facts, agreed)
        elif place == EDGE:
            yield _about_edge(facts)
        elif reason:
            yield Remark("good", N_("Fits: %(value)s."), N_("Reason: %(reason)s"), facts)
        else:
            text = N_("Say in one line why this post fits that value.")
            yield Remark("warn", N_("No reason yet: %(value)s."), text, facts)
    if not content.values:
        text = N_("A post with a day needs at least one value.")
        yield Remark("warn", N_("No value yet."), text)


def _about_edge(facts: dict[str, object]) -> Remark:
    title = N_("On the edge: %(value)s.")
    if facts["reason"]:
        return Remark("info", title, N_("Reason: %(reason)s"), facts)
    return Remark("info", title, N_("It helps to say in one line why it still belongs."), facts)


def _about_outside(facts: dict[str, object], agreed: str | None) -> Remark:
    title = N_("Falls outside: %(value)s.")
    if not str(facts["reason"]).strip():
        text = N_("Say in one line why it goes out all the same.")
        return Remark("warn", title, text, facts)
    if agreed is None:
        text = N_("An editor has to agree with that. Reason: %(reason)s")
        return Remark("info", title, text, facts)
    text = N_("Agreed by %(name)s. Reason: %(reason)s")
    return Remark("good", title, text, {**facts, "name": agreed})


def _about_text(content: Content) -> Iterator[Remark]:
    channels = content.channels
    if not content.text and not (channels and all(content.own_text(one.id) for one in channels)):
        yield Remark("warn", N_("No text yet."), N_("Write what people will read."))
    for channel in channels:
        limit = channel.character_limit
        letters = length_on(kind_of(channel.name), content.placed_on(channel)) if limit else 0
        if limit and letters > limit:
            yield Remark(
                "warn",
                N_("Too long for %(channel)s."),
                N_(
                    "%(channel)s counts %(letters)d characters and takes %(limit)d: %(over)d too "
                    "many. Make the text shorter."
                ),
                {
                    "channel": channel.name,
                    "letters": letters,
                    "limit": limit,
                    "over": letters - limit,
                },
            )
    if content.intent == "invite" and not content.link and not _leads_somewhere(content):
        text = N_("Who is invited wants to know where to go. Add a link.")
        yield Remark("warn", N_("No link yet."), text)


def _leads_somewhere(content: Content) -> bool:
    """Whether a web address stands in each text that is posted."""
    texts = [content.text_for(channel) for channel in content.channels] or [content.text]
    return all(any(addresses(text)) for text in texts)


def _about_words(content: Content) -> Iterator[Remark]:
    title = N_("Word to avoid: %(word)s.")
    yield from _about_words_in(content.text, content.plan, title)
    title = N_("Word to avoid in the text for %(channel)s: %(word)s.")
    for channel, own in _own_texts(content):
        for remark in _about_words_in(own, content.plan, title):
            yield _about_own_text(remark, channel)


def _own_texts(content: Content) -> Iterator[tuple[Channel, str]]:
    """The channels that have another text than the one of all, each with that text.

    What is said of the text of all is not said again of a channel that says the same.
    """
    for channel in content.channels:
        own = content.own_text(channel.id)
        if own.strip() and own.strip() != content.text.strip():
            yield channel, own


def _about_own_text(remark: Remark, channel: Channel) -> Remark:
    """The same, said of the own text of `channel`."""
    facts = {**remark.facts, "channel": channel.name}
    return replace(remark, facts=facts, channel_id=channel.id)


def _about_words_in(text: str, plan: Plan | None, title: str) -> Iterator[Remark]:
    for word in _to_avoid(text, plan):
        found = list(_found(word, text))
        if found:
            yield Remark(
                "warn",
                title,
                N_("The plan asks to leave this word out."),
                {"word": word},
                tuple(_extract(text, *place) for place in found[:MOST_PLACES]),
                len(found[MOST_PLACES:]),
            )


def _to_avoid(text: str, plan: Plan | None) -> list[str]:
    """The words and phrases that the plan asks to leave out and `text` may have, each once."""
    words = words_in(plan.words_to_avoid) if plan else []
    there = text.casefold()
    # Most of them are nowhere in the text, which is quickly seen.
    likely = (word for word in words if word.split()[0].casefold() in there)
    return list({word.casefold(): word for word in likely}.values())


def _found(word: str, text: str) -> Iterator[tuple[int, int]]:
    """Where `word` stands in `text` as a whole word, in any case; a phrase also over a line end."""
    pattern = r"\s+".join(map(re.escape, word.split()))
    # A word that begins or ends with a sign ends there by itself.
    before = r"(?<!\w)(?<!\w['\u2019])" if _is_letter(word[0]) else ""
    after = r"(?!\w|['\u2019]\w)" if _is_letter(word[-1]) else ""
    for match in re.finditer(before + pattern + after, text, re.IGNORECASE):
        yield match.span()


def _is_letter(sign: str) -> bool:
    return re.match(r"\w", sign) is not None


def _extract(text: str, start: int, end: int) -> Place:
    """The word from `start` to `end` with what stands around it, and its line."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if start > _AROUND:
        before = "…" + before.partition(" ")[2]
    if end + _AROUND < len(text):
        after = after.rpartition(" ")[0] + "…"
    facts: dict[str, object] = {
        "line": text.count("\n", 0, start) + 1,
        "before": _on_one_line(before),
        "word": _on_one_line(text[start:end]),
        "after": _on_one_line(after),
    }
    return Place(N_("Line %(line)d:"), facts)


def _on_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _about_plain_language(content: Content, language: str) -> Iterator[Remark]:
    """Long sentences and hard words: of the text of all, and of each channel's own."""
    is_dutch = language == "nl"
    yield from _about_sentences(content.text, N_("Long sentences."))
    if is_dutch:
        yield from _about_hard_words(content.text, N_("Some words can be plainer."))
    for channel, own in _own_texts(content):
        title = N_("Long sentences in the text for %(channel)s.")
        found = [*_about_sentences(own, title)]
        if is_dutch:
            title = N_("Some words in the text for %(channel)s can be plainer.")
            found += _about_hard_words(own, title)
        yield from (_about_own_text(remark, channel) for remark in found)


def _about_sentences(text: str, title: str) -> Iterator[Remark]:
    found = long_sentences(text)
    if found:
        yield Remark(
            "info",
            title,
            N_("A sentence of at most %(most)d words reads easily. Make two of one."),
            {"most": MOST_WORDS},
            tuple(
                Place(
                    N_("“%(beginning)s”: %(number)d words"),
                    {"beginning": first_words(sentence.text), "number": sentence.words},
                )
                for sentence in found[:MOST_PLACES]
            ),
            len(found[MOST_PLACES:]),
        )


def _about_hard_words(text: str, title: str) -> Iterator[Remark]:
    found = {hard.word.casefold(): hard for hard in reversed(hard_words(text))}
    each = sorted(found.values(), key=lambda hard: hard.start)
    if each:
        yield Remark(
            "info",
            title,
            N_("More people know the word behind the arrow. Choose what fits."),
            {},
            tuple(
                Place(N_("%(hard)s → %(plain)s"), {"hard": hard.word, "plain": hard.plain})
                for hard in each[:MOST_PLACES]
            ),
            len(each[MOST_PLACES:]),
        )


def _about_audience(content: Content) -> Iterator[Remark]:
    if not content.audiences:
        text = N_("A post with a day needs at least one audience.")
        yield Remark("warn", N_("No audience yet."), text)
    if not content.channels:
        yield Remark("warn", N_("No channel yet."), N_("Choose where people will find it."))


def _about_planning(content: Content, *, needs_approval: bool) -> Iterator[Remark]:
    if content.starts_at is None:
        yield Remark("info", N_("No day yet."), N_("It is not on the calendar."))
    if content.reviewer is None and needs_approval:
        yield Remark("info", N_("No reviewer yet."), N_("Choose who looks at it first."))
