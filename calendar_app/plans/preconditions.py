"""The eleven preconditions: what must be there around a plan for it to work.

Both articles of Russo end their steps with them: each may turn out to carry the plan or to trip it,
and looking early saves time and energy. The list and its order are hers, the words are ours. How a
precondition stands is for the team to say. Two of them Kapstok can partly measure: the technical
infrastructure, since it is a part of that itself, and the hours, since it knows the rhythm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from calendar_app.language import N_

RATINGS = ("unknown", "success", "stumbling")
RATING_NAMES = {
    "unknown": N_("Not known yet"),
    "success": N_("Success factor"),
    "stumbling": N_("Stumbling block"),
}
# After so long a precondition is worth another look, unless the team says otherwise.
RECHECK_AFTER = timedelta(days=90)
MINUTES_A_POST = 60

_HOUR = 60


@dataclass(frozen=True)
class Kind:
    """One of the eleven: a question to ask oneself, and how each answer looks; all msgids."""

    key: str
    name: str
    question: str
    as_success: str
    as_stumbling: str


_IN_ORDER = (
    Kind(
        "infrastructure",
        N_("Technical infrastructure"),
        N_("Do the tools work for everybody who needs them, at work and on a phone?"),
        N_(
            "Who writes can reach the channels, the photos and this calendar from the workplace, "
            "and reminders arrive."
        ),
        N_(
            "Sites are blocked, accounts are missing or mail does not arrive. Time is lost before "
            "a word is written."
        ),
    ),
    Kind(
        "people",
        N_("People, knowledge and budget"),
        N_("Are there enough hours, skills and money for the posts that you want?"),
        N_(
            "The hours stand in the week of those who do it, somebody can coach them, and there is "
            "money for what you cannot make yourselves."
        ),
        N_(
            "It comes on top of other work. When it gets busy, posts are the first thing to be "
            "dropped."
        ),
    ),
    Kind(
        "management",
        N_("Management support and example"),
        N_("Does management want this, and does it show that itself?"),
        N_("A manager says why it matters, makes time for it, and posts or answers now and then."),
        N_(
            "Management allows it and looks the other way. At the first complaint nobody stands "
            "behind you."
        ),
    ),
    Kind(
        "trust",
        N_("Room, trust and empowerment"),
        N_("May colleagues decide for themselves what they post?"),
        N_(
            "Colleagues know the borders and are free within them. A mistake is talked about, not "
            "punished."
        ),
        N_("Every word goes past three people. Colleagues wait for a yes and then leave it."),
    ),
    Kind(
        "rules",
        N_("Procedures and rules"),
        N_("Which rules that are there already touch your posts, and do they fit?"),
        N_(
            "The rules for privacy, photos and approval are short, known, and quick enough for "
            "your rhythm."
        ),
        N_("Rules are old, unknown or slow. A post is stale before it may go out."),
    ),
    Kind(
        "ownership",
        N_("Ownership and responsibility"),
        N_("Is it clear who decides, and who acts when something goes wrong?"),
        N_("Each channel and each task has an owner and a deputy, and both know it."),
        N_(
            "It belongs to everybody. So nobody answers a question, and nobody sees that a channel "
            "fell silent."
        ),
    ),
    Kind(
        "openness",
        N_("Open culture, transparency, willingness to share"),
        N_("Do people here share what they know, also what did not go well?"),
        N_("Departments tell each other what they do, and you may show how it really is."),
        N_(
            "Knowledge stays inside the department. What goes out must be perfect, so little goes "
            "out."
        ),
    ),
    Kind(
        "ambassadors",
        N_("Brand ambassadors and fans"),
        N_("Who likes to tell about the work already, and how do you help them?"),
        N_("Some colleagues like to post, chose that themselves, and get attention and help."),
        N_("Only the logo speaks, or colleagues are pushed to share and do it without heart."),
    ),
    Kind(
        "resisters",
        N_("Resisters"),
        N_("Who does not want to take part or be seen, and how do you treat that?"),
        N_("Saying no is fine and needs no reason. What worries people is heard and used."),
        N_(
            "People are pressed, or their worry is waved away. Then their no is what everybody "
            "talks about."
        ),
    ),
    Kind(
        "resilience",
        N_("Resilience"),
        N_("Can you take an angry answer, and do you know what to do then?"),
        N_("It is agreed who answers and how fast, and colleagues support who was hit."),
        N_("After one bad comment everything is taken down, or nobody dares to post any more."),
    ),
    Kind(
        "patience",
        N_("Realistic goals and patience"),
        N_("Can you reach your goals, and do you give it the time that it takes?"),
        N_("The goals come in small steps, and all know beforehand that it takes months."),
        N_(
            "After a few weeks somebody asks what it brings, and the plan is dropped before it "
            "could work."
        ),
    ),
)
# By key, in the order of the articles.
KINDS = {kind.key: kind for kind in _IN_ORDER}


@dataclass(frozen=True)
class Standing:
    """How one precondition stands; `recheck_on` is the local day to look at it again, if any."""

    key: str
    rating: str = "unknown"
    has_owner: bool = False
    has_action: bool = False
    recheck_on: date | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether nobody has said yet how it stands."""
        return self.rating == "unknown"

    @property
    def is_loose(self) -> bool:
        """Whether it is a stumbling block that lacks an owner or an action."""
        return self.rating == "stumbling" and not (self.has_owner and self.has_action)

    def is_due(self, today: date) -> bool:
        """Whether it is time to look at it again."""
        return self.recheck_on is not None and self.recheck_on <= today


