"""What is asked of the deliveries: those with all that decides about them, and the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload

from calendar_app.meetups.models import Meetup, MeetupParticipant, Occurrence
from calendar_app.meetups.sittings import Outcome, Sitting, outcome_of, sitting_of
from calendar_app.people.models import Absence, Membership, Person, Team
from calendar_app.people.queries import is_ambassador, is_unseen
from calendar_app.posts.escalation import who_hears
from calendar_app.posts.models import Post
from calendar_app.posts.queries import OVER
from calendar_app.reminders import due
from calendar_app.reminders.mail import MissedReminder, Story
from calendar_app.reminders.models import Delivery, Muted

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]

PAGE_LENGTH = 50

# Their places in a row of `with_facts`.
_HOST, _ASKER, _REVIEWER = 5, 7, 8
_Host = aliased(Person, name="host")
_Asker = aliased(Person, name="asker")
_Reviewer = aliased(Person, name="reviewer")


def with_facts() -> AnySelect:
    """Deliveries with the person, the meet-up or post, and all that decides about them."""
    of_person = Delivery.person_id
    day = func.coalesce(Occurrence.held_on, Delivery.due_on)
    is_of_day = (
        Absence.team_id == Delivery.team_id,
        Absence.first_day <= day,
        Absence.last_day >= day,
    )
    return (
        select(
            Delivery,
            Person,
            Team,
            Occurrence,
            Meetup,
            _Host,
            Post,
            _Asker,
            _Reviewer,
            _role().label("role"),
            is_there(Muted, Muted.person_id == of_person, Muted.kind == Delivery.kind).label(
                "is_muted"
            ),
            is_there(
                MeetupParticipant,
                MeetupParticipant.person_id == of_person,
                MeetupParticipant.meetup_id == Meetup.id,
                ~is_unseen(Delivery.person_id, Delivery.team_id),
            ).label("is_in"),
            is_there(Absence, Absence.person_id == of_person, *is_of_day).label("is_away"),
            or_(
                _asked() == of_person,
                is_there(
                    Absence,
                    Absence.person_id == _asked(),
                    Absence.deputy_id == of_person,
                    *is_of_day,
                ),
            ).label("is_asked"),
            Sitting.closed_at.label("closed_at"),
        )
        .join(Person, Person.id == of_person)
        .join(Team, Team.id == Delivery.team_id)
        .outerjoin(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .outerjoin(Meetup, Meetup.id == Occurrence.meetup_id)
        .outerjoin(Sitting, Sitting.occurrence_id == Delivery.occurrence_id)
        .outerjoin(_Host, (_Host.id == Meetup.host_id) & ~is_unseen(_Host.id, Meetup.team_id))
        .outerjoin(Post, (Post.id == Delivery.post_id) & (Post.team_id == Delivery.team_id))
        .outerjoin(
            _Asker,
            (_Asker.id == Post.sent_to_review_by_id) & ~is_unseen(_Asker.id, Post.team_id),
        )
        .outerjoin(
            _Reviewer, (_Reviewer.id == Post.reviewer_id) & ~is_unseen(_Reviewer.id, Post.team_id)
        )
        .order_by(Delivery.useful_until, Delivery.attempts, Delivery.due_at, Delivery.id)
        # The rows may have changed since this session read them.
        .execution_options(populate_existing=True)
    )


def _asked() -> ColumnElement[int | None]:
    """Who is asked for the post of a delivery, as its kind has it."""
    return case(
        (Delivery.kind == due.REVIEW, Post.reviewer_id),
        (Delivery.kind == due.ESCALATION, who_hears(Delivery.due_on, wants_no_escalation)),
        (Delivery.kind == due.PUBLISH, who_publishes()),
        else_=Post.owner_id,
    )


def wants_no_escalation(person_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Whether somebody does not want to hear what waits too long."""
    muted = (Muted.person_id == person_id, Muted.kind == due.ESCALATION)
    return select(Muted.id).where(*muted).correlate_except(Muted).exists()


def who_publishes() -> ColumnElement[int | None]:
    """Who places a post: its ambassador, else its publisher, else its owner."""
    return func.coalesce(ambassador(), Post.publisher_id, Post.owner_id)


