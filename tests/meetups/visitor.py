"""Somebody at a browser without scripts, for the tests of the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.builders import sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.people.models import Person

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)


@dataclass
class Visitor:
    """Signed in, and speaking one language."""

    client: FlaskClient
    language: str = "en"
    _token: str = field(default="", init=False)

    def enter(self, person: Person) -> Visitor:
        """Be `person` from now on."""
        sign_in(self.client, person, NOW)
        page = self.see("/meetups/")
        self._token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        return self

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers={"Accept-Language": self.language})

    def see(self, path: str) -> str:
        """The words of a page that is there, whatever redirects lead to it."""
        headers = {"Accept-Language": self.language}
        answer = self.client.get(path, headers=headers, follow_redirects=True)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def send(self, path: str, **fields: object) -> TestResponse:
        """Send a form, as the page would; a field of many is a list."""
        data = {"csrf_token": self._token, **fields}
        return self.client.post(path, data=data, headers={"Accept-Language": self.language})
