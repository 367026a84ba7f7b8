"""A review by somebody without an account: asking for it, and the one page that a guest sees."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.people.audit import record
from calendar_app.people.door import audit, me, my_team, requires
from calendar_app.post_office import NotPosted, send_now
from calendar_app.posts import guests, queries
from calendar_app.posts.guest_forms import GuestAnswerForm, GuestForm
from calendar_app.posts.guest_letters import answer_letter, guest_letter
from calendar_app.posts.guests import GuestReview
from calendar_app.posts.media import media_shown
from calendar_app.posts.models import Post
from calendar_app.posts.page import page_of
from calendar_app.web.request import commit, house, now, origin, session, show_times_in
from calendar_app.web.templating import render

bp = Blueprint("guests", __name__)
log = logging.getLogger(__name__)


@bp.post("/posts/<int:post_id>/guests")
@requires("posts.write")
def ask(post_id: int) -> ResponseReturnValue:
    """Ask somebody from outside. The link goes by mail; without a relay it is shown, this once."""
    post, form = _post(post_id), GuestForm()
    made: list[tuple[GuestReview, str]] = []

    def write() -> None:
        who = (form.guest_name.data, form.guest_email.data)
        made.append(guests.ask(session(), post, who, me(), now()))

    if not (form.validate() and form.obeys(write)):
        session().rollback()
        return page_of(_post(post_id), guest=form), 422
    review, secret = made[0]
    audit("guest.asked", post)
    link = f"{house().config.base_url}{url_for('guests.show', token=secret)}"
    letter = guest_letter(house().config, review, post, me(), link, now())
    commit()
    if _is_posted(letter):
        flash(_("The link is on its way to %(email)s.", email=review.email), "good")
        return _back_to(post_id)
    return render("posts/guest_link.html", post=post, review=review, link=link)


@bp.post("/posts/<int:post_id>/guests/<int:guest_id>/withdrawal")
@requires("posts.write")
def withdraw(post_id: int, guest_id: int) -> ResponseReturnValue:
    """The link opens nothing from now on."""
    post = _post(post_id)
    review = guests.review_of(session(), post, guest_id)
    review.withdraw(now())
    audit("guest.withdrawn", post)
    commit()
    flash(_("The link of %(name)s does not work any more.", name=review.name), "good")
    return _back_to(post_id)


@bp.get("/review/<token>")
@requires("public")
def show(token: str) -> ResponseReturnValue:
    """The post, for the guest. Looking uses nothing up: mail scanners look too."""
    review = guests.by_secret(session(), token)
    if review is None or not (review.answered_at or review.is_open(now())):
        return _over()
    return _page(review, token)


@bp.post("/review/<token>")
@requires("public")
def answer(token: str) -> ResponseReturnValue:
    """Keep the guest's answer, once."""
    review, form = guests.by_secret(session(), token, holds=True), GuestAnswerForm()
    if review is None or not (review.answered_at or review.is_open(now())):
        return _over()
    if review.answered_at is not None:
        return redirect(url_for("guests.show", token=token), code=303)
    if form.stale(review.post):
        return _page(review, token, form, changed=True), 409
    if not (form.validate() and form.obeys(lambda: _keep(review, form))):
        session().rollback()
        kept = guests.by_secret(session(), token)
        return _over() if kept is None else (_page(kept, token, form), 422)
    letter = answer_letter(house().config, review, review.post, _address(review.post), now())
    commit()
    _is_posted(letter)
    return redirect(url_for("guests.show", token=token), code=303)


def _keep(review: GuestReview, form: GuestAnswerForm) -> None:
    review.answer(form.verdict.data, form.words.data, now())
    post = review.post
    told: dict[str, Any] = {"team": post.team, "subject": post, "verdict": review.verdict}
    record(session(), "guest.answered", at=now(), origin=origin(), **told)


def _page(
    review: GuestReview,
    token: str,
    form: GuestAnswerForm | None = None,
    *,
    changed: bool = False,
) -> str:
    show_times_in(review.post.team.zone)
    return render(
        "posts/guest.html",
        review=review,
        post=review.post,
        media=media_shown(session(), review.post),
        form=form or GuestAnswerForm(None, version=review.post.version),
        token=token,
        changed=changed,
    )


def _over() -> ResponseReturnValue:
    return render("posts/guest_over.html"), 410


def _post(post_id: int) -> Post:
    return queries.post_of(session(), my_team(), post_id)


def _address(post: Post) -> str:
    return f"{house().config.base_url}{url_for('posts.see', post_id=post.id, _anchor='guests')}"


def _is_posted(letter: Any) -> bool:
    """Whether a relay took the letter; without one it only lies in the data folder."""
    config = house().config
    try:
        send_now(config, letter)
    except NotPosted as refused:
        log.warning("a letter was not posted: %s", refused)
        return False
    return config.smtp_url is not None


def _back_to(post_id: int) -> ResponseReturnValue:
    return redirect(url_for("posts.see", post_id=post_id, _anchor="guests"), code=303)
