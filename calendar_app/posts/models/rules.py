"""What a post may say and be, and who may have a part in it: each rule refuses at its field."""

from __future__ import annotations

from datetime import date

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts import places, workflow
from calendar_app.posts.content import Content
from calendar_app.text import safe_link

_PEOPLE = ("owner", "reviewer", "sender", "publisher", "watcher")


def needs_approval(content: Content, team: Team) -> bool:
    """Whether what says `content` has to be approved in `team`."""
    return workflow.needs_approval(content.form, team.free_forms, content.outside)


def check_address(address: str) -> None:
    """The rule: where a post can be read is an address of the web, or nowhere ("")."""
    if address and safe_link(address) is None:
        raise Refused(N_("Give an address that begins with https:// or http://."), field="address")


def check_hooks(content: Content, state: str) -> None:
    """The rule: a post with a day, or under review, has a value and an audience of its plan."""
    if not workflow.must_hang(state, has_day=content.starts_at is not None):
        return
    missing = workflow.missing_hooks(content.values, content.audiences)
    if missing:
        field, message = missing[0]
        raise Refused(message, field=field)


def check_places(content: Content) -> None:
    """The rule: what falls outside a value says why."""
    places.check((value.id, value.name, reason) for value, reason in content.outside)


def check_gate(
    content: Content, before: Content | None, states: tuple[str, str], today: date
) -> None:
    """The rule: on a plan that is not ready a post is an idea; what was more before stays so.

    `states` are its state before and after; `today` is the team's local day.
    """
    plan = content.plan
    if plan is None:
        return
    is_new_here = before is None or before.plan is not plan
    was_planned = not is_new_here and before is not None and before.starts_at is not None
    if content.starts_at is not None and not was_planned:
        plan.expect_ready(today, field="day")
    was, becomes = states
    if becomes not in {"idea", "cancelled"} and (is_new_here or was == "idea"):
        plan.expect_ready(today, field="plan")


def check_people(content: Content, before: Content | None, team: Team) -> None:
    """Whoever is named anew is in the team, and may do what the part asks."""
    for name in _PEOPLE:
        person: Person | None = getattr(content, name)
        if before is None or getattr(before, name) is not person:
            _check_person(name, person, team)
    if content.starts_at is not None and (before is None or before.starts_at is None):
        check_sender(content.sender, team)


def _check_person(name: str, person: Person | None, team: Team) -> None:
    """A reviewer may approve, a publisher may publish, and a sender is an ambassador."""
    if person is None:
        return
    role = _role(person, team)
    if role is None:
        raise Refused(N_("This colleague cannot be chosen in this team."), field=name)
    if name == "reviewer" and not allowed(role, workflow.APPROVE.action):
        raise Refused(N_("%(name)s may not approve posts."), field=name, name=person.name)
    if name == "publisher" and not allowed(role, workflow.PUBLISH.action):
        raise Refused(N_("%(name)s may not publish posts."), field=name, name=person.name)
    if name == "sender":
        check_sender(person, team)


def if_fit(name: str, person: Person | None, team: Team) -> Person | None:
    """`person`, unless they would be refused for the part `name` of a post of `team`."""
    try:
        _check_person(name, person, team)
    except Refused:
        return None
    return person


def check_sender(sender: Person | None, team: Team) -> None:
    """Nobody posts from their own account who has not agreed, or agrees no longer."""
    if sender is not None and not is_ambassador(sender, team):
        raise Refused(
            N_("This colleague is no ambassador now. Choose again who posts this."),
            field="sender",
        )


def is_ambassador(person: Person, team: Team) -> bool:
    """Whether `person` agreed to post for `team` from their own account."""
    return any(m.is_ambassador for m in person.memberships if m.team is team)


def _role(person: Person, team: Team) -> str | None:
    """The role of a colleague who can be chosen; None for everybody else."""
    roles = [
        m.role for m in person.memberships if m.team is team and m.ended_at is None and m.takes_part
    ]
    return roles[0] if roles else None
