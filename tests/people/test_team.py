"""The team: inviting, roles, absences, settings; each change checked for version and rule."""

from __future__ import annotations

import re
from datetime import date, time
from typing import TYPE_CHECKING

import pytest

from calendar_app.meetups.holidays import is_free
from calendar_app.people import queries
from calendar_app.people.models import Membership, Person, Team
from tests import builders
from tests.people.test_sign_in import link_in_mail

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.config import Config
    from calendar_app.db import Database


# What the settings of a team are when somebody saves them.
TYPED = {
    "name": "T",
    "zone": "Europe/Amsterdam",
    "language": "nl",
    "country": "NL",
    "working_days": ["0", "1", "2", "3", "4"],
    "work_begins": "09:00",
    "work_ends": "17:00",
}


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application, its forms without the token that other tests look at."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def admin(database: Database) -> Person:
    """The administrator of a team, in Dutch."""
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session, name="Communicatie")
        return builders.a_person(session, team, "admin", language="nl", name="Sanne Bos")


@pytest.fixture
def client(client: FlaskClient, admin: Person) -> FlaskClient:
    """The administrator's browser."""
    builders.sign_in(client, admin)
    return client


def team_of(database: Database) -> Team:
    with database.reading() as session:
        found = queries.team_by_name(session, "Communicatie")
        assert found is not None
        return found


def membership_of(database: Database, email: str) -> Membership:
    with database.reading() as session:
        person = queries.person_by_email(session, email)
        assert person is not None
        return person.memberships[0]


def test_an_invited_colleague_chooses_a_password_and_is_in(
    app: Flask, client: FlaskClient, config: Config, database: Database
) -> None:
    asked = {"name": "Joris Vos", "email": "Joris@Example.org", "role": "editor"}

    shown = client.post("/team/people", data=asked).get_data(as_text=True)
    link = link_in_mail(config)
    joris = app.test_client()
    entered = joris.post(link, data={"password": "een lange zin voor joris"})

    # Without a mail server the administrator hands the link over.
    assert link in shown
    assert entered.headers["Location"] == "/"
    assert joris.get("/team/").status_code == 200
    assert membership_of(database, "joris@example.org").role == "editor"


def test_who_is_in_the_team_is_not_invited_again(client: FlaskClient, admin: Person) -> None:
    again = {"name": "Sanne", "email": admin.email.upper(), "role": "viewer"}

    answer = client.post("/team/people", data=again)

    assert answer.status_code == 422
    assert "zit al in het team" in answer.get_data(as_text=True)


@pytest.mark.parametrize("password", [None, "$argon2id$of-another-password"])
def test_an_account_of_another_team_is_never_opened_by_an_invitation(
    client: FlaskClient, database: Database, config: Config, password: str | None
) -> None:
    """Its link goes to its own mailbox; the administrator who invites never sees it."""
    with database.writing() as session:
        other = builders.a_team(session)
        builders.a_person(session, other, email="vera@example.org", password=password)
    asked = {"name": "Vera", "email": "vera@example.org", "role": "viewer"}

    answer = client.post("/team/people", data=asked, follow_redirects=True)

    assert "/reset/" not in answer.get_data(as_text=True)
    assert "De mail kon niet worden verstuurd" in answer.get_data(as_text=True)
    assert len(list((config.data_dir / "mails").glob("*.eml"))) == 1


@pytest.mark.parametrize("address", ["j\u00f6rg@example.nl", "jan@m\u00fcller.nl"])
def test_an_address_with_an_umlaut_is_refused_or_written_in_ascii(
    client: FlaskClient, config: Config, address: str
) -> None:
    asked = {"name": "Jan", "email": address, "role": "viewer"}

    status = client.post("/team/people", data=asked).status_code

    mails = [mail.read_bytes() for mail in (config.data_dir / "mails").glob("*.eml")]
    if address.startswith("jan"):
        assert status == 200
        assert b"jan@xn--mller-kva.nl" in mails[0]
    else:
        assert status == 422
        assert not mails


def test_the_log_shows_who_came_in_and_who_was_refused(
    app: Flask, client: FlaskClient, admin: Person
) -> None:
    app.test_client().post("/sign-in", data={"email": admin.email, "password": "geraden woord"})

    page = client.get("/settings/log").get_data(as_text=True)

    assert "Geprobeerd in te loggen" in page
    assert "Collega \N{LEFT SINGLE QUOTATION MARK}Sanne Bos\N{RIGHT SINGLE QUOTATION MARK}" in page


def test_a_page_far_beyond_the_log_is_empty(client: FlaskClient) -> None:
    assert client.get("/settings/log?page=99999999999999999999").status_code == 200


def test_a_team_keeps_its_last_administrator(client: FlaskClient, database: Database) -> None:
    with database.reading() as session:
        mine = queries.members(session, team_of(database))[0]

    demoted = client.post(f"/team/people/{mine.id}", data={"role": "writer", "version": 1})
    left = client.post(f"/team/people/{mine.id}/ending", data={"version": 1})

    assert demoted.status_code == 422
    assert "Een team heeft een beheerder nodig" in demoted.get_data(as_text=True)
    assert left.status_code == 422
    assert client.get("/settings/team").status_code == 200


