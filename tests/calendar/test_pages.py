"""Today, the month and the list: what they show to whom, by which filters, at which cost."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.calendar.queries import count_attention
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.people.models import Person, Team
from calendar_app.plans.models import TaskRole
from tests import builders
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from calendar_app.db import Database
    from calendar_app.plans.models import Plan

NOW = "2026-11-10T08:18:00Z"


@pytest.fixture(autouse=True)
def _tuesday_morning(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def world(database: Database, client: FlaskClient) -> Iterator[tuple[Session, Team, Plan, Person]]:
    """A team with a plan, and its editor signed in; what is added is committed by `shown`."""
    with database.writer() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        plan = builders.a_plan(session, team, name="Verpleegkundigen werven")
        editor = builders.a_person(session, team, "editor", name="Mo Kaya", language="nl")
        session.commit()
        builders.sign_in(client, editor)
        yield session, team, plan, editor


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def shown(session: Session, client: FlaskClient, path: str) -> str:
    session.commit()
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_post_stands_in_its_day_on_the_teams_clocks(world: Any, client: FlaskClient) -> None:
    """23:30 in London on the ninth is the tenth in Amsterdam."""
    session, team, plan, editor = world
    builders.a_post(
        session,
        team,
        plan,
        title="Nachtploeg",
        owner_id=editor.id,
        state="approved",
        starts_at=datetime(2026, 11, 9, 23, 30, tzinfo=UTC),
    )

    page = shown(session, client, "/calendar?date=2026-11-10")

    cell = page.split('id="d-2026-11-10"')[1].split("</td>")[0]
    assert "Nachtploeg" in cell
    assert "00:30" in cell
    assert "MK" in cell
    assert plan.values[0].name in cell
    assert "Goedgekeurd" in cell or "Akkoord" in cell


def test_deleted_posts_and_other_teams_posts_are_not_there(world: Any, client: FlaskClient) -> None:
    session, team, plan, _editor = world
    builders.a_post(session, team, plan, title="Weggegooid", deleted_at=at(1))
    other = builders.a_team(session)
    builders.a_post(session, other, builders.a_plan(session, other), title="Van anderen")

    for path in ("/calendar?date=2026-11-10", "/calendar?view=list&date=2026-11-10", "/"):
        page = shown(session, client, path)
        assert "Weggegooid" not in page
        assert "Van anderen" not in page


def test_every_filter_stands_in_the_address_and_is_obeyed(world: Any, client: FlaskClient) -> None:
    session, team, plan, editor = world
    other_value = builders.a_value(session, plan, name="Eigen regie")
    other_audience = builders.an_audience(session, plan)
    other_channel = builders.a_channel(session, plan, name="Viva Engage", short="vi")
    other_plan = builders.a_plan(session, team)
    session.refresh(plan)
    builders.a_post(
        session,
        team,
        plan,
        title="Rooster in eigen hand",
        text="ruilen",
        state="in_review",
        owner_id=editor.id,
    )
    builders.a_post(session, team, other_plan, title="Iets anders", state="draft")
    for query in (
        f"plan={plan.id}",
        f"value={other_value.id}",
        f"audience={other_audience.id}",
        f"channel={other_channel.id}&channel=999",
        "state=in_review&state=nonsense",
        f"person={editor.id}",
        "q=eigen+rooster",
        "q=RUILEN",
    ):
        page = shown(session, client, f"/calendar?view=list&date=2026-11-10&{query}")
        assert "Rooster in eigen hand" in page, query
        assert "Iets anders" not in page, query


def test_a_sign_in_a_search_stands_for_nothing(world: Any, client: FlaskClient) -> None:
    """Neither for any letters, as in LIKE, nor for itself: only words are looked for."""
    session, team, plan, _editor = world
    builders.a_post(session, team, plan, title="100% inzet_nu")
    builders.a_post(session, team, plan, title="1000 redenen")

    page = shown(session, client, "/calendar?view=list&date=2026-11-10&q=100%25+inzet")
    wild = shown(session, client, "/calendar?view=list&date=2026-11-10&q=1%25denen")

    assert "100% inzet_nu" in page
    assert "1000 redenen" not in page
    assert "1000 redenen" not in wild


def test_browsing_keeps_the_filters(world: Any, client: FlaskClient) -> None:
    session, _team, plan, _editor = world

    page = shown(session, client, f"/calendar?date=2026-12-31&plan={plan.id}&q=zorg")

    assert f"view=month&amp;date=2027-01-01&amp;plan={plan.id}&amp;q=zorg" in page
    assert f"view=month&amp;date=2026-11-01&amp;plan={plan.id}&amp;q=zorg" in page
    assert f"view=list&amp;date=2026-12-31&amp;plan={plan.id}&amp;q=zorg" in page


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("date=morgen", 400),
        ("date=2026-13-01", 400),
        ("date=1066-10-14", 404),
        ("view=year", 404),
        ("plan=99999999999999999999", 200),
        ("plan=x&state=%00&q=%00", 200),
    ],
)
def test_an_address_that_makes_no_sense_is_no_crash(
    client: FlaskClient, query: str, status: int
) -> None:
    assert client.get(f"/calendar?{query}").status_code == status


def test_meet_ups_and_holidays_lie_on_their_days(world: Any, client: FlaskClient) -> None:
    session, team, _plan, editor = world
    meetup = builders.a_meetup(session, team, [editor])
    plan_occurrences(session, meetup, at(10, 1), days=60)

    page = shown(session, client, "/calendar?date=2026-12-01")

    assert "09:30" in page.split('id="d-2026-12-24"')[1].split("</td>")[0]
    christmas = page.split('id="d-2026-12-25"')[1].split("</td>")[0]
    assert "kerstdag" in christmas.lower()
    assert "09:30" not in christmas


def test_today_tells_what_goes_out_what_is_late_and_what_waits(
    world: Any, client: FlaskClient
) -> None:
    session, team, plan, editor = world
    builders.a_post(
        session, team, plan, title="Gaat zo uit", starts_at=at(10, 14), state="approved"
    )
    builders.a_post(session, team, plan, title="Bleef liggen", starts_at=at(6), state="approved")
    builders.a_post(
        session,
        team,
        plan,
        title="Wacht op Mo",
        starts_at=at(20),
        state="in_review",
        reviewer_id=editor.id,
    )
    builders.a_post(
        session, team, plan, title="Nog te schrijven", starts_at=at(13), owner_id=editor.id
    )
    builders.a_post(session, team, plan, title="Al geplaatst", starts_at=at(6), state="published")

    page = shown(session, client, "/")

    for title in ("Gaat zo uit", "Bleef liggen", "Wacht op Mo", "Nog te schrijven"):
        assert page.count(f'class="post-title">{title}<') == 1, title
    assert "Al geplaatst" not in page


@pytest.mark.parametrize("named", ["for those days", "in the matrix", "nobody"])
def test_today_shows_a_deputy_what_waits_for_a_reviewer_who_is_away(
    world: Any, client: FlaskClient, named: str
) -> None:
    session, team, plan, editor = world
    reviewer = builders.a_person(session, team, "editor")
    facts = {"title": "Wacht op wie weg is", "starts_at": at(20), "state": "in_review"}
    builders.a_post(session, team, plan, reviewer_id=reviewer.id, **facts)
    if named == "in the matrix":
        part = {"task": "review", "person_id": editor.id, "part": "deputy"}
        session.add(TaskRole(team_id=team.id, plan_id=plan.id, **part))
    assert "Wacht op wie weg is" not in shown(session, client, "/")

    absence = builders.an_absence(session, team, reviewer, date(2026, 11, 10), date(2026, 11, 10))
    absence.deputy_id = editor.id if named == "for those days" else None

    page = shown(session, client, "/")
    assert page.count('class="post-title">Wacht op wie weg is<') == (named != "nobody")
    counted = '<span class="count is-alarm">' in page
    assert counted == (named != "nobody")


def test_what_asks_for_attention_is_first_looked_for_by_what_each_post_tells_itself(
    world: Any, database: Database
) -> None:
    """Of years of posts few wait for a review: only of those it is asked who stands in."""
    session, team, _plan, person = world

    with statements(database) as sent:
        count_attention(session, team, person, at(10), approves=True)

    [query] = [one for one in sent if "post.reviewer_id = " in one]
    places = [query.index(part) for part in ("post.state = ", "post.reviewer_id = ", "absence")]
    assert places == sorted(places)


def test_a_post_of_this_morning_that_is_not_out_is_late_today(
    world: Any, client: FlaskClient
) -> None:
    session, team, plan, _editor = world
    for title, hour, state in (
        ("Had al uit moeten zijn", 5, "approved"),
        ("Is al uit", 5, "published"),
        ("Komt nog", 14, "approved"),
    ):
        builders.a_post(session, team, plan, title=title, starts_at=at(10, hour), state=state)

    page = shown(session, client, "/")

    going_out, late = re.findall(r'<ul class="posts">.*?</ul>', page, re.DOTALL)
    for title in ("Had al uit moeten zijn", "Is al uit", "Komt nog"):
        assert f'class="post-title">{title}<' in going_out, title
    assert re.findall(r'class="post-title">(.*?)<', late) == ["Had al uit moeten zijn"]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/calendar?date=2026-11-10", 24),
        ("/calendar?view=list&date=2026-11-10", 24),
        ("/calendar?view=week&date=2026-11-10", 24),
        ("/calendar?view=board&date=2026-11-10", 24),
        ("/calendar?view=board&by=channel&date=2026-11-10", 24),
        # Today also reads the plans for the pitfall radar: each kind of part is one query.
        ("/", 42),
    ],
)
def test_a_page_asks_as_many_queries_for_1000_posts_as_for_10(
    world: Any, client: FlaskClient, database: Database, path: str, most: int
) -> None:
    session, team, plan, editor = world
    for day in range(1, 11):
        builders.a_post(session, team, plan, starts_at=at(day), owner_id=editor.id)
    few = queries_of(session, client, database, path)
    for number in range(990):
        moment = at(1) + timedelta(minutes=number * 40)
        builders.a_post(session, team, plan, starts_at=moment, owner_id=editor.id)

    many = queries_of(session, client, database, path)

    assert many == few
    assert many <= most


def queries_of(session: Session, client: FlaskClient, database: Database, path: str) -> int:
    """How many statements the page `path` sends to the database."""
    session.commit()
    with statements(database) as sent:
        assert client.get(path).status_code == 200
    return len(sent)


def test_a_viewer_sees_the_calendar_but_no_way_to_change_it(
    world: Any, client: FlaskClient
) -> None:
    session, team, plan, _editor = world
    viewer = builders.a_person(session, team, "viewer")
    builders.a_post(session, team, plan, title="Te lezen")
    session.commit()
    builders.sign_in(client, viewer)

    page = shown(session, client, "/calendar?date=2026-11-10")

    assert "Te lezen" in page
    assert "/posts/new" not in page


def test_a_lagging_value_is_named_beside_the_month(world: Any, client: FlaskClient) -> None:
    session, team, plan, _editor = world
    plan.values[0].wanted_share = 50
    builders.a_value(session, plan, name="Samen leren", wanted_share=50)
    for day in range(2, 12):
        builders.a_post(session, team, plan, starts_at=at(day))
    session.commit()
    session.refresh(plan)

    page = shown(session, client, "/calendar?date=2026-11-10")

    assert "Samen leren\u2019 blijft achter: 0 van 5 berichten." in page


def meters(page: str) -> dict[str, str]:
    """What stands beside each name in the playing field, without its tags."""
    found = re.findall(
        r'<span class="meter-label">(.*?)</span> <span class="meter-text">(.*?)</span></p>',
        page.partition('id="calendar-aside"')[2],
        re.DOTALL,
    )
    return {re.sub(r"<.*?>", "", name).strip(): words for name, words in found}


def test_planned_stands_against_wanted_for_audiences_and_senders_too(
    world: Any, client: FlaskClient
) -> None:
    session, team, plan, editor = world
    nurses = plan.audiences[0]
    nurses.name, nurses.wanted_share, plan.ambassador_share = "Verpleegkundigen", 70, 20
    # Four on the audience, one on none; one of the five by an ambassador.
    for day in range(2, 6):
        builders.a_post(session, team, plan, starts_at=at(day))
    builders.a_post(session, team, plan, starts_at=at(6), sender_id=editor.id).audiences = []
    builders.an_audience(session, plan, name="Leerlingen")
    builders.an_audience(session, plan, name="Oud-collega\u2019s", wanted_share=0)
    builders.a_channel(session, plan, name="Intranet", short="int", cadence=0)
    session.commit()
    session.refresh(plan)

    told = meters(shown(session, client, "/calendar?date=2026-11-10"))

    assert told["Verpleegkundigen"] == "4 van 4"
    assert told["Leerlingen"] == "0 berichten"
    assert told["Oud-collega\u2019s"] == "0 van 0"
    assert told["Intranet"] == "0 berichten"
    assert told["Het merk"] == "4 van 4"
    assert told["Ambassadeurs"] == "1 van 1"


def test_without_a_wish_audiences_and_senders_are_only_counted(
    world: Any, client: FlaskClient
) -> None:
    session, team, plan, _editor = world
    plan.audiences[0].name = "Verpleegkundigen"
    builders.a_post(session, team, plan, starts_at=at(3))
    builders.a_post(session, team, plan, starts_at=at(4))

    page = shown(session, client, "/calendar?date=2026-11-10")

    told = meters(page)
    assert told["Verpleegkundigen"] == "2 berichten"
    assert (told["Het merk"], told["Ambassadeurs"]) == ("2 berichten", "0 berichten")
    assert "Verpleegkundigen\u2019 blijft achter" not in page
    assert "Ambassadeurs\u2019 blijft achter" not in page


def test_a_lagging_audience_leads_to_the_ideas_that_fit_it(world: Any, client: FlaskClient) -> None:
    session, team, plan, _editor = world
    for day in range(2, 12):
        builders.a_post(session, team, plan, starts_at=at(day))
    builders.a_post(session, team, plan, title="Voor wie er al is", state="idea", starts_at=None)
    pupils = builders.an_audience(session, plan, name="Leerlingen", wanted_share=30)
    idea = builders.a_post(session, team, plan, title="Stagedag", state="idea", starts_at=None)
    idea.audiences = [pupils]
    session.commit()
    session.refresh(plan)

    page = shown(session, client, "/calendar?date=2026-11-10")
    href = f"/calendar/fitting?audience={pupils.id}"
    ideas = shown(session, client, href)

    note = page.partition("Leerlingen\u2019 blijft achter: 0 van 3 berichten.")[2]
    assert f'href="{href}"' in note.partition("</div>")[0]
    assert "Ideeën die passen bij Leerlingen" in ideas
    assert "Stagedag" in ideas
    assert "Voor wie er al is" not in ideas


def test_a_lagging_channel_leads_to_ideas_and_ambassadors_to_where_the_plan_names_them(
    world: Any, client: FlaskClient
) -> None:
    session, team, plan, _editor = world
    plan.ambassador_share = 40
    for day in range(2, 7):
        builders.a_post(session, team, plan, starts_at=at(day))
    channel = builders.a_channel(session, plan, name="Intranet", short="int", cadence=7)
    plan.channels[0].cadence = 0
    session.commit()
    session.refresh(plan)

    page = shown(session, client, "/calendar?date=2026-11-10")

    note = page.partition("Intranet\u2019 blijft achter: 0 van 30 berichten.")[2]
    assert f'href="/calendar/fitting?channel={channel.id}"' in note.partition("</div>")[0]
    note = page.partition("Ambassadeurs\u2019 blijft achter: 0 van 2 berichten.")[2]
    note = note.partition("</div>")[0]
    assert f'href="/plans/{plan.id}/where#ambassadors"' in note
    assert "/calendar/fitting" not in note


def test_who_may_not_plan_is_told_what_lags_without_a_way_to_plan_it(
    world: Any, client: FlaskClient
) -> None:
    session, team, plan, _editor = world
    builders.an_audience(session, plan, name="Leerlingen", wanted_share=50)
    session.refresh(plan)
    plan.audiences[0].wanted_share = 50
    for day in range(2, 6):
        builders.a_post(session, team, plan, starts_at=at(day)).audiences = []
    viewer = builders.a_person(session, team, "viewer", language="nl")
    session.commit()
    builders.sign_in(client, viewer)

    page = shown(session, client, "/calendar?date=2026-11-10")

    assert "blijft achter: 0 van 2 berichten." in page
    assert "/calendar/fitting" not in page


def test_the_day_of_today_is_marked(world: Any, client: FlaskClient) -> None:
    session, *_ = world

    page = shown(session, client, "/calendar")

    assert date.fromisoformat("2026-11-10").isoformat() in page
    assert page.count('aria-current="date"') == 1
    assert 'id="d-2026-11-10" aria-current="date"' in page


@pytest.mark.parametrize("asked", ["q=zzzz", "state=published", "q=zzzz&state=draft"])
def test_what_is_searched_among_the_posts_leaves_the_ideas_beside_them(
    world: Any, client: FlaskClient, asked: str
) -> None:
    session, team, plan, _editor = world
    builders.a_post(session, team, plan, title="Leerling", state="idea", starts_at=None)

    page = shown(session, client, f"/calendar?{asked}")

    assert "Leerling" in page


def test_ideas_that_the_filters_leave_out_are_not_said_to_be_absent(
    world: Any, client: FlaskClient
) -> None:
    session, team, plan, _editor = world
    other = builders.a_plan(session, team)
    builders.a_post(session, team, plan, title="Leerling", state="idea", starts_at=None)

    page = shown(session, client, f"/calendar?plan={other.id}")

    assert "Leerling" not in page
    assert "Geen idee past bij deze filters." in page
    assert "Nog geen ideeën" not in page


@pytest.mark.parametrize(
    ("language", "heading"),
    [("nl", "Dinsdag 10 november 2026"), ("en", "Tuesday 10 November 2026")],
)
def test_the_heading_of_today_has_the_capitals_of_its_language(
    world: Any, client: FlaskClient, language: str, heading: str
) -> None:
    session, _team, _plan, editor = world
    session.merge(editor).language = language

    assert f"<h1>{heading}</h1>" in shown(session, client, "/")


@pytest.mark.parametrize("view", ["month", "list"])
def test_a_post_on_two_channels_says_that_there_is_one_more(
    world: Any, client: FlaskClient, view: str
) -> None:
    session, team, plan, _editor = world
    builders.a_channel(session, plan, name="Viva Engage", short="vi")
    session.refresh(plan)
    builders.a_post(session, team, plan)

    page = shown(session, client, f"/calendar?view={view}&date=2026-11-10")

    assert f"{plan.channels[0].name}, Viva Engage" in page
    assert page.count('aria-hidden="true">+1</span>') == (view == "month")


def test_the_legend_names_every_sign_of_the_calendar(world: Any, client: FlaskClient) -> None:
    session, *_ = world

    page = shown(session, client, "/calendar")

    legend = page.partition('<p class="legend">')[2].partition("</p>")[0]
    for word in ("idee", "concept", "ter beoordeling", "wijziging gevraagd", "akkoord"):
        assert f"<span>{word}</span>" in legend
    for word in ("geplaatst", "geschrapt", "te laat"):
        assert f"<span>{word}</span>" in legend
