"""Rows for tests, each with what the test does not care about filled in."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from calendar_app.layers.models import ExternalCalendar, ExternalEvent
from calendar_app.meetups.actions import Action
from calendar_app.meetups.beforehand import Beforehand
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.sittings import Attendance, Sitting
from calendar_app.monitoring.models import PostResult, WebcareItem, WebcareReply
from calendar_app.people import visits
from calendar_app.people.models import Absence, Membership, Person, Team
from calendar_app.plans.models import (
    Actor,
    Audience,
    AudienceFact,
    BrandValue,
    Channel,
    Experiment,
    Plan,
)
from calendar_app.posts.checklist import ChecklistPoint
from calendar_app.posts.comments import PostComment, PostMention
from calendar_app.posts.content import Content
from calendar_app.posts.guests import GuestReview
from calendar_app.posts.media import PostMedia
from calendar_app.posts.models import Post, PostSeries, PostTemplate, PostValue

if TYPE_CHECKING:
    from playwright.sync_api import Page

Row = TypeVar("Row")

_number = itertools.count(1)


def a_team(session: Session, **facts: Any) -> Team:
    """A Dutch team in Amsterdam."""
    return _added(session, Team(**{"name": f"Team {next(_number)}", **facts}))


def a_person(session: Session, team: Team, role: str = "writer", **facts: Any) -> Person:
    """A member of `team` with `role`."""
    number = next(_number)
    told = {"name": f"Noor Jansen {number}", "email": f"noor{number}@example.org", **facts}
    person = _added(session, Person(**told))
    _added(session, Membership(team_id=team.id, person_id=person.id, role=role))
    return person


def an_absence(session: Session, team: Team, person: Person, first: date, last: date) -> Absence:
    """`person` is away from `first` up to and including `last`."""
    days = {"first_day": first, "last_day": last}
    return _added(session, Absence(team_id=team.id, person_id=person.id, **days))


def a_plan(session: Session, team: Team, **facts: Any) -> Plan:
    """A plan of which nothing is missing: one value, one audience with a fact, one channel."""
    told = {
        "name": f"Plan {next(_number)}",
        "story": "Dicht bij mensen.",
        "question_group": "verpleegkundigen in onze regio",
        "question_behaviour": "bij ons te solliciteren",
        "question_before": date(2099, 7, 1),
        "question_measure": "sollicitaties per maand",
        **facts,
    }
    plan = _added(session, Plan(team_id=team.id, **told))
    a_value(session, plan, wanted_share=100)
    a_fact(session, an_audience(session, plan))
    a_channel(session, plan)
    session.refresh(plan)
    return plan


def a_value(session: Session, plan: Plan, **facts: Any) -> BrandValue:
    """A value of `plan` with a meaning and a border, and no share of its own."""
    number = next(_number)
    told = {
        "name": f"Nabij {number}",
        "meaning": "We kennen elkaar.",
        "belongs": "Namen en gezichten.",
        "falls_outside": "Stockfotos.",
        "hook": number % 12 + 1,
    }
    ours = {"team_id": plan.team_id, "plan_id": plan.id}
    return _added(session, BrandValue(**ours, **{**told, **facts}))


def an_audience(session: Session, plan: Plan, **facts: Any) -> Audience:
    """An audience of `plan`."""
    told = {"name": f"Verpleegkundigen {next(_number)}", **facts}
    return _added(session, Audience(team_id=plan.team_id, plan_id=plan.id, **told))


def a_fact(session: Session, audience: Audience, **facts: Any) -> AudienceFact:
    """Something assumed of `audience`."""
    told = {"text": "Leest LinkedIn in de pauze.", **facts}
    return _added(session, AudienceFact(audience_id=audience.id, **told))


def an_actor(session: Session, plan: Plan, **facts: Any) -> Actor:
    """Somebody of ring 1 who reaches nobody yet."""
    told = {"name": f"Praktijkopleiders {next(_number)}", **facts}
    return _added(session, Actor(team_id=plan.team_id, plan_id=plan.id, **told))


def a_channel(session: Session, plan: Plan, **facts: Any) -> Channel:
    """A channel of `plan`, three posts a week."""
    told = {"name": f"LinkedIn {next(_number)}", "short": "in", "cadence": 3, **facts}
    return _added(session, Channel(team_id=plan.team_id, plan_id=plan.id, **told))


def an_experiment(session: Session, plan: Plan, **facts: Any) -> Experiment:
    """Something that `plan`'s team tries in November 2026, not decided yet."""
    told = {
        "name": f"Wat zit er in je jaszak? {next(_number)}",
        "starts_on": date(2026, 11, 2),
        "ends_on": date(2026, 11, 30),
        **facts,
    }
    return _added(session, Experiment(team_id=plan.team_id, plan_id=plan.id, **told))


