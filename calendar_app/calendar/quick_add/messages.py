"""What quick add asks and says: English msgids, said in the person's language at the exit."""

from __future__ import annotations

from calendar_app.language import N_

WHICH_DAY = N_("Which day is “%(words)s”?")
IS_IT_A_DAY = N_("Is “%(words)s” the day of this post, or does it belong to the title?")
MORE_DAYS = N_("This line names more than one day. On which day does the post go out?")
DAYS_DIFFER = N_("“%(words)s” names two different days. Which one is it?")
PASSED = N_("“%(words)s” has passed. Which day is it?")
IMPOSSIBLE = N_("The day “%(words)s” does not exist. Which day is it?")
IS_OVER = N_("Today it is later than %(time)s already. Which day is it?")

WHICH_TIME = N_("At what time is “%(words)s”?")
IS_IT_A_TIME = N_("Is “%(words)s” the time of this post, or does it belong to the title?")
MORE_TIMES = N_("This line names more than one time. At what time does the post go out?")
SKIPPED_TIME = N_("The clocks change on that day: %(time)s does not exist. Which time is it?")
DOUBLE_TIME = N_("The clocks change on that day: %(time)s comes twice. Which time is it?")

IS_IT_REPEATED = N_("Does this post come back (“%(words)s”), or do the words belong to the title?")
WHICH_WEEKDAY = N_("“%(words)s”: on which day does the post come back?")
SECOND_OF_WHICH = N_("How often is “%(words)s”?")
OFF_THE_RULE = N_("“%(words)s” is no day on which this post comes back. What is meant?")
SHORT_MONTH = N_("Not every month has a day “%(words)s”. What is meant?")

IS_IT_A_CHANNEL = N_("Is “%(words)s” the channel of this post, or does it belong to the title?")
IS_IT_AN_AUDIENCE = N_("Is “%(words)s” the audience of this post, or does it belong to the title?")
WHICH_VALUE = N_("No value is called “%(words)s”. Which one is it?")
WHICH_AUDIENCE = N_("No audience is called “%(words)s”. Which one is it?")
WHICH_PERSON = N_("Which colleague is “%(words)s”?")
NOBODY_CALLED = N_("No colleague is called “%(words)s”. Who is it?")
MORE_PEOPLE = N_("This line names more than one colleague. Whose post is it?")
WHICH_PLAN = N_("For which plan is this post?")
OTHER_PLANS = N_("These words belong to different plans. For which plan is this post?")

IN_THE_TITLE = N_("It belongs to the title")
EVERY_SUCH_MONTH = N_("Only in the months that have it")
LAST_OF_MONTH = N_("On the last day of each month")
EVERY_MONTH = N_("Once a month")
EVERY_TWO_WEEKS = N_("Every two weeks")
ON_THIS_RULE = N_("It comes back")
ON_THE_RULE = N_("It comes back, from the first such day after it")
ONLY_ONCE = N_("Only once, on that day")

NEXT_YEAR = N_("This is in %(year)s.")
NEXT_WEEK = N_("Today it is later already, so this is next week.")

# What a line still lacks.
NO_TITLE = N_("Type a title too.")
LONG_LINE = N_("The line is too long. Use at most %(max)s characters.")
LONG_TITLE = N_("The title is too long. Use at most %(max)s characters.")
NO_DAY = N_("On which day does this post go out?")
NO_TIME = N_("At what time does this post go out?")
NO_VALUE = N_("Which value does this post show?")
NO_AUDIENCE = N_("For which audience is this post?")
AS_AN_IDEA = N_("Keep it as an idea, without a day")
NO_PLAN = N_(
    "Your team has no plan yet, so this becomes an idea. What you typed stays in its text."
)
PLAN_NOT_READY = N_(
    "The plan “%(plan)s” is not ready: first finish steps 1 to 3. Until then this becomes an idea. "
    "What you typed stays in its text."
)
TAKEN_VALUE = N_("Value: %(name)s, the only one of the plan.")
TAKEN_AUDIENCE = N_("Audience: %(name)s, the only one here.")
NAMED_AUDIENCE = N_("Audience: %(name)s, since the title names them.")
CHANNEL_TIME = N_("At %(time)s, a good hour of the channel.")
USUAL_TIME = N_("At %(time)s, since you named no time.")
COMES_BACK = N_("This makes a series of drafts. On its page you can change it or stop it.")
