"""The concreteness coach: what stands between a question and one that can be answered and judged.

A question that names its group, what they will do, a date and a measure can be answered, and later
be judged; "something with social media" cannot (Russo: make the issue as concrete as you can, and
put the audience in the centre, not the organisation). The coach reads Dutch and English alike:
people write in either, whatever language their pages speak.

It knows no grammar, only signs that seldom mean anything else. What it is not sure of it lets pass:
a good question that is refused does more harm than a double one that slips through.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from calendar_app.language import N_
from calendar_app.plans.questions import Question


@dataclass(frozen=True)
class Advice:
    """One thing to mend: its name, a sentence (a msgid), and the field of step 1 it is about."""

    key: str
    message: str
    field: str


NO_GROUP = Advice("no_group", N_("Say which group you want to help."), "question_group")
EVERYBODY = Advice(
    "no_group", N_("Everybody is no group. Say whom you want to help first."), "question_group"
)
ORGANISATION_AS_GROUP = Advice(
    "organisation",
    N_("The group is your own organisation. Put the people in the centre that you want to reach."),
    "question_group",
)
NO_BEHAVIOUR = Advice(
    "no_behaviour", N_("Say what you want this group to do."), "question_behaviour"
)
ORGANISATION_ACTS = Advice(
    "organisation",
    N_("This is what you do yourselves. Say what the group will do."),
    "question_behaviour",
)
TWO_QUESTIONS = Advice(
    "two_questions",
    N_("These are two questions in one. Choose one; the other can be a plan of its own."),
    "question_behaviour",
)
NO_DATE = Advice("no_date", N_("Choose the date before which it must work."), "question_before")
DATE_IS_PAST = Advice(
    "date_is_past", N_("The date has passed. Choose a new one."), "question_before"
)
NO_MEASURE = Advice("no_measure", N_("Say how you will measure it."), "question_measure")
NOT_COUNTED = Advice(
    "no_measure",
    N_("Nobody can count this. Say what you count, and how often."),
    "question_measure",
)

_EVERYBODY = re.compile(
    r"(?:iedereen|everyone|everybody)(?: (?:in|uit|om|rond|around|from) .*)?"
    r"|allemaal|alle mensen|alle nederlanders|het (?:grote )?publiek|(?:de|onze) doelgroep|mensen"
    r"|all people|the (?:general )?public|(?:the|our) (?:target )?audience|people",
    re.IGNORECASE,
)
# The whole of a group, but for an article: "employees of the hospital" is a group of people.
_ORGANISATION = re.compile(
    r"(?:(?:de|het|ons|onze|deze|the|our|this) )?(?:eigen |own )?"
    r"(?:organisatie|bedrijf|onderneming|werkgever|ziekenhuis|gemeente|instelling|stichting|merk"
    r"|werkgeversmerk|directie|afdeling [\w&]+|\w+-?afdeling|hr|p&o|communicatie"
    r"|organi[sz]ation|company|employer|hospital|municipality|institution|foundation|brand"
    r"|employer brand|management board|board|hr department|\w+ department|department)"
    r"|wij|we|ons|onszelf|us|ourselves|hr",
    re.IGNORECASE,
)
_WE_ACT = re.compile(
    r"\b(?:onszelf|ourselves)\b"
    r"|\b(?:ons|our)\b.*\b(?:profileren|positioneren|profile|position)\b"
    r"|\b(?:profile|position) (?:us|our)\b"
    r"|\bmeer (?:volgers|likes|bereik|zichtbaarheid) te (?:krijgen|halen|hebben)\b"
    r"|\b(?:get|have|gain) more (?:followers|likes|reach|visibility)\b"
    r"|^(?:meer )?zichtbaar(?:der)? te (?:zijn|worden)$"
    r"|^(?:be|become) (?:more )?visible$",
    re.IGNORECASE,
)
_NOTHING_TO_DO = re.compile(r"(?:iets|wat|something|anything)(?: te doen)?", re.IGNORECASE)
_NOT_A_COUNT = re.compile(
    r"(?:meer |more |het |ons |onze |our |the )*"
    r"(?:succes|bekendheid|naamsbekendheid|zichtbaarheid|imago|gevoel|iets"
    r"|success|awareness|visibility|image|feeling|something)",
    re.IGNORECASE,
)
# A second thing to do: "te solliciteren en te blijven", "apply and recommend us".
# After "om", "zonder", "die" or "waar" a "te" says how or which, and is no second thing.
_STRAIGHT_ON = r"(?:(?!\b(?:om|zonder|door|die|dat|waar\w*|zodat|als|wanneer)\b).)*"
_SECOND_IN_DUTCH = re.compile(
    rf"\bte \w+{_STRAIGHT_ON}\b(?:en|of|alsook|evenals|alsmede)\b{_STRAIGHT_ON}\bte \w+",
    re.IGNORECASE,
)
# Only words that are seldom a noun: in "care and work" nobody does a second thing.
_VERBS = (
    "apply|ask|attend|become|bring|choose|come|feel|find|follow|give|go|invite|introduce|join|keep"
    "|know|learn|move|read|recommend|refer|register|send|share|sign|speak|start|stay|stop|suggest"
    "|take|tell|think|write"
)
_SECOND_IN_ENGLISH = re.compile(
    rf"\b(?:and|or)(?: then| also)?(?: to \w+| (?:{_VERBS})\b)", re.IGNORECASE
)
_SECOND_QUESTION = re.compile(
    r"\?.*\w|;|\b(?:en|of|and|or) (?:ook )?(?:hoe|waarom|how|why)\b", re.IGNORECASE | re.DOTALL
)
_ARTICLES = re.compile(r"^(?:de|het|the) ", re.IGNORECASE)


def coach(question: Question, today: date, ours: Collection[str] = ()) -> list[Advice]:
    """What `question` still lacks on the local day `today`, in the order of its sentence.

    `ours` are names by which the organisation is known, such as the team's.
    """
    return [
        *_about_group(question.group.strip(), ours),
        *_about_behaviour(question),
        *_about_date(question.before, today),
        *_about_measure(question.measure.strip()),
    ]


def _about_group(group: str, ours: Collection[str]) -> Iterator[Advice]:
    if not group:
        yield NO_GROUP
    elif _EVERYBODY.fullmatch(group):
        yield EVERYBODY
    elif any(_is_organisation(group, name) for name in ("", *ours)):
        yield ORGANISATION_AS_GROUP


def _is_organisation(group: str, name: str) -> bool:
    """Whether `group` is a word for an organisation, `name`, or both together."""
    group, name = _bare(group), _bare(name)
    named = rf"\b(?:(?:de|het|the) )?{re.escape(name)}\b"
    rest = re.sub(named, "", group).strip() if name else group
    return not rest or _ORGANISATION.fullmatch(rest) is not None


def _about_behaviour(question: Question) -> Iterator[Advice]:
    behaviour = question.behaviour.strip()
    if not behaviour or _NOTHING_TO_DO.fullmatch(behaviour):
        yield NO_BEHAVIOUR
        return
    if _WE_ACT.search(behaviour):
        yield ORGANISATION_ACTS
    if _is_double(behaviour) or any(map(_asks_again, (question.group, question.measure))):
        yield TWO_QUESTIONS


def _is_double(behaviour: str) -> bool:
    signs = (_SECOND_IN_DUTCH, _SECOND_IN_ENGLISH, _SECOND_QUESTION)
    return any(sign.search(behaviour) for sign in signs)


def _asks_again(part: str) -> bool:
    return bool(_SECOND_QUESTION.search(part))


def _about_measure(measure: str) -> Iterator[Advice]:
    if not measure:
        yield NO_MEASURE
    elif _NOT_A_COUNT.fullmatch(measure):
        yield NOT_COUNTED


def _about_date(before: date | None, today: date) -> Iterator[Advice]:
    if before is None:
        yield NO_DATE
    elif before <= today:
        yield DATE_IS_PAST


def _bare(name: str) -> str:
    """A name without its article, in small letters."""
    return _ARTICLES.sub("", name.strip()).casefold()
