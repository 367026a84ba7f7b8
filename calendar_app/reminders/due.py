"""When a reminder is due, how long it is of use, and whether it is still wanted.

Nothing here knows a database or a clock: facts and a moment go in, a decision comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias

from calendar_app.language import N_
from calendar_app.moments import local, moment

MEETUP = "meetup"
HOST = "host"
REVIEW = "review"
ESCALATION = "escalation"
PUBLISH = "publish"
SENDER = "sender"
OUTCOME = "outcome"
WRITE = "write"
LATE = "late"
RECHECK = "recheck"
ACTION = "action"
WEBCARE = "webcare"
WEBCARE_ESCALATION = "webcare_escalation"
MISSED_SUMMARY = "missed_summary"
INVITATION = "calendar_invitation"
CHANGE = "calendar_change"
WITHDRAWAL = "calendar_withdrawal"
# The kinds that are about a question from outside.
OF_WEBCARE = (WEBCARE, WEBCARE_ESCALATION)
# The kinds that are about a post.
OF_POSTS = (REVIEW, ESCALATION, WRITE, PUBLISH, LATE, SENDER)
# The kinds that are about one meet-up and end when it begins.
OF_MEETUPS = (MEETUP, HOST)
# The kinds that are of no use any more at a moment that nobody's quiet hours can put off.
END_AT_A_MOMENT = (MEETUP, HOST, PUBLISH, WRITE, INVITATION, CHANGE, WITHDRAWAL)
KINDS = (*OF_MEETUPS, OUTCOME, *OF_POSTS, RECHECK, ACTION, *OF_WEBCARE, MISSED_SUMMARY)
KIND_NAMES = {
    MEETUP: N_("The meet-up begins soon"),
    HOST: N_("You lead the next meet-up"),
    OUTCOME: N_("A meet-up is over: what was agreed"),
    REVIEW: N_("Somebody asks you to review a post"),
    ESCALATION: N_("A post waits too long for an approval"),
    WRITE: N_("A post of yours has to be written"),
    PUBLISH: N_("It is time to publish a post"),
    LATE: N_("A post of yours is past its time"),
    SENDER: N_("An ambassador does not post your post after all"),
    RECHECK: N_("It is time to look at a precondition again"),
    ACTION: N_("An action of yours is due"),
    WEBCARE: N_("A question for you should have had an answer"),
    WEBCARE_ESCALATION: N_("A question waits much too long for an answer"),
    MISSED_SUMMARY: N_("Reminders were missed"),
}
# The kinds that bring the meet-ups into a calendar. They are chosen with the feeds, all or none.
CALENDAR_NAMES = {
    INVITATION: N_("An invitation to meet-ups, for the calendar"),
    CHANGE: N_("A change of meet-ups, for the calendar"),
    WITHDRAWAL: N_("Meet-ups that leave the calendar"),
}
OF_CALENDARS = tuple(CALENDAR_NAMES)
ALL_NAMES = {**KIND_NAMES, **CALENDAR_NAMES}
# The kinds of which all that is due to one person goes out as one mail.
TOGETHER = (REVIEW, WRITE, LATE, RECHECK, ACTION, *OF_WEBCARE)
# Who was asked to review something is not asked again within this time, but for all of it at once.
REVIEWS_TOGETHER = timedelta(hours=1)
# Shortly before its post goes out a request is not put off any more.
REVIEW_BEFORE_POST = timedelta(hours=1)
# Whose deputies in the role matrix stand in for who is away.
TASKS = {REVIEW: "review", WRITE: "writing", PUBLISH: "publishing", LATE: "publishing"}
# The subject of a summary is this, and the subject of the reminders it is about.
SUMMARY_PREFIX = "missed:"
# A summary of what went wrong is still worth reading days later.
SUMMARY_IS_OF_USE = timedelta(days=7)

# A question that waited for two days is told of elsewhere; a post can go out until the evening.
REVIEW_IS_OF_USE = timedelta(days=2)
OUTCOME_IS_OF_USE = timedelta(days=2)
PUBLISH_IS_OF_USE = timedelta(hours=12)
# So long into the next working day an ambassador can still post what waited for it.
PUBLISH_NEXT_DAY = timedelta(hours=4)
SENDER_IS_OF_USE = timedelta(days=2)
ESCALATION_IS_OF_USE = timedelta(days=4)
LATE_IS_OF_USE = timedelta(days=2)
RECHECK_IS_OF_USE = timedelta(days=5)
ACTION_IS_OF_USE = timedelta(days=5)
WEBCARE_IS_OF_USE = timedelta(days=2)

# Who leads hears it in the afternoon before, and can still ask somebody else.
HOST_HEARS_AT = time(15)
# In the last hour it says nothing new: what goes to all then names the host too.
HOST_HEARS_BEFORE = timedelta(hours=1)
# So many working days before its own a post has to be written; there is still time for a review.
DAYS_TO_WRITE = 2
# Who has just entered a post is at it; what they enter in one go is told together.
WRITE_RESTS = timedelta(hours=4)
# Somebody who is at it marks a post soon enough.
LATE_AFTER = timedelta(hours=2)

FIRST_PAUSE = timedelta(seconds=5)
# So long a mail waits for an older one about the same invitation that is on its way.
LETS_PASS = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
# A relay that is away is asked by one mail at a time: often enough to be missed by nobody.
LONGEST_BETWEEN_PROBES = timedelta(minutes=1)
LONGEST_PAUSE_NEAR_A_DEADLINE = timedelta(seconds=15)
NEAR = timedelta(minutes=30)

IN_DOUBT = N_("It was handed over, but no answer came. It may have arrived.")
LEFT_TEAM = N_("This person is no longer in the team.")
MUTED = N_("This person does not want this reminder.")
NOT_INVITED = N_("This person no longer takes part.")
SERIES_ENDED = N_("The series was deleted.")
CALLED_OFF = N_("The meet-up was cancelled.")
NO_MEETUP = N_("There is no meet-up on this day.")
MOVED = N_("The meet-up was moved.")
GOES_ON = N_("The meet-up goes on after all.")
ABSENT = N_("This person is absent.")
POST_DELETED = N_("The post was deleted.")
POST_MOVED = N_("The post was moved.")
NOT_WAITING = N_("The post does not wait for this any more.")
NOT_ASKED = N_("Somebody else is asked for this post now.")
NOT_HOST = N_("Somebody else leads this meet-up now.")
PLAN_OVER = N_("The plan is no longer in use.")
LOOKED_AT = N_("Somebody looked at it, or chose another day for it.")
NOT_OWNER = N_("Somebody else looks after this now.")
TOLD_NEWER = N_("A newer mail tells it.")
PUT_BACK = N_("It was put back before this mail went out.")
NOT_BY_MAIL = N_("This person no longer gets this meet-up by mail.")
DONE = N_("It is done.")
REMOVED = N_("It was removed.")
ANSWERED = N_("It has an answer.")
OTHER_DAY = N_("It has another day now.")
OTHER_MOMENT = N_("It has to be answered at another moment now.")
OTHER_ROUTE = N_("This person gets it by another route now.")
QUIET = N_("It fell in this person's quiet hours.")
TOLD_TOGETHER = N_("It was told together with others of its kind.")
REFUSED = N_("The mail server refuses this mail.")
REFUSED_BY_ROUTE = N_("The other side refuses this message.")
HELD = N_("It was handed over, but no answer came. It may have arrived, so it is not sent again.")
GIVEN_TO_MAIL = N_("The other side did not take it, so it goes by mail.")
NO_ANSWER_IN_TIME = N_("The other side did not take it in time.")
REFUSED_IN_TIME = N_("The mail server did not take it in time.")
UNREACHABLE_IN_TIME = N_("The mail server did not answer.")
NOBODY_WORKED = N_("The reminder service was not running at that time.")
TOO_MANY = N_("More reminders were due than can be sent in a minute.")


# The first moment at which somebody of a team is at work: the one given, or one after it.
AtWork: TypeAlias = Callable[[datetime], datetime]


@dataclass(frozen=True)
class Facts:
    """How things stand for one reminder. The part of what it is not about is None."""

    belongs: bool
    muted: bool
    meetup: MeetupFacts | None = None
    outcome: OutcomeFacts | None = None
    post: PostFacts | None = None
    precondition: PreconditionFacts | None = None
    invitation: InvitationFacts | None = None
    work: WorkFacts | None = None
    # Whether its person is reached by its route.
    by_this_route: bool = True
    # Until when the person wants to hear nothing; None: it is not quiet now.
    quiet_until: datetime | None = None
    # Whether it was due before that began, so that it could have been sent.
    was_due_before: bool = False


@dataclass(frozen=True)
class MeetupFacts:
    """How the meet-up stands now. `reminded_start` is the start that the reminder was made for."""

    state: str
    starts_at: datetime
    reminded_start: datetime
    series_deleted: bool
    takes_part: bool
    absent: bool
    # None: it does not matter who leads.
    leads: bool | None = None


@dataclass(frozen=True)
class OutcomeFacts:
    """How the meet-up stands now, for the mail that tells what was agreed at it."""

    is_closed: bool
    takes_part: bool


@dataclass(frozen=True)
class PostFacts:
    """How the post stands now, for the reminder that was made of it."""

    is_there: bool
    # Whether it still waits for what the reminder asks.
    waits: bool
    # Whether it is still the question, or the moment, that the reminder was made for.
    is_same: bool
    is_asked: bool
    absent: bool


@dataclass(frozen=True)
class PreconditionFacts:
    """How a precondition stands now, for the reminder to look at it again."""

    plan_in_use: bool
    # Whether it is still the day that the reminder was made for.
    is_same: bool
    is_asked: bool
    absent: bool


@dataclass(frozen=True)
class InvitationFacts:
    """How a mail for a calendar stands among the others about the same invitation."""

    is_newest: bool
    # Whether the person still gets it by mail; of a withdrawal that does not matter.
    is_wanted: bool
    # Whether an older one is on its way.
    is_overtaking: bool


@dataclass(frozen=True)
class WorkFacts:
    """How something that somebody has to do stands now, for the reminder to do it."""

    # Why it has not to be done any more (a msgid); empty: it waits.
    over: str
    # Whether it is still the day that the reminder was made for.
    is_same: bool
    is_asked: bool
    absent: bool
    # What is said when it is not (a msgid).
    not_same: str = OTHER_DAY


@dataclass(frozen=True)
class Decision:
    """What is to be done with a reminder now, and why (a msgid; empty when it is sent)."""

    verdict: Literal["send", "cancel", "missed", "wait"]
    reason: str = ""
    # When it is to be looked at again, if it has to wait.
    until: datetime | None = None


@dataclass(frozen=True)
class Hindrance:
    """What stood in the way of a reminder that was not sent in time."""

    tried: bool
    relay_down: bool
    worker_ran: bool
    by_mail: bool = True


def due_at(starts_at: datetime, lead: timedelta) -> datetime:
    """When the reminder of a meet-up goes out."""
    return starts_at - lead


def host_due_at(starts_at: datetime, zone: str, at_work: AtWork) -> datetime:
    """When the host of a meet-up hears of it: in the afternoon of the last working day before."""
    eve = local(starts_at, zone).date() - timedelta(days=1)
    # Not for ever: a team may have no working days at all.
    before = (eve - timedelta(days=ahead) for ahead in range(30))
    day = next((day for day in before if _works_on(day, zone, at_work)), eve)
    return moment(day, HOST_HEARS_AT, zone)


def write_due_at(starts_at: datetime, created_at: datetime, zone: str, at_work: AtWork) -> datetime:
    """When a post that is not written yet is asked for: when work begins, two working days before.

    A day is a working day when somebody is at work on it. Of a post that is made after that: at the
    next whole hour at work, some hours after it was made.
    """
    return at_work(max(_morning_to_write(starts_at, zone, at_work), _rested(created_at)))


def _rested(created_at: datetime) -> datetime:
    at = created_at + WRITE_RESTS
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour if hour == at else hour + timedelta(hours=1)


def _morning_to_write(starts_at: datetime, zone: str, at_work: AtWork) -> datetime:
    day, left = local(starts_at, zone).date(), DAYS_TO_WRITE
    # Not for ever: a team may have no working days at all.
    for _day in range(30):
        if left == 0:
            break
        day -= timedelta(days=1)
        left -= _works_on(day, zone, at_work)
    return at_work(moment(day, time(), zone))


def _works_on(day: date, zone: str, at_work: AtWork) -> bool:
    return local(at_work(moment(day, time(), zone)), zone).date() == day


def review_due_at(
    asked_at: Sequence[datetime], latest: Sequence[datetime | None] = ()
) -> list[datetime]:
    """When each request for review to one person goes out; `asked_at` ascends.

    The first at once, and those that follow within the hour together at its end, and so on; but
    none later than its `latest`, if it has one.
    """
    together = _told_together(asked_at)
    limits = latest or [None] * len(asked_at)
    return [
        told if limit is None else min(told, max(at, limit))
        for told, at, limit in zip(together, asked_at, limits, strict=True)
    ]


def review_latest(
    asked_at: datetime, starts_at: datetime | None, patience: int | None
) -> datetime | None:
    """Until when a request can be put off: not to where its post goes out, nor to an escalation.

    `patience` is after how many hours of work that comes; None: never.
    """
    limits = [] if starts_at is None else [starts_at - REVIEW_BEFORE_POST]
    if patience is not None:
        limits.append(asked_at + timedelta(hours=patience) / 2)
    return min(limits, default=None)


def _told_together(asked_at: Sequence[datetime]) -> list[datetime]:
    found: list[datetime] = []
    for at in asked_at:
        last = found[-1] if found else None
        if last is None or at >= last + REVIEWS_TOGETHER:
            found.append(at)
        else:
            found.append(last if at <= last else last + REVIEWS_TOGETHER)
    return found


def publish_useful_until(due_at: datetime, at_work: AtWork | None) -> datetime:
    """Until when "publish now" is of use; to an ambassador, who is told `at_work`, then too.

    What did not reach them while they were at work waits until they are again.
    """
    until = due_at + PUBLISH_IS_OF_USE
    again = until if at_work is None else at_work(until)
    return until if again == until else again + PUBLISH_NEXT_DAY


def late_due_at(published_at: datetime, at_work: AtWork) -> datetime:
    """When it is told that a post is past its time: two hours later, while somebody is at work.

    `published_at` is when its publisher hears of it; an ambassador does so at work.
    """
    return at_work(published_at + LATE_AFTER)


def recheck_due_at(day: date, zone: str, at_work: AtWork) -> datetime:
    """When a precondition is to be looked at again: as work begins on `day`, or on the next."""
    return at_work(moment(day, time(), zone))


def action_due_at(day: date, agreed_at: datetime, zone: str, at_work: AtWork) -> datetime:
    """When an action is asked for that has to be done by `day`: as work begins on it.

    Of one that is agreed after that: at the next whole hour at work, some hours later.
    """
    return at_work(max(at_work(moment(day, time(), zone)), _rested(agreed_at)))


def subject(occurrence_id: int, starts_at: datetime) -> str:
    """What a reminder is about: one meet-up at one moment, so that a moved one is another."""
    return f"occurrence:{occurrence_id}@{_plain(starts_at)}"


def subject_of_outcome(occurrence_id: int) -> str:
    """What the mail about a meet-up that is over is about: closed twice it is told of once."""
    return f"outcome:{occurrence_id}"


def subject_of_review(post_id: int, asked_at: datetime) -> str:
    """What a request for review is about: one post, asked at one moment."""
    return f"review:{post_id}@{_plain(asked_at)}"


def subject_of_escalation(post_id: int, asked_at: datetime) -> str:
    """What an escalation is about: one request for review, so that a new one is another."""
    return f"escalation:{post_id}@{_plain(asked_at)}"


def subject_of_publishing(post_id: int, starts_at: datetime) -> str:
    """What "publish now" is about: one post at one moment, so that a moved one is another."""
    return f"publish:{post_id}@{_plain(starts_at)}"


def subject_of_host(occurrence_id: int, starts_at: datetime) -> str:
    """What "you lead" is about: one meet-up at one moment, so that a moved one is another."""
    return f"host:{occurrence_id}@{_plain(starts_at)}"


def subject_of_writing(post_id: int, day: date) -> str:
    """What "has to be written" is about: one post on one local day, so that only another is new."""
    return f"write:{post_id}@{day.isoformat()}"


def subject_of_late(post_id: int, starts_at: datetime) -> str:
    """What "past its time" is about: one post at one moment, so that a moved one is another."""
    return f"late:{post_id}@{_plain(starts_at)}"


def subject_of_recheck(precondition_id: int, day: date) -> str:
    """What another look is about: one precondition, and the day that was chosen for it."""
    return f"recheck:{precondition_id}@{day.isoformat()}"


def subject_of_action(action_id: int, day: date) -> str:
    """What "is due" is about: one action, and the day by which it has to be done."""
    return f"action:{action_id}@{day.isoformat()}"


def subject_of_webcare(kind: str, item_id: int, at: datetime) -> str:
    """What is told of a question: that it waits, of one of OF_WEBCARE, since that moment."""
    return f"{kind}:{item_id}@{_plain(at)}"


def subject_of_sender(change_id: int) -> str:
    """What the word of an ambassador is about: that entry of the post's history."""
    return f"sender:{change_id}"


