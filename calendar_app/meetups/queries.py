"""Questions about a team's meet-ups, and the planning of each series onto real days.

Every answer starts from the team, and asks a fixed number of queries however many rows there are.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from calendar_app.meetups import agenda, recurrence
from calendar_app.meetups.holidays import free_days_between
from calendar_app.meetups.models import Between, Meetup, MeetupParticipant, Occurrence
from calendar_app.moments import local, local_day_bounds
from calendar_app.monitoring import queries as monitoring
from calendar_app.monitoring.models import WebcareItem
from calendar_app.people.models import Absence, Membership, Person, Team
from calendar_app.people.queries import unseen
from calendar_app.plans import queries as plans
from calendar_app.plans.models import Channel, Plan, TaskRole
from calendar_app.plans.roles import Matrix, matrix, who_does
from calendar_app.posts import queries as posts
from calendar_app.posts.models import Post, PostChannel, PostValue

PLANNED_DAYS = 35
SHOWN_IDEAS = 8
HOSTING = "hosting"
_DAY = timedelta(days=1)
# No zone is further from UTC than 14 hours, so a local day lies within this of its moment.
_ABOUT_A_DAY = timedelta(hours=38)
HELD = Occurrence.state.in_(("planned", "moved"))
_NOT_DROPPED = or_(Occurrence.state != "skipped", Occurrence.reason != "")


@dataclass(frozen=True)
class Presence:
    """Who of a meet-up's people are there on its day, by name, and who is away."""

    present: list[Person]
    # One row a person, the one that lasts longest; its `person` and `deputy` are loaded.
    absent: list[Absence]
    # Who leads the meet-ups of the team, and who stands in, as the plans' role matrices say.
    hosting: Matrix = field(default_factory=Matrix)


def plan_occurrences(
    session: Session, whose: Team | Meetup, now: datetime, days: int = PLANNED_DAYS
) -> int:
    """Bring the rows of a series, or of all series of a team, in line with rule and holidays.

    Looks from `now` until `days` local days ahead; what has begun is history and stays as it was.
    Answers how many rows it made or changed: a second run answers 0.
    """
    series = [whose] if isinstance(whose, Meetup) else meetups(session, whose)
    return sum(_plan(session, meetup, now, days) for meetup in series)


def _plan(session: Session, meetup: Meetup, now: datetime, ahead: int) -> int:
    session.flush()
    # Two planners at once would make the same row twice: one waits (SQLite has one writer anyway).
    session.execute(select(Meetup.id).where(Meetup.id == meetup.id).with_for_update())
    today = local(now, meetup.zone).date()
    rows = _rows_from(session, meetup, today, now)
    # A day whose hour has passed already was never held, and is nothing to remind of.
    wanted = [
        day
        for day in _days_of(meetup, today, today + ahead * _DAY)
        if recurrence.moment(day, meetup.local_time, meetup.zone) > now
    ]
    holidays = holidays_of(meetup, [*wanted, *(row.local_day for row in rows)])
    for row in rows:
        if row.starts_at > now and row.begun_at is None:
            row.follow_rule(meetup, holidays.get(row.local_day))
    known = {row.local_day for row in rows}
    new = [Occurrence.planned(meetup, day, holidays.get(day)) for day in wanted if day not in known]
    session.add_all(new)
    _keep_in_order([*rows, *new], meetup, now)
    changed = len(new) + sum(1 for row in rows if session.is_modified(row))
    session.flush()
    return changed


