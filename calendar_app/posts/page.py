"""The page of a post and the one of a new post: what is kept, and what somebody typed on it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for
from werkzeug.datastructures import MultiDict

from calendar_app.media.kinds import ACCEPTED
from calendar_app.people.door import may, me, my_role, my_team, shown, shown_name
from calendar_app.people.models import Person
from calendar_app.plans.models import FORM_NAMES
from calendar_app.posts import autosaves, history, playing_field, queries, workflow
from calendar_app.posts.approving import lines_of, my_steps
from calendar_app.posts.autosaves import CHANGES, COMMENT, PostAutosave
from calendar_app.posts.checklist import checklist_of
from calendar_app.posts.comments import PostComment, comments_on
from calendar_app.posts.content import channel_of
from calendar_app.posts.desk import agreed_outside, as_typed, my_desk, previews_of, remarks_on
from calendar_app.posts.forms import Clash, CommentForm, PostForm, StepForm
from calendar_app.posts.guest_forms import GuestForm
from calendar_app.posts.guests import reviews_of
from calendar_app.posts.media import PostMedia, SourceMedia, media_of, without_words
from calendar_app.posts.media_forms import MediaForm, shown_of
from calendar_app.posts.models import INTENT_NAMES, STATE_NAMES, Post, PostChange
from calendar_app.posts.places import PLACE_NAMES, value_of
from calendar_app.posts.saying import said, series_in_words
from calendar_app.posts.twins import about_twins
from calendar_app.posts.unsaved import Parts, Typing, unsaved_form
from calendar_app.text import clean_text
from calendar_app.web.request import now, row_number, session
from calendar_app.web.templating import render

# What the choices of a post are called, as msgids.
NAMES = {"state": STATE_NAMES, "form": FORM_NAMES, "intent": INTENT_NAMES, "place": PLACE_NAMES}
# What the history calls what the form calls otherwise.
_TOLD_AS = {"when": "starts_at", "reason": "reasons"}
_FROM_NOTHING: Mapping[str, int] = {}

# How many images a channel shows of a post before somebody opens it.
MOST_PICTURES = 4
# How often a save is tried again when somebody else is always a moment earlier.
MOST_TRIES = 8


@dataclass(frozen=True)
class MediaTold:
    """What there is to say beside images and files."""

    # Why files were not added, in words for the person.
    refusals: Sequence[str] = ()
    # A form as it was sent, of which image, and what somebody else saved meanwhile.
    form: MediaForm | None = None
    media_id: int | None = None
    conflict: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class MediaAt:
    """Where images and files are: the views that do something to one, and the row that has it."""

    views: str
    row: Mapping[str, int]
    # How an address names one of them.
    name: str

    def to(self, view: str, one: PostMedia | SourceMedia, **more: str) -> str:
        """The address of `view` for one of them."""
        return url_for(f"{self.views}.{view}", **self.row, **{self.name: one.id}, **more)  # type: ignore[arg-type]


def origin_in(told: MultiDict[str, str]) -> dict[str, int]:
    """Of what a new post was begun, as an address or a form tells: {"template" or "copy": id}.

    Empty when it was begun of nothing.
    """
    found = {name: told.get(name, type=row_number) for name in ("template", "copy")}
    return dict([(name, row) for name, row in found.items() if row][:1])


def new_page(
    form: PostForm, origin: Mapping[str, int] = _FROM_NOTHING, *, is_empty: bool = True
) -> str:
    """The page of a post that is not there yet; `is_empty`: nothing is filled in for it.

    `origin`: as `origin_in` tells it.
    """
    begun = autosaves.of_new_posts(session(), my_team(), me())
    place = autosaves.place_of_new(form.creation_key.data or "")
    mine = next((one for one in begun if one.place == place), None)
    return render(
        "posts/new.html",
        form=form,
        templates=queries.templates(session(), my_team()) if is_empty else [],
        typing=Typing(url_for("autosaves.keep_new"), place, mine, is_back=not is_empty),
        remarks=[*remarks_on(form), *about_twins(as_typed(form), None)],
        previews=previews_of(form),
        typed=as_typed(form),
        around=around_text(form),
        begun=[one for one in begun if one is not mine],
        origin=origin,
    )


def page_of(
    post: Post,
    form: PostForm | None = None,
    step: StepForm | None = None,
    clashes: list[Clash] | None = None,
    *,
    comment: CommentForm | None = None,
    guest: GuestForm | None = None,
    media: MediaTold | None = None,
) -> str:
    """The page of `post`; without a `form` the one of what I typed and did not save, if I did."""
    # One more tells whether there is more.
    changes = queries.newest_changes(session(), post, history.AT_ONCE + 1)
    parts = Parts(
        post, autosaves.parts_of_post(session(), me(), post) if may("posts.write") else {}
    )
    kept = parts.own_form
    typing = _typing(post, kept, is_back=False)
    if form is None:
        form = unsaved_form(post, kept)
        typing = replace(typing, is_back=form is not None)
    if form is None:
        form = PostForm(my_desk(), post.content, None, version=post.version)
    elif (
        typing.is_back
        and _writes(post)
        and form.stale(post)
        and not only_media_since(queries.changes_of(session(), post), form.seen_version)
    ):
        clashes = form.merge()
    there = media_of(session(), post)
    comments = comments_on(session(), post)
    step = step or StepForm(None)
    return render(
        "posts/post.html",
        post=post,
        form=form,
        step=step,
        note_typing=_note_typing(parts, step, changes),
        typing=typing,
        clashes=None if clashes is None else _with_who(post, clashes, form.seen_version),
        history=history.entries(changes[: history.AT_ONCE], words_of_history()),
        older=older(changes),
        asked=next((one for one in changes if one.action == workflow.ASK_CHANGES.name), None),
        comments=[_shown_comment(one) for one in comments],
        **_new_comment(parts, comment, comments),
        media=shown_media(there, media or MediaTold(), media_of_post(post), parts),
        guests=reviews_of(session(), post),
        guest_form=guest or GuestForm(None),
        now=now(),
        **_standing(post, form, there),
    )


@dataclass(frozen=True)
class Around:
    """What a channel shows of a post beside its text."""

    sender: str
    link: str
    # Of the images the first few, in their order, and how many more there are.
    pictures: Sequence[PostMedia] = ()
    more: int = 0
    at: MediaAt | None = None


def around_text(
    form: PostForm, post: Post | None = None, there: Sequence[PostMedia] = ()
) -> Around:
    """What the channels show beside the text of `form` as it stands; `there` hangs on `post`."""
    pictures = [one for one in there if one.kind.is_image and one.removed_at is None]
    sender = form.chosen_sender
    return Around(
        sender=form.desk.team.name if sender is None else shown(sender).name,
        link=form.link.data or "",
        pictures=pictures[:MOST_PICTURES],
        more=len(pictures[MOST_PICTURES:]),
        at=None if post is None else media_of_post(post),
    )


def _new_comment(
    parts: Parts, form: CommentForm | None, comments: Sequence[PostComment]
) -> dict[str, object]:
    """The form for one more comment, with what I typed in it and did not send."""
    pairs = parts.pairs(COMMENT)
    is_there = pairs.get("creation_key", "") in {one.creation_key for one in comments}
    is_back = form is None and bool(pairs.get("comment", "").strip()) and not is_there
    begun = {"creation_key": uuid.uuid4().hex, **(pairs.to_dict() if is_back else {})}
    address = url_for("autosaves.keep_comment", post_id=parts.post.id)
    return {
        "comment_form": form or CommentForm(None, data=begun),
        "comment_typing": parts.typing(COMMENT, address, is_back=is_back),
    }


def _note_typing(parts: Parts, step: StepForm, changes: Sequence[PostChange]) -> Typing:
    """How the note that asks for changes is kept; `step` gets what I typed and did not send."""
    note = clean_text(parts.pairs(CHANGES).get("note", ""))
    asked = [one.note for one in changes if one.action == "ask_changes" and one.by is me()]
    is_back = bool(note.strip()) and not step.note.data and note not in asked
    if is_back:
        step.note.data = note
    address = url_for("autosaves.keep_note", post_id=parts.post.id)
    return parts.typing(CHANGES, address, is_back=is_back)


def _writes(post: Post) -> bool:
    """Whether I may change `post` as it is now."""
    return may("posts.write") and post.state not in workflow.CLOSED


def _typing(post: Post, kept: PostAutosave | None, *, is_back: bool) -> Typing:
    return Typing(
        url_for("autosaves.keep", post_id=post.id), autosaves.place_of(post), kept, is_back=is_back
    )


def _standing(post: Post, form: PostForm, there: Sequence[PostMedia]) -> dict[str, object]:
    """How `post` stands now, and what I may do with it."""
    writes = _writes(post)
    content = as_typed(form) if writes else post.content
    checklist = checklist_of(session(), post)
    return {
        "steps": my_steps(post),
        "approvals": lines_of(post),
        "writes": writes,
        # A post that closed while somebody typed takes no text, but shows what was typed.
        "left": form if not writes and may("posts.write") and form.says_more() else None,
        "late": post.is_late(now()),
        "outside": content.outside,
        "agreed": agreed_outside(post, content),
        # Of what stands in the form, which may be more than what is saved.
        "remarks": [
            *(
                remarks_on(form, post)
                if writes
                else playing_field.remarks(
                    post.content,
                    my_team().language,
                    agreed_outside(post, post.content),
                    needs_approval=post.needs_approval,
                )
            ),
            *about_twins(as_typed(form) if writes else post.content, post),
            *playing_field.about_pictures(without_words(there)),
            *playing_field.about_checklist(checklist.open),
        ],
        "previews": previews_of(form) if writes else [],
        "typed": as_typed(form) if writes else post.content,
        "around": around_text(form, post, there) if writes else None,
        "checklist": checklist,
        "names": NAMES,
        "repeats": series_in_words(post.series) if post.series is not None else "",
    }


def older(changes: Sequence[PostChange]) -> int | None:
    """The change before which the next page of the history begins; None: there is no more."""
    return changes[history.AT_ONCE - 1].id if len(changes) > history.AT_ONCE else None


def _with_who(
    post: Post, clashes: list[Clash], seen: int | None
) -> list[tuple[Clash, PostChange | None]]:
    """Each with the last change of that field since version `seen`."""
    changes, found = queries.changes_of(session(), post), []
    for clash in clashes:
        since = (one for one in changes if one.version > (seen or 0) and _tells(one, clash.name))
        found.append((clash, next(since, None)))
    return found


def _tells(change: PostChange, name: str) -> bool:
    """Whether the field that a form calls `name` is among what `change` changed."""
    channel_id = channel_of(name)
    if channel_id is not None:
        return any(channel_of(field) == channel_id for field in change.fields)
    if value_of(name) is not None:
        return any(value_of(field) == value_of(name) for field in change.fields)
    return _TOLD_AS.get(name.partition("-")[0], name) in change.fields


def only_media_since(changes: Sequence[PostChange], seen: int | None) -> bool:
    """Whether since version `seen` nothing but images and files changed, which no form shows."""
    since = [change for change in changes if change.version > (seen or 0)]
    return bool(since) and all(change.action.startswith("media_") for change in since)


def only_by(person: Person, changes: Sequence[PostChange], seen: int | None) -> bool:
    """Whether since version `seen` nobody but `person` changed anything."""
    return all(change.by is person for change in changes if change.version > (seen or 0))


def media_of_post(post: Post) -> MediaAt:
    """Where the images and files of `post` are."""
    return MediaAt("media", {"post_id": post.id}, "media_id")


def shown_media(
    there: Sequence[PostMedia] | Sequence[SourceMedia],
    told: MediaTold,
    at: MediaAt,
    parts: Parts | None = None,
) -> dict[str, object]:
    """The images and files as `_media.html` draws them; `parts`: what I typed of a post's."""
    return {
        "at": at,
        "items": [
            {
                "kept": one,
                "conflict": told.conflict if one.id == told.media_id else (),
                **_words_of(one, told, parts),
            }
            for one in there
            if one.removed_at is None
        ],
        "removed": [one for one in there if one.removed_at is not None],
        "refusals": told.refusals,
        "accepted": ACCEPTED,
    }


