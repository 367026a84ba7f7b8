"""What is asked of the deliveries: those with all that decides about them, and the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload

from calendar_app.language import say_noted
from calendar_app.meetups.actions import Action
from calendar_app.meetups.hosting import hosts
from calendar_app.meetups.models import Meetup, MeetupParticipant, Occurrence
from calendar_app.meetups.sittings import Outcome, Sitting, outcome_of, sitting_of
from calendar_app.moments import local, moment
from calendar_app.monitoring.models import WebcareItem
from calendar_app.monitoring.promises import promised, who_answers, who_hears_of_webcare
from calendar_app.people.models import ROLES, Absence, Membership, Muted, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.people.queries import is_ambassador, is_unseen
from calendar_app.plans.models import Channel, Plan, Precondition, TaskRole
from calendar_app.plans.preconditions import KINDS
from calendar_app.plans.roles import DEPUTY
from calendar_app.posts.escalation import who_hears
from calendar_app.posts.models import Post
from calendar_app.posts.queries import OVER
from calendar_app.posts.workflow import APPROVE, PUBLISH
from calendar_app.reminders import due
from calendar_app.reminders.mail import Item, MissedReminder, Story
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.routes import is_told_otherwise, is_wanted

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]

PAGE_LENGTH = 50

# Their places in a row of `with_facts`.
_ASKER, _REVIEWER = 6, 7
_Asker = aliased(Person, name="asker")
_Reviewer = aliased(Person, name="reviewer")
_AtDesk = aliased(Membership, name="at_desk")
_Away = aliased(Absence, name="stand_in_away")

# Of whom a post is that has to be written.
UNWRITTEN = ("draft", "changes_asked")
# What somebody must be allowed who stands in.
ACTIONS = {
    due.REVIEW: APPROVE.action,
    due.WRITE: "posts.write",
    due.PUBLISH: PUBLISH.action,
    due.LATE: PUBLISH.action,
}


@cache
def with_facts() -> AnySelect:
    """Deliveries with the person, the meet-up or post, and all that decides about them.

    Built once: building it costs more than running it.
    """
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
                and_(
                    Delivery.kind == due.REVIEW,
                    Post.reviewer_id.is_(None),
                    is_there(
                        Membership,
                        Membership.person_id == of_person,
                        Membership.team_id == Delivery.team_id,
                        *may_be_asked_to_review(),
                    ),
                ),
                is_there(
                    Absence,
                    Absence.person_id == _asked(),
                    Absence.deputy_id == of_person,
                    *is_of_day,
                ),
                and_(
                    _stands_in() == of_person,
                    is_there(Absence, Absence.person_id == _asked(), *is_of_day),
                    # Whom they named themselves comes first, whether that is of use or not.
                    ~is_there(
                        Absence,
                        Absence.person_id == _asked(),
                        Absence.deputy_id.is_not(None),
                        *is_of_day,
                    ),
                ),
            ).label("is_asked"),
            is_wanted().label("by_this_route"),
            Sitting.closed_at.label("closed_at"),
            Precondition,
            Plan,
            Action,
            WebcareItem,
            Channel,
            # Apart from who else is asked: deputies are in it already, and it is long.
            case(
                (Delivery.kind == due.WEBCARE, who_answers(Delivery.due_on)),
                (Delivery.kind == due.WEBCARE_ESCALATION, who_hears_of_webcare(Delivery.due_on)),
            ).label("who_answers"),
        )
        .join(Person, Person.id == of_person)
        .join(Team, Team.id == Delivery.team_id)
        .outerjoin(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .outerjoin(Meetup, Meetup.id == Occurrence.meetup_id)
        .outerjoin(Sitting, Sitting.occurrence_id == Delivery.occurrence_id)
        .outerjoin(Post, (Post.id == Delivery.post_id) & (Post.team_id == Delivery.team_id))
        .outerjoin(
            _Asker,
            (_Asker.id == Post.sent_to_review_by_id) & ~is_unseen(_Asker.id, Post.team_id),
        )
        .outerjoin(
            _Reviewer, (_Reviewer.id == Post.reviewer_id) & ~is_unseen(_Reviewer.id, Post.team_id)
        )
        .outerjoin(
            Precondition,
            (Precondition.id == Delivery.precondition_id)
            & (Precondition.team_id == Delivery.team_id),
        )
        .outerjoin(Plan, Plan.id == Precondition.plan_id)
        .outerjoin(Action, (Action.id == Delivery.action_id) & (Action.team_id == Delivery.team_id))
        .outerjoin(
            WebcareItem,
            (WebcareItem.id == Delivery.webcare_item_id)
            & (WebcareItem.team_id == Delivery.team_id),
        )
        .outerjoin(Channel, Channel.id == WebcareItem.channel_id)
        .order_by(Delivery.useful_until, Delivery.attempts, Delivery.due_at, Delivery.id)
        # The rows may have changed since this session read them.
        .execution_options(populate_existing=True)
    )


def _asked() -> ColumnElement[int | None]:
    """Who is asked for the post of a delivery, as its kind has it."""
    return case(
        (Delivery.kind == due.REVIEW, Post.reviewer_id),
        (Delivery.kind == due.ESCALATION, who_hears(Delivery.due_on)),
        (Delivery.kind == due.PUBLISH, who_publishes()),
        (Delivery.kind == due.LATE, who_hears_of_late()),
        (Delivery.kind == due.RECHECK, Precondition.owner_id),
        (Delivery.kind == due.ACTION, Action.owner_id),
        else_=Post.owner_id,
    )


def _stands_in() -> ColumnElement[int | None]:
    """Who stands in by the role matrix of the post's plan: its first deputy who is there and may.

    An ambassador has none.
    """
    away = select(_Away.id).where(
        _Away.team_id == TaskRole.team_id,
        _Away.person_id == TaskRole.person_id,
        _Away.first_day <= Delivery.due_on,
        _Away.last_day >= Delivery.due_on,
    )
    first = (
        select(TaskRole.person_id)
        .join(_AtDesk, _AtDesk.person_id == TaskRole.person_id)
        .where(TaskRole.plan_id == Post.plan_id, TaskRole.part == DEPUTY)
        .where(_AtDesk.team_id == TaskRole.team_id, _AtDesk.ended_at.is_(None))
        .where(_AtDesk.takes_part.is_(True), ~away.correlate_except(_Away).exists())
        .where(or_(*(_does(kind) for kind in due.TASKS)))
        .order_by(TaskRole.id)
        .limit(1)
        .correlate_except(TaskRole, _AtDesk)
        .scalar_subquery()
    )
    goes_out_from_them = and_(Delivery.kind == due.PUBLISH, ambassador().is_not(None))
    return case((~goes_out_from_them, first))


def _does(kind: str) -> ColumnElement[bool]:
    able = tuple(role for role in ROLES if allowed(role, ACTIONS[kind]))
    return and_(Delivery.kind == kind, TaskRole.task == due.TASKS[kind], _AtDesk.role.in_(able))


def may_be_asked_to_review() -> tuple[ColumnElement[bool], ...]:
    """What holds for the membership of who is asked when nobody is named as reviewer."""
    roles = tuple(role for role in ROLES if allowed(role, APPROVE.action))
    is_here = (Membership.ended_at.is_(None), Membership.takes_part.is_(True))
    return (*is_here, Membership.role.in_(roles))


def who_hears_of_late() -> ColumnElement[int | None]:
    """Who hears that a post is past its time: its owner, else its publisher."""
    return func.coalesce(Post.owner_id, Post.publisher_id)


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


def hosts_of(session: Session, rows: Sequence[AnyRow], now: datetime) -> dict[int, int | None]:
    """Who leads the meet-up of each of `rows` that is for its host, by the meet-up's id."""
    held = {row.Occurrence.id: row.Occurrence for row in rows if row.Delivery.kind == due.HOST}
    found = hosts(session, list(held.values()), now)
    return {key: None if host is None else host.id for key, host in found.items()}


