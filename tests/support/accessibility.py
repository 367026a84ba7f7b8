"""What axe-core finds wrong with a page for people who see, hear or move differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support import environment

if TYPE_CHECKING:
    from playwright.sync_api import Page

Violation = dict[str, Any]

SOURCE = environment.REPOSITORY / "tests/support/vendor/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run(document, {
    runOnly: {type: "tag", values: tags}, resultTypes: ["violations"],
}).then(result => result.violations)"""


def axe(page: Page) -> None:
    """Assert that axe-core finds nothing on the page as it stands; else name each finding."""
    violations = axe_violations(page)
    assert not violations, f"axe-core on {page.url}:\n" + "\n".join(map(described, violations))


def axe_violations(page: Page) -> list[Violation]:
    """axe-core's violations (WCAG 2.2 A and AA, best practice), as it gives them."""
    if not page.evaluate("() => 'axe' in window"):
        # Evaluated by the debugger, which the page's content security policy does not bind.
        page.evaluate(_source())
    violations: list[Violation] = page.evaluate(RUN, TAGS)
    return violations


def described(violation: Violation) -> str:
    """One violation, with each place where it is, for the person who reads the test's output."""
    places = [
        f"    {' '.join(map(str, node['target']))}: {node['html']}\n"
        f"      {' '.join(node['failureSummary'].split())}"
        for node in violation["nodes"]
    ]
    return "\n".join([f"  {violation['id']} ({violation['impact']}): {violation['help']}", *places])


def _source() -> str:
    if not SOURCE.exists():
        environment.unavailable("axe-core is not here: run `python hatch_build.py --tests`.")
    return SOURCE.read_text(encoding="utf-8")
