from __future__ import annotations

import http.client
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.support.servers import HOST, Kapstok, kapstok, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import LiveServer

# Stands in for the command: it answers /healthz with the status that its data folder names, has a
# child, and takes orders as arguments.
STAND_IN = """
import json, os, signal, subprocess, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(Path(os.environ["KAPSTOK_DATA_DIR"], "status").read_text()))
        self.send_header("Content-Type", os.environ["KAPSTOK_TYPE"])
        self.end_headers()
        self.wfile.write(json.dumps({"asked": self.path}).encode())

def leave(*_):
    print("bye")
    sys.exit(0)

if sys.argv[1] == "fail":
    sys.exit("It is refused: " + sys.stdin.read())
signal.signal(signal.SIGTERM, leave)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid)
host, port = os.environ["KAPSTOK_BIND"].split(":")
HTTPServer((host, int(port)), Health).serve_forever()
"""


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    (tmp_path / "status").write_text("200")
    monkeypatch.setattr(
        "tests.support.servers.COMMAND", [sys.executable, str(tmp_path / "stand_in.py")]
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Kapstok]:
    with Kapstok("web", settings=a_setting(tmp_path), log=tmp_path / "log") as started:
        yield started


def a_setting(folder: Path, content_type: str = "application/json") -> dict[str, str]:
    return settings_for(folder, type=content_type)


def child_of(running: Kapstok) -> int:
    running.wait_for_line(r"^child \d+$")
    return int(running.output().split()[1])


def ends(process: int) -> bool:
    """Whether a process that was killed is gone, or waits only to be reaped, within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
        except FileNotFoundError:
            return True
        if state.split()[0] == "Z":
            return True
    return False


def test_a_started_command_is_waited_for_until_it_is_healthy(running: Kapstok) -> None:
    running.wait_for_health()

    assert running.health() == (200, {"asked": "/healthz"})
    assert running.url == f"http://{running.bind}"


def test_an_answer_that_tells_of_trouble_is_an_answer(running: Kapstok, tmp_path: Path) -> None:
    (tmp_path / "status").write_text("503")

    running.wait_for_answer()

    with pytest.raises(AssertionError, match="No healthy answer of /healthz"):
        running.wait_for_health(seconds=0.1)


def test_an_answer_that_is_no_json_says_nothing(tmp_path: Path) -> None:
    settings = a_setting(tmp_path, content_type="text/html")

    with Kapstok("web", settings=settings, log=tmp_path / "log") as running:
        assert running.wait_for_answer().health() == (200, {})


def test_a_stopped_command_tells_its_status_and_leaves_no_child(running: Kapstok) -> None:
    child = child_of(running.wait_for_health())

    status = running.stop()

    assert (status, running.health()) == (0, (0, {}))
    assert "bye" in running.output()
    assert ends(child)


def test_a_killed_command_says_nothing_and_leaves_no_child(running: Kapstok) -> None:
    child = child_of(running.wait_for_health())

    running.kill()

    assert running.process.returncode == -signal.SIGKILL
    assert "bye" not in running.output()
    assert ends(child)


def test_a_paused_command_goes_on_when_it_is_resumed(running: Kapstok) -> None:
    running.wait_for_health()
    running.pause()
    running.resume()

    assert running.wait_for_health().stop() == 0


def test_a_command_that_ends_instead_of_starting_is_quoted(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, smtp_url="smtp://127.0.0.1:1")

    with (
        Kapstok("fail", settings=settings, log=tmp_path / "log") as failing,
        pytest.raises(AssertionError, match=r"status 1\)\. It said:\nIt is refused"),
    ):
        failing.wait_for_answer()

    assert settings["KAPSTOK_SMTP_URL"] == "smtp://127.0.0.1:1"


def test_a_command_that_runs_to_its_end_gives_its_status_and_its_words(tmp_path: Path) -> None:
    ended = kapstok("fail", settings=settings_for(tmp_path), given="no")

    assert (ended.returncode, ended.stderr) == (1, "It is refused: no\n")


def test_a_live_server_has_an_address_before_it_has_an_application(
    live_server: LiveServer,
) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "Kapstok")

    before = answer_of(live_server)
    address = live_server.serve(app)

    assert (before, answer_of(live_server)) == (503, 200)
    assert address == live_server.url


def answer_of(live_server: LiveServer) -> int:
    connection = http.client.HTTPConnection(HOST, int(live_server.url.rpartition(":")[2]))
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    return status