def facts_of(row: AnyRow, leaders: Mapping[int, int | None] | None = None) -> due.Facts:
    """What decides about a row of `with_facts`; `leaders` are those of `hosts_of`."""
    return replace(_facts_of_subject(row, leaders), by_this_route=bool(row.by_this_route))


def _facts_of_subject(row: AnyRow, leaders: Mapping[int, int | None] | None) -> due.Facts:
    belongs = row.role is not None and row.Person.active
    kind = row.Delivery.kind
    if kind in due.OF_POSTS:
        return due.Facts(belongs, row.is_muted, post=_facts_of_post(row))
    if kind == due.OUTCOME:
        outcome = due.OutcomeFacts(row.closed_at is not None, row.is_in)
        return due.Facts(belongs, row.is_muted, outcome=outcome)
    if kind == due.RECHECK:
        return due.Facts(belongs, row.is_muted, precondition=_facts_of_precondition(row))
    if kind in (due.ACTION, *due.OF_WEBCARE):
        facts = _facts_of_action if kind == due.ACTION else _facts_of_webcare
        return due.Facts(belongs, row.is_muted, work=facts(row))
    if kind not in due.OF_MEETUPS:
        return due.Facts(belongs, row.is_muted)
    meetup = due.MeetupFacts(
        state=row.Occurrence.state,
        starts_at=row.Occurrence.starts_at,
        reminded_start=_reminded_start(row),
        series_deleted=row.Meetup.deleted_at is not None,
        takes_part=row.is_in,
        absent=row.is_away,
        leads=None if kind == due.MEETUP else _leads(row, leaders or {}),
    )
    return due.Facts(belongs, row.is_muted, meetup)


