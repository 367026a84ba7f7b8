"""From what was found to one day, one time and one rule; what can be more than one is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calendar_app.calendar.quick_add import dates, messages, words
from calendar_app.calendar.quick_add.doubts import Verdict, verdict
from calendar_app.calendar.quick_add.facts import Alternative, Note, Question
from calendar_app.calendar.quick_add.line import Found, Line
from calendar_app.calendar.quick_add.rules import Rule
from calendar_app.calendar.quick_add.times import clock_times, times_of_part

NONE = "none"
_NO_SIGNS = re.compile(r"[^a-z0-9]+")
# When nothing says the time; it decides whether today still counts.
_USUAL_TIME = time(9)
_WORKING_DAYS = 5
_EARLIEST, _LATEST = timedelta(hours=-1), timedelta(hours=1)


@dataclass
class Answers:
    """The answers that a person gave before, and the questions that are still open."""

    given: Mapping[str, str]
    open: list[Question] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    _taken: Counter[str] = field(default_factory=Counter)

    def key(self, about: str, said: str) -> str:
        """A name for a question about `said`, that no other question of the line has."""
        plain = _NO_SIGNS.sub("-", said.lower())[:40].strip("-")
        wanted = f"{about}-{plain}" if plain else about
        self._taken[wanted] += 1
        number = self._taken[wanted]
        # Two signs that no word ends with: no other question's own name can be the same.
        return wanted if number == 1 else f"{wanted}--{number}"

    def to(self, question: Question) -> str | None:
        """The answer to `question`; None leaves it open."""
        self.asked.append(question)
        answer = self.given.get(question.key)
        if any(alternative.value == answer for alternative in question.alternatives):
            return answer
        self.open.append(question)
        return None


@dataclass
class Settled:
    """What the moments of a line come to."""

    date: date | None = None
    time: time | None = None
    rule: Rule | None = None
    notes: list[Note] = field(default_factory=list)


class Settling:
    """Settles one line: time, then how often, then the day, since each needs the one before."""

    def __init__(self, line: Line, zone: str, answers: Answers) -> None:
        self._line = line
        self._zone = zone
        self._answers = answers
        self._part: int | None = None
        self.settled = Settled()

    def run(self) -> Settled:
        """The day, the time and the rule; the findings that were none are released."""
        repeats = self._rules()
        start, until = self._bounds() if repeats else (None, None)
        for found in (start, until):
            # Said beside a rule, "vanaf" and "t/m" need no asking.
            if found is not None:
                found.is_anchored, found.is_doubtful = True, False
        days = self._kept("date", but=until)
        self._part = next((one.part for one in days if one.part is not None), None)
        self._time(self._kept("time"), days)
        day = self._day(days)
        if repeats is not None:
            self._repeat(repeats, day, until, begins=day is not None and day is start)
        self._check_clock()
        return self.settled

    # What counts

    def _kept(self, kind: str, but: Found | None = None) -> list[Found]:
        """The findings that count, or may; beside a sure one those amid the title do not."""
        line = self._line
        judged = {found: verdict(line, found) for found in line.of_kind(kind) if found is not but}
        has_sure = Verdict.SURE in judged.values()
        kept = []
        for found, what in judged.items():
            if what is Verdict.TITLE or (what is Verdict.ASKED and has_sure and found.stays):
                line.release(found)
                continue
            found.is_doubtful = what is Verdict.ASKED
            kept.append(found)
        return kept

    def _bounds(self) -> tuple[Found | None, Found | None]:
        """The day from which, and the day until which a rule holds: vanaf 1-12, t/m 24-12."""
        start = until = None
        for found in self._line.of_kind("date"):
            said = self._line.key(found.first - 1)
            if said == "met" and self._line.key(found.first - 3) == "tot":
                found.first -= 3
                until = found
            elif said in words.UNTIL:
                found.first -= 1
                until = found
            elif said in words.SINCE:
                found.first -= 1
                start = found
            self._line.reclaim(found)
        return start, until

    def _choose(
        self, found: Found, message: str, alternatives: Iterable[Alternative], about: str
    ) -> str | None:
        """The answer about `found`; None while it is open. After NONE its words are the title's."""
        said = self._line.words(found)
        offered = list(alternatives)
        if found.is_doubtful:
            offered.append(Alternative(NONE, words=messages.IN_THE_TITLE))
        key = self._answers.key(about, said)
        found.question = Question(about, key, message, {"words": said}, tuple(offered))
        answer = self._answers.to(found.question)
        if answer is not None:
            found.question = None
        if answer == NONE:
            self._line.release(found)
        return answer

    # The time

    def _time(self, kept: list[Found], days: list[Found]) -> None:
        chosen: list[tuple[Found, time]] = []
        for found in kept:
            part = self._part if found.part is None else found.part
            times = tuple(dict.fromkeys(clock_times(found, part)))
            if found.is_doubtful or len(times) > 1:
                self._ask_time(found, times, chosen)
            else:
                chosen.append((found, times[0]))
        if len({at for _found, at in chosen}) > 1:
            self._one_of(chosen, messages.MORE_TIMES, "time")
        elif chosen:
            self.settled.time = chosen[0][1]
        if not kept:
            self._time_of_part(days)

    def _ask_time(
        self, found: Found, times: tuple[time, ...], chosen: list[tuple[Found, time]]
    ) -> None:
        usual = messages.IS_IT_A_TIME if found.is_doubtful else messages.WHICH_TIME
        answer = self._choose(found, found.message or usual, _of_times(times), "time")
        if answer is not None and answer != NONE:
            chosen.append((found, time.fromisoformat(answer)))

    def _time_of_part(self, days: list[Found]) -> None:
        """ "vrijdagmiddag": which hour of it is asked."""
        if self._part is None:
            return
        found = next(one for one in days if one.part is not None)
        key = self._answers.key("time", self._line.words(found))
        question = Question(
            "time",
            key,
            messages.WHICH_TIME,
            {"words": self._line.words(found)},
            tuple(_of_times(times_of_part(self._part))),
        )
        answer = self._answers.to(question)
        self.settled.time = None if answer is None else time.fromisoformat(answer)

    # The day

    def _day(self, kept: list[Found]) -> Found | None:
        """The finding that says the day, once there is one."""
        chosen: list[tuple[Found, date]] = []
        if len([found for found in kept if found.is_doubtful and len(kept) > 1]) > 1:
            self._one_of_doubtful(kept)
            return None
        for found in kept:
            day = self._day_of(found)
            if day is not None:
                chosen.append((found, day))
        if len({day for _found, day in chosen}) > 1:
            self._one_of(chosen, messages.MORE_DAYS, "date")
        elif chosen:
            self.settled.date = chosen[0][1]
        return chosen[0][0] if chosen else None

    def _day_of(self, found: Found) -> date | None:
        days, note = self._days_of(found)
        if len(days) == 1 and not found.is_doubtful:
            if note is not None:
                self.settled.notes.append(note)
            return self._still_ahead(found, days[0])
        usual = messages.IS_IT_A_DAY if found.is_doubtful else messages.WHICH_DAY
        message = found.message or (messages.WHICH_DAY if found.grade == "open" else usual)
        answer = self._choose(found, message, _of_days(days), "date")
        if answer is None or answer == NONE:
            return None
        return date.fromisoformat(answer)

    def _days_of(self, found: Found) -> tuple[tuple[date, ...], Note | None]:
        """What the finding can mean, and what is worth saying of it."""
        today = self._line.today
        if found.weekday is not None:
            return self._days_of_weekday(found.weekday)
        if found.week is not None and found.weeks_ahead is None:
            found.grade = "open"
            found.is_doubtful = True
            week = (found.week + timedelta(days=number) for number in range(_WORKING_DAYS))
            return tuple(day for day in week if day >= today), None
        return found.days, found.note

    def _days_of_weekday(self, weekday: int) -> tuple[tuple[date, ...], Note | None]:
        """On a Tuesday "dinsdag" is today or next week; when its time is over, next week."""
        today = self._line.today
        following = dates.coming(weekday, today)
        if weekday != today.weekday():
            return (following,), None
        at = self.settled.time
        if at is not None and at <= self._line.now.time():
            return (following,), Note(messages.NEXT_WEEK)
        return (today, following), None

    def _still_ahead(self, found: Found, day: date) -> date | None:
        """`day`, unless its time is over already: then it is asked."""
        at = self.settled.time
        if day != self._line.today or at is None or at > self._line.now.time():
            return day
        tomorrow = day + timedelta(days=1)
        said = self._line.words(found)
        question = Question(
            "date",
            self._answers.key("date", f"{said} {at:%H:%M}"),
            messages.IS_OVER,
            {"time": f"{at:%H:%M}"},
            tuple(_of_days((tomorrow, day))),
        )
        answer = self._answers.to(question)
        return None if answer is None else date.fromisoformat(answer)

    def _one_of_doubtful(self, kept: list[Found]) -> None:
        """More than one day, none of them sure: one question for all."""
        days = [day for found in kept for day in self._days_of(found)[0]]
        question = Question(
            "date",
            self._answers.key("date", "more"),
            messages.MORE_DAYS,
            {},
            (
                *_of_days(tuple(sorted(set(days)))[:MOST_OFFERED]),
                Alternative(NONE, words=messages.IN_THE_TITLE),
            ),
        )
        answer = self._answers.to(question)
        for found in kept:
            found.question, found.stays = question, True
            if answer is not None:
                found.question = None
                if not any(day.isoformat() == answer for day in self._days_of(found)[0]):
                    self._line.release(found)
        if answer is not None and answer != NONE:
            self.settled.date = date.fromisoformat(answer)

    def _one_of(
        self, chosen: list[tuple[Found, date]] | list[tuple[Found, time]], message: str, about: str
    ) -> None:
        """Several that are each sure: which one is asked, and the others are the title's."""
        means = tuple(dict.fromkeys(moment for _found, moment in chosen))
        offered = _of_days(means) if about == "date" else _of_times(means)  # type: ignore[arg-type]
        question = Question(about, self._answers.key(about, "more"), message, {}, tuple(offered))
        answer = self._answers.to(question)
        for found, moment in chosen:
            if answer is None:
                found.question = question
            elif _sent(moment) != answer:
                self._line.release(found)
            elif about == "date":
                self.settled.date = moment  # type: ignore[assignment]  # of that kind
            else:
                self.settled.time = moment  # type: ignore[assignment]  # of that kind

    # How often

    def _rules(self) -> Found | None:
        """The finding that says how often, when it is sure or was answered so."""
        kept = self._kept("recurrence")
        for other in kept[1:]:
            self._line.release(other)
        found = kept[0] if kept else None
        if found is not None and found.other_rule is not None:
            return self._one_rule_of_two(found)
        if found is None or not found.is_doubtful:
            return found
        yes = Alternative("yes", words=messages.ON_THIS_RULE)
        answer = self._choose(found, messages.IS_IT_REPEATED, [yes], "recurrence")
        return found if answer == "yes" else None

    def _one_rule_of_two(self, found: Found) -> Found | None:
        offered = [
            Alternative("weeks", words=messages.EVERY_TWO_WEEKS),
            Alternative("month", words=messages.EVERY_MONTH),
        ]
        answer = self._choose(found, messages.SECOND_OF_WHICH, offered, "recurrence")
        if answer == "weeks":
            found.rule = found.other_rule
        return None if answer in {None, NONE} else found

    def _repeat(
        self, found: Found, start: Found | None, until: Found | None, *, begins: bool
    ) -> None:
        """The rule, and the first day on which it falls; `begins`: "vanaf" says the day."""
        rule = found.rule
        assert rule is not None  # noqa: S101 - a finding of this kind has one
        begin = self.settled.date
        if not rule.is_whole and begin is not None:
            rule = rule.on(begin)
        if until is not None:
            rule = replace(rule, until=self._last_day(until, begin))
        if not rule.is_whole:
            rule = self._on_which_weekday(found, rule)
        if rule is not None and rule.month_day is not None and rule.month_day > 28:
            rule = self._in_short_months(found, rule)
        if rule is None or (start is None and self._answers_wait("date")):
            return
        first = rule.first_from(begin or self._first_possible())
        if start is not None and not begins and begin is not None and first != begin:
            self._day_off_the_rule(start, rule, begin, first)
            return
        self.settled.rule = rule
        self.settled.date = first

    def _last_day(self, until: Found, begin: date | None) -> date | None:
        """The last day that "t/m" names: of a week its Sunday; None while it is asked."""
        if until.weekday is None and until.week is not None and until.weeks_ahead is None:
            return until.week + timedelta(days=6)
        if until.weekday is not None and begin is not None:
            return dates.coming(until.weekday, begin - timedelta(days=1))
        days, _note = self._days_of(until)
        if len(days) == 1:
            return days[0]
        until.is_doubtful = False
        answer = self._choose(until, messages.WHICH_DAY, _of_days(days), "recurrence")
        return None if answer is None else date.fromisoformat(answer)

    def _day_off_the_rule(self, start: Found, rule: Rule, begin: date, first: date | None) -> None:
        """ "elke dinsdag 24-12", a Thursday: asked, since either can be the mistake."""
        self.settled.date = None
        start.is_doubtful = False
        offered = [Alternative("once", words=messages.ONLY_ONCE)]
        if first is not None:
            offered.insert(0, Alternative("rule", words=messages.ON_THE_RULE))
        answer = self._choose(start, messages.OFF_THE_RULE, offered, "date")
        if answer == "rule":
            self.settled.rule, self.settled.date = rule, first
        elif answer == "once":
            self.settled.date = begin

    def _answers_wait(self, about: str) -> bool:
        return any(question.about == about for question in self._answers.open)

    def _first_possible(self) -> date:
        at = self.settled.time or _USUAL_TIME
        today = self._line.today
        return today if at > self._line.now.time() else today + timedelta(days=1)

    def _on_which_weekday(self, found: Found, rule: Rule) -> Rule | None:
        """ "om de week" without a day: asked, with the coming working days."""
        coming = (self._first_possible() + timedelta(days=number) for number in range(7))
        days = [day for day in coming if day.weekday() < _WORKING_DAYS]
        found.is_doubtful = False
        answer = self._choose(found, messages.WHICH_WEEKDAY, _of_days(days), "recurrence")
        return None if answer is None else rule.on(date.fromisoformat(answer))

    def _in_short_months(self, found: Found, rule: Rule) -> Rule | None:
        offered = [
            Alternative("last", words=messages.LAST_OF_MONTH),
            Alternative("only", words=messages.EVERY_SUCH_MONTH),
        ]
        found.is_doubtful = False
        answer = self._choose(found, messages.SHORT_MONTH, offered, "recurrence")
        if answer is None:
            return None
        return replace(rule, month_day=-1) if answer == "last" else rule

    # The clock

    def _check_clock(self) -> None:
        """A time that the clocks skip on that day, or show twice, is asked."""
        day, at = self.settled.date, self.settled.time
        if day is None or at is None:
            return
        message = _clock_trouble(day, at, self._zone)
        if message is None:
            return
        around = [datetime.combine(day, at) + step for step in (_EARLIEST, _LATEST)]
        offered = [one.time() for one in around if one.date() == day]
        if message is messages.DOUBLE_TIME:
            offered.insert(1, at)
        said = f"{at:%H:%M}"
        question = Question(
            "time",
            self._answers.key("time", f"{day} {said}"),
            message,
            {"time": said},
            tuple(_of_times(offered)),
        )
        answer = self._answers.to(question)
        self.settled.time = None if answer is None else time.fromisoformat(answer)


MOST_OFFERED = 8


def _of_days(days: Iterable[date]) -> list[Alternative]:
    return [Alternative(day.isoformat(), day) for day in days]


def _of_times(times: Iterable[time]) -> list[Alternative]:
    return [Alternative(f"{at:%H:%M}", at) for at in times]


def _sent(moment: date | time) -> str:
    return moment.isoformat() if isinstance(moment, date) else f"{moment:%H:%M}"


def _clock_trouble(day: date, at: time, zone: str) -> str | None:
    """Which message fits when the wall clock in `zone` skips `at` on `day`, or shows it twice."""
    wall = datetime.combine(day, at, ZoneInfo(zone))
    there_and_back = wall.astimezone(UTC).astimezone(ZoneInfo(zone))
    if there_and_back.replace(tzinfo=None) != wall.replace(tzinfo=None):
        return messages.SKIPPED_TIME
    if wall.utcoffset() != wall.replace(fold=1).utcoffset():
        return messages.DOUBLE_TIME
    return None