def ambassador() -> ColumnElement[int | None]:
    """From whose own account a post goes out; none once that colleague stopped or left."""
    return case((is_ambassador(Post.sender_id, Post.team_id), Post.sender_id))


def _role() -> ColumnElement[str | None]:
    return (
        select(Membership.role)
        .where(Membership.person_id == Delivery.person_id, Membership.team_id == Delivery.team_id)
        .where(Membership.ended_at.is_(None))
        .scalar_subquery()
    )


def is_there(model: type[Any], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether `model` has a row for which all `conditions` hold; correlates with what is around."""
    return exists(select(model.id).where(*conditions))


def facts_of(row: AnyRow) -> due.Facts:
    """What decides about a row of `with_facts`."""
    belongs = row.role is not None and row.Person.active
    if row.Delivery.kind in due.OF_POSTS:
        return due.Facts(belongs, row.is_muted, post=_facts_of_post(row))
    if row.Delivery.kind == due.OUTCOME:
        outcome = due.OutcomeFacts(row.closed_at is not None, row.is_in)
        return due.Facts(belongs, row.is_muted, outcome=outcome)
    if row.Delivery.kind != due.MEETUP:
        return due.Facts(belongs, row.is_muted)
    meetup = due.MeetupFacts(
        state=row.Occurrence.state,
        starts_at=row.Occurrence.starts_at,
        reminded_start=row.Delivery.useful_until,
        series_deleted=row.Meetup.deleted_at is not None,
        takes_part=row.is_in,
        absent=row.is_away,
    )
    return due.Facts(belongs, row.is_muted, meetup)


def _facts_of_post(row: AnyRow) -> due.PostFacts:
    delivery, post = row.Delivery, row.Post
    is_there = post is not None and post.deleted_at is None
    return due.PostFacts(
        is_there=is_there,
        waits=is_there and _waits(delivery.kind, post, row.Team),
        is_same=is_there and delivery.subject == _subject_now(delivery, post),
        is_asked=bool(row.is_asked),
        absent=row.is_away,
    )


def _waits(kind: str, post: Post, team: Team) -> bool:
    if kind == due.SENDER:
        return post.sender_id is None and post.state not in OVER
    if kind == due.ESCALATION and team.review_patience is None:
        return False
    return post.state == ("approved" if kind == due.PUBLISH else "in_review")


def _subject_now(delivery: Delivery, post: Post) -> str:
    if delivery.kind == due.REVIEW and post.sent_to_review_at is not None:
        return due.subject_of_review(post.id, post.sent_to_review_at)
    if delivery.kind == due.ESCALATION and post.sent_to_review_at is not None:
        return due.subject_of_escalation(post.id, post.sent_to_review_at)
    if delivery.kind == due.PUBLISH and post.starts_at is not None:
        return due.subject_of_publishing(post.id, post.starts_at)
    return delivery.subject if delivery.kind == due.SENDER else ""


def story_of(session: Session, row: AnyRow) -> Story:
    """What the mail for a row of `with_facts` tells, in its reader's language."""
    if row.Delivery.kind in due.OF_POSTS:
        return _story_of_post(row)
    delivery, occurrence, meetup = row.Delivery, row.Occurrence, row.Meetup
    told = {
        "kind": delivery.kind,
        "language": row.Person.language or row.Team.language,
        "team": row.Team.name,
        "meetup": meetup.name,
        "zone": occurrence.zone,
        "minutes": meetup.minutes,
        "place": meetup.place,
        "path": f"/meetups/occurrences/{occurrence.uuid}",
    }
    if delivery.kind == due.MISSED_SUMMARY:
        return _story_of_missed(session, row, told)
    host = row[_HOST]
    told["host"] = "" if host is None else host.first_name
    told["answer_to"] = None if host is None else (host.name, host.email)
    if delivery.kind == due.OUTCOME:
        outcome = _outcome(session, occurrence)
        return Story(**told, starts_at=occurrence.starts_at, outcome=outcome)
    return Story(**told, starts_at=delivery.useful_until, occurrence=occurrence.uuid)


def _outcome(session: Session, occurrence: Occurrence) -> Outcome | None:
    """What came of a meet-up; asked once, however many are told of it in one round."""
    known: dict[int, Outcome | None] = session.info.setdefault("outcomes", {})
    if occurrence.id not in known:
        sitting = sitting_of(session, occurrence)
        known[occurrence.id] = None if sitting is None else outcome_of(session, sitting)
    return known[occurrence.id]


def _story_of_post(row: AnyRow) -> Story:
    delivery, post, asker, reviewer = row.Delivery, row.Post, row[_ASKER], row[_REVIEWER]
    page = "/publishing" if delivery.kind == due.PUBLISH else ""
    return Story(
        kind=delivery.kind,
        language=row.Person.language or row.Team.language,
        team=row.Team.name,
        meetup="",
        starts_at=post.starts_at or delivery.due_at,
        zone=row.Team.zone,
        minutes=0,
        path=f"/posts/{post.uuid}{page}",
        post=post.title,
        asker="" if asker is None else asker.first_name,
        reviewer="" if reviewer is None else reviewer.first_name,
        from_own_account=post.goes_out_from(row.Person),
    )


def _story_of_missed(session: Session, row: AnyRow, told: dict[str, Any]) -> Story:
    """A digest, put together now and not when it was planned."""
    missed = session.execute(
        select(Delivery.useful_until, Delivery.reason, Person.name)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.kind == due.MEETUP, Delivery.state == "missed")
        .where(due.SUMMARY_PREFIX + Delivery.subject == row.Delivery.subject)
        .where(~is_unseen(Delivery.person_id, Delivery.team_id))
        .order_by(Person.name, Person.id)
    ).all()
    if row.role == "admin":
        told["path"] = "/settings/deliveries?state=missed"
    return Story(
        **told,
        starts_at=missed[0].useful_until if missed else row.Occurrence.starts_at,
        missed=tuple(MissedReminder(one.name, one.reason) for one in missed),
    )


