from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import environment

if TYPE_CHECKING:
    from pathlib import Path

SKIPPING = """
import pytest

def test_that_asks_for_what_is_not_there():
    pytest.skip("No Chromium here.")

@pytest.mark.skip(reason="Not today.")
def test_that_is_marked():
    pass

@pytest.mark.xfail
def test_that_is_known_to_fail():
    assert False

def test_that_passes():
    pass
"""
FILE_SKIPPING = """
import pytest
pytest.skip("Not on this system.", allow_module_level=True)
"""


def outcome_of(tests: str, folder: Path, **variables: str) -> str:
    (folder / "test_some.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.no_skips", "-p", "no:randomly"]
    run = subprocess.run(
        [*command, "-c", "/dev/null", folder],
        env=environment.for_child({"CI": "", **variables}),
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout


def test_at_the_desk_a_test_may_be_skipped(tmp_path: Path) -> None:
    assert "1 passed, 2 skipped, 1 xfailed" in outcome_of(SKIPPING, tmp_path)


def test_in_ci_a_skipped_test_has_failed_and_says_why(tmp_path: Path) -> None:
    said = outcome_of(SKIPPING, tmp_path, CI="true")

    assert "1 failed, 1 passed, 1 xfailed, 1 error" in said
    assert "Nothing is skipped in CI. Skipped: No Chromium here." in said


def test_in_ci_a_skipped_file_has_failed(tmp_path: Path) -> None:
    said = outcome_of(FILE_SKIPPING, tmp_path, CI="true")

    assert "1 error" in said
    assert "Not on this system." in said


def test_what_is_missing_skips_at_the_desk_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(environment.ENVIRONMENT, "CI", "")
    with pytest.raises(pytest.skip.Exception, match="No Chromium"):
        environment.unavailable("No Chromium here.")

    monkeypatch.setitem(environment.ENVIRONMENT, "CI", "true")
    with pytest.raises(pytest.fail.Exception, match="No Chromium"):
        environment.unavailable("No Chromium here.")


def test_the_developers_own_settings_do_not_reach_the_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(environment.ENVIRONMENT, "KAPSTOK_SMTP_URL", "smtp://relay.example")

    with environment.without_settings():
        inside = dict(environment.ENVIRONMENT)

    assert "KAPSTOK_SMTP_URL" not in inside
    assert environment.ENVIRONMENT["KAPSTOK_SMTP_URL"] == "smtp://relay.example"
    assert "KAPSTOK_SMTP_URL" not in environment.for_child({})
    assert environment.for_child({"KAPSTOK_LOG": "json"})["KAPSTOK_LOG"] == "json"


def test_a_named_chromium_comes_before_the_one_on_the_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(environment.ENVIRONMENT, "KAPSTOK_CHROMIUM", "/opt/chromium")
    named = environment.chromium()
    monkeypatch.delitem(environment.ENVIRONMENT, "KAPSTOK_CHROMIUM")
    monkeypatch.setitem(environment.ENVIRONMENT, "PATH", "")

    assert str(named) == "/opt/chromium"
    assert environment.chromium() is None
