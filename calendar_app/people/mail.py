"""Letters about the way in: an invitation, and a new password."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

from calendar_app.config import Config
from calendar_app.language import say
from calendar_app.letters import bodies, letter
from calendar_app.people.models import Person, Team


def invitation_letter(
    config: Config, person: Person, team: Team, inviter: Person, link: str, at: datetime
) -> EmailMessage:
    """Tell `person` that `inviter` invites them to `team`, with the link that lets them in."""
    language = person.language or team.language
    subject = say(language, "%(inviter)s invites you to Kapstok", inviter=inviter.name)
    facts = {"inviter": inviter.name, "team": team.name, "new": person.password is None}
    return _to(config, person, language, subject, "mail/invitation", at, link=link, **facts)


def reset_letter(config: Config, person: Person, link: str, at: datetime) -> EmailMessage:
    """Send `person` the link with which they choose a new password."""
    language = person.language or _language_of_a_team(person)
    subject = say(language, "Choose a new password for Kapstok")
    return _to(config, person, language, subject, "mail/reset", at, link=link)


def _to(
    config: Config,
    person: Person,
    language: str,
    subject: str,
    template: str,
    at: datetime,
    **facts: object,
) -> EmailMessage:
    text, html = bodies(language, template, person=person.first_name, **facts)
    to = (person.name, person.email)
    return letter(config, to=to, language=language, subject=subject, at=at, text=text, html=html)


def _language_of_a_team(person: Person) -> str:
    return person.memberships[0].team.language if person.memberships else "nl"
