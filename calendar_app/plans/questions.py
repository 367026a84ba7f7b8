"""The question of step 1: whom do we help to do what, before when, and how do we know it worked?

A question that names its group, behaviour, date and measure can be answered, and later judged;
"something with social media" cannot (Russo: make the issue as concrete as you can).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from calendar_app.language import N_, locale, say

# In Dutch the behaviour is written with "te": "te solliciteren".
_SENTENCE = N_(
    "How can we help %(group)s to %(behaviour)s before %(day)s, measured by %(measure)s?"
)


@dataclass(frozen=True)
class Question:
    """The four parts of the question as people wrote them; empty or None while missing."""

    group: str = ""
    behaviour: str = ""
    before: date | None = None
    measure: str = ""

    @property
    def is_begun(self) -> bool:
        """Whether at least one part is there."""
        return bool(self.group or self.behaviour or self.before or self.measure)


def sentence(question: Question, language: str) -> str:
    """The whole question in `language`, with the name of each missing part in square brackets."""
    before = question.before
    day = None if before is None else format_date(before, "long", locale(language))
    return say(
        language,
        _SENTENCE,
        group=_plain_end(question.group) or say(language, N_("[group]")),
        behaviour=_plain_end(question.behaviour) or say(language, N_("[behaviour]")),
        day=day or say(language, N_("[date]")),
        measure=_plain_end(question.measure) or say(language, N_("[measure]")),
    )


def _plain_end(part: str) -> str:
    """`part` without the stop that people type at its end: it stands inside a sentence."""
    return part.rstrip(" .?!")
