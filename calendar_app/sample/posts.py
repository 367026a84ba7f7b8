"""The sample's posts, each with the history that led to what it is now."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TypeAlias

from sqlalchemy.orm import Session

from calendar_app.media.contents import take_in
from calendar_app.media.storage import Store
from calendar_app.moments import local
from calendar_app.people.models import Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.plans.models import Experiment, Plan
from calendar_app.posts import media
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post
from calendar_app.sample.days import DAY, Days
from calendar_app.sample.files import Facts, file, read
from calendar_app.sample.stamps import Stamps
from calendar_app.sample.team import audiences_called

Verb: TypeAlias = Callable[[Post, Person, datetime], object]

# People work on posts between twenty-five to ten and half past four.
_FIRST_MINUTE, _MINUTES = 9 * 60 + 35, 7 * 60


@dataclass(frozen=True)
class Scene:
    """Where the story of the posts plays, and with whom."""

    team: Team
    plan: Plan
    people: Mapping[str, Person]
    days: Days
    # Where their images go.
    store: Store

    def there(self, key: str, at: datetime) -> Person:
        """The person, or the deputy when the person was away on the local day of `at`."""
        ago = (local(at, self.days.zone).date() - self.days.today).days
        for absence in read("people")["absences"]:
            if absence["person"] == key and absence["first"] <= ago <= absence["last"]:
                return self.people[absence["deputy"]]
        return self.people[key]

    def first_content(self, told: Facts) -> Content:
        """What a post is when it is first thought of: all but its text and its day."""
        values = {value.name: value for value in self.plan.values}
        return Content(
            title=told["title"],
            form=told.get("form", "text"),
            link=told.get("link", ""),
            intent=told.get("intent", "inform"),
            plan=self.plan,
            values=tuple((values[name], why) for name, why in told.get("values", {}).items()),
            places=tuple((values[name], place) for name, place in told.get("places", {}).items()),
            audiences=tuple(audiences_called(self.plan, told.get("audiences", []))),
            channels=tuple(
                one for one in self.plan.channels if one.short in told.get("channels", [])
            ),
            owner=self.people[told["owner"]],
            reviewer=self.people.get(told.get("reviewer", "")),
            sender=self.people.get(told.get("sender", "")),
            publisher=self.people.get(publisher_of(told)),
            watcher=self.people.get(_who_does("monitoring") if "week" in told else ""),
            experiment=self._experiment(told.get("experiment", "")),
        )

    def _experiment(self, name: str) -> Experiment | None:
        return next((one for one in self.plan.experiments if one.name == name), None)


@dataclass(frozen=True)
class Step:
    """Something done to a post, so many working days before its own day; 0: at its own moment."""

    lead: int
    by: str
    verb: Verb


def add_posts(session: Session, stamps: Stamps, scene: Scene) -> None:
    """All posts of the files, in their order, each step flushed at the moment it was taken."""
    for number, told in enumerate(read("posts")["posts"]):
        steps = list(steps_of(told, scene.days))
        moments = moments_of(told, steps, number, scene.days)
        post: Post | None = None
        for step, at in zip(steps, moments, strict=True):
            stamps.at = at
            by = scene.there(step.by, at)
            if post is None:
                post = Post.new(scene.team, scene.first_content(told), by, at)
                session.add(post)
            elif step.verb is _is_illustrated:
                _illustrate(session, scene.store, post, told["image"], by, at)
            else:
                step.verb(post, by, at)
            session.flush()


def steps_of(told: Facts, days: Days) -> Iterator[Step]:
    """All that was done to a post until it was what the file says."""
    owner = told["owner"]
    yield Step(12, owner, _is_made)
    if "week" in told:
        first = days.day(told.get("first_week", told["week"]), told.get("first_day", told["day"]))
        yield Step(10, owner, partial(_schedule, day=first, hour=told["at"]))
    elif told["state"] == "draft":
        yield Step(10, owner, Post.back_to_draft)
    if "first_text" in told:
        yield Step(9, owner, partial(_write, words=told["first_text"]))
        yield Step(8, owner, Post.send_to_review)
        yield Step(7, told["reviewer"], partial(_ask_changes, note=told["note"]))
    if "text" in told:
        yield Step(6, owner, partial(_write, words=told["text"]))
    if "image" in told:
        yield Step(5, owner, _is_illustrated)
    if "first_day" in told:
        yield Step(5, owner, partial(_move, day=days.day(told["week"], told["day"])))
    yield from _ending(told, state_of(told, days))


def _ending(told: Facts, state: str) -> Iterator[Step]:
    """The last steps, which bring a written post to `state`."""
    owner, reviewer = told["owner"], told.get("reviewer", "")
    if state == "cancelled":
        yield Step(3, owner, Post.cancel)
    if state in {"in_review", "changes_asked", "approved", "published"}:
        yield Step(4, owner, Post.send_to_review)
    if state == "changes_asked":
        yield Step(3, reviewer, partial(_ask_changes, note=told["note"]))
    if state in {"approved", "published"}:
        if "outside" in told.get("places", {}).values():
            yield Step(3, reviewer, Post.agree_outside)
        yield Step(2, reviewer, Post.approve)
    if state == "published":
        yield Step(0, publisher_of(told), partial(_publish, address=_address(told)))


def publisher_of(told: Facts) -> str:
    """The key of who places a post: its sender if allowed, else who publishes; "" without a day."""
    if "week" not in told:
        return ""
    sender = told.get("sender", "")
    role = read("people")["people"][sender]["role"] if sender else None
    return str(sender if allowed(role, "posts.publish") else _who_does("publishing"))


def _who_does(task: str) -> str:
    """The key of who does a task of the plan first."""
    return str(read("plan")["roles"][task]["does"][0])


def state_of(told: Facts, days: Days) -> str:
    """What a post is now: once its moment has passed published, unless the file tells otherwise."""
    state: str = told["state"]
    if "week" not in told or state == "cancelled" or told.get("late"):
        return state
    return "published" if start_of(told, days) <= days.now else state


def start_of(told: Facts, days: Days) -> datetime:
    """The moment for which a post with a day is planned."""
    return days.moment(days.day(told["week"], told["day"]), told["at"])


def moments_of(told: Facts, steps: Sequence[Step], number: int, days: Days) -> list[datetime]:
    """When each step was taken: ascending, in working hours, none of them still to come.

    Of a post that lies ahead the last step was taken in the last days, and all others before it in
    the same rhythm. The `number` of the post spreads posts over days and hours.
    """
    own_day = days.day(told["week"], told["day"]) if "week" in told else _soon(number, days)
    last_done = days.working_day(days.today, -1 - number % 5)
    sooner = 0
    while steps[-1].lead and days.working_day(own_day, -steps[-1].lead - sooner) > last_done:
        sooner += 1
    return [
        days.moment(days.working_day(own_day, -step.lead - sooner), _hour(number, step.lead))
        if step.lead
        else min(start_of(told, days) + timedelta(minutes=1 + number % 9), days.now)
        for step in steps
    ]


def _soon(number: int, days: Days) -> date:
    """The day that stands for a post without one, so that not all of them came up at once."""
    return days.today + number % 14 * DAY


def _hour(number: int, lead: int) -> time:
    """Some time of a working day, another one for each post and step."""
    return time(*divmod(_FIRST_MINUTE + (37 * number + 53 * lead) % _MINUTES, 60))


def _is_made(_post: Post, _by: Person, _at: datetime) -> None:
    """The first step: `add_posts` makes the post."""


def _is_illustrated(_post: Post, _by: Person, _at: datetime) -> None:
    """The post gets its image: `add_posts` brings it along."""


def _illustrate(
    session: Session, store: Store, post: Post, told: Facts, by: Person, at: datetime
) -> None:
    """Bring the image along, and say what it shows. Raises Unkept."""
    kept = media.keep(store, take_in(file(told["file"]), told["file"]))
    media.add(session, post, [kept], by, at)
    session.flush()
    for one in media.media_shown(session, post):
        one.describe(told["alternative"], by, at, is_decorative=False)


def _schedule(post: Post, by: Person, at: datetime, *, day: date, hour: time) -> None:
    post.schedule(day, hour, by, at)


def _write(post: Post, by: Person, at: datetime, *, words: str) -> None:
    post.edit(replace(post.content, text=words), by, at)


def _ask_changes(post: Post, by: Person, at: datetime, *, note: str) -> None:
    post.ask_changes(note, by, at)


def _move(post: Post, by: Person, at: datetime, *, day: date) -> None:
    post.move_to(day, by, at)


def _publish(post: Post, by: Person, at: datetime, *, address: str) -> None:
    post.publish(address, by, at)


def _address(told: Facts) -> str:
    """Where the post can be read, on the first of its channels."""
    addresses = {channel["short"]: channel["address"] for channel in read("plan")["channels"]}
    return f"{addresses[told['channels'][0]]}{_slug(told['title'])}"


def _slug(title: str) -> str:
    """`title` as the end of an address: plain letters and digits, with hyphens between words."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
