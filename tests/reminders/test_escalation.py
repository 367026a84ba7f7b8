"""A request for review that nobody answers: one mail to who hears of it, after working hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes, integers, just, sets
from sqlalchemy import select

from calendar_app.meetups.holidays import is_free
from calendar_app.moments import WorkingHours, after_working_hours, in_working_hours, local
from calendar_app.people.models import Absence, Membership, Person, Team
from calendar_app.plans.models import Plan
from calendar_app.posts import approvals
from calendar_app.posts.models import Post
from calendar_app.reminders.models import mute
from tests import builders
from tests.reminders.scenes import a_team_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

# Tuesday 10:00 in Amsterdam, and four working hours later.
ASKED = datetime(2026, 11, 10, 9, tzinfo=UTC)
DUE = datetime(2026, 11, 10, 13, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ZONE = "Europe/Amsterdam"
HOURS = WorkingHours(ZONE, is_off=partial(is_free, "NL"))


@pytest.mark.parametrize(
    ("asked", "hours", "due"),
    [
        ("2026-11-10T09:00", 4, "2026-11-10T13:00"),
        ("2026-11-10T09:00", 7, "2026-11-10T16:00"),
        ("2026-11-10T09:00", 8, "2026-11-11T09:00"),
        # Friday afternoon, and the weekend.
        ("2026-11-13T15:00", 2, "2026-11-16T09:00"),
        ("2026-11-14T12:00", 1, "2026-11-16T09:00"),
        # At night it is asked of the morning.
        ("2026-11-10T02:00", 1, "2026-11-10T09:00"),
        ("2026-11-10T20:00", 8, "2026-11-11T16:00"),
        # Five weeks of work.
        ("2026-11-10T08:00", 200, "2026-12-14T16:00"),
        # The clocks go back in the weekend between: the hours of work stay what they are.
        ("2026-10-23T14:00", 2, "2026-10-26T09:00"),
        # Christmas is on Friday, and the day after it is free too.
        ("2026-12-24T15:00", 2, "2026-12-28T09:00"),
        # Asked on King's Day; Good Friday is a working day here, Easter Monday is none.
        ("2026-04-27T10:00", 1, "2026-04-28T08:00"),
        ("2026-04-03T13:00", 3, "2026-04-07T08:00"),
    ],
)
def test_working_hours_are_counted_on_the_clocks_of_the_team(
    asked: str, hours: int, due: str
) -> None:
    moment = datetime.fromisoformat(asked).replace(tzinfo=UTC)

    found = after_working_hours(moment, hours, HOURS)

    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "asked", "number", "due"),
    [
        # Saturday and Sunday only; Saturday 26 December is a holiday.
        ({"days": (5, 6)}, "2026-11-10T09:00", 1, "2026-11-14T09:00"),
        ({"days": (5, 6)}, "2026-12-20T15:00", 2, "2026-12-27T09:00"),
        # Six hours a day, by the half.
        ({"begins": time(8, 30), "ends": time(14, 30)}, "2026-11-10T12:30", 2, "2026-11-11T08:30"),
        # Mondays only: one is Easter Monday.
        ({"days": (0,)}, "2026-04-01T10:00", 8, "2026-04-13T15:00"),
        # Each such day is a holiday: then the days of the week count.
        ({"is_off": lambda _day: True}, "2026-11-13T15:00", 2, "2026-11-16T09:00"),
    ],
)
def test_a_team_counts_its_own_hours(
    hours: dict[str, Any], asked: str, number: int, due: str
) -> None:
    moment = datetime.fromisoformat(asked).replace(tzinfo=UTC)

    found = after_working_hours(moment, number, replace(HOURS, **hours))

    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


class CountedDays(tuple[int, ...]):
    """Days of the week that count how often one is looked for among them."""

    __slots__ = ()
    looked_for: ClassVar[list[object]] = []

    def __contains__(self, day: object) -> bool:
        self.looked_for.append(day)
        return super().__contains__(day)


def test_no_day_is_looked_at_beyond_the_first_at_work() -> None:
    """A page asks this for each post that waits. The 25th is a holiday, and a Friday."""
    days = CountedDays((0, 1, 2, 3, 4))
    days.looked_for.clear()

    found = replace(HOURS, days=days).first_day(date(2026, 12, 25))

    assert found == date(2026, 12, 28)
    assert days.looked_for == [4, 5, 6, 0]


@given(
    datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=just(UTC)),  # noqa: DTZ001
    integers(1, 60),
    sets(integers(0, 6), min_size=1),
    integers(0, 22),
    integers(1, 23),
)
def test_hours_of_work_lie_in_working_hours_and_come_in_order(
    asked: datetime, number: int, days: set[int], begins: int, length: int
) -> None:
    ends = time(23, 59) if begins + length > 23 else time(begins + length)
    hours = WorkingHours(ZONE, days, time(begins), ends, partial(is_free, "NL"))

    first = in_working_hours(asked, hours)
    done = [after_working_hours(asked, each, hours) for each in (number, number + 1)]

    assert asked <= first < done[0] < done[1]
    assert local(first, ZONE).weekday() in days
    assert in_working_hours(first, hours) == first
    # Whoever stops at the end of a day was at work until then.
    for at in done:
        assert in_working_hours(at - timedelta(seconds=1), hours) == at - timedelta(seconds=1)


@pytest.fixture
def people(scene: Scene) -> dict[str, int]:
    """A team that hears after four hours: its writer, reviewer, and who hears and stands in."""
    parts = {"writer": "writer", "reviewer": "editor", "chief": "editor", "deputy": "editor"}
    found = a_team_of(scene, parts, review_patience=4)
    with scene.database.writing() as session:
        session.get_one(Team, scene.team_id).escalates_to_id = found["chief"]
    scene.now = ASKED
    return found


@pytest.fixture
def post_id(scene: Scene, people: dict[str, int]) -> int:
    """A post that was sent to the reviewer just now."""
    with scene.database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.team_id == scene.team_id)).one()
        post = builders.a_post(
            session, session.get_one(Team, scene.team_id), plan, title="Rooster",
            owner_id=people["writer"], reviewer_id=people["reviewer"],
        )  # fmt: skip
        post.send_to_review(session.get_one(Person, people["writer"]), scene.now)
        made = post.id
    scene.plan()
    return made


def change(scene: Scene, act: Callable[[Session], object]) -> None:
    with scene.database.writing() as session:
        act(session)
    scene.plan()


def of_post(
    scene: Scene, post_id: int, person_id: int, act: Callable[[Post, Person], object]
) -> None:
    change(
        scene,
        lambda session: act(session.get_one(Post, post_id), session.get_one(Person, person_id)),
    )


def of_team(scene: Scene, **facts: Any) -> None:
    def tell(session: Session) -> None:
        for name, value in facts.items():
            setattr(session.get_one(Team, scene.team_id), name, value)

    change(scene, tell)


def round_at(scene: Scene, at: datetime) -> None:
    scene.now = at
    scene.send()
    scene.sweep()
    scene.plan()


def escalated(sink: SmtpSink) -> list[tuple[str, str]]:
    """(to whom, subject) of the mails that escalate."""
    mails = [message_from_bytes(mail.raw, policy=policy.default) for mail in sink.accepted]
    told = [(mail["To"].addresses[0].username, str(mail["Subject"])) for mail in mails]
    return [pair for pair in told if pair[1].startswith("Waits too long")]


def test_one_mail_once_the_hours_are_over(scene: Scene, post_id: int, sink: SmtpSink) -> None:
    round_at(scene, DUE - SECOND)
    assert escalated(sink) == []

    for later in (DUE, DUE + SECOND, DUE + timedelta(days=2)):
        round_at(scene, later)

    assert escalated(sink) == [("chief", "Waits too long for an approval: Rooster")]
    text = message_from_bytes(sink.accepted[-1].raw, policy=policy.default)
    words = text.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "waits for an approval of Reviewer, longer than your team wants" in words
    with scene.database.reading() as session:
        assert f"/posts/{session.get_one(Post, post_id).uuid}\r\n" in words
    assert "To stop it:" in words


@pytest.mark.usefixtures("post_id")
def test_nothing_for_a_team_that_wants_none(scene: Scene) -> None:
    of_team(scene, review_patience=None)

    assert scene.states(kind="escalation") == ["cancelled"]


def answered(post: Post, by: Person) -> None:
    post.ask_changes("Korter.", by, DUE)


def cancelled(post: Post, by: Person) -> None:
    post.cancel(by, DUE)


def deleted(post: Post, by: Person) -> None:
    post.delete(by, DUE)


def approved(post: Post, by: Person) -> None:
    post.approve(by, DUE)


@pytest.mark.parametrize("act", [answered, approved, cancelled, deleted])
def test_no_mail_for_what_was_answered_meanwhile(
    scene: Scene,
    people: dict[str, int],
    post_id: int,
    sink: SmtpSink,
    act: Callable[[Post, Person], None],
) -> None:
    with scene.database.writing() as session:
        act(session.get_one(Post, post_id), session.get_one(Person, people["reviewer"]))

    round_at(scene, DUE)

    assert escalated(sink) == []
    assert scene.states(kind="escalation") == ["cancelled"]


def test_a_new_request_counts_anew(
    scene: Scene, people: dict[str, int], post_id: int, sink: SmtpSink
) -> None:
    round_at(scene, DUE)
    again = DUE + timedelta(hours=1)

    def ask_again(post: Post, by: Person) -> None:
        post.ask_changes("Korter.", by, again)
        post.edit(replace(post.content, text="Kort."), by, again)
        post.send_to_review(by, again)

    of_post(scene, post_id, people["reviewer"], ask_again)
    round_at(scene, again + SECOND)
    assert len(escalated(sink)) == 1

    round_at(scene, after_working_hours(again, 4, HOURS))

    assert len(escalated(sink)) == 2


def test_the_next_approval_counts_anew(
    scene: Scene, people: dict[str, int], post_id: int, sink: SmtpSink
) -> None:
    given_at = DUE - timedelta(hours=1)

    def want(session: Session) -> None:
        team = session.get_one(Team, scene.team_id)
        reviewer, deputy = (
            session.get_one(Person, people[part]) for part in ("reviewer", "deputy")
        )
        approvals.want_levels(team, [("Inhoud", [reviewer]), ("Juridisch", [deputy])])

    change(scene, want)
    of_post(scene, post_id, people["reviewer"], lambda post, by: post.approve(by, given_at))

    round_at(scene, DUE)
    assert escalated(sink) == []
    assert scene.states(kind="review") == ["cancelled", "sent"]
    round_at(scene, after_working_hours(given_at, 4, HOURS))

    assert escalated(sink) == [("chief", "Waits too long for an approval: Rooster")]


@pytest.mark.usefixtures("post_id")
def test_another_person_named_later_does_not_hear_it_again(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    round_at(scene, DUE)

    of_team(scene, escalates_to_id=people["deputy"])
    round_at(scene, DUE + timedelta(hours=1))

    assert escalated(sink) == [("chief", "Waits too long for an approval: Rooster")]


@pytest.mark.usefixtures("post_id")
def test_another_person_named_in_time_hears_it_alone(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    of_team(scene, escalates_to_id=people["deputy"])

    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


@pytest.mark.usefixtures("post_id")
@pytest.mark.parametrize("named", [None, "reviewer", "writer"])
def test_else_the_first_by_name_who_may_and_is_not_the_reviewer(
    scene: Scene, people: dict[str, int], sink: SmtpSink, named: str | None
) -> None:
    of_team(scene, escalates_to_id=people[named] if named else None)

    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["chief"]


@pytest.mark.usefixtures("post_id")
def test_who_left_or_may_not_any_more_does_not_hear_it(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    def demote(session: Session) -> None:
        wanted = select(Membership).where(Membership.person_id == people["chief"])
        session.scalars(wanted).one().role = "writer"

    change(scene, demote)
    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


@pytest.mark.usefixtures("post_id")
@pytest.mark.parametrize("deputy", [None, "deputy", "writer"])
def test_an_absence_passes_on_to_who_stands_in_else_to_the_next(
    scene: Scene,
    people: dict[str, int],
    sink: SmtpSink,
    deputy: str | None,
) -> None:
    def leave(session: Session) -> None:
        session.add(
            Absence(
                team_id=scene.team_id,
                person_id=people["chief"],
                first_day=date(2026, 11, 10),
                last_day=date(2026, 11, 10),
                deputy_id=people[deputy] if deputy else None,
            )
        )

    change(scene, leave)
    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


@pytest.mark.usefixtures("post_id")
def test_who_does_not_want_it_gets_none(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    change(
        scene,
        lambda session: mute(
            session, session.get_one(Person, people["chief"]), "escalation", scene.now
        ),
    )

    round_at(scene, DUE)

    assert escalated(sink) == []
    assert scene.plan() == 0


def away(scene: Scene, people: dict[str, int], part: str, deputy: str | None) -> None:
    """Let who has that part be away on the day of DUE."""
    absence = {"first_day": date(2026, 11, 10), "last_day": date(2026, 11, 10)}
    deputy_id = people[deputy] if deputy else None
    change(
        scene,
        lambda session: session.add(
            Absence(team_id=scene.team_id, person_id=people[part], deputy_id=deputy_id, **absence)
        ),
    )


@pytest.mark.usefixtures("post_id")
def test_the_reviewer_does_not_hear_it_as_a_deputy(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    away(scene, people, "chief", "reviewer")

    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


@pytest.mark.usefixtures("post_id")
@pytest.mark.parametrize("why", ["away", "left", "inactive", "muted", "unseen", "asked"])
def test_a_deputy_who_cannot_hear_it_leaves_it_to_the_next(
    scene: Scene, people: dict[str, int], sink: SmtpSink, why: str
) -> None:
    """Of the chief, who is away; the administrator is the last by name of who may."""

    def spoil(session: Session) -> None:
        deputy = session.get_one(Person, people["deputy"])
        team = session.get_one(Team, scene.team_id)
        told = {"name": "Zoë Admin", "email": "zoe@delinde.example", "language": "en"}
        builders.a_person(session, team, "admin", **told)
        if why == "left":
            deputy.memberships[0].end(scene.now, admins=2)
        elif why == "inactive":
            deputy.active = False
        elif why == "muted":
            mute(session, deputy, "escalation", scene.now)
        elif why == "unseen":
            deputy.memberships[0].stop_taking_part()

    away(scene, people, "chief", "deputy")
    change(scene, spoil)
    if why == "away":
        away(scene, people, "deputy", None)
    elif why == "asked":
        away(scene, people, "reviewer", "deputy")

    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["zoe"]


@pytest.mark.usefixtures("post_id")
@pytest.mark.parametrize("order", [(None, "deputy"), ("deputy", None)])
def test_of_two_absences_at_once_the_one_with_a_deputy_passes_on(
    scene: Scene, people: dict[str, int], sink: SmtpSink, order: tuple[str | None, ...]
) -> None:
    def more(session: Session) -> None:
        team = session.get_one(Team, scene.team_id)
        told = {"name": "Aad Admin", "email": "aad@delinde.example", "language": "en"}
        builders.a_person(session, team, "admin", **told)

    change(scene, more)
    for deputy in order:
        away(scene, people, "chief", deputy)

    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


@pytest.mark.usefixtures("post_id")
@pytest.mark.parametrize("why", ["muted", "unseen", "reviewer"])
@pytest.mark.parametrize("order", [1, -1])
def test_of_two_absences_at_once_the_deputy_hears_who_can(
    scene: Scene, people: dict[str, int], sink: SmtpSink, why: str, order: int
) -> None:
    """The other one may approve as well, but does not want it, is unseen or was asked."""

    def more(session: Session) -> None:
        team = session.get_one(Team, scene.team_id)
        for name in ("Aad", "Abel"):
            told = {"name": f"{name} Admin", "email": f"{name.lower()}@delinde.example"}
            person = builders.a_person(session, team, "admin", **told, language="en")
            people[name] = person.id
        spoiled = session.get_one(Person, people["Abel"])
        if why == "muted":
            mute(session, spoiled, "escalation", scene.now)
        elif why == "unseen":
            spoiled.memberships[0].stop_taking_part()

    change(scene, more)
    deputies = ["reviewer" if why == "reviewer" else "Abel", "deputy"]
    for deputy in deputies[::order]:
        away(scene, people, "chief", deputy)

    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


@pytest.mark.usefixtures("post_id")
def test_what_is_mailed_to_the_next_stays_with_them_when_the_chief_is_back(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    away(scene, people, "chief", None)
    round_at(scene, DUE)

    round_at(scene, DUE + timedelta(days=1))

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


def test_a_public_holiday_of_the_country_of_the_team_is_no_working_day(
    scene: Scene, post_id: int, people: dict[str, int], sink: SmtpSink
) -> None:
    """Thursday 24 December at 16:00: the four hours are over on Monday at noon."""
    scene.now = datetime(2026, 12, 24, 15, tzinfo=UTC)
    of_post(scene, post_id, people["writer"], lambda post, _by: setattr(
        post, "sent_to_review_at", scene.now
    ))  # fmt: skip
    due = datetime(2026, 12, 28, 11, tzinfo=UTC)

    round_at(scene, due - SECOND)
    assert escalated(sink) == []
    round_at(scene, due)
    assert [name for name, _subject in escalated(sink)] == ["chief"]


@pytest.mark.usefixtures("post_id")
@pytest.mark.parametrize(
    ("part", "deputy"), [("chief", None), ("chief", "writer"), ("reviewer", "chief")]
)
def test_the_first_by_name_is_there_and_was_not_asked(
    scene: Scene, people: dict[str, int], sink: SmtpSink, part: str, deputy: str | None
) -> None:
    of_team(scene, escalates_to_id=None)
    away(scene, people, part, deputy)

    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


@pytest.mark.usefixtures("post_id")
def test_the_first_by_name_is_one_who_wants_it(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    of_team(scene, escalates_to_id=None)
    chief = people["chief"]
    change(
        scene,
        lambda session: mute(session, session.get_one(Person, chief), "escalation", scene.now),
    )

    round_at(scene, DUE)

    assert [name for name, _subject in escalated(sink)] == ["deputy"]


@pytest.mark.usefixtures("post_id")
def test_other_hours_move_what_waits(scene: Scene, sink: SmtpSink) -> None:
    of_team(scene, review_patience=2)

    round_at(scene, DUE - timedelta(hours=2))

    assert len(escalated(sink)) == 1


@pytest.mark.usefixtures("post_id")
def test_the_hours_of_the_team_are_those_that_it_set(scene: Scene, sink: SmtpSink) -> None:
    """Asked on Tuesday at 10:00; the team works on Wednesdays, from 12:00 to 20:00."""
    of_team(scene, working_days=(2,), work_begins=time(12), work_ends=time(20))
    due = datetime(2026, 11, 11, 15, tzinfo=UTC)

    round_at(scene, due - SECOND)
    assert escalated(sink) == []
    round_at(scene, due)
    assert len(escalated(sink)) == 1
