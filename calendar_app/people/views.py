"""Pages about people: the way in and out, the team, absences, and how Kapstok speaks to each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from email.message import EmailMessage
from typing import TypeAlias, cast

from flask import Blueprint, Flask, current_app, flash, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from limits import RateLimitItem
from werkzeug.exceptions import TooManyRequests

from calendar_app.config import Config, zones
from calendar_app.errors import Forbidden, NotYours
from calendar_app.language import LANGUAGES, N_
from calendar_app.people import mail, queries, seals, sign_in, throttle
from calendar_app.people.audit import ACTION_NAMES, OBJECT_NAMES, record
from calendar_app.people.door import audit, may, me, my_pass, my_team, own, requires, somebody
from calendar_app.people.forms import (
    AbsenceForm,
    FirstStartForm,
    InvitationForm,
    LinkForm,
    NewPasswordForm,
    OwnForm,
    OwnPasswordForm,
    RadarForm,
    RoleForm,
    SignInForm,
    TeamForm,
)
from calendar_app.people.models import ROLE_NAMES, Absence, Membership, Person, Team
from calendar_app.post_office import NotPosted, send_now
from calendar_app.web.errors import too_many
from calendar_app.web.forms import expect_shown, options
from calendar_app.web.language import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from calendar_app.web.request import commit, house, now, origin, row_number, session
from calendar_app.web.security import own_address
from calendar_app.web.templating import local, render

bp = Blueprint("people", __name__)
log = logging.getLogger(__name__)

# How often something may be tried, and by whom.
Limit: TypeAlias = tuple[RateLimitItem, tuple[str, ...]]

_A_YEAR = 31_536_000
_KNOWN_COOKIE = "known"
_LOG_PAGE = 50
_LAST_LOG_PAGE = 100_000
_OF_TEAM = ("name", "zone", "language", "country", "working_days", "work_begins", "work_ends")


def install(app: Flask, parts_changed: Callable[[], None]) -> None:
    """Call `parts_changed` in each request that changes who may do what, or who is in the team."""
    app.extensions["kapstok.parts"] = parts_changed


# The way in and out


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
        _refuse_guessing(email)
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
    throttle.forget(session(), throttle.FOR_ONE_ACCOUNT, *_account_key(email))
    record(session(), "person.signed_in", at=now(), origin=origin(), actor=person)
    commit()
    return _known_from_now_on(email, own_address(form.next.data, "/"))


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
    _refuse_too_many((throttle.LINKS_FROM_ONE_ADDRESS, (origin(),)))
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
        answer.call_on_close(lambda: _post(config, letter))
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
    return _known_from_now_on(person.email, "/")


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
    return _known_from_now_on(person.email, "/plans/")


# How Kapstok speaks


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
            _refuse_guessing(known.email)
            right = sign_in.right_password(known, form.old_password.data)
        if right:
            return _new_own_password(sign_in.hashed(form.password.data))
        throttle.count(session(), throttle.FOR_ONE_ACCOUNT, *_account_key(me().email))
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
        _tell_of_parts()
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
        _tell_of_parts()
        audit("participation.resumed", me())
        commit()
    flash(_("Your colleagues see your name again."), "good")
    return redirect("/settings/#participation", 303)


@bp.get("/settings/team")
@requires("team.administer")
def show_team_settings() -> ResponseReturnValue:
    """What all of the team shares."""
    return render("people/team_settings.html", form=TeamForm(obj=my_team()), zones=zones())


@bp.post("/settings/team")
@requires("team.administer")
def save_team_settings() -> ResponseReturnValue:
    """Save what all of the team shares."""
    team = my_team()
    form = TeamForm(obj=team)
    if form.stale(team):
        kept = {name: getattr(team, name) for name in _OF_TEAM}
        page = render(
            "people/team_settings.html", form=form, zones=zones(), conflict=form.differences(kept)
        )
        return page, 409
    if not form.validate_on_submit():
        return render("people/team_settings.html", form=form, zones=zones()), 422
    for name in _OF_TEAM:
        setattr(team, name, form.data[name])
    audit("team.changed", team)
    commit()
    flash(_("Saved."), "good")
    return redirect("/settings/team", 303)


@bp.get("/settings/radar")
@requires("team.administer")
def show_radar_settings() -> ResponseReturnValue:
    """From where on the pitfall radar calls for this team."""
    return render("people/radar_settings.html", form=RadarForm(obj=my_team()))


@bp.post("/settings/radar")
@requires("team.administer")
def save_radar_settings() -> ResponseReturnValue:
    """Save the limits of the radar."""
    team = my_team()
    form = RadarForm(obj=team)
    names = [name for name in form.data if name.startswith("radar_")]
    if form.stale(team):
        kept = {name: getattr(team, name) for name in names}
        conflict = form.differences(kept)
        return render("people/radar_settings.html", form=form, conflict=conflict), 409
    if not form.validate_on_submit():
        return render("people/radar_settings.html", form=form), 422
    for name in names:
        setattr(team, name, form.data[name])
    audit("team.changed", team)
    commit()
    flash(_("Saved."), "good")
    return redirect("/settings/radar", 303)


@bp.get("/settings/log")
@requires("audit.see")
def show_log() -> ResponseReturnValue:
    """The audit log, the newest first."""
    page = min(max(1, request.args.get("page", 1, type=int)), _LAST_LOG_PAGE)
    entries = queries.log(session(), my_team(), page, _LOG_PAGE)
    return render(
        "people/log.html",
        entries=entries[:_LOG_PAGE],
        page=page,
        more=len(entries) > _LOG_PAGE,
        actions=ACTION_NAMES,
        kinds=OBJECT_NAMES,
        called=queries.names_in(session(), my_team(), entries),
    )


# The team


@bp.get("/team/")
@requires("team.see")
def show_team() -> ResponseReturnValue:
    """Who is in the team, as what, and who is away."""
    return _team_page(InvitationForm(role="writer"))


@bp.post("/team/people")
@requires("people.administer")
def invite() -> ResponseReturnValue:
    """Invite a colleague by a one-time link."""
    form = InvitationForm()
    if not form.validate_on_submit():
        return _team_page(form), 422
    person = _person_to_invite(form)
    if person is None:
        return _team_page(form), 422
    _tell_of_parts()
    audit("person.invited", person, role=form.role.data)
    return _send_invitation(person)


@bp.post("/team/people/<int:membership_id>/link")
@requires("people.administer")
def send_link(membership_id: int) -> ResponseReturnValue:
    """Send the invitation again to who has not chosen a password yet."""
    person = own_membership(membership_id).person
    if person.password is not None:
        raise Forbidden(N_("This colleague has a password. They can ask for a new one themselves."))
    audit("person.invited", person)
    return _send_invitation(person)


@bp.get("/team/people/<int:membership_id>")
@requires("people.administer")
def show_person(membership_id: int) -> ResponseReturnValue:
    """One member: role, link, ending."""
    membership = own_membership(membership_id)
    form = RoleForm(obj=membership)
    return render("people/person.html", membership=membership, form=form)


@bp.post("/team/people/<int:membership_id>")
@requires("people.administer")
def change_role(membership_id: int) -> ResponseReturnValue:
    """Give a member another role."""
    membership = own_membership(membership_id)
    form = RoleForm(obj=membership)
    if form.stale(membership):
        differences = form.differences({"role": membership.role})
        page = render("people/person.html", membership=membership, form=form, conflict=differences)
        return page, 409
    admins = len(queries.admins(session(), my_team()))
    if not (
        form.validate_on_submit()
        and form.obeys(lambda: membership.change_role(form.role.data, admins=admins))
    ):
        return render("people/person.html", membership=membership, form=form), 422
    _tell_of_parts()
    audit("role.changed", membership.person, role=membership.role)
    commit()
    flash(_("Saved."), "good")
    return redirect("/team/", 303)


@bp.post("/team/people/<int:membership_id>/ending")
@requires("people.administer")
def end_membership(membership_id: int) -> ResponseReturnValue:
    """Take a colleague out of the team. Their posts stay."""
    membership = own_membership(membership_id)
    expect_shown(membership)
    membership.end(now(), admins=len(queries.admins(session(), my_team())))
    _tell_of_parts()
    audit("membership.ended", membership.person)
    commit()
    flash(_("%(name)s is no longer in the team.", name=membership.person.name), "good")
    return redirect("/team/", 303)


@bp.post("/team/choice")
@requires("signed_in")
def choose_team() -> ResponseReturnValue:
    """Look at another team that I am in."""
    wanted = request.form.get("team_id", type=row_number)
    mine = [m for m in me().memberships if m.ended_at is None and m.team_id == wanted]
    if not mine:
        raise NotYours(N_("This is not here, or not for you."))
    sign_in.look_at(mine[0].team_id)
    commit()
    return redirect("/", 303)


@bp.post("/team/absences")
@requires("absences.own")
def add_absence() -> ResponseReturnValue:
    """Note days away: one's own, or as administrator anybody's."""
    form = _absence_form()
    if not form.validate_on_submit():
        return _team_page(InvitationForm(role="writer"), form), 422
    days = {"first_day": form.first_day.data, "last_day": form.last_day.data}
    who = {"team_id": my_team().id, "person_id": form.person.data}
    # Held meanwhile: the same form sent twice at once is still one absence.
    session().get_one(Person, form.person.data, with_for_update=True)
    there = queries.same_absence(session(), **who, **days)
    if there is not None:
        flash(_("This absence was noted already."), "info")
        return redirect(f"/team/#absence-{there.id}", 303)
    absence = Absence(**who, **days, deputy_id=form.deputy.data or None, note=form.note.data or "")
    session().add(absence)
    audit("absence.entered", absence)
    commit()
    flash(_("The absence is noted. Reminders stay silent on these days."), "good")
    return redirect("/team/#absences", 303)


@bp.post("/team/absences/<int:absence_id>/deletion")
@requires("absences.own")
def remove_absence(absence_id: int) -> ResponseReturnValue:
    """Take an absence back."""
    absence = own(Absence, absence_id)
    if absence.person_id != me().id and not may("people.administer"):
        raise Forbidden(N_("Only the colleague or an administrator may do this."))
    audit("absence.taken_back", absence, person=absence.person_id)
    session().delete(absence)
    commit()
    flash(_("The absence is taken back."), "good")
    return redirect("/team/#absences", 303)


def _tell_of_parts() -> None:
    """Tell the other rooms that somebody may do more or less in my team now."""
    session().flush()
    cast("Callable[[], None]", current_app.extensions["kapstok.parts"])()


def my_membership() -> Membership:
    """My own place in the team that I look at."""
    return session().get_one(Membership, my_pass().membership_id)


def own_membership(membership_id: int) -> Membership:
    """A member of my team, or NotYours."""
    membership = own(Membership, membership_id)
    if membership.ended_at is not None:
        raise NotYours(N_("This is not here, or not for you."))
    return membership


def _wrong_password(form: SignInForm, email: str) -> ResponseReturnValue:
    throttle.count(session(), throttle.FOR_ONE_ACCOUNT, *_account_key(email))
    throttle.count(session(), throttle.FROM_ONE_ADDRESS, origin())
    tried = queries.person_by_email(session(), email)
    record(session(), "sign_in.refused", at=now(), origin=origin(), subject=tried, result="refused")
    commit()
    form.password.errors = (_("This mail address and password do not belong together."),)
    return render("people/sign_in.html", form=form), 422


def _account_key(email: str) -> tuple[str, str]:
    """A browser that signed in to the account before is counted apart from strangers."""
    sealed = request.cookies.get(_KNOWN_COOKIE, "")
    known = seals.unsealed(house().config.secret_key, "known", sealed) == email
    return email, "known" if known else "stranger"


def _known_from_now_on(email: str, where: str) -> ResponseReturnValue:
    """Lead on, and remember that this browser signed in to the account."""
    answer = make_response(redirect(where, 303))
    answer.set_cookie(
        _KNOWN_COOKIE,
        seals.seal(house().config.secret_key, "known", email),
        max_age=_A_YEAR // 2,
        secure=house().config.secure,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _refuse_guessing(email: str) -> None:
    """Stop who tries many passwords; a browser that signed in before has only itself to blame."""
    key = _account_key(email)
    limits: list[Limit] = [(throttle.FOR_ONE_ACCOUNT, key)]
    if key[1] == "stranger":
        limits.append((throttle.FROM_ONE_ADDRESS, (origin(),)))
    _refuse_too_many(*limits)


def _refuse_too_many(*limits: Limit) -> None:
    with house().database.reading() as reader:
        for limit, who in limits:
            if not throttle.left(reader, limit, *who):
                raise TooManyRequests(retry_after=throttle.seconds_left(reader, limit, *who))


def _only_while_nobody() -> None:
    if not queries.nobody_yet(session()):
        raise NotYours(N_("This is not here, or not for you."))


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


def _posted(letter: EmailMessage) -> bool:
    """Whether a relay took the letter; without one it only lies in the data folder."""
    return _post(house().config, letter) and house().config.smtp_url is not None


def _post(config: Config, letter: EmailMessage) -> bool:
    try:
        send_now(config, letter)
    except NotPosted as refused:
        log.warning("a letter was not posted: %s", refused)
        return False
    return True


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


def _team_page(invitation: InvitationForm, absence: AbsenceForm | None = None) -> str:
    today = local(now()).date()
    accounts = queries.accounts(session(), my_team())
    return render(
        "people/team.html",
        members=[account for account in accounts if account.takes_part],
        unseen=[account for account in accounts if not account.takes_part],
        away=queries.absent_on(session(), my_team(), today),
        absences=queries.absences(session(), my_team(), today, me()),
        invitation=invitation,
        absence=absence or _absence_form(),
        role_names=ROLE_NAMES,
    )


def _absence_form() -> AbsenceForm:
    form = AbsenceForm(person=me().id, deputy=0)
    people = queries.people(session(), my_team())
    mine = people if may("people.administer") else []
    mine = mine if me() in mine else [me(), *mine]
    form.person.choices = options((person.id, person.name) for person in mine)
    nobody = (0, _("Nobody"))
    form.deputy.choices = options([nobody, *((person.id, person.name) for person in people)])
    return form


def _person_to_invite(form: InvitationForm) -> Person | None:
    """The invited person, now a member; None when they already were, which the form then says."""
    person = queries.person_by_email(session(), form.email.data)
    if person is None:
        person = Person(name=form.name.data, email=form.email.data)
        session().add(person)
        session().flush()
    membership = queries.membership_of(session(), my_team(), person)
    if membership is None:
        session().add(Membership(team=my_team(), person=person, role=form.role.data))
    elif membership.ended_at is not None:
        membership.renew(form.role.data)
    else:
        form.email.errors = (_("This colleague is in the team already."),)
        return None
    session().flush()
    return person


def _send_invitation(person: Person) -> ResponseReturnValue:
    link = sign_in.one_time_link(person) if person.password is None else house().config.base_url
    letter = mail.invitation_letter(house().config, person, my_team(), me(), link, now())
    commit()
    posted = _posted(letter)
    if posted:
        flash(_("The invitation is on its way to %(email)s.", email=person.email), "good")
        return redirect("/team/", 303)
    if any(place.team_id != my_team().id for place in person.memberships):
        # Their account opens another team too: its link is for their own mailbox alone.
        flash(_("The mail could not be sent. Your colleague can ask for a new password."), "warn")
        return redirect("/team/", 303)
    return render("people/invited.html", person=person, link=link)
