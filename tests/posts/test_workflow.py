from __future__ import annotations

import pytest

from calendar_app.errors import Refused
from calendar_app.people.models import ROLES
from calendar_app.people.permissions import allowed
from calendar_app.posts import workflow
from calendar_app.posts.models import STATES

# state → (what a writer may make of it, what an editor may make of it besides).
WAYS = {
    "idea": ({"draft", "cancelled"}, set()),
    "draft": ({"in_review", "cancelled"}, set()),
    "in_review": ({"cancelled"}, {"approved", "changes_asked"}),
    "changes_asked": ({"draft", "cancelled"}, set()),
    "approved": ({"published", "cancelled"}, set()),
    "published": ({"approved"}, set()),
    "cancelled": (set(), {"draft"}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_the_steps_that_are_open_to_it(state: str, role: str) -> None:
    by_writers, by_editors = WAYS[state]
    expected = {
        "viewer": set(),
        "writer": by_writers,
        "editor": by_writers | by_editors,
        "admin": by_writers | by_editors,
    }[role]

    found = workflow.next_states(state, lambda action: allowed(role, action))

    assert set(found) == expected


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ROLES)
def test_what_needs_no_approval_has_one_step_more_for_who_writes(state: str, role: str) -> None:
    def may(action: str) -> bool:
        return allowed(role, action)

    usual = workflow.next_steps(state, may)
    found = workflow.next_steps(state, may, needs_approval=False)

    more = [workflow.APPROVE_OWN] if state == "draft" and role != "viewer" else []
    assert [step for step in found if step not in usual] == more
    assert set(usual) <= set(found)


@pytest.mark.parametrize("step", workflow.STEPS, ids=lambda step: step.name)
@pytest.mark.parametrize("state", STATES)
def test_a_step_starts_only_at_its_own_states(step: workflow.Step, state: str) -> None:
    if state in step.origins:
        assert workflow.take(step, state) == step.target
    else:
        with pytest.raises(Refused, match=step.otherwise[:20]):
            workflow.take(step, state)


@pytest.mark.parametrize("field", ["title", "text", "link"])
def test_what_readers_see_sends_an_approved_post_back_to_review(field: str) -> None:
    assert workflow.state_after_edit("approved", {field}, has_day=True) == "in_review"


@pytest.mark.parametrize("field", ["starts_at", "owner", "reviewer", "form", "intent", "values"])
def test_what_readers_do_not_see_keeps_the_approval(field: str) -> None:
    assert workflow.state_after_edit("approved", {field}, has_day=True) == "approved"


def test_an_idea_with_a_day_is_a_draft() -> None:
    assert workflow.state_after_edit("idea", {"starts_at"}, has_day=True) == "draft"
    assert workflow.state_after_edit("idea", {"text"}, has_day=False) == "idea"


def test_working_on_what_was_asked_makes_it_a_draft() -> None:
    assert workflow.state_after_edit("changes_asked", {"text"}, has_day=True) == "draft"
    assert workflow.state_after_edit("changes_asked", {"starts_at"}, has_day=True) == (
        "changes_asked"
    )