def _rows_from(session: Session, meetup: Meetup, today: date, now: datetime) -> list[Occurrence]:
    query = (
        select(Occurrence)
        .where(Occurrence.meetup_id == meetup.id)
        .where(or_(Occurrence.local_day >= today, Occurrence.starts_at > now))
        .order_by(Occurrence.local_day)
        # The row may have changed while this planner waited for another.
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _days_of(meetup: Meetup, first: date, last: date) -> list[date]:
    return [] if meetup.deleted_at else recurrence.days(meetup.rule, first, last)


def holidays_of(meetup: Meetup, days: Sequence[date]) -> dict[date, str]:
    """The public holidays between the first and the last of `days` on which it is not held."""
    if not days or not meetup.skips_holidays:
        return {}
    return free_days_between(meetup.team.area, min(days), max(days), language=meetup.team.language)


def _keep_in_order(rows: Iterable[Occurrence], meetup: Meetup, now: datetime) -> None:
    """Put back what was moved to a place that a change of the series has since taken."""
    held = sorted((row for row in rows if row.is_held), key=lambda row: row.local_day)
    while (lost := _first_out_of_order(held, now)) is not None:
        lost.fall_back(meetup)


def _first_out_of_order(held: Sequence[Occurrence], now: datetime) -> Occurrence | None:
    for earlier, later in pairwise(held):
        if earlier.held_on >= later.held_on:
            movable = (row for row in (earlier, later) if row.state == "moved" and not row.begun_at)
            return next((row for row in movable if row.starts_at > now), None)
    return None


def neighbours(session: Session, occurrence: Occurrence) -> Between:
    """The days of the meet-ups that are held just before and just after `occurrence`."""
    of_series = select(Occurrence.held_on).where(Occurrence.meetup_id == occurrence.meetup_id, HELD)
    earlier = of_series.where(Occurrence.local_day < occurrence.local_day)
    later = of_series.where(Occurrence.local_day > occurrence.local_day)
    before = session.scalar(earlier.order_by(Occurrence.local_day.desc()).limit(1))
    after = session.scalar(later.order_by(Occurrence.local_day).limit(1))
    return Between(before, after or _next_by_rule(occurrence))


def _next_by_rule(occurrence: Occurrence) -> date | None:
    first = occurrence.local_day + _DAY
    last = occurrence.local_day + PLANNED_DAYS * _DAY
    off = holidays_of(occurrence.meetup, [first, last])
    found = _days_of(occurrence.meetup, first, last)
    return next((day for day in found if day not in off), None)


def meetups(session: Session, team: Team) -> list[Meetup]:
    """The team's series that are not deleted, with their people, the oldest first."""
    query = (
        select(Meetup)
        .where(Meetup.team_id == team.id, Meetup.deleted_at.is_(None))
        .options(selectinload(Meetup.participants), selectinload(Meetup.host))
        .order_by(Meetup.id)
    )
    return list(session.scalars(query))


def meetup_made_by(session: Session, team: Team, creation_key: str) -> Meetup | None:
    """The series that the form with this key made before, if it did."""
    query = select(Meetup).where(Meetup.team_id == team.id, Meetup.creation_key == creation_key)
    return session.scalars(query).one_or_none()


def occurrences_between(
    session: Session, team: Team, start: datetime, end: datetime
) -> list[Occurrence]:
    """Meet-ups with `start` <= starts_at < `end` (aware), by moment, with their series and people.

    In every state, so ask `is_held`; left out are only days that a series no longer has.
    """
    query = _of(team).where(Occurrence.starts_at >= start, Occurrence.starts_at < end, _NOT_DROPPED)
    return _in_order(session, query)


def coming_occurrences(
    session: Session, team: Team, now: datetime, limit: int = 10
) -> list[Occurrence]:
    """The next meet-ups that are not over, in every state, by moment."""
    return _in_order(session, _of(team).where(Occurrence.ends_at > now, _NOT_DROPPED).limit(limit))


def coming_of(session: Session, meetup: Meetup, now: datetime) -> list[Occurrence]:
    """The meet-ups of one series that are held and not over, by moment."""
    query = _of(meetup.team).where(Occurrence.meetup_id == meetup.id)
    return _in_order(session, query.where(Occurrence.ends_at > now, HELD))


def next_occurrence(
    session: Session, team: Team, person: Person | None, now: datetime
) -> Occurrence | None:
    """The running or next meet-up that is held, with `person` in it (None: with anybody)."""
    query = _of(team).where(Occurrence.ends_at > now, HELD)
    if person is not None:
        query = query.where(_takes_part(person))
    return next(iter(_in_order(session, query.limit(1))), None)


def todays_occurrence(
    session: Session, team: Team, now: datetime, person: Person | None = None
) -> Occurrence | None:
    """The meet-up of this local day that is running or next; when all are over, the last one.

    When `person` takes part in one of them (None: nobody is asked for), one of those.
    """
    about_now = (
        Occurrence.starts_at > now - _ABOUT_A_DAY,
        Occurrence.starts_at < now + _ABOUT_A_DAY,
    )
    near = _in_order(session, _of(team).where(HELD, *about_now))
    today = [row for row in near if row.held_on == local(now, row.zone).date()]
    mine = [row for row in today if person in row.meetup.participants]
    today = mine or today
    not_over = [row for row in today if row.ends_at > now]
    return next(iter(not_over or today[-1:]), None)


def occurrence_before(session: Session, occurrence: Occurrence) -> Occurrence | None:
    """The meet-up of the same series, or of one it goes on with, that was held before this one."""
    query = (
        select(Occurrence)
        .join(Meetup, Meetup.id == Occurrence.meetup_id)
        .where(Meetup.family_of_all() == occurrence.meetup.family, HELD)
        .where(Occurrence.starts_at < occurrence.starts_at)
        .order_by(Occurrence.starts_at.desc())
    )
    return session.scalars(query.limit(1)).first()


def _of(team: Team) -> Select[Occurrence]:
    whole = selectinload(Occurrence.meetup)
    return (
        select(Occurrence)
        .where(Occurrence.team_id == team.id)
        .options(whole.selectinload(Meetup.participants), whole.selectinload(Meetup.host))
    )


def _in_order(session: Session, query: Select[Occurrence]) -> list[Occurrence]:
    return list(session.scalars(query.order_by(Occurrence.starts_at, Occurrence.id)))


def _takes_part(person: Person) -> ColumnElement[bool]:
    mine = select(MeetupParticipant.meetup_id).where(MeetupParticipant.person_id == person.id)
    return Occurrence.meetup_id.in_(mine)


def present_participants(
    session: Session, occurrence: Occurrence
) -> tuple[list[Person], list[Absence]]:
    """Who is there on the occurrence's local day, by name, and the absences of who is not.

    Who left the team, has no account any more or does not want to be seen, is neither.
    """
    found = presence(session, [occurrence])[occurrence.id]
    return found.present, found.absent


def presence(session: Session, occurrences: Sequence[Occurrence]) -> dict[int, Presence]:
    """Who is there and who is away, by the occurrence's id; a few queries for all of them."""
    if not occurrences:
        return {}
    hosting = hosting_in(session, {row.team_id for row in occurrences})
    people = people_by_meetup(session, {row.meetup_id for row in occurrences})
    days = [row.held_on for row in occurrences]
    everyone = {person.id for invited in people.values() for person in invited}
    away = _absences(session, everyone, min(days), max(days))
    return {
        row.id: replace(
            _presence(row, people.get(row.meetup_id, []), away),
            hosting=hosting.get(row.team_id, Matrix()),
        )
        for row in occurrences
    }


def host_of(occurrence: Occurrence, found: Presence) -> Person | None:
    """Who leads: the host; when away whoever stands in, else who comes next by name. None: nobody.

    Who stands in: somebody else who leads meet-ups by the role matrix, or a deputy there, or the
    deputy that the host named for those days.
    """
    host = occurrence.meetup.host
    if host is None or not found.present:
        return None
    there = {person.id: person for person in found.present}
    away = {absence.person_id: absence.deputy_id for absence in found.absent}
    asked = who_does(_led_by(host, found.hosting), HOSTING, away, able=there)
    if asked is not None:
        return there[asked.person]
    after = (person for person in found.present if person.name > host.name)
    return next(after, found.present[0])


def _led_by(host: Person, roles: Matrix) -> Matrix:
    """`roles` with the host of the series before all others who lead."""
    return Matrix({HOSTING: (host.id, *roles.doers.get(HOSTING, ()))}, roles.deputies)


def hosting_in(session: Session, teams: Collection[int]) -> dict[int, Matrix]:
    """Who leads the meet-ups of each of these teams, by its id: of all plans in use together.

    Only who is in the team and wants to be seen.
    """
    query = (
        select(TaskRole)
        .join(Plan, Plan.id == TaskRole.plan_id)
        .join(
            Membership,
            (Membership.person_id == TaskRole.person_id) & (Membership.team_id == TaskRole.team_id),
        )
        .where(TaskRole.team_id.in_(teams), TaskRole.task == HOSTING, Plan.archived_at.is_(None))
        .where(Membership.ended_at.is_(None), Membership.takes_part.is_(True))
        .order_by(TaskRole.plan_id, TaskRole.id)
    )
    cells: dict[int, list[tuple[str, int, str]]] = {}
    for row in session.scalars(query):
        cells.setdefault(row.team_id, []).append((row.task, row.person_id, row.part))
    return {team_id: matrix(found) for team_id, found in cells.items()}


def proposed_host(session: Session, team: Team, people: Sequence[Person]) -> Person | None:
    """Whom of `people` the role matrix proposes to lead a new series."""
    roles = hosting_in(session, [team.id]).get(team.id, Matrix())
    able = {person.id: person for person in people}
    # A series lasts; who is away on one of its days is asked for that day alone.
    asked = who_does(roles, HOSTING, {}, able=able)
    return None if asked is None else able[asked.person]


def people_by_meetup(session: Session, meetup_ids: set[int]) -> dict[int, list[Person]]:
    """Who takes part in each of these series and may be seen, by name; by the series' id."""
    query = (
        select(MeetupParticipant.meetup_id, Person)
        .join(Person, Person.id == MeetupParticipant.person_id)
        .join(Meetup, Meetup.id == MeetupParticipant.meetup_id)
        .join(
            Membership,
            (Membership.person_id == Person.id) & (Membership.team_id == Meetup.team_id),
        )
        .where(MeetupParticipant.meetup_id.in_(meetup_ids))
        .where(Membership.ended_at.is_(None), Membership.takes_part, Person.active.is_(True))
        .order_by(Person.name, Person.id)
    )
    found: dict[int, list[Person]] = {}
    for meetup_id, person in session.execute(query):
        found.setdefault(meetup_id, []).append(person)
    return found


def _absences(session: Session, people: set[int], first: date, last: date) -> list[Absence]:
    query = (
        select(Absence)
        .where(Absence.person_id.in_(people))
        .where(Absence.first_day <= last, Absence.last_day >= first)
        .options(selectinload(Absence.person), selectinload(Absence.deputy))
        .order_by(Absence.last_day.desc(), Absence.id)
    )
    return list(session.scalars(query))


def _presence(
    occurrence: Occurrence, invited: Sequence[Person], absences: Sequence[Absence]
) -> Presence:
    away: dict[int, Absence] = {}
    for absence in absences:
        on_the_day = absence.first_day <= occurrence.held_on <= absence.last_day
        if on_the_day and absence.team_id == occurrence.team_id:
            away.setdefault(absence.person_id, absence)
    return Presence(
        present=[person for person in invited if person.id not in away],
        absent=[away[person.id] for person in invited if person.id in away],
    )


def agenda_of(
    session: Session, team: Team, occurrence: Occurrence, now: datetime
) -> tuple[agenda.Block, ...]:
    """The four blocks of one meet-up, from what the calendar holds at `now`."""
    seen = agenda.window(occurrence.held_on, occurrence.zone, since(session, occurrence))
    found = _post_facts(session, team, _posts_in(session, team, seen, now))
    facts = agenda.Facts(
        posts=_with_results(session, team, found),
        ideas=_post_facts(session, team, _newest_ideas(session, team)),
        channels=_channel_facts(session, team, seen),
        preconditions=_precondition_facts(session, team, occurrence.held_on),
        questions=_question_facts(session, team, now),
        all_questions=monitoring.count_open(session, team, now)[0],
    )
    minutes = int((occurrence.ends_at - occurrence.starts_at).total_seconds() // 60)
    return agenda.agenda(facts, seen, now, minutes)


def since(session: Session, occurrence: Occurrence) -> datetime:
    """When the team last met; for the first meet-up a day earlier."""
    before = occurrence_before(session, occurrence)
    return before.starts_at if before else occurrence.starts_at - _DAY


def day_starts(occurrence: Occurrence) -> datetime:
    """When the local day of the meet-up begins."""
    return local_day_bounds(occurrence.held_on, occurrence.zone)[0]


def _posts_in(session: Session, team: Team, seen: agenda.Window, now: datetime) -> list[Post]:
    found = [
        *posts.posts_between(session, team, seen.day_starts, seen.coming_ends),
        *posts.published_between(session, team, seen.since, seen.day_ends),
        *posts.late_posts(session, team, now),
    ]
    return list({post.id: post for post in found}.values())


def _newest_ideas(session: Session, team: Team) -> list[Post]:
    query = (
        select(Post)
        .where(Post.team_id == team.id, Post.state == "idea", Post.deleted_at.is_(None))
        .options(
            selectinload(Post.value_links).selectinload(PostValue.value),
            selectinload(Post.channels),
            selectinload(Post.owner),
        )
        .order_by(Post.created_at.desc(), Post.id.desc())
    )
    return list(session.scalars(query.limit(SHOWN_IDEAS)))


def _post_facts(session: Session, team: Team, found: Sequence[Post]) -> list[agenda.PostFact]:
    # One query for all reviewers; after it `post.reviewer` asks none.
    reviewers = {post.reviewer_id for post in found if post.reviewer_id is not None}
    known = list(session.scalars(select(Person).where(Person.id.in_(reviewers))))
    hidden = unseen(session, team)
    names = {person.id: person.first_name for person in known if person.id not in hidden}
    return [
        _post_fact(
            post,
            None if post.owner_id in hidden else post.owner,
            names.get(post.reviewer_id or 0, ""),
        )
        for post in found
    ]


def _post_fact(post: Post, owner: Person | None, reviewer: str) -> agenda.PostFact:
    values = [link.value for link in post.value_links]
    return agenda.PostFact(
        id=post.id,
        title=post.title,
        state=post.state,
        starts_at=post.starts_at,
        published_at=post.published_at,
        channels=tuple(channel.name for channel in post.channels),
        channel_short=post.channels[0].short if post.channels else "",
        value_hooks=tuple(value.hook for value in values),
        value_names=tuple(value.name for value in values),
        owner_id=owner.id if owner else None,
        owner=owner.first_name if owner else "",
        owner_initials=owner.initials if owner else "",
        reviewer=reviewer,
        reviewer_id=post.reviewer_id,
        is_free=post.owner_id is None,
        version=post.version,
    )


def _with_results(
    session: Session, team: Team, facts: Sequence[agenda.PostFact]
) -> list[agenda.PostFact]:
    """Of what went out also what was counted."""
    out = [fact.id for fact in facts if fact.state == "published"]
    counted = monitoring.results_added_up(session, team, out)
    return [
        replace(fact, results=counted.get(fact.id, ())) if fact.state == "published" else fact
        for fact in facts
    ]


def _question_facts(session: Session, team: Team, now: datetime) -> list[agenda.QuestionFact]:
    hidden = unseen(session, team)
    found = monitoring.open_items(session, team, agenda.SHOWN_QUESTIONS)
    return [_question_fact(item, item.taken_by, hidden, now) for item in found]


def _question_fact(
    item: WebcareItem, owner: Person | None, hidden: Container[int], now: datetime
) -> agenda.QuestionFact:
    return agenda.QuestionFact(
        id=item.id,
        words=item.called,
        channel="" if item.channel is None else item.channel.name,
        received_at=item.received_at,
        answer_by=item.answer_by,
        overdue=item.is_overdue(now),
        owner_id=None if owner is None else owner.id,
        owner="" if owner is None or owner.id in hidden else owner.first_name,
        version=item.version,
    )


def _precondition_facts(session: Session, team: Team, day: date) -> list[agenda.PreconditionFact]:
    return [
        agenda.PreconditionFact(one.plan.id, one.plan.name, one.key, one.name, one.reason)
        for one in plans.preconditions_to_look_at(session, team, day)
    ]


def _channel_facts(session: Session, team: Team, seen: agenda.Window) -> list[agenda.ChannelFact]:
    this_week = (
        select(PostChannel.channel_id, func.count().label("planned"))
        .join(Post, Post.id == PostChannel.post_id)
        .where(Post.team_id == team.id, Post.deleted_at.is_(None))
        .where(Post.state.not_in(("idea", "cancelled")))
        .where(Post.starts_at >= seen.week_starts, Post.starts_at < seen.week_ends)
        .group_by(PostChannel.channel_id)
        .subquery()
    )
    query = (
        select(Channel.id, Channel.name, Channel.cadence, func.coalesce(this_week.c.planned, 0))
        .join(Plan, Plan.id == Channel.plan_id)
        .outerjoin(this_week, this_week.c.channel_id == Channel.id)
        .where(Channel.team_id == team.id, Channel.deleted_at.is_(None), Channel.cadence > 0)
        .where(Plan.archived_at.is_(None))
        .order_by(Channel.plan_id, Channel.position, Channel.id)
    )
    return [agenda.ChannelFact(*row) for row in session.execute(query)]
