"""Every route of the application, and a row of each kind to fill its address with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from calendar_app.calendar.models import SavedView
from calendar_app.config import Config
from calendar_app.feed.models import Feed
from calendar_app.meetups.models import Occurrence
from calendar_app.people.models import Membership
from calendar_app.posts.autosaves import PostAutosave
from calendar_app.posts.media import ORIGINAL, SourceMedia
from calendar_app.posts.models import PostChange
from calendar_app.posts.undo import MOVED, as_it_is, remember
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.routes import new_route
from calendar_app.transfer import models as transfer
from calendar_app.transfer.columns import Line, Table
from tests import builders
from tests.media.files import a_png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule

    from calendar_app.media.storage import Store
    from calendar_app.people.models import Person, Team

# What a route parameter may be that is no row: these routes are public, and answer for themselves.
FREE = {
    "token": "no-such-token",
    "wanted": "0",
    "name": "app.css",
    "day": "2026-11-10",
    "size": "small",
}

# What begins so answers with no page of ours that a browser shows.
NO_PAGES = (
    "/.well-known/",
    "/calendar/revision",
    "/meetups/revision",
    "/feeds/<token>.ics",
    "/healthz",
    "/plans/<int:plan_id>/plan.pdf",
    "/posts/<int:post_id>/media/",
    "/posts/export.",
    "/posts/templates/<int:template_id>/media/",
    "/review/<token>/media/",
    "/robots.txt",
    "/search/commands",
    "/search/found",
    "/service-worker.js",
    "/static/",
)


@dataclass(frozen=True)
class Asked:
    """One request: a route with a method, and the permission it names."""

    method: str
    rule: Rule
    action: str


def every_route(app: Flask) -> Iterator[Asked]:
    """Each route with each method of its own, in a fixed order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        view: Any = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Asked(method, rule, view.permission)


def rows_of(
    session: Session, team: Team, person: Person, store: Store | None = None
) -> dict[str, object]:
    """A fresh row of each kind in `team`, by the name of its route parameter.

    What a row says about a file lies in `store`, where there is one.
    """
    plan = builders.a_plan(session, team)
    fact = builders.a_fact(session, plan.audiences[0])
    actor = builders.an_actor(session, plan)
    for membership in session.scalars(select(Membership).filter_by(person_id=person.id)):
        if membership.takes_part:
            membership.agree_as_ambassador(datetime(2026, 11, 9, 8, tzinfo=UTC))
    post = builders.a_post(session, team, plan, sender_id=person.id)
    image = builders.a_media(session, post, person)
    if store is not None:
        for size in ("small", ORIGINAL):
            store.put(image.stored_name(size), a_png())
    comment = builders.a_comment(session, post, person, mentioned=person)
    change = PostChange(
        post_id=post.id,
        at=datetime(2026, 11, 9, 8, tzinfo=UTC),
        by_id=person.id,
        action="edited",
        version=1,
        fields={"text": ["Loop mee met Samira.", post.text]},
    )
    session.add(change)
    meetup = builders.a_meetup(session, team, [person])
    starts_at = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    occurrence = Occurrence(
        team_id=team.id,
        meetup_id=meetup.id,
        local_day=date(2026, 12, 1),
        held_on=date(2026, 12, 1),
        local_time=meetup.local_time,
        zone=team.zone,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=10),
        rule_version=1,
    )
    session.add(occurrence)
    session.flush()
    builders.a_sitting(session, occurrence, person)
    builders.said_beforehand(session, occurrence, person)
    feed = Feed(
        team_id=team.id,
        person_id=person.id,
        name=f"Outlook {post.id}",
        token_hash=hashlib.sha256(str(post.id).encode()).hexdigest(),
    )
    view = SavedView(
        team_id=team.id,
        person_id=person.id,
        name=f"Week {post.id}",
        query="view=week",
        is_shared=True,
    )
    session.add_all([feed, view])
    session.flush()
    delivery = Delivery(
        team_id=team.id,
        person_id=person.id,
        kind="meetup",
        subject=f"occurrence:{occurrence.id}",
        occurrence_id=occurrence.id,
        due_at=starts_at,
        useful_until=starts_at,
        created_at=starts_at,
    )
    absence = builders.an_absence(session, team, person, date(2026, 12, 1), date(2026, 12, 2))
    colleague = builders.a_person(session, team)
    autosave = PostAutosave(
        team_id=team.id,
        person_id=person.id,
        place=f"new-{post.id}",
        typed={"pairs": [["title", "Rooster"]]},
        stamp=f"{post.id}",
        saved_at=starts_at,
    )
    session.add_all([delivery, autosave])
    undoable = remember(
        session, MOVED, [(post, {**as_it_is(post), "version": 0})], person, starts_at
    )
    assert undoable is not None
    session.flush()
    table = Table(("Titel", "Datum"), (Line(2, ("Open dag", "24-12-2026")), Line(3, ("Idee", ""))))
    brought = transfer.keep(session, team, person, table, "posts.xlsx", starts_at)
    experiment = builders.an_experiment(session, plan)
    calendar = builders.a_calendar(session, team)
    series = builders.a_series(session, team, plan, person)
    template = builders.a_template(session, team, post)
    source_image = SourceMedia(template=template, **image.as_it_is())
    # Nobody goes there, so that a test of it is refused at once.
    config = Config(Path(), "", secret_key="no secret")  # noqa: S106
    route = new_route(config, person.id, "slack", "http://127.0.0.1:9/services/T1/B1/secret")
    session.add_all([source_image, route])
    session.flush()
    question = builders.a_question(session, plan.channels[0], post_id=post.id)
    return {
        "plan_id": plan.id,
        "plan_uuid": plan.uuid,
        "value_id": plan.values[0].id,
        "audience_id": plan.audiences[0].id,
        "fact_id": fact.id,
        "actor_id": actor.id,
        "channel_id": plan.channels[0].id,
        "key": "patience",
        "experiment_id": experiment.id,
        "post_id": post.id,
        "comment_id": comment.id,
        "point_id": builders.a_point(session, team).id,
        "guest_id": builders.a_guest_review(session, post, person).id,
        "media_id": image.id,
        "change_id": change.id,
        "saved_view_id": view.id,
        "undo_uuid": undoable.uuid,
        "post_uuid": post.uuid,
        "autosave_id": autosave.id,
        "import_uuid": brought.uuid,
        "meetup_id": meetup.id,
        "occurrence_id": occurrence.id,
        "occurrence_uuid": occurrence.uuid,
        "action_id": builders.an_action(session, occurrence, person).id,
        "item_id": question.id,
        "item_uuid": question.uuid,
        "reply_id": builders.a_reply(session, team).id,
        "feed_id": feed.id,
        "calendar_id": calendar.id,
        "series_id": series.id,
        "template_id": template.id,
        "source_media_id": source_image.id,
        "route_id": route.id,
        "delivery_id": delivery.id,
        "delivery_uuid": delivery.uuid,
        "absence_id": absence.id,
        "person_id": colleague.id,
        "membership_id": colleague.memberships[0].id,
    }


def address(rule: Rule, rows: dict[str, object]) -> str:
    """The address of `rule` for these rows."""
    built = rule.build({name: {**FREE, **rows}[name] for name in rule.arguments})
    assert built is not None, rule
    return built[1]


def is_about_a_row(rule: Rule) -> bool:
    """Whether the address names a row of a team."""
    return any(name.endswith(("_id", "_uuid")) for name in rule.arguments)
