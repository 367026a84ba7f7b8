"""Moving, deleting and undoing, as the server sees it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from calendar_app.people.models import AuditEntry, Person
from calendar_app.plans.models import Plan
from calendar_app.posts import undo
from calendar_app.posts.models import Post
from calendar_app.posts.undo import Undoable
from tests import builders
from tests.support.site import SCRIPT, Site, _tuesday_morning, ask, site
from tests.support.statements import statements

__all__ = ["_tuesday_morning", "site"]


def test_a_post_moves_to_a_day_and_keeps_its_time_state_and_people(site: Site) -> None:
    pair = site.post(state="approved", owner_id=site.people["writer"])

    answer = ask(site.visitor(), post=pair, day="2027-07-01")

    assert answer.status_code == 200
    told = answer.get_json()
    assert told["posts"] == [{"id": site.row(pair).id, "version": 2, "day": "2027-07-01"}]
    # 10:00 on the wall in winter is 10:00 in summer too.
    assert site.start(pair) == "2027-07-01 10:00"
    assert (site.row(pair).state, site.row(pair).owner_id) == ("approved", site.people["writer"])


def test_a_time_that_the_clocks_skip_is_told(site: Site) -> None:
    """In Amsterdam the clocks go from 02:00 to 03:00 on Sunday 28 March 2027."""
    night = datetime(2026, 11, 10, 1, 30, tzinfo=UTC)
    one, two, three = (site.post(starts_at=night) for _ in range(3))

    alone = ask(site.visitor(), post=one, day="2027-03-28").get_json()["message"]
    both = ask(site.visitor(), post=[two, three], day="2027-03-28").get_json()["message"]
    on_purpose = ask(site.visitor(), post=site.post(), day="2027-03-28", time="14:00").get_json()

    assert alone.endswith("that night: 02:30 is skipped, so it is at 03:30.")
    assert both.endswith("that night: 2 posts stand later.")
    assert "clocks" not in on_purpose["message"]
    assert {site.start(each) for each in (one, two, three)} == {"2027-03-28 03:30"}


@pytest.mark.parametrize(
    ("by", "skip", "expected"),
    [
        ("1", [], "2026-11-14"),
        ("1", ["weekends"], "2026-11-16"),
        ("-1", ["weekends"], "2026-11-12"),
        ("30", ["weekends", "holidays"], "2026-12-28"),
        ("30", ["weekends"], "2026-12-25"),
    ],
)
def test_posts_move_by_days_that_count(site: Site, by: str, skip: list[str], expected: str) -> None:
    pair = site.post(day=13)

    assert ask(site.visitor(), post=pair, by=by, skip=skip).status_code == 200

    assert site.start(pair) == f"{expected} 10:00"


def test_several_move_all_or_none(site: Site) -> None:
    one, other = site.post(day=12), site.post(day=13, state="published")

    answer = ask(site.visitor(), post=[one, other], by="7")

    assert answer.status_code == 422
    assert "published" in answer.get_json()["message"]
    assert site.start(one) == "2026-11-12 10:00"
    assert ask(site.visitor(), post=[one], by="7").status_code == 200
    assert site.start(one) == "2026-11-19 10:00"


def test_an_old_version_is_refused_with_who_was_first(site: Site) -> None:
    pair = site.post()
    assert ask(site.visitor("editor"), post=pair, day="2026-11-20").status_code == 200

    answer = ask(site.visitor(), post=pair, day="2026-11-25")

    assert answer.status_code == 409
    assert "editor Bos changed" in answer.get_json()["message"]
    assert site.start(pair) == "2026-11-20 10:00"


def test_who_does_not_want_to_be_seen_is_not_named_as_the_first(site: Site) -> None:
    pair = site.post()
    with site.database.writing() as session:
        editor = session.get_one(Person, site.people["editor"])
        editor.memberships[0].takes_part = False
    assert ask(site.visitor("editor"), post=pair, day="2026-11-20").status_code == 200

    answer = ask(site.visitor(), post=pair, day="2026-11-25")

    assert answer.status_code == 409
    assert "Bos" not in answer.get_json()["message"]


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({}, 422, "Choose at least one post"),
        ({"post": "x:y", "by": "1"}, 422, "Choose at least one post"),
        ({"post": "999999:1", "by": "1"}, 404, ""),
        ({"by": ""}, 422, "Choose by how many days"),
        ({"by": "0"}, 422, "Choose by how many days"),
        ({"by": "9999"}, 422, "366"),
        ({"day": "2026-02-30"}, 422, ""),
        ({"day": "1066-10-14"}, 422, "2000"),
        ({"by": "1", "skip": "mondays"}, 422, ""),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    site: Site, fields: dict[str, str], status: int, word: str
) -> None:
    pair = site.post()
    if fields and "post" not in fields:
        fields = {"post": pair, **fields}

    answer = ask(site.visitor(), **fields)

    assert answer.status_code == status
    assert word in answer.get_json()["message"]
    assert site.start(pair) == "2026-11-12 10:00"


def test_another_teams_post_is_not_there(site: Site) -> None:
    with site.database.writing() as session:
        other = builders.a_team(session)
        theirs = builders.a_post(session, other, builders.a_plan(session, other)).id

    for path in ("/calendar/moves", "/calendar/deletions"):
        assert ask(site.visitor(), path, post=f"{theirs}:1", by="1").status_code == 404


def test_a_viewer_moves_deletes_and_undoes_nothing(site: Site) -> None:
    pair = site.post()
    for path in ("/calendar/moves", "/calendar/deletions", "/undo"):
        assert ask(site.visitor("viewer"), path, post=pair, by="1").status_code == 403


def test_who_is_not_signed_in_any_more_is_told_so(site: Site) -> None:
    client = site.app.test_client()

    answer = client.get("/calendar/revision", headers=SCRIPT)

    assert answer.status_code == 401
    assert answer.get_json()["message"]


# ------------------------------------------------------------------------------------------ undo


def test_undo_puts_all_of_it_back_and_only_once(site: Site) -> None:
    pairs = [site.post(day=12), site.post(day=16)]
    told = ask(site.visitor(), post=pairs, by="3").get_json()

    first = ask(site.visitor(), f"/undo/{told['undo']}")
    second = ask(site.visitor(), f"/undo/{told['undo']}")

    assert first.status_code == 200
    assert second.status_code == 422
    assert [site.start(pair) for pair in pairs] == ["2026-11-12 10:00", "2026-11-16 10:00"]


def test_undo_of_the_last_goes_back_step_by_step(site: Site) -> None:
    pair = site.post()
    ask(site.visitor(), post=pair, day="2026-11-13")
    ask(site.visitor(), post=pair.replace(":1", ":2"), day="2026-11-14")

    seen = []
    for _time in range(3):
        answer = ask(site.visitor(), "/undo")
        seen.append((answer.status_code, site.start(pair)[:10]))

    assert seen == [(200, "2026-11-13"), (200, "2026-11-12"), (422, "2026-11-12")]


def test_what_was_overtaken_does_not_stand_in_the_way_of_what_was_not(site: Site) -> None:
    one, other = site.post(day=12), site.post(day=16)
    ask(site.visitor(), post=one, day="2026-11-13")
    ask(site.visitor(), post=other, day="2026-11-17")
    ask(site.visitor("editor"), post=other.replace(":1", ":2"), day="2026-11-18")

    assert ask(site.visitor(), "/undo").status_code == 200

    assert (site.start(one)[:10], site.start(other)[:10]) == ("2026-11-12", "2026-11-18")


def test_a_move_to_the_same_day_is_nothing_to_undo(site: Site) -> None:
    pair = site.post()

    assert ask(site.visitor(), post=pair, day="2026-11-12").get_json()["undo"] == ""
    assert ask(site.visitor(), "/undo").status_code == 422


def test_moving_fifty_posts_asks_hardly_more_than_moving_two(site: Site) -> None:
    client, counts = site.visitor(), []
    for many in (2, 50):
        pairs = [site.post() for _number in range(many)]
        with statements(site.database) as sent:
            assert ask(client, post=pairs, by="1").status_code == 200
        counts.append(len([each for each in sent if each.lstrip().startswith("SELECT")]))

    assert counts[1] <= counts[0] + 2


def test_undoing_a_deletion_is_in_the_log(site: Site) -> None:
    ask(site.visitor(), "/calendar/deletions", post=site.post())
    ask(site.visitor(), "/undo")

    with site.database.reading() as session:
        told = [entry.action for entry in session.query(AuditEntry).order_by(AuditEntry.id)]
    assert told[-2:] == ["post.deleted", "post.restored"]


def test_undo_is_refused_when_somebody_changed_it_since(site: Site) -> None:
    pairs = [site.post(day=12), site.post(day=16)]
    told = ask(site.visitor(), post=pairs, by="3").get_json()
    second = pairs[1].replace(":1", ":2")
    assert ask(site.visitor("editor"), post=second, day="2026-11-27").status_code == 200

    answer = ask(site.visitor(), f"/undo/{told['undo']}")

    assert answer.status_code == 422
    assert "editor Bos changed" in answer.get_json()["message"]
    assert [site.start(pair)[:10] for pair in pairs] == ["2026-11-15", "2026-11-27"]


def test_what_somebody_else_did_is_not_mine_to_undo(site: Site) -> None:
    told = ask(site.visitor(), post=site.post(), by="3").get_json()

    assert ask(site.visitor("editor"), f"/undo/{told['undo']}").status_code == 404
    assert ask(site.visitor("editor"), "/undo").status_code == 422


def test_a_planned_idea_is_an_idea_again(site: Site) -> None:
    pair = site.post(state="idea", starts_at=None)
    ask(site.visitor(), post=pair, day="2026-11-20", time="14:30")
    assert (site.row(pair).state, site.start(pair)) == ("draft", "2026-11-20 14:30")

    assert ask(site.visitor(), "/undo").status_code == 200

    assert (site.row(pair).state, site.start(pair)) == ("idea", "")


def test_an_idea_without_a_channel_gets_the_one_of_its_slot(site: Site) -> None:
    pair = site.post(state="idea", starts_at=None)
    with site.database.writing() as session:
        plan = session.get_one(Plan, site.plan_id)
        other = builders.a_channel(session, plan)
        bare = builders.a_post(session, plan.team, plan, state="idea", starts_at=None)
        bare.channels = []
        channel, plain = other.id, f"{bare.id}:1"
        session.flush()
        plain = f"{bare.id}:{bare.version}"

    for one in (pair, plain):
        slot = {"day": "2026-11-20", "time": "14:30", "channel": channel}
        assert ask(site.visitor(), post=one, **slot).status_code == 200

    with site.database.reading() as session:
        found = [session.get_one(Post, int(one.split(":")[0])).channels for one in (pair, plain)]
        assert channel not in [one.id for one in found[0]]
        assert [one.id for one in found[1]] == [channel]
    assert ask(site.visitor(), "/undo").status_code == 200
    with site.database.reading() as session:
        assert session.get_one(Post, int(plain.split(":")[0])).channels == []


def test_deleted_posts_come_back_together(site: Site) -> None:
    pairs = [site.post(), site.post()]

    told = ask(site.visitor(), "/calendar/deletions", post=pairs).get_json()
    assert all(site.row(pair).deleted_at for pair in pairs)
    assert ask(site.visitor(), f"/undo/{told['undo']}").status_code == 200

    assert not any(site.row(pair).deleted_at for pair in pairs)


def test_a_form_moves_too_and_its_notice_undoes(site: Site) -> None:
    pair, client = site.post(), site.visitor()
    page = client.get(f"/calendar/move?post={pair}&next=/calendar?view=week").get_data(as_text=True)
    assert f'value="{pair}"' in page

    back = client.post("/calendar/moves", data={"post": pair, "by": "1", "next": "/calendar"})
    shown = client.get(back.headers["Location"]).get_data(as_text=True)

    assert back.status_code == 303
    name = shown.partition('action="/undo/')[2].partition('"')[0]
    assert client.post(f"/undo/{name}").status_code == 303
    assert site.start(pair) == "2026-11-12 10:00"


def test_a_refused_form_keeps_what_was_typed(site: Site) -> None:
    pair = site.post()

    answer = site.visitor().post("/calendar/moves", data={"post": pair, "by": "999"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="999"' in page
    assert f'value="{pair}"' in page


def test_everything_from_a_day_on_is_chosen_by_the_filters(site: Site) -> None:
    before, on, published = (
        site.post(day=11),
        site.post(day=12),
        site.post(day=14, state="published"),
    )
    other = site.post(day=30, state="in_review")

    page = site.visitor().get("/calendar/move?from=2026-11-12").get_data(as_text=True)
    few = site.visitor().get("/calendar/move?from=2026-11-12&state=in_review")

    chosen = [pair for pair in (before, on, published, other) if f'value="{pair}"' in page]
    assert chosen == [on, other]
    assert f'value="{on}"' not in few.get_data(as_text=True)


def test_what_can_no_longer_be_undone_is_forgotten(site: Site) -> None:
    pair = site.post()
    told = ask(site.visitor(), post=pair, by="3").get_json()
    moment = datetime(2026, 11, 10, 8, 18, tzinfo=UTC) + undo.LASTS + timedelta(minutes=1)

    with site.database.writing() as session:
        undo.forget(session, moment)

    assert ask(site.visitor(), f"/undo/{told['undo']}").status_code == 404
    with site.database.reading() as session:
        assert session.query(Undoable).count() == 0


def test_the_revision_moves_with_each_change_and_costs_one_query(site: Site) -> None:
    pair, client = site.post(), site.visitor()
    before = client.get("/calendar/revision", headers=SCRIPT).get_json()["revision"]
    ask(client, post=pair, by="1")

    with statements(site.database) as sent:
        after = client.get("/calendar/revision", headers=SCRIPT).get_json()["revision"]

    assert after > before
    assert len(sent) == 1


@pytest.mark.parametrize("view", ["week", "board", "board&by=channel", "list", "month"])
def test_each_view_shows_a_post_and_can_choose_it(site: Site, view: str) -> None:
    pair = site.post(title="Rooster in eigen hand")

    page = site.visitor().get(f"/calendar?view={view}&date=2026-11-12&select=1")

    text = page.get_data(as_text=True)
    assert "Rooster in eigen hand" in text
    assert f'value="{pair}" form="selection"' in text


def test_an_open_slot_leads_to_the_ideas_that_fit(site: Site) -> None:
    with site.database.writing() as session:
        plan = session.get_one(Plan, site.plan_id)
        plan.channels[0].edit(cadence=1, slots="do 15:00")
        channel = plan.channels[0].id
    idea = site.post(title="Leerling", state="idea", starts_at=None)
    client = site.visitor()

    month = client.get("/calendar?date=2026-11-12").get_data(as_text=True)
    href = f"/calendar/fitting?channel={channel}&amp;day=2026-11-12&amp;time=15:00"
    fitting = client.get(href.replace("&amp;", "&")).get_data(as_text=True)

    assert href in month
    assert f'value="{idea}"' in fitting
    assert (
        site.visitor("viewer")
        .get("/calendar?date=2026-11-12")
        .get_data(as_text=True)
        .count("open-slot")
        == 0
    )


def test_the_field_counts_audiences_channels_and_senders_too(site: Site) -> None:
    site.post(sender_id=site.people["writer"])
    site.post()

    page = site.visitor().get("/calendar?date=2026-11-12").get_data(as_text=True)

    groups = page.partition('id="calendar-aside"')[2]
    assert groups.count("field-group") == 3
    assert "Ambassadors" in groups
    assert date(2026, 11, 12).isoformat() in page


def test_nobody_is_found_who_does_not_want_to_be_seen(site: Site) -> None:
    pair = site.post(owner_id=site.people["editor"])
    with site.database.writing() as session:
        session.get_one(Person, site.people["editor"]).memberships[0].takes_part = False

    all_of_them = site.visitor().get("/calendar/move?from=2026-11-01").get_data(as_text=True)
    hidden = f"/calendar/move?from=2026-11-01&person={site.people['editor']}"
    of_theirs = site.visitor().get(hidden).get_data(as_text=True)

    assert f'value="{pair}"' in all_of_them
    assert f'value="{pair}"' not in of_theirs