def _words_of(
    one: PostMedia | SourceMedia, told: MediaTold, parts: Parts | None
) -> dict[str, object]:
    """The form for the words of an image, and how it is kept while somebody types."""
    form = told.form if one.id == told.media_id else None
    if parts is None:
        return {"form": form or MediaForm.of(one), "typing": None}
    part = autosaves.part_of_media(one.id)
    pairs = parts.pairs(part)
    kept = MediaForm(one, pairs, data=shown_of(one)) if pairs and form is None else None
    is_back = kept is not None and bool(
        kept.differences({"alternative": one.alternative, "is_decorative": one.is_decorative})
    )
    address = url_for("autosaves.keep_alternative", post_id=parts.post.id, media_id=one.id)
    return {
        "form": form or (kept if is_back else MediaForm.of(one)),
        "typing": parts.typing(part, address, is_back=is_back),
    }


def _shown_comment(comment: PostComment) -> dict[str, object]:
    """A comment as `_comments.html` draws it, with what the reader may do about it."""
    return {
        "kept": comment,
        "pieces": said(comment),
        "may_settle": comment.may_settle(me(), my_role()),
        "is_mine": comment.by_id == me().id,
    }


def words_of_history() -> history.Words:
    """How the history tells the choices, and whom it does not name."""
    return history.Words(NAMES, lambda person: shown(person).first_name, shown_name)
