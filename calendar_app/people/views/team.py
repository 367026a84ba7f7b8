"""The people of a team: who is in it, as what, and who is away."""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.errors import Forbidden, NotYours
from calendar_app.language import N_
from calendar_app.people import mail, queries, sign_in
from calendar_app.people.door import audit, may, me, my_team, own, requires
from calendar_app.people.forms import (
    AbsenceForm,
    InvitationForm,
    RoleForm,
)
from calendar_app.people.models import ROLE_NAMES, Absence, Membership, Person
from calendar_app.people.views.shared import (
    bp,
    own_membership,
    posted,
    tell_of_parts,
)
from calendar_app.web.forms import expect_shown, options
from calendar_app.web.request import commit, house, now, row_number, session
from calendar_app.web.templating import local, render


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
    tell_of_parts()
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
    tell_of_parts()
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
    tell_of_parts()
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
    if posted(letter):
        flash(_("The invitation is on its way to %(email)s.", email=person.email), "good")
        return redirect("/team/", 303)
    if any(place.team_id != my_team().id for place in person.memberships):
        # Their account opens another team too: its link is for their own mailbox alone.
        flash(_("The mail could not be sent. Your colleague can ask for a new password."), "warn")
        return redirect("/team/", 303)
    return render("people/invited.html", person=person, link=link)
