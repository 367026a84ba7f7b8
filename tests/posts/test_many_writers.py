"""Eight writers save one post through its page at one moment, again and again: no text is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from calendar_app.people.models import Person, Team
from calendar_app.posts.models import PostChange
from tests import builders
from tests.support.sent_forms import forms_of
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient

__all__ = ["_tuesday_morning", "site"]
WRITERS = 8
# How often one text is sent again after somebody was first; each time at least one other is saved.
MOST_TRIES = 200
PATIENCE = 120.0  # seconds


def test_every_text_that_was_accepted_is_in_the_history(site: Site, *, whole: bool) -> None:
    saves = 200 if whole else 12
    path = f"/posts/{site.post(title='Rooster', text='Begin').partition(':')[0]}"
    together = Barrier(WRITERS, timeout=PATIENCE)

    def write(writer: int) -> list[tuple[str, str]]:
        client = visitor(site, writer)
        # Some write in one field, and some in another: those are merged.
        field = "title" if writer % 4 == 0 else "text"
        accepted = []
        for turn in range(saves):
            typed = f"Schrijver {writer}, zin {turn}"
            form = form_on(client.get(path).text, path)
            together.wait()
            save(client, path, {**form, field: typed}, typed)
            accepted.append((field, typed))
        return accepted

    for number in range(WRITERS):
        a_writer(site, number)
    with ThreadPoolExecutor(WRITERS) as pool:
        accepted = [one for many in pool.map(write, range(WRITERS)) for one in many]

    assert len(set(accepted)) == WRITERS * saves
    changes = history(site)
    told = {(name, after) for fields in changes for name, (_before, after) in fields.items()}
    assert set(accepted) - told == set()
    # Each change begins where the one before it ended: nothing went in between.
    for name in ("title", "text"):
        steps = [fields[name] for fields in changes if name in fields]
        assert [before for before, _after in steps[1:]] == [after for _before, after in steps[:-1]]


def a_writer(site: Site, number: int) -> None:
    with site.database.writing() as session:
        team = session.get_one(Team, site.team_id)
        person = builders.a_person(session, team, "writer", name=f"Schrijver {number}")
        site.people[f"writer {number}"] = person.id


def visitor(site: Site, number: int) -> FlaskClient:
    client = site.app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    with site.database.reading() as session:
        builders.sign_in(client, session.get_one(Person, site.people[f"writer {number}"]))
    return client


def form_on(page: str, path: str) -> dict[str, Any]:
    """What a browser would send of the form of the post."""
    return dict(next(form for form in forms_of(page, path) if "title" in form.fields).fields)


def save(client: FlaskClient, path: str, form: dict[str, Any], typed: str) -> None:
    """Send it until it is accepted; who came second finds their text on the page."""
    for _again in range(MOST_TRIES):
        answer = client.post(path, data=form)
        if answer.status_code == 303:
            return
        assert answer.status_code == 409
        form = form_on(answer.text, path)
        assert typed in form.values()
    raise AssertionError(f"never accepted: {typed}")


def history(site: Site) -> list[dict[str, Any]]:
    """The fields that each change changed, the first change first."""
    with site.database.reading() as session:
        return list(session.scalars(select(PostChange.fields).order_by(PostChange.version)))
