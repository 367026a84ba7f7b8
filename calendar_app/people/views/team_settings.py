"""The settings of a team, the limits of its radar, and its log."""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.config import zones
from calendar_app.people import queries
from calendar_app.people.audit import ACTION_NAMES, OBJECT_NAMES
from calendar_app.people.door import audit, my_team, requires
from calendar_app.people.forms import (
    RadarForm,
    TeamForm,
    region_name,
    with_own_days,
)
from calendar_app.people.models import Team
from calendar_app.people.views.shared import (
    bp,
)
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import render

_LOG_PAGE = 50
_LAST_LOG_PAGE = 100_000
_OF_TEAM = (
    "name",
    "zone",
    "language",
    "country",
    "region",
    "working_days",
    "work_begins",
    "work_ends",
)


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
    before = (team.country, team.region)
    for name in _OF_TEAM:
        setattr(team, name, form.data[name])
    if team.country != before[0] and team.region == before[1]:
        # A form that is shown for one country offers no region of another: it is still the old one.
        team.region = ""
    audit("team.changed", team)
    commit()
    flash(_("Saved."), "good")
    return redirect(_where_next(team, *before), 303)


def _where_next(team: Team, country: str, region: str) -> str:
    """The settings; after another country than `country` the choice of its region, with a word."""
    where = "/settings/team"
    if team.country == country:
        return where
    gone = region_name(country, region)
    if gone and not team.region:
        flash(_("%(region)s is not in this country: no region is chosen now.", region=gone), "warn")
    if team.region or not with_own_days(team.country, now().year):
        return where
    flash(_("Regions of this country have public holidays of their own: choose yours."), "info")
    return f"{where}#region"


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
