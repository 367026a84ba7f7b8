"""One line for a post: `di 9:30 LinkedIn Vacature verpleegkundige #Nabij @Anouk`.

`understand` reads it: the day, the time, how often, the channel, #values, +audiences (or after
"voor"), @the colleague; what is left is the title, and text between double quotes always is. It
knows no database and no clock. Both languages are read, since offices mix them; the language of the
person settles what the two read differently (3/4). A wrong day must never be silent: what can mean
more than one thing has no value but a question, with the answers to choose from. `complete` says
what becomes of it, and asks what it lacks for a day.
"""

from __future__ import annotations

from calendar_app.calendar.quick_add import messages
from calendar_app.calendar.quick_add.completing import Completed, complete
from calendar_app.calendar.quick_add.facts import (
    Alternative,
    ChannelFact,
    Hook,
    Named,
    Note,
    PlanFact,
    Question,
    Span,
    Understood,
    Vocabulary,
)
from calendar_app.calendar.quick_add.names import lookup, near, plans_of
from calendar_app.calendar.quick_add.reading import understand

__all__ = [
    "Alternative",
    "ChannelFact",
    "Completed",
    "Hook",
    "Named",
    "Note",
    "PlanFact",
    "Question",
    "Span",
    "Understood",
    "Vocabulary",
    "complete",
    "lookup",
    "messages",
    "near",
    "plans_of",
    "understand",
]
