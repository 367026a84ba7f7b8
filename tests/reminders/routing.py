"""Routes for the tests: who gets their reminders by which service, on a web server on loopback."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from calendar_app.reminders import outbox
from calendar_app.reminders.routes import EMAIL, Route, new_route
from tests.reminders.scenes import DUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calendar_app.post_office import Answer, Mail, PostOffice
    from calendar_app.reminders.models import Delivery
    from tests.reminders.scenes import Scene
    from tests.support.outside import Outside

LOOPBACK = ("127.0.0.0/8",)


def a_route(scene: Scene, address: str, kind: str = "slack", place: int = 0, **facts: Any) -> str:
    """A route of the person who entered as number `place`; the name that deliveries have for it."""
    with scene.database.writing() as session:
        route = new_route(scene.config, scene.people[place], kind, address)
        for name, value in facts.items():
            setattr(route, name, value)
        session.add(route)
        session.flush()
        return route.key


def without_mail(scene: Scene, place: int = 0) -> None:
    """Let that person want no mail, as long as another route works."""
    with scene.database.writing() as session:
        person = scene.people[place]
        session.add(Route(person_id=person, key=EMAIL, kind=EMAIL, is_used=False))


def by_slack(scene: Scene, outside: Outside, *names: str, **facts: Any) -> str:
    """A planned meet-up, with the first of these people reached by Slack alone; at its reminder."""
    scene.config = replace(scene.config, outbound_allow=LOOPBACK)
    scene.enter(*(names or ("Anouk",)), **facts)
    key = a_route(scene, outside.url("/services/T1/B1/secret"))
    without_mail(scene)
    scene.plan()
    scene.now = DUE
    return key


def send_messages(scene: Scene, office: Callable[[PostOffice], PostOffice] | None = None) -> None:
    """One round of the worker for all routes but mail."""
    with scene.database.reading() as session:
        origins = outbox.origins_due(session, scene.now)
    for origin in origins:
        desk = outbox.desk_for(scene.desk, origin)
        desk.office._seconds = 0.5  # type: ignore[attr-defined]  # noqa: SLF001 - nobody waits for ten
        if office is not None:
            desk = replace(desk, office=office(desk.office))
        outbox.deliver(desk, outbox.claim(desk, scene.now, 4))


def of_today(scene: Scene, key: str) -> Delivery:
    """The delivery about the meet-up of today by that route."""
    [found] = [row for row in scene.of_today() if row.route == key]
    return found


def routes(scene: Scene) -> list[Route]:
    """All routes but mail."""
    with scene.database.reading() as session:
        return list(session.scalars(select(Route).where(Route.key != EMAIL).order_by(Route.id)))


class Watched:
    """A way out that lets something happen right before it lets go."""

    def __init__(self, office: PostOffice, meanwhile: Callable[[], object]) -> None:
        self.name, self.width = office.name, office.width
        self._office, self._meanwhile = office, meanwhile

    def offer(self, mails: list[Mail]) -> list[Answer | None]:
        """As always; then what happens meanwhile."""
        answers = self._office.offer(mails)
        self._meanwhile()
        return answers

    def finish(self, chosen: list[bool]) -> list[Answer]:
        """As always."""
        return self._office.finish(chosen)

    def rest(self) -> None:
        """As always."""

    def close(self) -> None:
        """As always."""
        self._office.close()


def texts(found: object) -> Iterator[str]:
    """Every text in a message, wherever it stands."""
    if isinstance(found, dict):
        for value in found.values():
            yield from texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from texts(value)
    elif isinstance(found, str):
        yield found
