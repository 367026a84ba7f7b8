"""The life of a post: idea, draft, review, approval, publication, and the ways back.

A step leads from some states to one other, and names the action that a person must be allowed;
`people.permissions` decides who is. What is not a step here is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.posts.content import OWN_TEXT


@dataclass(frozen=True)
class Step:
    """One way from any of `origins` to `target`; `action` is what the person must be allowed."""

    name: str
    origins: frozenset[str]
    target: str
    action: str
    # Said when somebody asks for it from another state.
    otherwise: str


def _step(name: str, origins: str, target: str, action: str, otherwise: str) -> Step:
    return Step(name, frozenset(origins.split()), target, action, otherwise)


BACK_TO_DRAFT = _step(
    "back_to_draft",
    "idea changes_asked",
    "draft",
    "posts.write",
    N_("Only an idea, or a post with asked changes, can become a draft."),
)
SEND_TO_REVIEW = _step(
    "send_to_review",
    "draft",
    "in_review",
    "posts.write",
    N_("Only a draft can be sent to review."),
)
APPROVE = _step(
    "approve",
    "in_review",
    "approved",
    "posts.approve",
    N_("Only a post in review can be approved."),
)
APPROVE_OWN = _step(
    "approve_own",
    "draft",
    "approved",
    "posts.write",
    N_("Only a draft can be approved without a review."),
)
ASK_CHANGES = _step(
    "ask_changes",
    "in_review",
    "changes_asked",
    "posts.approve",
    N_("Changes can only be asked of a post in review."),
)
PUBLISH = _step(
    "publish",
    "approved",
    "published",
    "posts.publish",
    N_("Only an approved post can be marked as published."),
)
TAKE_BACK = _step(
    "take_back",
    "published",
    "approved",
    "posts.publish",
    N_("This post is not marked as published."),
)
CANCEL = _step(
    "cancel",
    "idea draft in_review changes_asked approved",
    "cancelled",
    "posts.write",
    N_("A published or cancelled post cannot be cancelled."),
)
REVIVE = _step(
    "revive",
    "cancelled",
    "draft",
    "posts.approve",
    N_("Only a cancelled post can be taken up again."),
)
STEPS = (
    BACK_TO_DRAFT,
    SEND_TO_REVIEW,
    APPROVE,
    APPROVE_OWN,
    ASK_CHANGES,
    PUBLISH,
    TAKE_BACK,
    CANCEL,
    REVIVE,
)
# What is over is kept as it was: it is taken back or taken up again before it changes.
CLOSED = {
    "published": N_("This post has been published. Take the publication back to change it."),
    "cancelled": N_("This post is cancelled. An editor can take it up again."),
}
# Somebody looks at these against the plan, or has done so.
JUDGED = frozenset({"in_review", "approved", "published"})
# What readers get to see. A change of it after the approval is not what was approved.
READ_BY_OTHERS = frozenset({"title", "text", "link", "media", "alternative"})


def is_read(changed: set[str]) -> bool:
    """Whether one of these fields is what readers get to see, on one channel or on all."""
    return any(name in READ_BY_OTHERS or name.startswith(OWN_TEXT) for name in changed)


def needs_approval(form: str, free_forms: Collection[str], outside: Iterable[object]) -> bool:
    """Whether somebody has to approve a post of `form` that falls `outside` of these values.

    `free_forms` are the forms that the team lets go out without; what falls outside never does.
    """
    return form not in free_forms or bool(list(outside))


def next_steps(
    state: str, may: Callable[[str], bool], *, needs_approval: bool = True
) -> list[Step]:
    """The steps out of `state` for somebody of whom `may(action)` is known, in STEPS' order.

    What needs an approval cannot be approved by its writer.
    """
    return [
        step
        for step in STEPS
        if state in step.origins
        and may(step.action)
        and not (needs_approval and step is APPROVE_OWN)
    ]


def next_states(
    state: str, may: Callable[[str], bool], *, needs_approval: bool = True
) -> list[str]:
    """The states that can follow `state` for that person."""
    return [step.target for step in next_steps(state, may, needs_approval=needs_approval)]


def take(step: Step, state: str) -> str:
    """The state after `step`. Raises Refused when it does not start at `state`."""
    if state not in step.origins:
        raise Refused(step.otherwise)
    return step.target


def must_be_open(state: str) -> None:
    """Raise Refused when a post in `state` may not change any more."""
    if state in CLOSED:
        raise Refused(CLOSED[state])


def state_after_edit(
    state: str,
    changed: set[str],
    *,
    has_day: bool,
    goes_outside: bool = False,
    needs_approval: bool = True,
    needed_approval: bool = True,
) -> str:
    """The state of a post once the fields `changed` differ and it has a day, or has none.

    `goes_outside`: it falls outside a value in a way that nobody agreed with yet. `needs_approval`:
    whether it needs one as it is now; `needed_approval`: whether it did as it was before.
    """
    if state == "idea" and has_day:
        return "draft"
    if state == "approved":
        # What was given was for the text as it was, whatever form the post has now.
        lost = is_read(changed) if needed_approval else needs_approval
        return "in_review" if goes_outside or lost else state
    if state == "changes_asked" and is_read(changed):
        return "draft"
    return state


def must_hang(state: str, *, has_day: bool) -> bool:
    """Whether a post in `state` needs a value and an audience: once it has a day, or is judged."""
    return has_day or state in JUDGED


def missing_hooks(values: Sequence[object], audiences: Sequence[object]) -> list[tuple[str, str]]:
    """(field, message) of all that a post still lacks before it hangs on its plan."""
    missing = []
    if not values:
        missing.append(("values", N_("Choose at least one value of the plan.")))
    if not audiences:
        missing.append(("audiences", N_("Choose at least one audience of the plan.")))
    return missing
