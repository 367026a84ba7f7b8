"""The way in and out: signing in, a new password, and the first start."""

from __future__ import annotations

from flask import flash, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests

from calendar_app.errors import NotYours
from calendar_app.language import N_
from calendar_app.people import mail, queries, sign_in, throttle
from calendar_app.people.audit import record
from calendar_app.people.door import audit, requires, somebody
from calendar_app.people.forms import (
    FirstStartForm,
    LinkForm,
    NewPasswordForm,
    SignInForm,
)
from calendar_app.people.models import Membership, Person, Team
from calendar_app.people.views.guessing import (
    account_key,
    known_from_now_on,
    refuse_after,
    refuse_guessing,
)
from calendar_app.people.views.shared import bp, post
from calendar_app.web.errors import too_many
from calendar_app.web.request import commit, house, now, origin, session
from calendar_app.web.security import own_address
from calendar_app.web.templating import render


@bp.get("/sign-in")
@requires("public")
def show_sign_in() -> ResponseReturnValue:
    """The sign-in form, or the first start when nobody has an account yet."""
    if queries.nobody_yet(session()):
        return redirect("/first-start", 303)
    if somebody() is not None:
        return redirect(own_address(request.args.get("next"), "/"), 303)
    form = SignInForm(next=request.args.get("next", ""))
    return render("people/sign_in.html", form=form)


@bp.post("/sign-in")
@requires("public")
def do_sign_in() -> ResponseReturnValue:
    """Let in who knows the password; say the same to everybody else."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render("people/sign_in.html", form=form), 422
    email = form.email.data
    try:
        refuse_guessing(email)
    except TooManyRequests as error:
        more = _("Or ask for a link by mail to choose a new password: that still lets you in.")
        return too_many(error, more, [("/reset", _("Send me a link"))])
    with house().database.reading() as reader:
        found = queries.person_by_email(reader, email)
        right = sign_in.right_password(found, form.password.data)
    person = queries.person_by_email(session(), email)
    if person is None or not right or not person.active:
        return _wrong_password(form, email)
    sign_in.sign_in(person)
    throttle.forget(session(), throttle.FOR_ONE_ACCOUNT, *account_key(email))
    record(session(), "person.signed_in", at=now(), origin=origin(), actor=person)
    commit()
    return known_from_now_on(email, own_address(form.next.data, "/"))


@bp.post("/sign-out")
@requires("signed_in")
def do_sign_out() -> ResponseReturnValue:
    """End this visit."""
    audit("person.signed_out")
    sign_in.sign_out()
    commit()
    return redirect("/sign-in", 303)


@bp.get("/reset")
@requires("public")
def show_reset() -> ResponseReturnValue:
    """Ask where to send a one-time link."""
    return render("people/reset.html", form=LinkForm())


@bp.post("/reset")
@requires("public")
def do_reset() -> ResponseReturnValue:
    """Send a one-time link. The answer is the same whether the account exists or not."""
    form = LinkForm()
    if not form.validate_on_submit():
        return render("people/reset.html", form=form), 422
    email = form.email.data
    refuse_after((throttle.LINKS_FROM_ONE_ADDRESS, (origin(),)))
    may_send = throttle.count(session(), throttle.LINKS_FOR_ONE_ACCOUNT, email)
    throttle.count(session(), throttle.LINKS_FROM_ONE_ADDRESS, origin())
    person = queries.person_by_email(session(), email)
    letter = None
    if may_send and person is not None and person.active:
        letter = mail.reset_letter(house().config, person, sign_in.one_time_link(person), now())
        record(session(), "link.asked", at=now(), origin=origin(), actor=person)
    commit()
    answer = make_response(render("people/reset_sent.html", email=email))
    if letter is not None:
        # Once the answer has left: how long it takes must not tell who has an account.
        config = house().config
        answer.call_on_close(lambda: post(config, letter))
    return answer


@bp.get("/reset/<token>")
@requires("public")
def show_new_password(token: str) -> ResponseReturnValue:
    """Choose a password. Looking does not use the link up: mail scanners look too."""
    person = sign_in.person_of_link(token)
    if person is None:
        return render("people/link_over.html"), 410
    return render("people/new_password.html", form=NewPasswordForm(), person=person, token=token)


@bp.post("/reset/<token>")
@requires("public")
def do_new_password(token: str) -> ResponseReturnValue:
    """Set the password and sign in; the link is used up."""
    form = NewPasswordForm()
    # Hashing takes its time: done before the database is asked to hold still.
    secret = sign_in.hashed(form.password.data) if form.validate_on_submit() else None
    person = sign_in.person_of_link(token)
    if person is None:
        return render("people/link_over.html"), 410
    if secret is None:
        page = render("people/new_password.html", form=form, person=person, token=token)
        return page, 422
    sign_in.set_password(person, secret)
    session().flush()
    sign_in.sign_in(person)
    record(session(), "password.set", at=now(), origin=origin(), actor=person)
    commit()
    flash(_("Your password is set. You are signed in."), "good")
    return known_from_now_on(person.email, "/")


@bp.get("/first-start")
@requires("public")
def show_first_start() -> ResponseReturnValue:
    """Make the first team and its administrator; only while there is nobody."""
    _only_while_nobody()
    return render("people/first_start.html", form=FirstStartForm())


@bp.post("/first-start")
@requires("public")
def do_first_start() -> ResponseReturnValue:
    """Make the first team and its administrator, and sign in."""
    _only_while_nobody()
    form = FirstStartForm()
    if not form.validate_on_submit():
        return render("people/first_start.html", form=form), 422
    team = Team(name=form.team.data)
    person = Person(name=form.name.data, email=form.email.data)
    person.password = sign_in.hashed(form.password.data)
    session().add_all([team, person, Membership(team=team, person=person, role="admin")])
    session().flush()
    sign_in.sign_in(person)
    record(session(), "team.made", at=now(), origin=origin(), team=team, actor=person)
    commit()
    flash(_("Welcome to Kapstok. Begin with a plan: everything else hangs on it."), "good")
    return known_from_now_on(person.email, "/plans/")


def _wrong_password(form: SignInForm, email: str) -> ResponseReturnValue:
    throttle.count(session(), throttle.FOR_ONE_ACCOUNT, *account_key(email))
    throttle.count(session(), throttle.FROM_ONE_ADDRESS, origin())
    tried = queries.person_by_email(session(), email)
    record(session(), "sign_in.refused", at=now(), origin=origin(), subject=tried, result="refused")
    commit()
    form.password.errors = (_("This mail address and password do not belong together."),)
    return render("people/sign_in.html", form=form), 422


def _only_while_nobody() -> None:
    if not queries.nobody_yet(session()):
        raise NotYours(N_("This is not here, or not for you."))
