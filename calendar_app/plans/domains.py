"""The fields of HR work in which a question can lie, each with a worked example to begin from.

The fields are those that Russo names in both of her articles on HR and social media; the last one
is for a question that lies elsewhere. The examples are ours: concrete enough to pass the coach, and
about different houses, so that nobody takes one over without a thought.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from calendar_app.language import N_, say
from calendar_app.plans.questions import Question


@dataclass(frozen=True)
class Domain:
    """One field: its name, which way it faces, and a whole question about it, all msgids."""

    name: str
    facing: str
    group: str
    behaviour: str
    measure: str
    baseline: str
    target: str


OWN = "own"

# In the order of the articles. In Dutch a behaviour begins with "te" or holds it.
DOMAINS = {
    "employer": Domain(
        N_("Attractive employer"),
        "external",
        N_("nurses with a few years of experience in our region"),
        N_("think of us first when they look for another job"),
        N_("visits a month to the page about working with us"),
        N_("400 visits a month"),
        N_("900 visits a month"),
    ),
    "advantage": Domain(
        N_("Competitive advantage"),
        "internal",
        N_("colleagues at the counter and on the phone"),
        N_("answer a question from a customer on the same day"),
        N_("questions answered on the same day, of every ten"),
        N_("5 of every 10"),
        N_("8 of every 10"),
    ),
    "vacancies": Domain(
        N_("Vacancies"),
        "external",
        N_("electricians within an hour's travel"),
        N_("apply for one of our open jobs"),
        N_("applications from electricians a month"),
        N_("3 a month, 11 open jobs"),
        N_("9 a month, at most 4 open jobs"),
    ),
    "knowledge": Domain(
        N_("Sharing knowledge"),
        "internal",
        N_("advisers at our four offices"),
        N_("answer each other's questions where everybody can read along"),
        N_("questions with a useful answer within two days, of every ten"),
        N_("3 of every 10"),
        N_("8 of every 10"),
    ),
    "say": Domain(
        N_("More say for employees"),
        "internal",
        N_("colleagues who work in shifts"),
        N_("come up with their own ideas for the roster"),
        N_("ideas for the roster a month"),
        N_("1 a month"),
        N_("10 a month"),
    ),
    "projects": Domain(
        N_("Choosing projects"),
        "internal",
        N_("policy officers of all departments"),
        N_("put themselves forward for a project that suits them"),
        N_("projects whose team put itself forward, of every ten"),
        N_("1 of every 10"),
        N_("5 of every 10"),
    ),
    "communication": Domain(
        N_("Internal communication"),
        "internal",
        N_("colleagues without a desk of their own"),
        N_("read our news every week"),
        N_("colleagues without a desk who read along each week"),
        N_("120 of 600"),
        N_("400 of 600"),
    ),
    "learning": Domain(
        N_("Learning and development"),
        "internal",
        N_("team leaders in their first year"),
        N_("follow a short lesson every month"),
        N_("lessons that a team leader finishes in a year"),
        N_("2 a year"),
        N_("10 a year"),
    ),
    "alumni": Domain(
        N_("Alumni"),
        "external",
        N_("colleagues who left in the last five years"),
        N_("point people they know to our open jobs"),
        N_("applications that came through a former colleague"),
        N_("4 a year"),
        N_("25 a year"),
    ),
    "collaboration": Domain(
        N_("Collaboration"),
        "internal",
        N_("the district teams for youth and for debts"),
        N_("talk about a shared family within a week"),
        N_("days until the first talk, on average"),
        N_("24 days"),
        N_("7 days"),
    ),
    "onboarding": Domain(
        N_("Onboarding"),
        "internal",
        N_("colleagues who start with us this year"),
        N_("feel at home in their first thirty days"),
        N_("the mark they give after thirty days"),
        N_("6.4"),
        N_("8"),
    ),
    "mobility": Domain(
        N_("Internal mobility"),
        "internal",
        N_("colleagues who have had the same job for five years"),
        N_("look around at another team for a day"),
        N_("days spent with another team, a quarter"),
        N_("6 a quarter"),
        N_("40 a quarter"),
    ),
    "engagement": Domain(
        N_("Engagement"),
        "internal",
        N_("colleagues in the warehouse and on the road"),
        N_("tell what they would do differently"),
        N_("colleagues who answer the question of the month"),
        N_("15 of every 100"),
        N_("50 of every 100"),
    ),
    "employability": Domain(
        N_("Sustainable employability"),
        "internal",
        N_("colleagues above fifty with heavy work"),
        N_("make a plan to keep their work healthy"),
        N_("plans made, of every hundred colleagues"),
        N_("8 of every 100"),
        N_("60 of every 100"),
    ),
    "change": Domain(
        N_("Change processes"),
        "internal",
        N_("colleagues whose office moves next year"),
        N_("know what will change for them"),
        N_("colleagues who can name what changes, of every ten"),
        N_("4 of every 10"),
        N_("9 of every 10"),
    ),
    OWN: Domain(
        N_("Something else"),
        "external",
        N_("residents who came to live here this year"),
        N_("come to an evening about volunteering"),
        N_("new residents at the evening"),
        N_("12 on the last evening"),
        N_("50 on the next evening"),
    ),
}

HORIZONS = ("", "quarter", "year", "years")
HORIZON_NAMES = {
    "": N_("Not chosen"),
    "quarter": N_("A quarter"),
    "year": N_("A year"),
    "years": N_("Several years"),
}


def example(domain: Domain, language: str, today: date) -> Question:
    """The worked example of `domain` in `language`: a question for the year after `today`."""
    return Question(
        group=say(language, domain.group),
        behaviour=say(language, domain.behaviour),
        before=date(today.year + 1, today.month, 1),
        measure=say(language, domain.measure),
    )
