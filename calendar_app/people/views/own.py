"""How Kapstok speaks to each person, and what part they take in their team."""

from __future__ import annotations

from flask import flash, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.language import LANGUAGES
from calendar_app.people import sign_in, throttle
from calendar_app.people.door import audit, me, my_pass, requires, somebody
from calendar_app.people.forms import (
    OwnForm,
    OwnPasswordForm,
)
from calendar_app.people.models import Person
from calendar_app.people.views.guessing import account_key, refuse_guessing
from calendar_app.people.views.shared import (
    bp,
    my_membership,
    tell_of_parts,
)
from calendar_app.web.language import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from calendar_app.web.request import commit, house, now, session
from calendar_app.web.security import own_address
from calendar_app.web.templating import render

_A_YEAR = 31_536_000


@bp.post("/language")
@requires("public")
def choose_language() -> ResponseReturnValue:
    """Speak the chosen language, to this person from now on."""
    chosen = request.form.get("language", "")
    return _remember(LANGUAGE_COOKIE, chosen if chosen in LANGUAGES else "nl")


@bp.post("/theme")
@requires("public")
def choose_theme() -> ResponseReturnValue:
    """Light, dark, or as the device is."""
    chosen = request.form.get("theme", "")
    return _remember(THEME_COOKIE, chosen if chosen in THEMES else "auto")


@bp.get("/settings/")
@requires("settings.own")
def show_settings() -> ResponseReturnValue:
    """A person's own settings."""
    return _settings_page(OwnForm(obj=me()), OwnPasswordForm(prefix="password"))


@bp.post("/settings/own")
@requires("settings.own")
def save_own() -> ResponseReturnValue:
    """Save a person's own settings."""
    person = me()
    form = OwnForm(obj=person)
    if form.stale(person):
        kept = {"name": person.name, "language": person.language or "", "theme": person.theme}
        differences = form.differences(kept)
        return _settings_page(form, OwnPasswordForm(prefix="password"), differences), 409
    if not form.validate_on_submit():
        return _settings_page(form, OwnPasswordForm(prefix="password")), 422
    person.name = form.name.data
    person.language = form.language.data or None
    person.theme = form.theme.data
    commit()
    flash(_("Saved."), "good")
    return redirect("/settings/", 303)


@bp.post("/settings/password")
@requires("settings.own")
def change_password() -> ResponseReturnValue:
    """Change the password: every other browser is signed out."""
    form = OwnPasswordForm(prefix="password")
    if form.validate_on_submit():
        with house().database.reading() as reader:
            known = reader.get_one(Person, my_pass().person_id)
            refuse_guessing(known.email)
            right = sign_in.right_password(known, form.old_password.data)
        if right:
            return _new_own_password(sign_in.hashed(form.password.data))
        throttle.count(session(), throttle.FOR_ONE_ACCOUNT, *account_key(me().email))
        audit("password.refused", me())
        commit()
        form.old_password.errors = (_("This is not your password."),)
    return _settings_page(OwnForm(None, obj=me()), form), 422


@bp.post("/settings/ambassador")
@requires("settings.own")
def agree_as_ambassador() -> ResponseReturnValue:
    """I agree to post from my own account. Nobody can say this for somebody else."""
    membership = my_membership()
    if not membership.is_ambassador:
        membership.agree_as_ambassador(now())
        audit("ambassador.agreed", me())
        commit()
    flash(_("Thank you. From now on you can be chosen as the one who posts."), "good")
    return redirect("/settings/#ambassador", 303)


@bp.post("/settings/ambassador/ending")
@requires("settings.own")
def stop_as_ambassador() -> ResponseReturnValue:
    """I stop, without a reason."""
    membership = my_membership()
    if membership.is_ambassador:
        membership.stop_as_ambassador()
        audit("ambassador.stopped", me())
        commit()
    flash(_("You are no ambassador any more. Nobody asks why."), "good")
    return redirect("/settings/#ambassador", 303)


@bp.post("/settings/participation/ending")
@requires("settings.own")
def stop_taking_part() -> ResponseReturnValue:
    """I do not want to be seen."""
    membership = my_membership()
    if membership.takes_part:
        membership.stop_taking_part()
        tell_of_parts()
        audit("participation.ended", me())
        commit()
    flash(_("From now on your name is shown to nobody in the team."), "good")
    return redirect("/settings/#participation", 303)


@bp.post("/settings/participation")
@requires("settings.own")
def take_part() -> ResponseReturnValue:
    """I want to be seen again."""
    membership = my_membership()
    if not membership.takes_part:
        membership.take_part()
        tell_of_parts()
        audit("participation.resumed", me())
        commit()
    flash(_("Your colleagues see your name again."), "good")
    return redirect("/settings/#participation", 303)


def _remember(name: str, value: str) -> ResponseReturnValue:
    person = somebody()
    if person is not None:
        setattr(person, name, value)
        commit()
    answer = make_response(redirect(own_address(request.form.get("next"), "/"), 303))
    answer.set_cookie(
        name, value, max_age=_A_YEAR, secure=house().config.secure, httponly=True, samesite="Lax"
    )
    return answer


def _new_own_password(secret: str) -> ResponseReturnValue:
    sign_in.set_password(me(), secret)
    session().flush()
    audit("password.set", me())
    sign_in.sign_in(me())
    commit()
    flash(_("Your password is changed. Other browsers are signed out."), "good")
    return redirect("/settings/", 303)


def _settings_page(
    form: OwnForm,
    password_form: OwnPasswordForm,
    conflict: list[tuple[str, str, str]] | None = None,
) -> str:
    return render(
        "people/settings.html",
        form=form,
        password_form=password_form,
        conflict=conflict,
        membership=my_membership(),
    )
