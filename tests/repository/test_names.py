"""What the files of the repository name, and what its changelog says."""

from __future__ import annotations

import fnmatch
import os
import re
from pathlib import Path

from tests.repository import ROOT

# Joined here, so that this file does not name what it forbids.
REGISTRIES = [
    ".".join(parts)
    for parts in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com")]
]
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|work|home/\w+|Users/\w+)/")


def files_of_the_repository() -> list[Path]:
    """All files that git does not ignore, also where there is no git."""
    ignored = [*(ROOT / ".gitignore").read_text().split(), ".git/"]
    found = []
    for folder, folders, names in os.walk(ROOT):
        here = Path(folder)
        folders[:] = [name for name in folders if not is_ignored(here / name, ignored, "/")]
        found += [here / name for name in names if not is_ignored(here / name, ignored, "")]
    return found


def is_ignored(path: Path, patterns: list[str], suffix: str) -> bool:
    """Whether a line of .gitignore covers `path`; a folder's `suffix` is a slash.

    A line without a slash at its end covers files and folders.
    """
    rooted = f"/{path.relative_to(ROOT).as_posix()}"
    return any(
        fnmatch.fnmatch(name, pattern if pattern.startswith("/") else f"*/{pattern}")
        for pattern in patterns
        for name in (rooted, f"{rooted}{suffix}")
    )


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    texts = {path: path.read_bytes().decode(errors="ignore") for path in files_of_the_repository()}

    naming = [
        str(path.relative_to(ROOT))
        for path, text in texts.items()
        if any(host in text for host in REGISTRIES) or MACHINE_PATH.search(text)
    ]

    assert ROOT / "pyproject.toml" in texts
    assert naming == []


def test_the_changelog_says_what_is_new_since_the_last_release() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)

    assert unreleased
    assert re.search(r"^- \w", unreleased[1], re.MULTILINE)
