"""The pages of series, templates and copies: what a writer fills in, and what comes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post, PostSeries, PostTemplate
from tests import builders

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database

# Monday 9 November 2026, 09:18 in Amsterdam.
NOW = datetime(2026, 11, 9, 8, 18, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _monday_morning(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@dataclass
class World:
    """A team with a plan, a writer and a draft on Tuesday."""

    database: Database
    app: Flask
    team: Team
    plan: Plan
    writer: Person
    post_id: int

    def visitor(self, role: str = "") -> FlaskClient:
        client = self.app.test_client()
        person = self.writer
        if role:
            with self.database.writing() as session:
                session.expire_on_commit = False
                person = builders.a_person(session, self.team, role, language="en")
        builders.sign_in(client, person)
        return client

    def posts(self, **facts: Any) -> list[Post]:
        with self.database.reading() as session:
            wanted = select(Post).where(Post.deleted_at.is_(None)).filter_by(**facts)
            return list(session.scalars(wanted.order_by(Post.starts_at, Post.id)))

    def post(self, post_id: int) -> Post:
        with self.database.reading() as session:
            return session.get_one(Post, post_id)

    def all_series(self) -> list[PostSeries]:
        with self.database.reading() as session:
            return list(session.scalars(select(PostSeries).order_by(PostSeries.id)))

    def template(self, name: str) -> PostTemplate:
        with self.database.writing() as session:
            session.expire_on_commit = False
            post = session.get_one(Post, self.post_id)
            team = session.get_one(Team, self.team.id)
            return builders.a_template(session, team, post, name=name)

    def begin(self, client: FlaskClient, **changes: Any) -> PostSeries:
        form = {**fields(self.post(self.post_id)), "make": "1", **changes}
        answer = client.post(f"/posts/{self.post_id}/repeat", data=form)
        assert answer.status_code == 303, answer.text
        return self.all_series()[-1]

    def typed(self, post: Post, **changes: Any) -> dict[str, Any]:
        """The form of `post` as the browser sends it."""
        return {
            "version": post.version,
            "title": post.title,
            "text": post.text,
            "plan": self.plan.id,
            "values": [one.id for one in self.plan.values],
            "audiences": [one.id for one in self.plan.audiences],
            "channels": [one.id for one in self.plan.channels],
            "form": "text",
            "intent": "inform",
            "day": post.local_start.date().isoformat() if post.local_start else "",
            "time": f"{post.local_start:%H:%M}" if post.local_start else "",
            **changes,
        }


@pytest.fixture
def world(database: Database, app: Flask) -> World:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        writer = builders.a_person(session, team, language="en")
        post = builders.a_post(session, team, plan, title="Collega", starts_at=TUESDAY)
        _loaded = (plan.values, plan.audiences, plan.channels)
        return World(database, app, team, plan, writer, post.id)


def fields(post: Post, **changes: Any) -> dict[str, Any]:
    return {
        "version": post.version,
        "creation_key": "one-form",
        "frequency": "weekly",
        "interval": "1",
        "weekdays": ["1"],
        "month_day": "10",
        "nth": "2",
        "weekday": "1",
        "starts_on": "2026-11-10",
        "time": "09:30",
        "ends": "never",
        **changes,
    }


def test_the_form_begins_with_every_week_on_the_day_of_the_post(world: World) -> None:
    page = world.visitor().get(f"/posts/{world.post_id}/repeat").text

    assert re.search(r'name="weekdays" value="1" checked', page)
    assert 'value="2026-11-10"' in page
    assert 'value="09:30"' in page


def test_the_days_are_shown_before_anything_is_made(world: World) -> None:
    client = world.visitor()
    asked = fields(world.post(world.post_id), weekdays=["4"], skips_holidays="y")

    answer = client.post(f"/posts/{world.post_id}/repeat", data=asked)

    assert answer.status_code == 200
    assert "Every Friday" in answer.text
    assert "Friday 25 December 2026 · <strong>" in answer.text
    assert "(left out)" in answer.text
    assert world.all_series() == []


def test_the_series_is_made_once_and_can_be_undone(world: World) -> None:
    client = world.visitor()

    series = world.begin(client)
    world.begin(client)

    assert len(world.all_series()) == 1
    made = world.posts(series_id=series.id)
    assert made[0].id == world.post_id
    assert len(made) == 13
    page = client.get(f"/series/{series.id}").text
    assert "Every Tuesday at 09:30" in page
    assert "13 posts in the calendar now" in page

    client.post("/undo", data={"next": "/series"})

    assert world.posts(series_id=series.id) == []
    assert [one.id for one in world.posts()] == [world.post_id]
    assert "No series yet" in client.get("/series").text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"weekdays": []}, "Choose at least one day."),
        ({"frequency": "monthly_day", "month_day": ""}, "Fill this in."),
        ({"ends": "on", "ends_on": "2026-11-09"}, "The last day lies before the first day."),
        ({"ends": "on"}, "Fill this in."),
        ({"ends": "after"}, "Fill this in."),
        ({"ends": "after", "count": "501"}, "Choose a number from 1 to 500."),
        ({"interval": "0"}, "Choose a number from 1 to 60."),
        ({"frequency": "hourly"}, "Not a valid choice"),
        ({"starts_on": "2026-11-08"}, "Choose a first day that is not over yet."),
        ({"starts_on": "9999-12-31"}, "Choose a day between 2000 and 2100."),
        (
            {"starts_on": "2026-11-11", "ends": "on", "ends_on": "2026-11-12"},
            "There is no day left",
        ),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    world: World, wrong: dict[str, Any], message: str
) -> None:
    asked = fields(world.post(world.post_id), make="1", **wrong)

    answer = world.visitor().post(f"/posts/{world.post_id}/repeat", data=asked)

    assert answer.status_code == 422
    assert message in answer.text
    assert world.all_series() == []


@pytest.mark.parametrize(
    ("asked", "words", "first"),
    [
        ({"frequency": "daily", "interval": "2"}, "Every 2 days", "Tuesday 10 November 2026"),
        (
            {"frequency": "monthly_day", "month_day": "31"},
            "On the last day of",
            "Monday 30 November",
        ),
        (
            {"frequency": "monthly_weekday", "nth": "-1", "weekday": "4"},
            "Every month on the last Friday",
            "Friday 27 November 2026",
        ),
        ({"ends": "after", "count": "3"}, "Every Tuesday, 3 times", "Tuesday 10 November 2026"),
        (
            {"weekdays": ["1", "3"], "interval": "2", "ends": "on", "ends_on": "2026-12-24"},
            "Every 2 weeks on Tuesday and Thursday, until 24 December 2026",
            "Thursday 12 November 2026",
        ),
    ],
)
def test_each_rule_is_said_in_words(
    world: World, asked: dict[str, Any], words: str, first: str
) -> None:
    sent = fields(world.post(world.post_id), **asked)

    page = world.visitor().post(f"/posts/{world.post_id}/repeat", data=sent).text

    assert words in page
    assert first in page


def test_a_rule_of_the_plan_says_no_to_the_whole_series(world: World) -> None:
    with world.database.writing() as session:
        session.get_one(Plan, world.plan.id).archived_at = NOW

    asked = fields(world.post(world.post_id), make="1", starts_on="2026-11-17")
    answer = world.visitor().post(f"/posts/{world.post_id}/repeat", data=asked)

    assert answer.status_code == 422
    assert "This plan is archived." in answer.text
    assert world.all_series() == []
    assert len(world.posts()) == 1


def test_a_post_says_of_which_series_it_is_and_asks_what_to_change(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)

    page = client.get(f"/posts/{world.post_id}").text

    assert f'href="/series/{series.id}">every Tuesday at 09:30</a>' in page
    assert re.search(r'type="radio"[^>]*name="scope" value="this" checked', page)
    assert "Repeat…" not in page
    answer = client.get(f"/posts/{world.post_id}/repeat")
    assert answer.location == f"/series/{series.id}"


def test_saving_changes_one_post_unless_more_is_chosen(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)
    second, third, *_rest = world.posts(series_id=series.id)[1:]

    client.post(f"/posts/{second.id}", data=world.typed(second, title="Alleen deze"))
    answer = client.post(
        f"/posts/{third.id}", data=world.typed(third, title="Voortaan", scope="following")
    )

    assert answer.status_code == 303
    titles = [one.title for one in world.posts()]
    assert titles == ["Collega", "Alleen deze", *["Voortaan"] * 11]
    assert len(world.all_series()) == 2
    page = client.get(f"/posts/{third.id}").text
    assert "The series is saved." in page

    client.post("/undo")

    titles = [one.title for one in world.posts()]
    assert titles == ["Collega", "Alleen deze", *["Collega"] * 11]


def test_saving_all_tells_what_stays(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)
    second, third, *_rest = world.posts(series_id=series.id)[1:]
    client.post(f"/posts/{second.id}", data=world.typed(second, title="Alleen deze"))

    client.post(
        f"/posts/{third.id}", data=world.typed(third, title="Alle", time="14:00", scope="all")
    )

    page = client.get(f"/series/{series.id}").text
    assert "1 post that somebody changed by itself stays as it is." in page
    assert "Every Tuesday at 14:00" in page
    assert page.count("changed by itself</span>") == 1


def test_another_day_for_the_whole_series_is_refused_at_the_day(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)
    second = world.posts(series_id=series.id)[1]

    answer = client.post(
        f"/posts/{second.id}", data=world.typed(second, day="2026-11-18", scope="all")
    )

    assert answer.status_code == 422
    assert "This day is only for this post." in answer.text


def test_a_step_saves_what_was_typed_for_the_series_too(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)
    second = world.posts(series_id=series.id)[1]

    client.post(f"/posts/{second.id}/review", data=world.typed(second, title="Alle", scope="all"))

    assert {one.title for one in world.posts()} == {"Alle"}
    assert world.post(second.id).state == "in_review"


def test_the_rule_of_a_series_is_changed_with_a_preview(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)
    asked = fields(world.post(world.post_id), version=series.version, weekdays=["3"])
    asked["creation_key"] = ""

    page = client.get(f"/series/{series.id}/rule").text
    preview = client.post(f"/series/{series.id}/rule", data=asked)
    made = client.post(f"/series/{series.id}/rule", data={**asked, "make": "1"})

    assert 'value="2026-11-10"' in page
    assert preview.status_code == 200
    assert "Change the series" in preview.text
    assert made.status_code == 303
    found = world.posts(series_id=series.id)
    assert {one.local_start.weekday() for one in found if one.local_start} == {3}
    assert "every Thursday" in client.get(f"/posts/{found[0].id}").text


def test_a_wrong_or_an_old_rule_changes_nothing(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)
    asked = fields(world.post(world.post_id), version=series.version, make="1")

    wrong = client.post(f"/series/{series.id}/rule", data={**asked, "weekdays": []})
    old = client.post(f"/series/{series.id}/rule", data={**asked, "version": 99})

    assert (wrong.status_code, old.status_code) == (422, 409)
    assert len(world.posts(series_id=series.id)) == 13


def test_a_series_is_stopped_and_the_stop_is_undone(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)

    client.post(f"/series/{series.id}/stop", data={"version": series.version})

    assert world.posts(series_id=series.id) == []
    page = client.get(f"/series/{series.id}").text
    assert "This series was stopped on" in page
    assert "No coming posts" in page
    client.post("/undo")
    assert len(world.posts(series_id=series.id)) == 13
    with world.database.reading() as session:
        told = set(session.scalars(select(AuditEntry.action)))
    assert {"series.begun", "series.stopped"} <= told


def test_a_series_that_cannot_go_on_says_why(world: World) -> None:
    client = world.visitor()
    series = world.begin(client)
    with world.database.writing() as session:
        session.get_one(Plan, world.plan.id).archived_at = NOW

    page = client.get(f"/series/{series.id}").text

    assert "The next posts cannot be made." in page
    assert "This plan is archived." in page


def test_a_viewer_reads_a_series_and_changes_nothing(world: World) -> None:
    series = world.begin(world.visitor())
    client = world.visitor("viewer")

    page = client.get(f"/series/{series.id}").text

    assert "Every Tuesday" in page
    assert "Stop the series" not in page
    assert client.get(f"/series/{series.id}/rule").status_code == 403


def test_a_line_that_comes_back_makes_a_series(world: World) -> None:
    client = world.visitor()
    value, channel = world.plan.values[0].name, world.plan.channels[0].name
    line = f"every tuesday 9:30 {channel} Collega van de week #{value}"
    sent = {"text": line, "creation_key": "one-line"}

    preview = client.get("/quick-add", query_string={"text": line}).text
    first = client.post("/quick-add", data=sent)
    second = client.post("/quick-add", data=sent)

    assert "This makes a series of drafts." in preview
    (series,) = world.all_series()
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location == f"/series/{series.id}"
    assert len(world.posts(series_id=series.id)) == 13
    assert "Saved as a series, every Tuesday at 09:30" in client.get(first.location).text


def test_a_template_is_kept_used_and_removed(world: World) -> None:
    client = world.visitor()

    client.post(f"/posts/{world.post_id}/template", data={"name": "Vacature"})
    again = client.post(f"/posts/{world.post_id}/template", data={"name": "Vacature"})
    without = client.post(f"/posts/{world.post_id}/template", data={"name": " "})

    assert (again.status_code, without.status_code) == (422, 422)
    assert "There is a template with this name." in again.text
    with world.database.reading() as session:
        template = session.scalars(select(PostTemplate)).one()
    assert "Vacature" in client.get("/posts/templates").text
    assert f"template={template.id}" in client.get("/posts/new").text
    page = client.get(f"/posts/new?template={template.id}").text
    assert 'value="Collega"' in page
    assert re.search(rf'name="values" value="{world.plan.values[0].id}" checked', page)
    assert re.search(r'name="day"[^>]*value=""', page)

    client.post(f"/posts/templates/{template.id}/deletion", data={"version": template.version})

    assert "No templates yet" in client.get("/posts/templates").text


def test_a_template_gets_another_name_and_is_otherwise_the_same(world: World) -> None:
    client, template = world.visitor(), world.template("Vacature")
    path = f"/posts/templates/{template.id}/name"

    page = client.get(path).text
    answer = client.post(path, data={"name": "  Vacature  verpleging ", "version": 1})
    after = client.get("/posts/templates").text

    assert path in after
    assert re.search(r'name="name"[^>]*value="Vacature"', page)
    assert (answer.status_code, answer.location) == (303, "/posts/templates")
    assert "The template is called Vacature verpleging now." in after
    with world.database.reading() as session:
        found = session.get_one(PostTemplate, template.id)
        assert (found.name, found.version) == ("Vacature verpleging", 2)
        assert found.content == template.content
        (entry,) = session.scalars(select(AuditEntry))
        assert (entry.action, entry.object_id) == ("template.renamed", template.id)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Terugblik", "There is a template with this name. Choose another."),
        ("", "Give the template a name."),
        ("x" * 121, "Use at most 120 characters."),
    ],
)
def test_a_name_that_cannot_be_stays_in_the_field_and_the_template_keeps_its_own(
    world: World, typed: str, words: str
) -> None:
    client, template = world.visitor(), world.template("Vacature")
    world.template("Terugblik")

    answer = client.post(
        f"/posts/templates/{template.id}/name", data={"name": typed, "version": template.version}
    )

    assert answer.status_code == 422
    assert words in answer.text.partition('id="name-error"')[2]
    assert re.search(rf'name="name"[^>]*value="{typed}"', answer.text)
    assert f"/posts/templates/{template.id}/name" in answer.text
    with world.database.reading() as session:
        assert session.get_one(PostTemplate, template.id).name == "Vacature"
        assert session.scalars(select(AuditEntry)).all() == []


def test_who_was_second_sees_both_names_and_may_choose_knowingly(world: World) -> None:
    client, template = world.visitor(), world.template("Vacature")
    path = f"/posts/templates/{template.id}/name"
    client.post(path, data={"name": "Plek", "version": 1})

    second = client.post(path, data={"name": "Baan", "version": 1})
    without = client.post(path, data={"name": "Baan"})

    assert (second.status_code, without.status_code) == (409, 409)
    for words in ("Somebody was before you", "Plek", "Baan"):
        assert words in second.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', second.text)
    assert version is not None
    assert client.post(path, data={"name": "Baan", "version": version[1]}).status_code == 303
    with world.database.reading() as session:
        assert session.scalars(select(PostTemplate.name)).all() == ["Baan"]


@pytest.mark.parametrize("role", ["viewer", "writer", "editor", "admin"])
def test_who_may_make_a_template_may_rename_one(world: World, role: str) -> None:
    client, template = world.visitor(role), world.template("Vacature")

    made = client.get(f"/posts/{world.post_id}/template").status_code
    renamed = client.get(f"/posts/templates/{template.id}/name").status_code

    assert renamed == made == (403 if role == "viewer" else 200)


def test_the_form_of_a_template_is_shown_with_the_title_of_the_post(world: World) -> None:
    page = world.visitor().get(f"/posts/{world.post_id}/template").text

    assert re.search(r'name="name"[^>]*value="Collega"', page)


def test_a_template_leaves_out_what_was_removed(world: World) -> None:
    client = world.visitor()
    client.post(f"/posts/{world.post_id}/template", data={"name": "Vacature"})
    with world.database.writing() as session:
        plan = session.get_one(Plan, world.plan.id)
        plan.values[0].deleted_at = NOW
        template = session.scalars(select(PostTemplate.id)).one()

    page = client.get(f"/posts/new?template={template}").text

    assert 'value="Collega"' in page
    assert 'name="values"' not in page

    with world.database.writing() as session:
        session.get_one(Plan, world.plan.id).archived_at = NOW
    assert client.get(f"/posts/new?template={template}").status_code == 200


def test_a_copy_is_a_new_draft_without_a_day(world: World) -> None:
    client = world.visitor()

    page = client.get(f"/posts/new?copy={world.post_id}").text

    assert 'value="Collega"' in page
    assert re.search(r'name="day"[^>]*value=""', page)
    assert client.get("/posts/new?copy=99999").status_code == 404
    assert client.get("/posts/new?template=99999").status_code == 404
    assert f"/posts/new?copy={world.post_id}" in client.get(f"/posts/{world.post_id}").text


def _chosen(world: World, **changes: Any) -> dict[str, Any]:
    posts = world.posts()
    return {
        "post": [f"{one.id}:{one.version}" for one in posts],
        "by": "7",
        "creation_key": "one-page",
        **changes,
    }


def test_a_period_is_copied_as_drafts_once_and_undone(world: World) -> None:
    client = world.visitor()
    with world.database.writing() as session:
        team, plan = session.get_one(Team, world.team.id), session.get_one(Plan, world.plan.id)
        builders.a_post(
            session,
            team,
            plan,
            title="Twee",
            starts_at=TUESDAY + timedelta(days=3),
            state="approved",
        )
    chosen = _chosen(world)

    first = client.post("/calendar/copies", data=chosen)
    second = client.post("/calendar/copies", data=chosen)

    assert (first.status_code, second.status_code) == (303, 303)
    days = [(one.title, one.starts_at, one.state) for one in world.posts()]
    assert days == [
        ("Collega", TUESDAY, "draft"),
        ("Twee", TUESDAY + timedelta(days=3), "approved"),
        ("Collega", TUESDAY + timedelta(days=7), "draft"),
        ("Twee", TUESDAY + timedelta(days=10), "draft"),
    ]
    client.post("/undo")
    assert len(world.posts()) == 2


def test_copying_keeps_the_time_and_skips_the_same_days_as_moving(world: World) -> None:
    client = world.visitor()

    client.post("/calendar/copies", data=_chosen(world, by="4", skip=["weekends"]))

    copy = world.posts()[-1]
    assert copy.local_start is not None
    assert copy.local_start.date() == date(2026, 11, 16)
    assert copy.local_start.hour == 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"by": ""}, "Choose by how many days."), ({"post": []}, "Choose at least one post first.")],
)
def test_copying_says_what_it_lacks(world: World, changes: dict[str, Any], message: str) -> None:
    answer = world.visitor().post("/calendar/copies", data=_chosen(world, **changes))

    assert answer.status_code == 422
    assert message in answer.text


def test_all_or_none_are_copied(world: World) -> None:
    with world.database.writing() as session:
        team, plan = session.get_one(Team, world.team.id), session.get_one(Plan, world.plan.id)
        builders.a_post(session, team, plan, title="Ooit", starts_at=None)

    answer = world.visitor().post("/calendar/copies", data=_chosen(world))

    assert answer.status_code == 422
    assert "“Ooit” has no day." in answer.text
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Post)) == 2


def test_the_page_to_move_offers_to_copy(world: World) -> None:
    post = world.post(world.post_id)

    page = world.visitor().get(f"/calendar/move?post={post.id}:{post.version}").text

    assert 'formaction="/calendar/copies"' in page
    assert re.search(r'name="creation_key"[^>]*value="[0-9a-f]{32}"', page)