def test_a_colleague_whose_role_changed_meanwhile_is_not_taken_out(
    client: FlaskClient, database: Database
) -> None:
    with database.writing() as session:
        colleague = builders.a_person(session, team_of(database)).memberships[0].id
    client.post(f"/team/people/{colleague}", data={"role": "editor", "version": 1})

    answer = client.post(f"/team/people/{colleague}/ending", data={"version": 1})

    assert answer.status_code == 409
    with database.reading() as session:
        assert session.get_one(Membership, colleague).ended_at is None


def test_a_change_over_somebody_elses_change_shows_both(
    client: FlaskClient, database: Database
) -> None:
    team = team_of(database)
    with database.writing() as session:
        session.get_one(Team, team.id).name = "Communicatie en HR"
    typed = {**TYPED, "name": "Team C", "zone": "Europe/Paris"}

    stale = client.post("/settings/team", data={**typed, "version": team.version})
    page = stale.get_data(as_text=True)
    knowing = client.post("/settings/team", data={**typed, "version": team.version + 1})

    assert stale.status_code == 409
    assert "Communicatie en HR" in page
    assert 'value="Team C"' in page
    assert f'name="version" type="hidden" value="{team.version + 1}"' in page
    assert knowing.status_code == 303
    with database.reading() as session:
        assert session.get_one(Team, team.id).name == "Team C"


@pytest.mark.parametrize("zone", ["Europe/Nergens", "UTC", "CET", "../etc/passwd", "Etc/GMT+1"])
def test_a_zone_that_is_none_is_refused_at_its_field(client: FlaskClient, zone: str) -> None:
    typed = {**TYPED, "zone": zone, "version": 1}

    answer = client.post("/settings/team", data=typed)

    assert answer.status_code == 422
    assert "Kies een tijdzone uit de lijst" in answer.get_data(as_text=True)


def test_a_team_sets_its_working_days_and_hours(client: FlaskClient, database: Database) -> None:
    version = team_of(database).version
    page = client.get("/settings/team").get_data(as_text=True)
    assert re.findall(r'name="working_days" value="(\d)" checked', page) == list("01234")
    assert 'value="09:00"' in page
    assert 'value="17:00"' in page

    hours = {
        "name": "Communicatie",
        "working_days": ["5", "1", "3"],
        "work_begins": "07:30",
        "work_ends": "16:15",
    }
    answer = client.post("/settings/team", data={**TYPED, **hours, "version": version})

    assert answer.status_code == 303
    team = team_of(database)
    assert team.working_days == (1, 3, 5)
    assert (team.work_begins, team.work_ends) == (time(7, 30), time(16, 15))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"working_days": []}, "working_days"),
        ({"work_begins": ""}, "work_begins"),
        ({"work_ends": "half vijf"}, "work_ends"),
        ({"work_begins": "17:00", "work_ends": "09:00"}, "work_ends"),
        ({"work_begins": "09:00", "work_ends": "09:59"}, "work_ends"),
    ],
)
def test_hours_that_are_none_are_refused_at_their_field(
    client: FlaskClient, database: Database, changes: dict[str, object], where: str
) -> None:
    version = team_of(database).version

    answer = client.post("/settings/team", data={**TYPED, **changes, "version": version})

    assert answer.status_code == 422
    assert f'id="{where}-error"' in answer.get_data(as_text=True)
    assert team_of(database).version == version


def test_an_absence_ends_no_earlier_than_it_begins(
    client: FlaskClient, admin: Person, database: Database
) -> None:
    days = {"first_day": "2027-01-05", "last_day": "2027-01-04"}

    answer = client.post("/team/absences", data={"person": admin.id, "deputy": 0, **days})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "De laatste dag ligt voor de eerste dag" in page
    assert 'value="2027-01-05"' in page
    with database.reading() as session:
        assert not queries.absences(session, team_of(database), date(2020, 1, 1), admin)


def test_the_same_absence_sent_twice_is_one(
    client: FlaskClient, admin: Person, database: Database
) -> None:
    days = {"person": admin.id, "first_day": "2027-01-04", "last_day": "2027-01-05", "deputy": 0}

    first = client.post("/team/absences", data=days)
    second = client.post("/team/absences", data=days)
    other = client.post("/team/absences", data={**days, "last_day": "2027-01-06"})

    with database.reading() as session:
        kept = queries.absences(session, team_of(database), date(2020, 1, 1), admin)
    assert [answer.status_code for answer in (first, second, other)] == [303, 303, 303]
    assert second.headers["Location"] == f"/team/#absence-{kept[0].id}"
    assert len(kept) == 2
    assert "al genoteerd" in client.get("/team/").get_data(as_text=True)