def _plain(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def decide(facts: Facts, useful_until: datetime, now: datetime) -> Decision:
    """Whether to send a reminder at `now`, as things stand at this moment."""
    reason = _reason_not_to(facts)
    if reason is not None:
        return Decision("cancel", reason)
    if now >= useful_until:
        return Decision("missed")
    if facts.invitation is not None and facts.invitation.is_overtaking:
        return Decision("wait", until=now + LETS_PASS)
    if facts.quiet_until is None:
        return Decision("send")
    if facts.quiet_until < useful_until:
        return Decision("wait", until=facts.quiet_until)
    return Decision("missed") if facts.was_due_before else Decision("cancel", QUIET)


def _reason_not_to(facts: Facts) -> str | None:
    if not facts.belongs:
        return LEFT_TEAM
    if facts.muted:
        return MUTED
    return _reason_of_subject(facts) or (None if facts.by_this_route else OTHER_ROUTE)


def _reason_of_subject(facts: Facts) -> str | None:
    if facts.meetup is not None:
        return _reason_of_meetup(facts.meetup)
    if facts.outcome is not None:
        return _reason_of_outcome(facts.outcome)
    if facts.invitation is not None:
        return _reason_of_invitation(facts.invitation)
    return _reason_of_other(facts)


def _reason_of_other(facts: Facts) -> str | None:
    if facts.precondition is not None:
        return _reason_of_precondition(facts.precondition)
    if facts.work is not None:
        return _reason_of_work(facts.work)
    return None if facts.post is None else _reason_of_post(facts.post)


def _reason_of_meetup(meetup: MeetupFacts) -> str | None:
    reasons = {
        SERIES_ENDED: meetup.series_deleted,
        CALLED_OFF: meetup.state == "cancelled",
        NO_MEETUP: meetup.state == "skipped",
        MOVED: meetup.starts_at != meetup.reminded_start,
        NOT_INVITED: not meetup.takes_part,
        ABSENT: meetup.absent,
        NOT_HOST: meetup.leads is False,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _reason_of_precondition(precondition: PreconditionFacts) -> str | None:
    reasons = {
        PLAN_OVER: not precondition.plan_in_use,
        LOOKED_AT: not precondition.is_same,
        NOT_OWNER: not precondition.is_asked,
        ABSENT: precondition.absent,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _reason_of_invitation(invitation: InvitationFacts) -> str | None:
    if not invitation.is_newest:
        return TOLD_NEWER
    return None if invitation.is_wanted else NOT_BY_MAIL


def _reason_of_work(work: WorkFacts) -> str | None:
    reasons = {
        work.over: bool(work.over),
        work.not_same: not work.is_same,
        NOT_OWNER: not work.is_asked,
        ABSENT: work.absent,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _reason_of_outcome(outcome: OutcomeFacts) -> str | None:
    if not outcome.is_closed:
        return GOES_ON
    return None if outcome.takes_part else NOT_INVITED


def _reason_of_post(post: PostFacts) -> str | None:
    reasons = {
        POST_DELETED: not post.is_there,
        NOT_WAITING: not post.waits,
        POST_MOVED: not post.is_same,
        NOT_ASKED: not post.is_asked,
        ABSENT: post.absent,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def cause_of_missing(hindrance: Hindrance) -> str:
    """Why a reminder was not sent in time (a msgid)."""
    if not hindrance.by_mail and (hindrance.relay_down or hindrance.tried):
        return NO_ANSWER_IN_TIME
    if hindrance.relay_down:
        return UNREACHABLE_IN_TIME
    if hindrance.tried:
        return REFUSED_IN_TIME
    return TOO_MANY if hindrance.worker_ran else NOBODY_WORKED


def next_try(failures: int, deadline: datetime, now: datetime) -> datetime:
    """When to try again what failed `failures` times (1 or more) in a row, the last time `now`."""
    return now + pause(failures, deadline - now)


def pause(failures: int, left: timedelta) -> timedelta:
    """How long to wait after `failures` (1 or more) in a row, with `left` until the deadline.

    5 s, doubling; near the deadline at most 15 s, otherwise at most a quarter of an hour.
    """
    longest = LONGEST_PAUSE_NEAR_A_DEADLINE if left <= NEAR else LONGEST_PAUSE
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures - 1, 16)
    return min(doubled, longest)


def probe_pause(failures: int, left: timedelta) -> timedelta:
    """How long a relay is left alone that was away `failures` times (1 or more) in a row.

    `left` is what the nearest of the mails that are due has until its deadline.
    """
    return min(pause(failures, left), LONGEST_BETWEEN_PROBES)