def a_post(session: Session, team: Team, plan: Plan, **facts: Any) -> Post:
    """A draft on a Tuesday, hung on all of `plan`'s values, audiences and channels."""
    told = {
        "title": f"Een dag op de spoed {next(_number)}",
        "text": "Vandaag lopen we mee met Samira.",
        "state": "draft",
        "starts_at": datetime(2026, 11, 10, 9, 30, tzinfo=UTC),
        "zone": team.zone,
        **facts,
    }
    links = [PostValue(value=value, position=place) for place, value in enumerate(plan.values)]
    post = Post(team_id=team.id, plan_id=plan.id, value_links=links, **told)
    post.audiences = list(plan.audiences)
    post.channels = list(plan.channels)
    return _added(session, post)


def a_comment(
    session: Session, post: Post, person: Person, mentioned: Person | None = None, **facts: Any
) -> PostComment:
    """An open comment of `person`, which mentions nobody or `mentioned`."""
    told = {
        "by_id": person.id,
        "at": datetime(2026, 11, 9, 8, tzinfo=UTC),
        "text": "Mooi zo.",
        **facts,
    }
    comment = PostComment(post_id=post.id, **told)
    if mentioned is not None:
        name = f"@{mentioned.name}"
        comment.text = f"{name} {comment.text}"
        comment.mentions = [PostMention(person_id=mentioned.id, begins=0, ends=len(name))]
    return _added(session, comment)


def a_point(session: Session, team: Team, **facts: Any) -> ChecklistPoint:
    """A point of the team's checklist for posts."""
    told = {"text": "Link getest", **facts}
    return _added(session, ChecklistPoint(team_id=team.id, **told))


def a_guest_review(
    session: Session, post: Post, person: Person, secret: str = "", **facts: Any
) -> GuestReview:
    """A review that `person` asked of somebody outside, whose link has `secret`."""
    hashed = hashlib.sha256((secret or f"of {post.id}").encode()).hexdigest()
    told = {
        "name": "Ria Jansen",
        "email": "ria@elders.example",
        "secret_hash": hashed,
        "asked_at": datetime(2026, 11, 9, 8, tzinfo=UTC),
        "expires_at": datetime(2026, 11, 23, 8, tzinfo=UTC),
        **facts,
    }
    return _added(session, GuestReview(post_id=post.id, asked_by_id=person.id, **told))


def a_media(session: Session, post: Post, person: Person, **facts: Any) -> PostMedia:
    """An image of `post` without words; there is a row of it, and no file."""
    number = next(_number)
    told = {
        "stored_as": f"{number:032x}",
        "sha256": f"{number:064x}",
        "kind_name": "png",
        "width": 640,
        "height": 480,
        "size": 1234,
        "name": f"hal {number}.png",
        "added_at": datetime(2026, 11, 9, 8, tzinfo=UTC),
        "added_by_id": person.id,
        **facts,
    }
    return _added(session, PostMedia(post=post, **told))


def a_series(session: Session, team: Team, plan: Plan, person: Person, **facts: Any) -> PostSeries:
    """A series of `person` on Tuesdays at half past nine, of which no post is made yet."""
    told = {
        "frequency": "weekly",
        "interval": 1,
        "weekdays": "1",
        "starts_on": date(2026, 11, 10),
        "local_time": time(9, 30),
        "zone": team.zone,
        "content": Content("Collega van de week", plan=plan).kept(),
        "made_until": date(2026, 11, 9),
        "made_by_id": person.id,
        **facts,
    }
    return _added(session, PostSeries(team_id=team.id, **told))


def a_template(session: Session, team: Team, post: Post, **facts: Any) -> PostTemplate:
    """What `post` says, kept as a template."""
    told = {"name": f"Vacature {next(_number)}", "content": post.content.kept(), **facts}
    return _added(session, PostTemplate(team_id=team.id, **told))


def a_calendar(session: Session, team: Team, **facts: Any) -> ExternalCalendar:
    """A calendar that was brought in as a file without events, not due for a long time."""
    told = {
        "name": f"Campagnes {next(_number)}",
        "hook": 3,
        "file": "BEGIN:VCALENDAR",
        "due_at": datetime(2099, 1, 1, tzinfo=UTC),
        **facts,
    }
    return _added(session, ExternalCalendar(team_id=team.id, **told))


def an_event(session: Session, calendar: ExternalCalendar, **facts: Any) -> ExternalEvent:
    """An event of `calendar`: on Tuesday 10 November 2026, unless told otherwise."""
    told = {"uid": f"event-{next(_number)}", "title": "Week van de zorg", **facts}
    if "starts_at" not in told:
        told = {"first_day": date(2026, 11, 10), "last_day": date(2026, 11, 10), **told}
    return _added(session, ExternalEvent(calendar_id=calendar.id, **told))


