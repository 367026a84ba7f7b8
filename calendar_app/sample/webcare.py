"""What came back from the sample's channels: questions, replies to use again, and results."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.meetups.holidays import is_free
from calendar_app.moments import local
from calendar_app.monitoring.models import PostResult, Question, WebcareItem, WebcareReply
from calendar_app.posts.models import Post
from calendar_app.sample.days import DAY
from calendar_app.sample.files import Facts, read
from calendar_app.sample.posts import Scene
from calendar_app.sample.stamps import Stamps

# Results are looked up on the working day after; replies were kept some days ago.
_COUNTED_AT, _KEPT_AT = time(10, 40), time(13, 30)
_COUNTS = "anouk"
_KEPT_AGO = 4


def add_webcare(session: Session, stamps: Stamps, scene: Scene) -> None:
    """All that the file tells, each at the moment at which it happened."""
    facts = read("webcare")
    titled = select(Post).where(Post.team_id == scene.team.id)
    posts = {post.title: post for post in session.scalars(titled)}
    stamps.at = _moment(scene, _KEPT_AGO, _KEPT_AT)
    for told in facts["replies"]:
        reply = WebcareReply(team_id=scene.team.id)
        reply.edit(told["title"], told["text"])
        session.add(reply)
        session.flush()
    for told in facts["results"]:
        _count(session, stamps, scene, posts[told["post"]], told)
    for told in facts["questions"]:
        _ask(session, stamps, scene, told, posts.get(told.get("post", "")))


def _ask(session: Session, stamps: Stamps, scene: Scene, told: Facts, post: Post | None) -> None:
    """A question as it came in, and its answer if it got one."""
    stamps.at = _received(scene, told)
    channel = next(one for one in scene.plan.channels if one.short == told["channel"])
    owner = scene.people.get(told.get("owner", ""))
    question = Question(told["question"], channel, stamps.at, post, owner)
    at_work = scene.team.working_hours(is_free)
    item = WebcareItem.new(scene.team, question, at_work, stamps.at)
    session.add(item)
    session.flush()
    if "answer" in told:
        stamps.at = _moment(scene, told["ago"], told["answered_at"])
        item.reply(told["answer"], scene.there(told["answered_by"], stamps.at), stamps.at)
        session.flush()


def _count(session: Session, stamps: Stamps, scene: Scene, post: Post, told: Facts) -> None:
    """What somebody counted of a post on the working day after it went out, if that has come."""
    counted_at = scene.days.moment(_day_after(scene, post), _COUNTED_AT)
    if post.state != "published" or counted_at > scene.days.now:
        return
    stamps.at = counted_at
    for channel in post.channels:
        if channel.short in told:
            result = PostResult(team_id=post.team_id, post_id=post.id, channel_id=channel.id)
            result.note(told[channel.short], scene.there(_COUNTS, counted_at), counted_at)
            session.add(result)
            session.flush()


def _day_after(scene: Scene, post: Post) -> date:
    day = local(post.published_at or scene.days.now, scene.days.zone).date() + DAY
    while not scene.days.is_working(day):
        day += DAY
    return day


def _received(scene: Scene, told: Facts) -> datetime:
    if "minutes_ago" in told:
        return scene.days.now - timedelta(minutes=told["minutes_ago"])
    return _moment(scene, told["ago"], told["at"])


def _moment(scene: Scene, ago: int, at: time) -> datetime:
    """That time so many working days before the day of loading."""
    return scene.days.moment(scene.days.working_day(scene.days.today, -ago), at)