# ----------------------------------------------------------------------------------------- the log


@dataclass(frozen=True)
class LogFilter:
    """Which part of the log is asked for: states (none: all) and a page, from 1."""

    states: tuple[str, ...] = ()
    page: int = 1


@dataclass(frozen=True)
class LogPage:
    """One page of the log: deliveries with their person, and how many there are in all."""

    deliveries: list[Delivery]
    total: int
    pages: int


def log_page(session: Session, team: Team, wanted: LogFilter, now: datetime) -> LogPage:
    """The deliveries of `team` that are due or over, the newest first, then what is still to come.

    A team of six has hundreds waiting for the coming weeks; nobody opens the log for those.
    """
    query = select(Delivery).where(Delivery.team_id == team.id)
    if wanted.states:
        query = query.where(Delivery.state.in_(wanted.states))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    is_to_come = case((Delivery.due_at > now, 1), else_=0)
    soonest_of_those = case((Delivery.due_at > now, Delivery.due_at))
    ordered = query.order_by(
        is_to_come, soonest_of_those, Delivery.due_at.desc(), Delivery.id.desc()
    )
    part = ordered.offset((wanted.page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH)
    found = session.scalars(part.options(joinedload(Delivery.person)))
    return LogPage(list(found), total, max(1, -(-total // PAGE_LENGTH)))


def delivery_rows(session: Session, since: datetime | None = None) -> list[dict[str, Any]]:
    """Every delivery that is due at `since` (aware) or later, by due moment, as plain values."""
    query = (
        select(Delivery, Team.name, Person.email)
        .join(Team, Team.id == Delivery.team_id)
        .join(Person, Person.id == Delivery.person_id)
        .order_by(Delivery.due_at, Delivery.id)
    )
    if since is not None:
        query = query.where(Delivery.due_at >= since)
    return [_plain(delivery, team, email) for delivery, team, email in session.execute(query)]


def _plain(delivery: Delivery, team: str, email: str) -> dict[str, Any]:
    return {
        "id": delivery.uuid,
        "team": team,
        "person": email,
        "kind": delivery.kind,
        "route": delivery.route,
        "subject": delivery.subject,
        "state": delivery.state,
        "due": delivery.due_at.isoformat(),
        "sent": delivery.sent_at.isoformat() if delivery.sent_at else None,
        "attempts": delivery.attempts,
        "reason": delivery.reason,
        "reply": delivery.reply,
    }


def muted_kinds(session: Session, person: Person) -> set[str]:
    """The kinds of reminder that `person` does not want."""
    return set(session.scalars(select(Muted.kind).where(Muted.person_id == person.id)))
