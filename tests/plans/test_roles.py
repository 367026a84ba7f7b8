"""The role matrix as rules: who is asked for a task, and which tasks nobody does."""

from __future__ import annotations

import pytest

from calendar_app.plans.roles import (
    EVERYBODY,
    TASK_NAMES,
    TASKS,
    Choice,
    Matrix,
    matrix,
    who_does,
    with_deputy_alone,
    without_deputy,
    without_doer,
)

ANOUK, JORIS, MO, SANNE, FATIMA = range(1, 6)
ROLES = matrix(
    [
        ("writing", ANOUK, "does"),
        ("writing", JORIS, "does"),
        ("writing", MO, "deputy"),
        ("writing", SANNE, "deputy"),
        ("review", MO, "does"),
        ("review", SANNE, "deputy"),
        ("webcare", JORIS, "does"),
        ("image", FATIMA, "deputy"),
    ]
)


@pytest.mark.parametrize(
    ("task", "away", "asked"),
    [
        ("writing", {}, Choice(ANOUK)),
        ("writing", {ANOUK: None}, Choice(JORIS)),
        ("writing", {ANOUK: MO}, Choice(JORIS)),
        ("writing", {ANOUK: None, JORIS: None}, Choice(MO, ANOUK)),
        ("writing", {ANOUK: FATIMA, JORIS: None}, Choice(MO, ANOUK)),
        ("writing", {ANOUK: None, JORIS: FATIMA, MO: None}, Choice(SANNE, ANOUK)),
        ("writing", {ANOUK: None, JORIS: FATIMA, MO: None, SANNE: None}, Choice(FATIMA, JORIS)),
        ("writing", dict.fromkeys((ANOUK, JORIS, MO, SANNE)), None),
        ("review", {MO: ANOUK}, Choice(SANNE, MO)),
        ("review", {MO: ANOUK, SANNE: None}, Choice(ANOUK, MO)),
        ("review", {MO: SANNE, SANNE: ANOUK}, None),
        ("webcare", {}, Choice(JORIS)),
        ("webcare", {JORIS: None}, None),
        ("webcare", {JORIS: MO}, Choice(MO, JORIS)),
        ("image", {}, Choice(FATIMA)),
        ("hosting", {}, None),
    ],
)
def test_who_does_it_is_asked_and_else_who_stands_in(
    task: str, away: dict[int, int | None], asked: Choice | None
) -> None:
    assert who_does(ROLES, task, away) == asked


@pytest.mark.parametrize(
    ("able", "asked"),
    [
        ({ANOUK, JORIS}, Choice(ANOUK)),
        ({JORIS, MO}, Choice(JORIS)),
        ({SANNE}, Choice(SANNE)),
        ({FATIMA}, None),
    ],
)
def test_only_who_is_able_is_asked(able: set[int], asked: Choice | None) -> None:
    assert who_does(ROLES, "writing", {}, able=able) == asked


@pytest.mark.parametrize(
    ("rather", "asked"),
    [(JORIS, ANOUK + 1), (MO, ANOUK), (FATIMA, ANOUK), (None, ANOUK)],
)
def test_one_of_the_doers_may_go_first_but_a_deputy_may_not(rather: int | None, asked: int) -> None:
    assert who_does(ROLES, "writing", {}, rather=rather) == Choice(asked)


def test_the_tasks_that_lack_somebody_are_named_in_their_order() -> None:
    assert without_doer(ROLES) == ["ideas", "image", "publishing", "monitoring", "hosting"]
    assert without_deputy(ROLES) == ["webcare"]
    assert with_deputy_alone(ROLES) == ["image"]
    assert without_doer(Matrix()) == list(TASKS)


def test_a_cell_tells_the_part() -> None:
    assert ROLES.part("writing", ANOUK) == "does"
    assert ROLES.part("writing", MO) == "deputy"
    assert ROLES.part("review", ANOUK) == ""
    assert ROLES.people == {ANOUK, JORIS, MO, SANNE, FATIMA}


def test_the_digest_tells_whether_a_matrix_is_another_one() -> None:
    cells = ROLES.cells
    changed = [*cells[:-1], (*cells[-1][:2], "does")]

    assert matrix(reversed(cells)).digest == ROLES.digest
    assert matrix(changed).digest != ROLES.digest
    assert Matrix().digest != ROLES.digest


def test_there_are_eight_tasks_whose_keys_fit_their_column() -> None:
    assert len(TASKS) == 8
    assert all(len(task) <= 12 for task in TASKS)
    assert len(set(TASK_NAMES.values())) == 8
    assert all(person in EVERYBODY for person in (ANOUK, 10**9))
