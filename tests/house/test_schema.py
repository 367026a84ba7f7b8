from __future__ import annotations

import subprocess
import sys

from alembic.config import Config
from alembic.script import ScriptDirectory

from calendar_app import schema
from calendar_app.config import folder
from tests.support.environment import REPOSITORY, for_child


def test_the_steps_that_the_files_name_are_those_that_alembic_takes() -> None:
    settings = Config()
    settings.set_main_option("script_location", str(folder("migrations")))
    scripts = ScriptDirectory.from_config(settings)

    assert schema.steps() == [step.revision for step in scripts.walk_revisions()][::-1]
    assert schema.steps()[-1] == scripts.get_current_head()


def test_a_start_does_not_load_what_only_changes_a_database() -> None:
    asked = "import sys, calendar_app.cli, calendar_app.worker; print('alembic' in sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", asked],
        env=for_child({}),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout.strip() == "False"
