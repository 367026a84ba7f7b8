"""Letters about a post: to who reviews it from outside, and to who asked for that."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

from calendar_app.config import Config
from calendar_app.language import say
from calendar_app.letters import bodies, letter
from calendar_app.people.models import Person
from calendar_app.posts.guests import GuestReview
from calendar_app.posts.models import Post


def guest_letter(
    config: Config, review: GuestReview, post: Post, asker: Person, link: str, at: datetime
) -> EmailMessage:
    """Ask the guest to review `post`, in the team's language, with the link that opens it."""
    language = post.team.language
    subject = say(language, "%(name)s asks you to review a post", name=asker.name)
    told = {"name": review.name, "asker": asker.name, "team": post.team.name, "title": post.title}
    text, html = bodies(language, "mail/guest", link=link, **told)
    to = (review.name, review.email)
    return letter(config, to=to, language=language, subject=subject, at=at, text=text, html=html)


def answer_letter(
    config: Config, review: GuestReview, post: Post, link: str, at: datetime
) -> EmailMessage:
    """Tell who asked what the guest answered, with a link to the post."""
    asker = review.asked_by
    language = asker.language or post.team.language
    subject = say(language, "%(name)s reviewed “%(title)s”", name=review.name, title=post.title)
    told = {"name": asker.first_name, "guest": review.name, "title": post.title}
    told |= {"verdict": review.verdict, "words": review.words}
    text, html = bodies(language, "mail/guest_answer", link=link, **told)
    to = (asker.name, asker.email)
    return letter(config, to=to, language=language, subject=subject, at=at, text=text, html=html)
