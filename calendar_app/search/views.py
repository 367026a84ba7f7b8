"""Finding things, and doing them by key: the results, what the palette asks, the shortcuts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from calendar_app.language import LANGUAGES, N_, catalogue
from calendar_app.people.door import may, me, my_role, my_team, requires
from calendar_app.posts.models import STATE_NAMES
from calendar_app.search import queries
from calendar_app.search.commands import (
    GROUP_NAMES,
    GROUPS,
    Command,
    announced,
    by_key,
    command,
    for_whom,
)
from calendar_app.search.queries import Found, Hit
from calendar_app.search.words import LONGEST_QUERY, Piece, excerpt, marked
from calendar_app.text import clean_line
from calendar_app.web.request import commit, gave_up, session
from calendar_app.web.templating import moment, render

bp = Blueprint("search", __name__)

KIND_NAMES = {
    "post": N_("Post"),
    "idea": N_("Idea"),
    "plan": N_("Plan"),
    "audience": N_("Audience"),
    "value": N_("Brand value"),
    "channel": N_("Channel"),
    "meetup": N_("Meet-up"),
}
_SEVERAL = {
    "post": N_("Posts"),
    "idea": N_("Ideas"),
    "plan": N_("Plans"),
    "audience": N_("Audiences"),
    "value": N_("Brand values"),
    "channel": N_("Channels"),
    "meetup": N_("Meet-ups"),
}
# Where each kind is read: by everybody in the team, so never the page that changes it.
_PLACES = {
    "post": "/posts/{id}",
    "idea": "/posts/{id}",
    "plan": "/plans/{id}",
    "audience": "/plans/{plan}/who#audience-{id}",
    "value": "/plans/{plan}/values#value-{id}",
    "channel": "/plans/{plan}/where#channel-{id}",
    "meetup": "/meetups/",
}


@dataclass(frozen=True)
class Result:
    """One hit as a page shows it: its parts in pieces, with what was looked for set apart."""

    href: str
    kind: str
    title: Sequence[Piece]
    excerpt: Sequence[Piece]
    names: Sequence[Piece]
    detail: str


@dataclass(frozen=True)
class Group:
    """The results of one kind, and how many there are in all."""

    name: str
    results: Sequence[Result]
    total: int


@dataclass(frozen=True)
class KeyRow:
    """One row of the table of shortcuts: `keys` holds, for each way, the keys to press in turn."""

    name: str
    keys: Sequence[Sequence[str]]


@bp.get("/search")
@requires("team.see")
def search() -> ResponseReturnValue:
    """What the team has that holds the words of `q`, by kind, best first."""
    query = _query()
    found = queries.find(session(), my_team(), query)
    groups = [_group(kind, found) for kind in queries.KINDS if found.of_kind(kind)]
    return render("search/search.html", query=query, groups=groups, total=found.total)


@bp.get("/search/found")
@requires("team.see")
def search_found() -> ResponseReturnValue:
    """The best results for the palette, as JSON: {query, total, found: [{kind, title, …}]}.

    `query` is the one asked, so that an older answer can be told from a newer one; a title is a
    list of [text, whether it was looked for].
    """
    query = _query()
    found = queries.find(session(), my_team(), query)
    best = [_result(hit, found.words) for hit in found.hits[: queries.LIMIT]]
    return jsonify(
        query=request.args.get("q", ""),
        total=found.total,
        found=[
            {
                "kind": result.kind,
                "title": [[piece.text, piece.found] for piece in result.title],
                "detail": result.detail,
                "href": result.href,
            }
            for result in best
        ],
    )


@bp.get("/search/commands")
@requires("team.see")
def show_commands() -> ResponseReturnValue:
    """What this person may ask for by name, as JSON.

    A list of {name, names, words, group, href, presses, keys}, in the order of the table.
    """
    listed = [each for each in for_whom(may) if each.is_listed]
    has_keys = _has_keys()
    return jsonify(
        [
            {
                "name": _(each.name),
                # In both languages, whichever the page speaks.
                "names": [catalogue(one).ugettext(each.name) for one in LANGUAGES],
                "words": each.words,
                "group": _(GROUP_NAMES[each.group]),
                "href": each.address,
                "presses": each.presses,
                "keys": next(iter(each.keys), "") if has_keys else "",
            }
            for each in listed
        ]
    )


@bp.get("/shortcuts")
@requires("team.see")
def show_shortcuts() -> ResponseReturnValue:
    """Every shortcut that this person may use, in a table a group."""
    mine = [each for each in for_whom(may) if each.keys]
    tables = [
        (_(GROUP_NAMES[group]), [_key_row(each) for each in mine if each.group == group])
        for group in GROUPS
    ]
    shown = [(name, rows) for name, rows in tables if rows]
    return render("search/shortcuts.html", tables=shown)


@bp.post("/settings/single-keys")
@requires("settings.own")
def use_single_keys() -> ResponseReturnValue:
    """One key alone does something from now on."""
    return _with_single_keys(_("Shortcuts of one key are on."), on=True)


@bp.post("/settings/single-keys/ending")
@requires("settings.own")
def use_no_single_keys() -> ResponseReturnValue:
    """One key alone does nothing from now on."""
    return _with_single_keys(_("Shortcuts of one key are off."), on=False)


def _with_single_keys(words: str, *, on: bool) -> ResponseReturnValue:
    me().single_keys = on
    commit()
    flash(words, "good")
    return redirect("/settings/#single-keys", 303)


@bp.app_context_processor
def _keys() -> dict[str, object]:
    """For the frame: whether single keys do something, and where each leads without a link."""
    if not _has_keys():
        return {"single_keys": False, "key_addresses": "{}"}
    return {"single_keys": True, "key_addresses": json.dumps(by_key(for_whom(may)))}


@bp.app_template_global()
def keyed(command_id: str) -> Markup:
    """The attributes of the link, button or field that the keys of this command belong to."""
    keys = command(command_id).keys
    if not _has_keys():
        return Markup()
    attributes = Markup(' data-shortcut="{}" aria-keyshortcuts="{}"')
    return attributes.format(" ".join(keys), announced(keys))


def _has_keys() -> bool:
    """Whether single keys do something for who asks; looked up once a request."""
    if gave_up() or my_role() is None:
        return False
    if "has_keys" not in g:
        g.has_keys = me().single_keys
    return bool(g.has_keys)


def _query() -> str:
    return clean_line(request.args.get("q", "")[:LONGEST_QUERY])


def _group(kind: str, found: Found) -> Group:
    results = [_result(hit, found.words) for hit in found.of_kind(kind)]
    return Group(_(_SEVERAL[kind]), results, (found.counts or {})[kind])


def _result(hit: Hit, wanted: Sequence[str]) -> Result:
    names = marked(hit.names, wanted)
    return Result(
        href=_PLACES[hit.kind].format(id=hit.id, plan=hit.plan_id),
        kind=_(KIND_NAMES[hit.kind]),
        title=marked(hit.title, wanted),
        excerpt=excerpt(hit.text, wanted),
        names=names if any(piece.found for piece in names) else (),
        detail=_detail(hit),
    )


def _detail(hit: Hit) -> str:
    """Of a post its day and state; of what hangs on a plan, which plan."""
    if hit.state is None:
        return (hit.plan_name or "") if hit.kind != "plan" else ""
    day = "" if hit.starts_at is None else moment(hit.starts_at)
    state = "" if hit.kind == "idea" else _(STATE_NAMES[hit.state])
    return " · ".join(filter(None, (day, state)))


def _key_row(each: Command) -> KeyRow:
    return KeyRow(_(each.name), [keys.split(" ") for keys in each.keys])