def _reminded_start(row: AnyRow) -> datetime:
    """The start of the meet-up that the reminder was made for."""
    until: datetime = row.Delivery.useful_until
    return until + due.HOST_HEARS_BEFORE if row.Delivery.kind == due.HOST else until


def _leads(row: AnyRow, leaders: Mapping[int, int | None]) -> bool:
    return bool(leaders.get(row.Occurrence.id) == row.Person.id)


def _facts_of_precondition(row: AnyRow) -> due.PreconditionFacts:
    found, plan = row.Precondition, row.Plan
    day = None if found is None else found.recheck_on
    subject = "" if day is None else due.subject_of_recheck(found.id, day)
    return due.PreconditionFacts(
        plan_in_use=plan is not None and plan.archived_at is None,
        is_same=row.Delivery.subject == subject,
        is_asked=bool(row.is_asked),
        absent=row.is_away,
    )


def _facts_of_action(row: AnyRow) -> due.WorkFacts:
    found = row.Action
    over = due.REMOVED if found is None or found.removed_at is not None else ""
    if not over and found.done_at is not None:
        over = due.DONE
    subject = "" if found is None else due.subject_of_action(found.id, found.due_on)
    return due.WorkFacts(
        over=over,
        is_same=row.Delivery.subject == subject,
        is_asked=bool(row.is_asked),
        absent=row.is_away,
    )


def _facts_of_webcare(row: AnyRow) -> due.WorkFacts:
    found, kind = row.WebcareItem, row.Delivery.kind
    over = due.REMOVED if found is None or found.deleted_at is not None else ""
    if not over and found.answered_at is not None:
        over = due.ANSWERED
    at = None if found is None else promised(found, kind)
    subject = "" if at is None else due.subject_of_webcare(kind, found.id, at)
    return due.WorkFacts(
        over=over,
        is_same=row.Delivery.subject == subject,
        is_asked=row.who_answers == row.Person.id,
        absent=row.is_away,
        not_same=due.OTHER_MOMENT,
    )


def _facts_of_post(row: AnyRow) -> due.PostFacts:
    delivery, post = row.Delivery, row.Post
    is_there = post is not None and post.deleted_at is None
    return due.PostFacts(
        is_there=is_there,
        waits=is_there and _waits(delivery.kind, post, row.Team),
        is_same=is_there and delivery.subject == _subject_now(delivery, post, row.Team),
        is_asked=bool(row.is_asked),
        absent=row.is_away,
    )