def test_a_writer_notes_only_their_own_absence(
    app: Flask, database: Database, admin: Person
) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        writer = builders.a_person(session, team_of(database), "writer")
    client = app.test_client()
    builders.sign_in(client, writer)
    days = {"first_day": "2027-01-04", "last_day": "2027-01-05", "deputy": 0}

    own = client.post("/team/absences", data={"person": writer.id, **days})
    others = client.post("/team/absences", data={"person": admin.id, **days})

    assert own.status_code == 303
    assert others.status_code == 422
    with database.reading() as session:
        found = queries.absent_on(session, team_of(database), date(2027, 1, 5))
        assert set(found) == {writer.id}


def test_language_and_theme_are_kept_with_the_person(client: FlaskClient, admin: Person) -> None:
    dutch = client.get("/team/").get_data(as_text=True)

    client.post("/language", data={"language": "en", "next": "/team/"})
    client.post("/theme", data={"theme": "dark", "next": "/team/"})
    english = client.get("/team/").get_data(as_text=True)

    assert admin.language == "nl"
    assert '<html lang="nl" data-theme="auto">' in dutch
    assert '<html lang="en" data-theme="dark">' in english
    assert "Invite a colleague" in english
    assert "Nodig een collega uit" in dutch


def test_who_is_in_two_teams_can_look_at_either(client: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        other = builders.a_team(session, name="Werving")
        me = queries.admins(session, team_of(database))[0]
        session.add(Membership(team_id=other.id, person_id=me.id, role="viewer"))
        foreign = builders.a_team(session, name="Vreemd")
        other_id, foreign_id = other.id, foreign.id

    client.post("/team/choice", data={"team_id": other_id})
    page = client.get("/team/").get_data(as_text=True)

    assert "<h1>Werving</h1>" in page
    assert client.get("/settings/team").status_code == 403
    assert client.post("/team/choice", data={"team_id": foreign_id}).status_code == 404


def test_a_region_is_chosen_once_the_country_has_some_and_goes_with_the_country(
    client: FlaskClient, database: Database
) -> None:
    def save(**changes: object) -> None:
        kept = {**TYPED, "name": "Communicatie", "version": team_of(database).version}
        told = {**kept, **changes}
        assert client.post("/settings/team", data=told).status_code == 303

    assert 'name="region"' not in client.get("/settings/team").get_data(as_text=True)

    save(country="DE")
    page = client.get("/settings/team").get_data(as_text=True)
    assert '<option value="BY">Bayern</option>' in page
    assert "Hessen" in page
    save(country="DE", region="BY")
    assert (team_of(database).region, team_of(database).area) == ("BY", "DE-BY")
    assert '<option selected value="BY">' in client.get("/settings/team").get_data(as_text=True)

    save(country="NL", region="BY")
    assert (team_of(database).region, team_of(database).area) == ("", "NL")


def test_another_country_leads_to_the_choice_of_its_region_and_says_what_became_of_the_old_one(
    client: FlaskClient, database: Database
) -> None:
    def save(**changes: object) -> tuple[str, str]:
        kept = {**TYPED, "name": "Communicatie", "version": team_of(database).version}
        answer = client.post("/settings/team", data={**kept, **changes})
        assert answer.status_code == 303
        return answer.location, client.get("/settings/team").get_data(as_text=True)

    client.post("/language", data={"language": "en", "next": "/team/"})
    choose = "Regions of this country have public holidays of their own: choose yours."
    assert "Save another country first" in client.get("/settings/team").get_data(as_text=True)

    where, page = save(country="DE")
    assert where == "/settings/team#region"
    assert choose in page
    assert 'id="region"' in page
    where, page = save(country="DE", region="BE")
    assert where == "/settings/team"
    assert choose not in page

    # Bern has the letters of Berlin.
    where, page = save(country="CH", region="BE")
    assert team_of(database).area == "CH"
    assert where == "/settings/team#region"
    assert "Berlin is not in this country: no region is chosen now." in page
    where, page = save(country="NL", region="")
    assert where == "/settings/team"
    assert choose not in page


def test_a_region_that_was_chosen_with_its_country_after_a_mistake_stays(
    client: FlaskClient, database: Database
) -> None:
    told = {**TYPED, "name": "", "country": "DE", "version": team_of(database).version}
    refused = client.post("/settings/team", data=told)
    assert refused.status_code == 422
    assert '<option value="BY">Bayern</option>' in refused.get_data(as_text=True)

    answer = client.post("/settings/team", data={**told, "name": "Communicatie", "region": "BY"})

    assert answer.location == "/settings/team"
    assert team_of(database).area == "DE-BY"


def test_the_days_of_the_region_stand_in_the_calendar_and_are_no_working_days(
    client: FlaskClient, database: Database
) -> None:
    where = "/calendar?view=month&date=2026-11-10"
    before = client.get(where).get_data(as_text=True)
    kept = {**TYPED, "name": "Communicatie", "country": "DE"}
    told = {**kept, "version": team_of(database).version}
    client.post("/settings/team", data=told)
    told = {**told, "region": "SN", "version": team_of(database).version}
    client.post("/settings/team", data=told)

    after = client.get(where).get_data(as_text=True)

    assert "Repentance and Prayer Day" not in before
    assert "Repentance and Prayer Day" in after
    hours = team_of(database).working_hours(is_free)
    assert hours.first_day(date(2026, 11, 18)) == date(2026, 11, 19)
