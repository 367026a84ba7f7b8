"""What the pages about people have in common."""

from __future__ import annotations

import logging
from collections.abc import Callable
from email.message import EmailMessage
from typing import cast

from flask import Blueprint, Flask, current_app

from calendar_app.config import Config
from calendar_app.errors import NotYours
from calendar_app.language import N_
from calendar_app.people.door import my_pass, own
from calendar_app.people.models import Membership
from calendar_app.post_office import NotPosted, send_now
from calendar_app.web.request import house, session

bp = Blueprint("people", __name__)
log = logging.getLogger(__name__)


def install(app: Flask, parts_changed: Callable[[], None]) -> None:
    """Call `parts_changed` in each request that changes who may do what, or who is in the team."""
    app.extensions["kapstok.parts"] = parts_changed


def tell_of_parts() -> None:
    """Tell the other rooms that somebody may do more or less in my team now."""
    session().flush()
    cast("Callable[[], None]", current_app.extensions["kapstok.parts"])()


def my_membership() -> Membership:
    """My own place in the team that I look at."""
    return session().get_one(Membership, my_pass().membership_id)


def own_membership(membership_id: int) -> Membership:
    """A member of my team, or NotYours."""
    membership = own(Membership, membership_id)
    if membership.ended_at is not None:
        raise NotYours(N_("This is not here, or not for you."))
    return membership


def posted(letter: EmailMessage) -> bool:
    """Whether a relay took the letter; without one it only lies in the data folder."""
    return post(house().config, letter) and house().config.smtp_url is not None


def post(config: Config, letter: EmailMessage) -> bool:
    """Whether the letter left, or lies in the data folder where no relay is set."""
    try:
        send_now(config, letter)
    except NotPosted as refused:
        log.warning("a letter was not posted: %s", refused)
        return False
    return True
