"""The audit in .ci: what it lets pass and what it complains of."""

from __future__ import annotations

import json
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

import pytest

from tests.repository import ROOT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = spec_from_file_location("audit", ROOT / ".ci/audit.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def an_answer(*parts: dict[str, Any], errors: str = "") -> subprocess.CompletedProcess[str]:
    report = json.dumps({"dependencies": parts}) if parts else ""
    return subprocess.CompletedProcess([], 1, report, errors)


SOUND: dict[str, Any] = {"name": "flask", "version": "3", "vulns": []}
UNKNOWN: dict[str, Any] = {"name": "jinja2", "skip_reason": "not found"}


def test_the_audit_lets_pass_only_a_service_that_does_not_answer(audit: ModuleType) -> None:
    assert audit.unreachable(an_answer(errors="ERROR: Could not connect to the feed"))
    assert audit.unreachable(an_answer(UNKNOWN, UNKNOWN))
    assert not audit.unreachable(an_answer(UNKNOWN, SOUND))
    assert not audit.unreachable(an_answer(errors="ERROR: the lock cannot be read"))


def test_the_audit_complains_of_a_vulnerability_and_of_a_part_it_could_not_judge(
    audit: ModuleType,
) -> None:
    leaking: dict[str, Any] = {"name": "wtforms", "version": "1", "vulns": [{"id": "CVE-1"}]}

    assert audit.complaints(an_answer(SOUND)) == ""
    assert audit.complaints(an_answer(SOUND, leaking, UNKNOWN)) == (
        "wtforms 1: CVE-1\njinja2: not found"
    )
