"""Requests come in here: `create_app` puts the rooms together."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from calendar_app import (
    installation,
    models,  # noqa: F401 - fills the registry of mapped classes
)
from calendar_app.calendar import views as calendar
from calendar_app.calendar.views import quick_add
from calendar_app.config import Config, folder, load
from calendar_app.db import Database
from calendar_app.feed import views as feed
from calendar_app.frame import surroundings
from calendar_app.layers import views as layers
from calendar_app.meetups import action_views as actions
from calendar_app.meetups import beforehand_views as beforehand
from calendar_app.meetups import host_views as hosts
from calendar_app.meetups import meeting_views as meeting
from calendar_app.meetups import views as meetups
from calendar_app.meetups.holidays import is_free
from calendar_app.monitoring import page as monitoring
from calendar_app.monitoring import reply_views as replies
from calendar_app.monitoring import result_views as results
from calendar_app.monitoring import views as webcare
from calendar_app.people import door, sign_in
from calendar_app.people import views as people
from calendar_app.plans import views as plans
from calendar_app.posts import autosave_views as autosaves
from calendar_app.posts import bin_views as in_bin
from calendar_app.posts import check_views as check
from calendar_app.posts import checklist_views as checklist
from calendar_app.posts import comment_views as comments
from calendar_app.posts import guest_views as guests
from calendar_app.posts import history_views as history
from calendar_app.posts import media_views as media
from calendar_app.posts import presence_views as presence
from calendar_app.posts import publishing_views as publishing
from calendar_app.posts import review_views as reviewing
from calendar_app.posts import template_media_views as template_media
from calendar_app.posts import template_views as templates
from calendar_app.posts import views as posts
from calendar_app.reminders import route_views as routes
from calendar_app.reminders import views as reminders
from calendar_app.search import views as search
from calendar_app.transfer import views as transfer
from calendar_app.web import (
    compression,
    errors,
    language,
    request,
    security,
    sessions,
    templating,
)

_ROOMS = (
    people,
    plans,
    posts,
    comments,
    guests,
    history,
    media,
    check,
    checklist,
    publishing,
    reviewing,
    templates,
    template_media,
    autosaves,
    in_bin,
    presence,
    webcare,
    replies,
    results,
    meetups,
    actions,
    meeting,
    beforehand,
    hosts,
    search,
    layers,
    calendar,
    quick_add,
    reminders,
    routes,
    feed,
    transfer,
)


class RowNumber(IntegerConverter):
    """A row's number in an address; beyond what a database counts to there is nothing."""

    def __init__(self, map: Map, max: int = 2**31 - 1) -> None:  # noqa: A002 - werkzeug's names
        super().__init__(map, max=max)


def create_app(config: Config | None = None, database: Database | None = None) -> Flask:
    """The web application for `config` (default: this process's settings)."""
    config = config or load()
    app = Flask("calendar_app", template_folder=str(folder("templates")), static_folder=None)
    app.url_map.converters["int"] = RowNumber
    request.install(app, config, database or Database(config.database_url))
    security.install(app, config)
    compression.install(app)
    sessions.install(app)
    language.install(app)
    templating.install(app)
    errors.install(app, {plans.bp.name: plans.ways_back})
    sign_in.install(app)
    for room in _ROOMS:
        app.register_blueprint(room.bp)
    people.install(app, reviewing.pass_on)
    monitoring.install(app, is_free)
    plans.preconditions.install(app, installation.checks)
    app.context_processor(surroundings)
    door.install(app)
    if config.secure:
        # One proxy in front ends https and tells the caller's address.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    return app