def _waits(kind: str, post: Post, team: Team) -> bool:
    if kind == due.SENDER:
        return post.sender_id is None and post.state not in OVER
    if kind == due.LATE:
        return post.state not in OVER
    if kind == due.WRITE:
        return post.state in UNWRITTEN
    if kind == due.ESCALATION and team.review_patience is None:
        return False
    return post.state == ("approved" if kind == due.PUBLISH else "in_review")


def _subject_now(delivery: Delivery, post: Post, team: Team) -> str:
    if delivery.kind == due.REVIEW and post.sent_to_review_at is not None:
        return due.subject_of_review(post.id, post.sent_to_review_at)
    if delivery.kind == due.ESCALATION and post.sent_to_review_at is not None:
        return due.subject_of_escalation(post.id, post.sent_to_review_at)
    if delivery.kind == due.WRITE and post.starts_at is not None:
        return due.subject_of_writing(post.id, local(post.starts_at, team.zone).date())
    if delivery.kind in _SUBJECTS and post.starts_at is not None:
        return _SUBJECTS[delivery.kind](post.id, post.starts_at)
    return delivery.subject if delivery.kind == due.SENDER else ""


# What a reminder is about that is made for a post at its moment.
_SUBJECTS = {
    due.PUBLISH: due.subject_of_publishing,
    due.LATE: due.subject_of_late,
}


def leaders_of(session: Session, rows: Sequence[AnyRow], now: datetime) -> dict[int, Person | None]:
    """Who leads the meet-up of each of `rows` that tells of one, by the meet-up's id."""
    of_meetups = (*due.OF_MEETUPS, due.OUTCOME)
    told = {row.Occurrence.id: row.Occurrence for row in rows if row.Delivery.kind in of_meetups}
    return hosts(session, list(told.values()), now)


def story_of(
    session: Session,
    row: AnyRow,
    others: Sequence[AnyRow] = (),
    leaders: Mapping[int, Person | None] | None = None,
) -> Story:
    """What the mail for a row of `with_facts` tells, in its reader's language.

    `leaders` are those of `leaders_of`.

    With `others` it tells of all of them together, and leads to the page that lists them.
    """
    if others:
        items = tuple(_item_of(one) for one in (row, *others))
        path = f"/reminders/{row.Delivery.uuid}"
        return replace(_story_of_one(row), items=items, path=path)
    if row.Delivery.kind in (*due.OF_POSTS, due.RECHECK, due.ACTION, *due.OF_WEBCARE):
        return _story_of_one(row)
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
    host = (leaders or {}).get(occurrence.id)
    told["host"] = "" if host is None else host.first_name
    told["answer_to"] = None if host is None else (host.name, host.email)
    if delivery.kind == due.OUTCOME:
        outcome = _outcome(session, occurrence)
        return Story(**told, starts_at=occurrence.starts_at, outcome=outcome)
    return Story(**told, starts_at=_reminded_start(row), occurrence=occurrence.uuid)


def _outcome(session: Session, occurrence: Occurrence) -> Outcome | None:
    """What came of a meet-up; asked once, however many are told of it in one round."""
    known: dict[int, Outcome | None] = session.info.setdefault("outcomes", {})
    if occurrence.id not in known:
        sitting = sitting_of(session, occurrence)
        known[occurrence.id] = None if sitting is None else outcome_of(session, sitting)
    return known[occurrence.id]


def _story_of_one(row: AnyRow) -> Story:
    tellers = {
        due.RECHECK: _story_of_precondition,
        due.ACTION: _story_of_action,
        due.WEBCARE: _story_of_webcare,
        due.WEBCARE_ESCALATION: _story_of_webcare,
    }
    return tellers.get(row.Delivery.kind, _story_of_post)(row)


def _item_of(row: AnyRow) -> Item:
    if row.Delivery.kind == due.RECHECK:
        return Item(KINDS[row.Precondition.key].name, plan=row.Plan.name)
    if row.Delivery.kind == due.ACTION:
        return Item(row.Action.text)
    if row.Delivery.kind in due.OF_WEBCARE:
        return Item(row.WebcareItem.called)
    return Item(row.Post.title, row.Post.starts_at)


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


