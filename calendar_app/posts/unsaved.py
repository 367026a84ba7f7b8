"""What somebody typed of a post and has not saved, as the pages show it and as saving ends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from calendar_app.errors import Refused
from calendar_app.people.door import me, my_team
from calendar_app.posts import autosaves
from calendar_app.posts.autosaves import PostAutosave, Sent, Stamps
from calendar_app.posts.content import channel_of
from calendar_app.posts.desk import my_desk
from calendar_app.posts.forms import PostForm
from calendar_app.posts.models import Post
from calendar_app.posts.places import value_of
from calendar_app.text import clean_text
from calendar_app.web.request import commit, now, session


@dataclass(frozen=True)
class Typing:
    """How a form is kept while it is typed in."""

    # Where a script sends it to, and the place there.
    address: str
    place: str
    kept: PostAutosave | None
    # Whether the form shows what was kept, if anything was.
    is_back: bool

    @property
    def key(self) -> str:
        """The place in a browser, which several people and teams may share."""
        return f"{my_team().id}-{me().id} {self.place}"

    @property
    def stamp(self) -> str:
        """Of what was kept last; "" when nothing was."""
        return self.kept.stamp if self.kept else ""

    @property
    def back(self) -> PostAutosave | None:
        """What the form shows of what was kept."""
        return self.kept if self.is_back else None


@dataclass(frozen=True)
class Parts:
    """What I typed on the pages of a post beside its own form, and did not send."""

    post: Post
    kept: Mapping[str, PostAutosave]

    @property
    def own_form(self) -> PostAutosave | None:
        """What I typed in the own form of the post."""
        return self.kept.get(autosaves.place_of(self.post))

    def pairs(self, part: str) -> MultiDict[str, str]:
        """The fields of that part as they were typed; empty when nothing was kept."""
        kept = self.kept.get(autosaves.place_of(self.post, part))
        return MultiDict([] if kept is None else kept.pairs)

    def typing(self, part: str, address: str, *, is_back: bool) -> Typing:
        """How that part is kept, at `address`."""
        place = autosaves.place_of(self.post, part)
        return Typing(address, place, self.kept.get(place), is_back=is_back)


class Words(NamedTuple):
    """A text that somebody typed, and what its field is called."""

    label: str
    text: str


def words_in(pairs: Iterable[tuple[str, str]]) -> list[Words]:
    """The texts of these fields of a form, in its order."""
    told = ((_label(name), clean_text(value)) for name, value in pairs)
    return [Words(label, text) for label, text in told if label and text.strip()]


def _label(name: str) -> str | None:
    """What the field of that name is called, where it holds a text."""
    if channel_of(name) is not None:
        return _("Text for one channel")
    if value_of(name) is not None and name.startswith("reason-"):
        return _("Why a value fits")
    labels = {
        "title": _("Title"),
        "text": _("Text"),
        "link": _("Link"),
        "comment": _("New comment"),
        "note": _("What should change?"),
        "alternative": _("Alternative text"),
    }
    return labels.get(name)


def unsaved_form(post: Post, kept: PostAutosave | None) -> PostForm | None:
    """The form as I left it, when it says anything that the post does not."""
    if kept is None:
        return None
    form = PostForm(my_desk(), post.content, MultiDict(kept.pairs))
    return form if form.says_more() else None


def keep_for(post: Post) -> None:
    """Keep what was sent, when it says more than the post that the same form made before.

    Somebody went back in the browser, typed on and sent the form again.
    """
    if not PostForm(my_desk(), post.content, request.form).says_more():
        return
    where = (my_team(), me(), autosaves.place_of(post))
    try:
        autosaves.keep(session(), where, post, autosaves.sent(request.form), Stamps(), now())
    except Refused:
        # There is something newer, or it is more than can be kept.
        flash(_("This post was saved before. What you typed after that is not in it."), "warn")
        return
    commit()


def forget_typed(post: Post, form: PostForm) -> None:
    """It is saved: what was kept of this window goes, and what says no more than is saved now."""
    kept = autosaves.of_post(session(), me(), post)
    if kept is None:
        return
    is_mine = kept.stamp == request.form.get("stamp")
    if is_mine or not PostForm(form.desk, post.content, MultiDict(kept.pairs)).says_more():
        autosaves.forget(session(), me(), kept.place, kept.stamp)


def forget_sent(post: Post, part: str, **texts: str | None) -> None:
    """It is sent: what was kept of that part goes, unless another window keeps other words."""
    sent = Sent(request.form.get("stamp", ""), {name: text or "" for name, text in texts.items()})
    autosaves.forget_sent(session(), me(), post, part, sent)