def standings(known: Iterable[Standing] = ()) -> list[Standing]:
    """All eleven in their order: those that are `known`, and the others as not known yet."""
    found = {one.key: one for one in known}
    return [found.get(key, Standing(key)) for key in KINDS]


def unknown(every: Iterable[Standing]) -> list[Standing]:
    """Those of which nobody has said how they stand."""
    return [one for one in every if one.is_unknown]


def loose(every: Iterable[Standing]) -> list[Standing]:
    """The stumbling blocks that lack an owner or an action."""
    return [one for one in every if one.is_loose]


def due(every: Iterable[Standing], today: date) -> list[Standing]:
    """Those to look at again by `today`, the longest overdue first."""
    found = [one for one in every if one.is_due(today)]
    return sorted(found, key=lambda one: one.recheck_on or today)


def unknown_too_long(
    every: Iterable[Standing], since: date, today: date, days: int
) -> list[Standing]:
    """Those that are still not known `days` days after the plan was made on `since`."""
    return unknown(every) if today - since >= timedelta(days=days) else []


def to_look_at(
    every: Sequence[Standing], since: date, today: date, days: int
) -> list[tuple[str, str]]:
    """(key, reason) of what the meet-up should speak of; the reason is "recheck" or "unknown".

    Each comes once: what is due and not known either is there as due.
    """
    again = [one.key for one in due(every, today)]
    old = [one.key for one in unknown_too_long(every, since, today, days)]
    late = [(key, "unknown") for key in old if key not in again]
    return [*((key, "recheck") for key in again), *late]


@dataclass(frozen=True)
class Workload:
    """The posts a week that the channels ask for, beside the hours that people have for them."""

    posts: int
    minutes_a_post: int = MINUTES_A_POST
    # None: nobody wrote down how many there are.
    hours: int | None = None

    @property
    def needed(self) -> float:
        """The hours a week that the posts take, to a tenth."""
        return round(self.posts * self.minutes_a_post / _HOUR, 1)

    @property
    def fits(self) -> bool | None:
        """Whether the hours are enough; None where that cannot be said."""
        if self.hours is None or not self.posts:
            return None
        return self.posts * self.minutes_a_post <= self.hours * _HOUR


def workload(
    cadences: Iterable[int], hours_a_week: int | None, minutes_a_post: int | None = None
) -> Workload:
    """What channels with these posts a week ask of a team with so many hours."""
    return Workload(sum(cadences), minutes_a_post or MINUTES_A_POST, hours_a_week)


@dataclass(frozen=True)
class Check:
    """One thing that Kapstok looked at itself: what, whether it is well, and what was seen."""

    about: str
    well: bool
    words: str