def _story_of_precondition(row: AnyRow) -> Story:
    delivery, plan = row.Delivery, row.Plan
    kind = KINDS[row.Precondition.key]
    return Story(
        kind=delivery.kind,
        language=row.Person.language or row.Team.language,
        team=row.Team.name,
        meetup="",
        starts_at=delivery.due_at,
        zone=row.Team.zone,
        minutes=0,
        path=f"/plans/{plan.uuid}/preconditions#precondition-{kind.key}",
        precondition=kind.name,
        plan=plan.name,
    )


def _story_of_action(row: AnyRow) -> Story:
    delivery, action = row.Delivery, row.Action
    return Story(
        kind=delivery.kind,
        language=row.Person.language or row.Team.language,
        team=row.Team.name,
        meetup="",
        starts_at=moment(action.due_on, time(12), row.Team.zone),
        zone=row.Team.zone,
        minutes=0,
        # There it is marked as done, also by who stands in.
        path=f"/reminders/{delivery.uuid}",
        action=action.text,
    )


def _story_of_webcare(row: AnyRow) -> Story:
    delivery, item, channel = row.Delivery, row.WebcareItem, row.Channel
    return Story(
        kind=delivery.kind,
        language=row.Person.language or row.Team.language,
        team=row.Team.name,
        meetup="",
        starts_at=item.answer_by or delivery.due_at,
        zone=row.Team.zone,
        minutes=0,
        path=f"/webcare/{item.uuid}",
        question=item.called,
        channel="" if channel is None else channel.name,
    )


def _story_of_missed(session: Session, row: AnyRow, told: dict[str, Any]) -> Story:
    """A digest, put together now and not when it was planned."""
    missed = session.execute(
        # Nobody is named twice who has two routes.
        select(
            func.min(Delivery.useful_until).label("useful_until"),
            func.max(Delivery.reason).label("reason"),
            Person.name,
        )
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.kind == due.MEETUP, Delivery.state == "missed")
        .where(due.SUMMARY_PREFIX + Delivery.subject == row.Delivery.subject)
        .where(~is_unseen(Delivery.person_id, Delivery.team_id), ~is_told_otherwise())
        .group_by(Person.id, Person.name)
        .order_by(Person.name, Person.id)
    ).all()
    if row.role == "admin":
        told["path"] = "/settings/deliveries?state=missed"
    return Story(
        **told,
        starts_at=missed[0].useful_until if missed else row.Occurrence.starts_at,
        missed=tuple(MissedReminder(one.name, one.reason) for one in missed),
    )


# --------------------------------------------------------------------------------- one mail's page


@dataclass(frozen=True)
class Told:
    """One thing that a mail told of, as it stands now; `reason` (a msgid): why it is over."""

    delivery: Delivery
    post: Post | None
    occurrence: Occurrence | None
    precondition: Precondition | None
    plan: Plan | None
    action: Action | None
    question: WebcareItem | None
    reason: str


def told_in_mail(session: Session, delivery: Delivery, now: datetime) -> list[Told]:
    """All that the mail of `delivery` told of, what is first of use no more first."""
    root = delivery.told_with_id or delivery.id
    rows = session.execute(
        with_facts().where(or_(Delivery.id == root, Delivery.told_with_id == root))
    ).all()
    leaders = hosts_of(session, rows, now)
    return [
        Told(
            delivery=row.Delivery,
            post=_kept(row.Post),
            occurrence=row.Occurrence,
            precondition=row.Precondition,
            plan=row.Plan,
            action=row.Action,
            question=_kept(row.WebcareItem),
            reason=due.decide(facts_of(row, leaders), row.Delivery.useful_until, now).reason,
        )
        for row in rows
    ]


def _kept(row: Any) -> Any:
    """What a mail told of, unless it is not there any more."""
    return None if row is None or row.deleted_at is not None else row


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
        "reply": say_noted("en", delivery.reply),
    }


def muted_kinds(session: Session, person: Person) -> set[str]:
    """The kinds of reminder that `person` does not want."""
    return set(session.scalars(select(Muted.kind).where(Muted.person_id == person.id)))
