"""The locks: they pin what pyproject.toml and package.json ask for, by hash, and name no host."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN_LOCK = ROOT / "requirements/run.txt"
TEST_LOCK = ROOT / "requirements/test.txt"


def pins(lock: Path) -> dict[str, set[str]]:
    """The pinned versions by name; a name has several where Python versions differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", lock.read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def unmet(requirements: list[str], lock: Path) -> list[str]:
    """The requirements that no pin of the lock fulfils."""
    pinned = pins(lock)
    return [
        text
        for text in requirements
        for wanted in [Requirement(text)]
        if not any(
            wanted.specifier.contains(v) for v in pinned.get(canonicalize_name(wanted.name), ())
        )
    ]


def test_the_run_lock_holds_every_dependency_in_an_allowed_version() -> None:
    assert unmet(PROJECT["project"]["dependencies"], RUN_LOCK) == []


def test_the_test_lock_also_holds_every_extra_and_every_group() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    groups = PROJECT["dependency-groups"].values()
    wanted = [text for texts in [*extras, *groups] for text in texts]

    assert unmet([*PROJECT["project"]["dependencies"], *wanted], TEST_LOCK) == []


def test_what_runs_is_what_was_tested() -> None:
    tested = pins(TEST_LOCK)

    differing = {name: v for name, v in pins(RUN_LOCK).items() if tested.get(name) != v}

    assert differing == {}


@pytest.mark.parametrize("lock", [RUN_LOCK, TEST_LOCK], ids=lambda lock: lock.name)
def test_every_pin_of_a_lock_has_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text())

    bare = [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry]

    assert bare == []


def test_the_browser_parts_are_pinned_exactly_with_a_hash_and_without_a_host() -> None:
    manifest = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = {**manifest["dependencies"], **manifest["devDependencies"]}

    found = {name: locked[f"node_modules/{name}"]["version"] for name in wanted}
    installed = [part for path, part in locked.items() if path]

    assert found == wanted
    assert all(part["integrity"].startswith("sha512-") for part in installed)
    assert not any("resolved" in part for part in installed)
