"""A test by a route, while somebody waits for what becomes of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from calendar_app.config import Config
from calendar_app.language import N_, say
from calendar_app.letters import bodies, letter
from calendar_app.post_office import Answer, NotPosted, send_now
from calendar_app.reminders import chat
from calendar_app.reminders.routes import Way
from calendar_app.reminders.services import office_of
from calendar_app.reminders.switchboard import Message

_IS_OF_USE = timedelta(minutes=5)


def try_way(config: Config, way: Way, origin: str, language: str, at: datetime) -> Answer:
    """What became of a test by `way`; it is sent once, whatever comes of it."""
    unique = str(uuid.uuid4())
    told = chat.trial(config, language, way.kind, unique)
    test = Message("", way.address, told, unique, way.kind, at + _IS_OF_USE)
    office = office_of(origin, config, lambda: at)
    return office.offer([test])[0] or office.finish([True])[0]


def try_mail(config: Config, to: tuple[str, str], language: str, at: datetime) -> Answer:
    """What became of a test by mail to `to`, a name and an address."""
    link = f"{config.base_url}/settings/reminders/routes"
    text, html = bodies(language, "mail/trial", link=link)
    subject = say(language, N_("A test from Kapstok"))
    message = letter(config, to=to, language=language, subject=subject, at=at, text=text, html=html)
    try:
        return Answer("accepted", send_now(config, message))
    except NotPosted as refused:
        return Answer("never", refused.words(language))
