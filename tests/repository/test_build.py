"""What a build makes of the repository, and what it brings in first."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.metadata.core import ProjectMetadata

import hatch_build
from tests.repository import ROOT


def test_the_browser_files_are_those_that_the_lock_pins() -> None:
    assert hatch_build.browser_files_are_current(ROOT)


def a_checkout(folder: Path) -> Path:
    """Only the pins, as a fresh clone has them: nothing was brought in yet."""
    for name in ("package.json", "package-lock.json", "hatch_build.py"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def a_hook(folder: Path) -> hatch_build.CustomBuildHook:
    metadata: ProjectMetadata[Any] = ProjectMetadata(str(folder), None)
    return hatch_build.CustomBuildHook(str(folder), {}, None, metadata, str(folder), "wheel")


def test_a_build_without_npm_asks_for_node_from_the_package_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert a_hook(a_checkout(tmp_path)).dependencies() == [hatch_build.NODE_FROM_PYPI]


def test_a_build_that_has_the_browser_files_needs_no_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    bring_by_hand(a_checkout(tmp_path))

    assert a_hook(tmp_path).dependencies() == []


def test_a_changed_pin_makes_the_browser_files_stale(tmp_path: Path) -> None:
    bring_by_hand(a_checkout(tmp_path))

    (tmp_path / "package-lock.json").write_text("{}")

    assert not hatch_build.browser_files_are_current(tmp_path)


def bring_by_hand(checkout: Path) -> None:
    for target in hatch_build.BROWSER_FILES.values():
        (checkout / target).parent.mkdir(parents=True, exist_ok=True)
        (checkout / target).touch()
    (checkout / hatch_build.STAMP).write_text(hatch_build.digest_of_the_pins(checkout))


def test_a_catalogue_is_compiled_again_only_when_its_source_is_newer(tmp_path: Path) -> None:
    folder = tmp_path / "nl/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid "Save"\nmsgstr "Opslaan"\n')
    compiled = folder / "messages.mo"

    hatch_build.compile_catalogues(tmp_path)
    fresh = compiled.read_bytes()
    compiled.write_bytes(b"left as it is")
    hatch_build.compile_catalogues(tmp_path)
    left = compiled.read_bytes()
    os.utime(compiled, (0, 0))
    hatch_build.compile_catalogues(tmp_path)

    assert b"Opslaan" in fresh
    assert left == b"left as it is"
    assert compiled.read_bytes() == fresh


def built(target: str, folder: Path) -> Path:
    """The wheel or the sdist of this repository, built into `folder`."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (archive,) = folder.iterdir()
    return archive


def test_a_wheel_holds_all_that_the_installed_program_reads(tmp_path: Path) -> None:
    with zipfile.ZipFile(built("wheel", tmp_path)) as wheel:
        names = set(wheel.namelist())

    assert {
        "calendar_app/cli.py",
        "calendar_app/templates/base.html",
        "calendar_app/migrations/env.py",
        "calendar_app/sample_data/README.md",
        "calendar_app/sample_data/bicycle.png",
        "calendar_app/static/vendor/htmx.min.js",
        "calendar_app/static/vendor/inter/LICENSE.txt",
        "calendar_app/translations/nl/LC_MESSAGES/messages.mo",
    } <= names
    assert not any(name.endswith(".pyc") or name.startswith("tests/") for name in names)


def test_an_sdist_ships_the_browser_files_so_that_it_builds_without_node(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}

    brought = {target.as_posix() for target in hatch_build.BROWSER_FILES.values()}
    assert brought | {hatch_build.STAMP.as_posix()} <= names


def test_a_worker_starts_without_the_web() -> None:
    program = "import sys, calendar_app.worker; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )

    modules = set(loaded.stdout.split())
    assert "calendar_app.worker" in modules
    assert modules & {"flask", "werkzeug", "wtforms"} == set()
