"""How a team approves its posts: the page for its administrators, and the pages that obey it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.posts.models import Post
from calendar_app.reminders.models import mute
from tests import builders
from tests.support.site import Site, _tuesday_morning, ask, site
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

PATH = "/settings/review"
NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script> & \"q\" {{ 7*7 }} %(name)s"


@pytest.fixture
def team(site: Site) -> Site:
    """The site with an administrator and a lawyer, both of whom may approve."""
    with site.database.writing() as session:
        row = session.get_one(Team, site.team_id)
        for part, role in (("admin", "admin"), ("lawyer", "editor"), ("second", "writer")):
            person = builders.a_person(session, row, role, name=f"{part} Bos", language="en")
            site.people[part] = person.id
    return site


def version_on(client: FlaskClient, path: str = PATH) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', client.get(path).text)
    assert found
    return found[1]


def saved(site: Site, **fields: Any) -> TestResponse:
    admin = site.visitor("admin")
    return admin.post(PATH, data={"version": version_on(admin), "escalates_to": "", **fields})


def two_levels(site: Site, **fields: Any) -> None:
    people = {"people_1": [site.people["editor"]], "people_2": [site.people["lawyer"]]}
    answer = saved(site, name_1="Inhoud", name_2="Juridisch", **people, **fields)
    assert answer.status_code == 303, answer.text


def in_review(site: Site, **facts: Any) -> int:
    told = {
        "state": "in_review",
        "title": "Rooster",
        "owner_id": site.people["writer"],
        "reviewer_id": site.people["editor"],
        "sent_to_review_at": NOW,
        "sent_to_review_by_id": site.people["writer"],
        **facts,
    }
    return int(site.post(**told).partition(":")[0])


def post_at(site: Site, post_id: int) -> Post:
    with site.database.reading() as session:
        return session.get_one(Post, post_id)


def take(site: Site, role: str, post_id: int, step: str = "approval") -> TestResponse:
    version = post_at(site, post_id).version
    client = site.visitor(role)
    return client.post(f"/posts/{post_id}/{step}", data={"version": version}, follow_redirects=True)


def plain(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_an_administrator_says_how_posts_are_approved(team: Site) -> None:
    two_levels(team, free_forms=["image"], review_patience="8", escalates_to=team.people["admin"])

    page = team.visitor("admin").get(PATH).text

    assert 'value="Inhoud"' in page
    assert 'value="Juridisch"' in page
    assert re.search(r'name="review_patience"[^>]*value="8"', page)
    assert re.search(rf'<option selected value="{team.people["admin"]}"', page)
    checked = set(re.findall(r'name="([\w_]+)" value="(\w+)" checked', page))
    assert checked == {
        ("people_1", str(team.people["editor"])),
        ("people_2", str(team.people["lawyer"])),
        ("free_forms", "image"),
    }
    with team.database.reading() as session:
        [entry] = session.scalars(select(AuditEntry).filter_by(action="review.changed"))
        assert (entry.object_kind, entry.details) == ("team", {"levels": 2})


@pytest.mark.parametrize("role", ["viewer", "writer", "editor"])
def test_nobody_else_does(team: Site, role: str) -> None:
    client = team.visitor(role)

    assert client.get(PATH).status_code == 403
    assert client.post(PATH, data={}).status_code == 403


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name_1": "Inhoud", "name_2": "inhoud"}, "Another approval has this name."),
        ({"review_patience": "0"}, "Choose a number from 1 to 200."),
        ({"review_patience": "a day"}, "Use a whole number."),
        ({"name_1": "x" * 61}, "Use at most 60 characters."),
        ({"people_2": ["?"]}, "Give this approval a name, or choose nobody."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    team: Site, fields: dict[str, Any], words: str
) -> None:
    if "people_2" in fields:
        fields = {"people_2": [team.people["lawyer"]]}

    answer = saved(team, **fields)

    assert answer.status_code == 422
    assert words in plain(answer.text)


def test_who_may_not_approve_is_not_offered(team: Site) -> None:
    page = team.visitor("admin").get(PATH).text
    assert "writer Bos" not in page

    answer = saved(team, name_1="Inhoud", people_1=[team.people["writer"]])

    assert answer.status_code == 422


def test_two_administrators_do_not_write_over_each_other(team: Site) -> None:
    admin = team.visitor("admin")
    seen = version_on(admin)
    two_levels(team)

    answer = admin.post(
        PATH, data={"version": seen, "name_1": "Taal", "name_2": "", "escalates_to": ""}
    )

    assert answer.status_code == 409
    assert "Inhoud" in answer.text
    assert 'value="Taal"' in answer.text


def test_a_hostile_name_is_a_text(team: Site) -> None:
    assert saved(team, name_1=HOSTILE).status_code == 303
    post_id = in_review(team)

    for page in (
        team.visitor("admin").get(PATH).text,
        team.visitor("editor").get(f"/posts/{post_id}").text,
    ):
        assert "<script>alert" not in page
        assert HOSTILE in unescape(page)


def test_the_page_of_a_post_says_who_gave_what_and_who_is_asked(team: Site) -> None:
    two_levels(team)
    post_id = in_review(team)

    page = take(team, "editor", post_id).text

    assert "Your approval is kept. Now it waits for “Juridisch”." in unescape(page)
    assert "Inhoud approved by editor Bos, Tue 10 Nov 9:18" in plain(page).replace("09:18", "9:18")
    assert "Juridisch waiting for lawyer" in plain(page)
    assert f'action="/posts/{post_id}/approval"' not in page.replace("formaction", "action")
    assert "gave one of the approvals" in page
    assert post_at(team, post_id).state == "in_review"
    assert post_at(team, post_id).reviewer_id == team.people["lawyer"]
    assert "Rooster" in team.visitor("lawyer").get("/").text
    assert "Waits for approval" not in team.visitor("editor").get("/").text

    page = take(team, "lawyer", post_id).text

    assert "The post is approved." in page
    assert "Juridisch approved by lawyer Bos" in plain(page)
    with team.database.reading() as session:
        wanted = select(AuditEntry.action).where(AuditEntry.action.startswith("post."))
        told = list(session.scalars(wanted.order_by(AuditEntry.id)))
    assert told == ["post.level_approved", "post.approved"]


def test_who_is_not_named_is_refused_and_sees_no_button(team: Site) -> None:
    two_levels(team)
    post_id = in_review(team)

    page = team.visitor("lawyer").get(f"/posts/{post_id}").text
    answer = take(team, "lawyer", post_id)

    assert f"/posts/{post_id}/approval" not in page
    assert answer.status_code == 422
    assert "Others give the approval “Inhoud”." in unescape(answer.text)
    assert post_at(team, post_id).state == "in_review"


def test_changing_several_posts_at_once_skips_no_level(team: Site) -> None:
    two_levels(team)
    post_id = in_review(team)
    pair = f"{post_id}:{post_at(team, post_id).version}"

    refused = ask(team.visitor("lawyer"), "/calendar/edits", post=[pair], step="approve")
    given = ask(team.visitor("editor"), "/calendar/edits", post=[pair], step="approve")

    assert refused.status_code == 422
    assert refused.json is not None
    assert "Others give the approval" in refused.json["message"]
    assert given.status_code == 200, given.text
    assert post_at(team, post_id).state == "in_review"
    assert post_at(team, post_id).reviewer_id == team.people["lawyer"]

    undone = ask(team.visitor("editor"), f"/undo/{given.json['undo']}")  # type: ignore[index]
    assert undone.status_code == 200, undone.text
    assert post_at(team, post_id).reviewer_id == team.people["editor"]
    again = take(team, "editor", post_id)
    assert "Now it waits for “Juridisch”." in unescape(again.text)


def test_a_new_level_asks_who_may_give_it(team: Site) -> None:
    post_id = in_review(team)

    answer = saved(team, name_1="Juridisch", people_1=[team.people["lawyer"]])

    assert answer.status_code == 303
    assert post_at(team, post_id).reviewer_id == team.people["lawyer"]
    page = team.visitor("editor").get(f"/posts/{post_id}").text
    assert "changed the approvals of the team" in page


@pytest.mark.parametrize("change", ["role", "ending", "participation"])
def test_a_post_waits_for_nobody_who_may_not_give_it_any_more(team: Site, change: str) -> None:
    with team.database.writing() as session:
        row = session.get_one(Team, team.team_id)
        other = builders.a_person(session, row, "editor", name="Zoe Bos", language="en").id
    people = [team.people["lawyer"], other]
    assert saved(team, name_1="Juridisch", people_1=people).status_code == 303
    post_id = in_review(team, reviewer_id=team.people["lawyer"])
    with team.database.reading() as session:
        [membership] = session.get_one(Person, team.people["lawyer"]).memberships
        path = f"/team/people/{membership.id}"
        data = {"version": membership.version, "role": "writer"}

    if change == "participation":
        answer = team.visitor("lawyer").post("/settings/participation/ending")
    else:
        path += "/ending" if change == "ending" else ""
        answer = team.visitor("admin").post(path, data=data)

    assert answer.status_code == 303, answer.text
    post = post_at(team, post_id)
    assert (post.state, post.reviewer_id) == ("in_review", other)
    assert post.sent_to_review_by_id is None
    page = team.visitor("writer").get(f"/posts/{post_id}").text
    assert "Somebody else is asked for the approval from now on" in page


def test_a_level_that_lost_who_was_named_says_so(team: Site) -> None:
    words = "Nobody who is named can give this now: everybody who may approve can."
    two_levels(team)
    post_id = in_review(team)
    pages = (("admin", PATH), ("writer", f"/posts/{post_id}"))
    for role, path in pages:
        assert words not in team.visitor(role).get(path).text

    assert team.visitor("lawyer").post("/settings/participation/ending").status_code == 303
    for role, path in pages:
        assert plain(team.visitor(role).get(path).text).count(words) == 1

    # Saving what the page shows takes nobody away.
    people = {"people_1": [team.people["editor"]], "people_2": []}
    assert saved(team, name_1="Inhoud", name_2="Juridisch", **people).status_code == 303
    assert words in plain(team.visitor("admin").get(PATH).text)
    assert team.visitor("lawyer").post("/settings/participation").status_code == 303
    page = team.visitor("admin").get(PATH).text
    assert f'name="people_2" value="{team.people["lawyer"]}" checked' in page
    assert words not in page


@pytest.mark.parametrize("way", ["participation", "invitation"])
def test_who_comes_back_is_asked_for_what_they_alone_may_give(team: Site, way: str) -> None:
    lawyer = team.people["lawyer"]
    assert saved(team, name_1="Juridisch", people_1=[lawyer]).status_code == 303
    post_id = in_review(team, reviewer_id=lawyer)
    with team.database.reading() as session:
        person = session.get_one(Person, lawyer)
        [membership], email, name = person.memberships, person.email, person.name
        data = {"version": membership.version}
        place = f"/team/people/{membership.id}"
    if way == "participation":
        team.visitor("lawyer").post("/settings/participation/ending")
        with team.database.writing() as session:
            # Meanwhile somebody else was asked, as any editor may give it now.
            session.get_one(Post, post_id).reviewer_id = team.people["editor"]
    else:
        team.visitor("admin").post(f"{place}/ending", data=data)
    assert post_at(team, post_id).reviewer_id != lawyer

    if way == "participation":
        answer = team.visitor("lawyer").post("/settings/participation")
    else:
        again = {"email": email, "name": name, "role": "editor"}
        answer = team.visitor("admin").post("/team/people", data=again)

    assert answer.status_code < 400, answer.text
    assert post_at(team, post_id).reviewer_id == lawyer


def test_an_approved_post_shows_no_approval_that_came_later(team: Site) -> None:
    two_levels(team)
    post_id = in_review(team)
    take(team, "editor", post_id)
    take(team, "lawyer", post_id)
    people = {"people_1": [team.people["editor"]], "people_2": [team.people["lawyer"]]}

    answer = saved(team, name_1="Inhoud", name_2="Juridisch", name_3="Slot", **people)

    assert answer.status_code == 303
    page = team.visitor("writer").get(f"/posts/{post_id}").text
    assert "Juridisch approved by lawyer Bos" in plain(page)
    assert "Slot" not in page


def test_many_posts_in_review_are_asked_anew_in_as_many_queries(team: Site) -> None:
    def queries(most: int) -> int:
        names = {"name_1": f"Juridisch {most}", "people_1": [team.people["lawyer"]]}
        with statements(team.database) as seen:
            assert saved(team, **names).status_code == 303
        return sum(one.startswith("SELECT") for one in seen)

    assert saved(team, name_1="Juridisch", people_1=[team.people["lawyer"]]).status_code == 303
    in_review(team, reviewer_id=team.people["lawyer"])
    few = queries(1)
    for _number in range(5):
        in_review(team, reviewer_id=team.people["lawyer"])

    assert queries(2) == few


def test_without_levels_a_post_that_waits_is_approved_by_any_editor(team: Site) -> None:
    two_levels(team)
    post_id = in_review(team)
    take(team, "editor", post_id)

    assert saved(team, name_1="", name_2="").status_code == 303
    take(team, "editor", post_id)

    assert post_at(team, post_id).state == "approved"


def test_a_writer_approves_what_needs_no_approval(team: Site) -> None:
    saved(team, free_forms=["image"])
    post_id = int(team.post(form="image").partition(":")[0])
    page = team.visitor("writer").get(f"/posts/{post_id}").text
    assert f"/posts/{post_id}/approval/own" in page

    answer = take(team, "writer", post_id, "approval/own")

    assert "The post is approved. It needed no review." in answer.text
    assert "approved it: it needed no approval of others" in answer.text
    assert post_at(team, post_id).approved_by_id == team.people["writer"]


@pytest.mark.parametrize("form", ["text", "video"])
def test_what_needs_an_approval_is_not_approved_by_its_writer(team: Site, form: str) -> None:
    saved(team, free_forms=["image"])
    post_id = int(team.post(form=form).partition(":")[0])

    page = team.visitor("writer").get(f"/posts/{post_id}").text
    answer = take(team, "writer", post_id, "approval/own")

    assert "approval/own" not in page
    assert answer.status_code == 422
    assert post_at(team, post_id).state == "draft"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((0, 1, 2, 3, 4), "Monday to Friday, from 08:30 to 17:00"),
        ((1, 3, 5), "Tuesday, Thursday and Saturday, from 08:30 to 17:00"),
        ((5, 6), "Saturday and Sunday, from 08:30 to 17:00"),
        ((2,), "Wednesday, from 08:30 to 17:00"),
    ],
)
def test_the_page_says_when_the_team_works(team: Site, days: tuple[int, ...], words: str) -> None:
    with team.database.writing() as session:
        row = session.get_one(Team, team.team_id)
        row.working_days, row.work_begins = days, time(8, 30)

    assert f"Working hours of your team: {words}." in team.visitor("admin").get(PATH).text


def test_today_counts_the_hours_of_the_team(team: Site) -> None:
    """NOW is Tuesday at 9:18: four days after Friday afternoon, of which the team works one."""
    in_review(team, sent_to_review_at=datetime(2026, 11, 6, 15, tzinfo=UTC))
    saved(team, review_patience="5", escalates_to=team.people["lawyer"])
    title, lawyer = "Waits too long for an approval", team.visitor("lawyer")
    assert title in lawyer.get("/").text

    with team.database.writing() as session:
        session.get_one(Team, team.team_id).working_days = (1,)

    assert title not in lawyer.get("/").text


def test_today_shows_what_waits_too_long_to_who_hears_of_it(team: Site) -> None:
    title = "Waits too long for an approval"
    in_review(team, sent_to_review_at=NOW - timedelta(days=1))
    in_review(team, title="Net gevraagd")

    assert title not in team.visitor("admin").get("/").text
    saved(team, review_patience="8", escalates_to=team.people["lawyer"])

    page = team.visitor("lawyer").get("/").text
    assert title in page
    assert page.count('class="post-title">Rooster<') == 1
    assert "Net gevraagd" not in page
    for role in ("admin", "editor", "writer"):
        assert title not in team.visitor(role).get("/").text


@pytest.mark.parametrize("hears", ["deputy", "lawyer"])
def test_today_shows_it_to_who_stands_in_and_wants_to_hear_it(team: Site, hears: str) -> None:
    """As the mail: of who was named and is away it is the deputy, else the first by name."""
    title = "Waits too long for an approval"
    in_review(team, sent_to_review_at=NOW - timedelta(days=1))
    saved(team, review_patience="8", escalates_to=team.people["admin"])
    with team.database.writing() as session:
        row = session.get_one(Team, team.team_id)
        admin = session.get_one(Person, team.people["admin"])
        deputy = builders.a_person(session, row, "editor", name="Zoë Smit", language="en")
        absence = builders.an_absence(session, row, admin, NOW.date(), NOW.date())
        absence.deputy_id = team.people["deputy"] = deputy.id
        if hears != "deputy":
            mute(session, deputy, "escalation", NOW)

    shown = [
        who for who in ("admin", "lawyer", "deputy") if title in team.visitor(who).get("/").text
    ]

    assert shown == [hears]


def test_without_a_name_the_first_by_name_who_is_not_the_reviewer_hears(team: Site) -> None:
    in_review(team, sent_to_review_at=NOW - timedelta(days=3))
    saved(team, review_patience="1")

    assert "Waits too long" in team.visitor("admin").get("/").text

    with team.database.writing() as session:
        person = session.get_one(Person, team.people["admin"])
        person.memberships[0].stop_taking_part()
    assert "Waits too long" not in team.visitor("admin").get("/").text
    assert "Waits too long" in team.visitor("lawyer").get("/").text


def card(page: str) -> str:
    """What a person reads of the approvals of a post."""
    found = re.search(r'<section class="card" id="approvals">.*?</section>', page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


def test_who_wants_to_be_seen_no_more_is_asked_no_more_for_a_level_of_everybody(
    team: Site,
) -> None:
    saved(team, name_1="Inhoud")
    post_id = in_review(team)

    team.visitor("editor").post("/settings/participation/ending")

    asked = post_at(team, post_id).reviewer_id
    assert asked == team.people["admin"]
    page = team.visitor("writer").get(f"/posts/{post_id}").text
    assert "waiting for admin" in card(page)
    assert "editor Bos" not in page


def test_a_post_for_which_nobody_is_left_says_so(team: Site) -> None:
    saved(team, name_1="Inhoud", people_1=[team.people["lawyer"]])
    post_id = in_review(team, reviewer_id=team.people["lawyer"])

    for role in ("lawyer", "admin", "editor"):
        team.visitor(role).post("/settings/participation/ending")

    assert post_at(team, post_id).reviewer_id is None
    page = team.visitor("writer").get(f"/posts/{post_id}").text
    assert card(page) == (
        "Approvals Inhoud nobody is left Nobody can be asked for this approval now. "
        "An administrator can make somebody else an editor."
    )
    # Nobody asks them, and they may do it by themselves.
    assert take(team, "editor", post_id).status_code == 200
    assert post_at(team, post_id).state == "approved"
