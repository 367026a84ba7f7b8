"""The page of one meet-up: its agenda, its clock, its people and what they agreed."""

from __future__ import annotations

import secrets
from collections.abc import Container, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from calendar_app.meetups import actions, beforehand, hosting, queries, sittings
from calendar_app.meetups.actions import Action
from calendar_app.meetups.agenda import Block, Item
from calendar_app.meetups.forms import ActionForm, CancelForm
from calendar_app.meetups.item_steps import Steps
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.sittings import Sitting
from calendar_app.meetups.snapshot import KeptAction, kept_actions, thawed
from calendar_app.moments import local
from calendar_app.monitoring.metrics import METRIC_NAMES
from calendar_app.people.door import may, me, my_pass, my_team, unseen
from calendar_app.people.models import Team
from calendar_app.people.queries import people
from calendar_app.plans.views.pitfalls import pitfalls_of_team
from calendar_app.posts.models import STATE_NAMES as POST_STATE_NAMES
from calendar_app.web.request import house, now, session
from calendar_app.web.templating import clock_time, render, short_day


def page_of(
    occurrence: Occurrence,
    *,
    cancel: CancelForm | None = None,
    action: ActionForm | None = None,
    conflict: Sequence[tuple[str, str, str]] = (),
) -> str:
    """The page, with a form of it as it was sent, and what was saved meanwhile."""
    sitting = sittings.sitting_of(session(), occurrence)
    blocks = _blocks(occurrence, sitting)
    return render(
        "meetups/occurrence.html",
        occurrence=occurrence,
        meetup=occurrence.meetup,
        sitting=sitting,
        blocks=blocks,
        since=queries.since(session(), occurrence),
        today=_today(occurrence),
        is_today=_today(occurrence) == occurrence.held_on,
        is_to_come=occurrence.starts_at > now(),
        is_over=occurrence.ends_at <= now(),
        now=now(),
        minutes=int((occurrence.ends_at - occurrence.starts_at).total_seconds() // 60),
        draw=_drawn,
        metric_names=METRIC_NAMES,
        steps=_steps(occurrence, sitting),
        pitfalls=[] if sitting and not sitting.is_open else pitfalls_of_team(),
        idea_key=secrets.token_urlsafe(16),
        cancel=cancel or CancelForm(formdata=None, version=occurrence.version),
        conflict=conflict,
        revision=revision(),
        **_people(occurrence, sitting),
        **_beforehand(occurrence, sitting),
        **_agreed(occurrence, sitting, blocks, action),
    )


def _steps(occurrence: Occurrence, sitting: Sitting | None) -> Steps | None:
    """What I may do with the posts on its agenda; nothing once it is closed, or called off."""
    if not occurrence.is_held or (sitting is not None and not sitting.is_open):
        return None
    return Steps(
        here=url_for("meetups.show_occurrence", occurrence_id=occurrence.id),
        me_id=me().id,
        zone=my_team().zone,
        next_day=next_day(occurrence),
        writes=may("posts.write"),
        approves=may("posts.write") and may("posts.approve"),
        only_asked=bool(my_team().review_levels),
    )


def revision() -> str:
    """What differs when the calendar, or what is noted at a meet-up of the team, has changed."""
    noted = select(Team.meeting_revision).where(Team.id == my_pass().team_id)
    return f"{my_pass().team_revision}-{session().scalar(noted)}"


def _blocks(occurrence: Occurrence, sitting: Sitting | None) -> Sequence[Block]:
    """The agenda of this moment; of a meet-up that is closed, as it was then."""
    if sitting is None or sitting.is_open:
        return queries.agenda_of(session(), my_team(), occurrence, now())
    names = sittings.names_in(session(), my_team(), sitting.agenda)
    return thawed(sitting.agenda, names)


def _people(occurrence: Occurrence, sitting: Sitting | None) -> Mapping[str, Any]:
    """Who is expected; once it was begun, who is or was there."""
    if sitting is not None:
        return {
            "attendance": sittings.attendance_of(session(), sitting),
            "host": sitting.host,
            "present": [],
            "absent": [],
        }
    found = queries.presence(session(), [occurrence])[occurrence.id]
    return {
        "attendance": [],
        "host": hosting.hosts(session(), [occurrence], now())[occurrence.id],
        "present": found.present,
        "absent": found.absent,
    }


def _beforehand(occurrence: Occurrence, sitting: Sitting | None) -> Mapping[str, Any]:
    """What was said by who cannot come, and the link with which I say so myself."""
    said = beforehand.said_to(session(), occurrence)
    takes_part = me() in occurrence.meetup.participants and me().id not in unseen()
    is_asked = takes_part and beforehand.can_be_said(session(), occurrence, now())
    word = beforehand.link_word(house().config.secret_key, me().uuid, occurrence.uuid)
    away = {one.person_id for one in said}
    return {
        "said": said,
        "cannot_come": away,
        "can_be_taken_back": sitting is not None
        and sittings.nothing_hangs_on(session(), sitting, list(away)),
        "my_word": word if is_asked else "",
    }


def _agreed(
    occurrence: Occurrence,
    sitting: Sitting | None,
    blocks: Sequence[Block],
    sent: ActionForm | None,
) -> Mapping[str, Any]:
    """The actions of the page, and the form for one more."""
    is_closed = sitting is not None and not sitting.is_open
    if is_closed:
        table = actions.made_at(session(), occurrence)
    else:
        day_starts = queries.day_starts(occurrence)
        table = actions.on_the_table(session(), my_team(), day_starts)
    return {
        "actions": table,
        "lay_there": _lay_there(sitting, {one.id for one in table}) if is_closed else [],
        "made_of": {} if is_closed else _made_of(blocks),
        # What somebody typed while it was closed is not lost.
        "new_action": sent or (None if is_closed else new_action_form(occurrence)),
    }


def _lay_there(sitting: Sitting | None, shown: Container[int]) -> list[KeptAction]:
    """What else lay on the table of a meet-up that is closed."""
    kept = [] if sitting is None else kept_actions(sitting.agenda)
    return [one for one in kept if one.id not in shown]


def new_action_form(occurrence: Occurrence) -> ActionForm:
    """An empty form for an action: of mine, by the next meet-up, until somebody says otherwise."""
    shown = {
        "creation_key": secrets.token_urlsafe(16),
        "owner": me().id,
        "due_on": next_day(occurrence),
    }
    return ActionForm(people(session(), my_team()), formdata=None, data=shown)


def next_day(occurrence: Occurrence) -> date:
    """By when what is agreed at `occurrence` is done at first: the day of the next meet-up."""
    after = queries.neighbours(session(), occurrence).after
    return after or occurrence.held_on + timedelta(days=1)


def _made_of(blocks: Sequence[Block]) -> dict[str, Action]:
    """The open actions that were made of something on this agenda."""
    return actions.open_about(
        session(), my_team(), [ref for block in blocks for ref in block.things]
    )


def _today(occurrence: Occurrence) -> date:
    return local(now(), occurrence.zone).date()


def _drawn(item: Item, block: str) -> dict[str, object]:
    """One post of the agenda, as `_post.html` draws it; the block of today needs no date."""
    post = item.post
    return {
        "title": post.title,
        "href": url_for("posts.see", post_id=post.id),
        "value_hooks": post.value_hooks,
        "value_names": post.value_names,
        "state": post.state,
        "state_label": _(POST_STATE_NAMES[post.state]),
        "channel_short": post.channel_short,
        "more_channels": max(0, len(post.channels) - 1),
        "channel_names": post.channels,
        "date_text": short_day(post.starts_at) if post.starts_at and block != "today" else "",
        "time_text": clock_time(post.starts_at) if post.starts_at else "",
        "owner_initials": post.owner_initials,
        "owner_name": post.owner,
        "late": item.late,
    }
