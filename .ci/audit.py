"""Are vulnerabilities known in the parts that requirements/test.txt pins?

Asks pip-audit, which asks an advisory service. The exit status is 1 for a known vulnerability and
for a part that the service does not know. Only where the service cannot be reached at all, which
tells nothing about the parts, does it say so and end with 0. After a good answer it writes a
CycloneDX bill of materials to dist/sbom.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = "requirements/test.txt"
BILL = Path("dist/sbom.json")
NO_ANSWER = ("Could not connect", "ConnectionError", "ReadTimeout", "ConnectTimeout")


def main() -> int:
    """Audit, report, and return the exit status."""
    answer = pip_audit("--format", "json")
    if unreachable(answer):
        print("NOT AUDITED: the advisory service of pip-audit cannot be reached from here.")
        return 0
    problems = complaints(answer)
    if problems:
        print(problems, file=sys.stderr)
        return 1
    return write_bill()


def pip_audit(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Audit the pinned versions as they stand: nothing is resolved or installed."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", LOCK, "--require-hashes"]
    quietly = ["--disable-pip", "--progress-spinner", "off"]
    return subprocess.run(
        [*command, *quietly, *arguments], check=False, capture_output=True, text=True
    )


def unreachable(answer: subprocess.CompletedProcess[str]) -> bool:
    """No connection, or a mirror of packages without advisories, which finds not a single part."""
    if not answer.stdout:
        return any(sign in answer.stderr for sign in NO_ANSWER)
    return all("skip_reason" in part for part in json.loads(answer.stdout)["dependencies"])


def complaints(answer: subprocess.CompletedProcess[str]) -> str:
    """One line for each vulnerability and each part that was not audited; empty if well."""
    if not answer.stdout:
        return answer.stderr
    parts = json.loads(answer.stdout)["dependencies"]
    return "\n".join(line for part in parts for line in complaints_about(part))


def complaints_about(part: dict[str, Any]) -> list[str]:
    """What is wrong with one part of pip-audit's report."""
    if "skip_reason" in part:
        return [f"{part['name']}: {part['skip_reason']}"]
    return [f"{part['name']} {part['version']}: {known['id']}" for known in part["vulns"]]


def write_bill() -> int:
    """Write the bill of materials and return pip-audit's exit status."""
    BILL.parent.mkdir(exist_ok=True)
    answer = pip_audit("--format", "cyclonedx-json", "--output", str(BILL))
    print(f"No known vulnerability in {LOCK}; bill of materials in {BILL}.")
    return answer.returncode


if __name__ == "__main__":
    sys.exit(main())
