"""`make screenshots`: the two pictures of the README, of the sample team, in Dutch."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from tests.support import environment
from tests.support.browser import Chromium
from tests.support.environment import REPOSITORY
from tests.support.servers import Kapstok, kapstok, settings_for

PICTURES = {"month": "/calendar", "plan": "/plans/1"}


def main() -> None:
    """Load the sample into a folder of its own, look at it, and throw it away."""
    with tempfile.TemporaryDirectory() as folder:
        password = secrets.token_urlsafe(12)
        settings = {**settings_for(Path(folder)), "KAPSTOK_SAMPLE_PASSWORD": password}
        kapstok("sample", "load", settings=settings)
        with Kapstok("run", settings=settings, log=Path(folder) / "log") as running:
            running.wait_for_health()
            take(running.url, password)


def take(address: str, password: str) -> None:
    """Sign in as the editor and take each picture at 1440 by 900."""
    target = REPOSITORY / "docs"
    target.mkdir(exist_ok=True)
    executable = environment.chromium()
    assert executable is not None, "there is no Chromium here"
    chromium = Chromium(executable)
    with chromium.in_use() as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="nl-NL")
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("[name=email]", "mo@delinde.example")
        page.fill("[name=password]", password)
        page.click("form.form button")
        for name, path in PICTURES.items():
            page.goto(address + path)
            page.screenshot(path=str(target / f"{name}.png"))
    chromium.close()


if __name__ == "__main__":
    main()