def a_meetup(
    session: Session, team: Team, participants: Iterable[Person] = (), **facts: Any
) -> Meetup:
    """A meet-up at half past nine on working days since January."""
    told = {
        "name": "Content-meet-up",
        "weekdays": "MO,TU,WE,TH,FR",
        "local_time": time(9, 30),
        "zone": team.zone,
        "starts_on": date(2026, 1, 5),
        **facts,
    }
    return _added(session, Meetup(team_id=team.id, participants=list(participants), **told))


def an_action(session: Session, occurrence: Occurrence, owner: Person, **facts: Any) -> Action:
    """An open action of `owner`, agreed at `occurrence` and due the day after it."""
    told = {
        "team_id": occurrence.team_id,
        "text": f"Foto's vragen {next(_number)}",
        "due_on": occurrence.held_on + timedelta(days=1),
        **facts,
    }
    return _added(session, Action(occurrence_id=occurrence.id, owner_id=owner.id, **told))


def a_question(session: Session, channel: Channel, **facts: Any) -> WebcareItem:
    """An open question that came in on `channel` on a Tuesday at ten, to be answered by four."""
    told = {
        "question": f"Hoe solliciteer ik? {next(_number)}",
        "received_at": datetime(2026, 11, 10, 9, tzinfo=UTC),
        "answer_by": datetime(2026, 11, 10, 15, tzinfo=UTC),
        **facts,
    }
    return _added(session, WebcareItem(team_id=channel.team_id, channel_id=channel.id, **told))


def a_reply(session: Session, team: Team, **facts: Any) -> WebcareReply:
    """A reply to use again."""
    told = {"title": f"Solliciteren {next(_number)}", "text": "Dat kan op onze site.", **facts}
    return _added(session, WebcareReply(team_id=team.id, **told))


def a_result(session: Session, post: Post, channel: Channel, **facts: Any) -> PostResult:
    """What was counted of `post` on `channel`: 120 views, no reaction, and nothing else."""
    told = {
        "views": 120,
        "reactions": 0,
        "noted_at": datetime(2026, 11, 11, 8, tzinfo=UTC),
        **facts,
    }
    ids = {"team_id": post.team_id, "post_id": post.id, "channel_id": channel.id}
    return _added(session, PostResult(**ids, **told))


def a_sitting(session: Session, occurrence: Occurrence, host: Person, **facts: Any) -> Sitting:
    """`occurrence` as it is held, begun and led by `host`, who is there."""
    told = {"begun_at": occurrence.starts_at, "begun_by_id": host.id, "host_id": host.id, **facts}
    ours = {"team_id": occurrence.team_id}
    occurrence.begun_at = told["begun_at"]
    sitting = _added(session, Sitting(occurrence_id=occurrence.id, **ours, **told))
    there = Attendance(sitting_id=sitting.id, person_id=host.id, is_present=True, **ours)
    _added(session, there)
    return sitting


def said_beforehand(
    session: Session, occurrence: Occurrence, person: Person, **facts: Any
) -> Beforehand:
    """What `person` said to `occurrence`, to which they cannot come."""
    told = {"stuck": "Geen foto.", "said_at": occurrence.starts_at, **facts}
    ours = {"team_id": occurrence.team_id, "occurrence_id": occurrence.id}
    return _added(session, Beforehand(person_id=person.id, **ours, **told))


def sign_in(client: FlaskClient, person: Person, now: datetime | None = None) -> None:
    """Make `client` the browser of `person`, as the sign-in page would, without the password."""
    from calendar_app import clock  # noqa: PLC0415
    from calendar_app.web.request import House  # noqa: PLC0415

    house: House = client.application.extensions["kapstok"]
    with house.database.writing() as session:
        secret = visits.begin(session, person, now or clock.now())
    with client.session_transaction() as cookie:
        cookie["_user_id"] = person.fs_uniquifier
        cookie["_fresh"] = True
        cookie["visit"] = secret


def cookie_of(app: Flask, person: Person) -> str:
    """The session cookie of a browser of `person`."""
    client = app.test_client()
    sign_in(client, person)
    kept = client.get_cookie("kapstok")
    assert kept is not None
    return kept.value


def sign_in_page(page: Page, site: str, app: Flask, person: Person) -> None:
    """Make `page` the browser of `person` on the application at `site`."""
    cookie = cookie_of(app, person)
    page.context.add_cookies([{"name": "kapstok", "value": cookie, "url": site}])


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
