"""What `kapstok web` settles before its processes part."""

from __future__ import annotations

import platform
import subprocess
import sys

from tests.support.environment import REPOSITORY, for_child


def test_the_threads_of_a_process_share_their_heaps_where_glibc_is() -> None:
    """Asked in a process of its own, which it changes for good."""
    asked = "from calendar_app.memory import hold_little; print(hold_little())"
    command = [sys.executable, "-c", asked]

    told = subprocess.run(
        command, env=for_child({}), cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == str(platform.libc_ver()[0] == "glibc")
