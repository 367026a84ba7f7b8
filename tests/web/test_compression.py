"""What goes compressed over the line, and what never does."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import brotli
import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TAKES = {"Accept-Encoding": "gzip, deflate, br"}
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("way", ["br", "gzip"])
@pytest.mark.parametrize("path", ["/first-start", "/static/v-0/app.css", "/static/v-0/js/moves.js"])
def test_a_page_a_script_and_a_style_sheet_go_compressed(
    client: FlaskClient, path: str, way: str
) -> None:
    plain = client.get(path, buffered=True)
    answer = client.get(path, headers={"Accept-Encoding": way}, buffered=True)

    assert "Content-Encoding" not in plain.headers
    assert answer.headers["Content-Encoding"] == way
    assert len(answer.data) < len(plain.data) / 2
    assert UNPACK[way](answer.data).count(b"\n") == plain.data.count(b"\n")
    assert answer.headers["Vary"] == plain.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_an_answer_that_another_site_made_the_browser_ask_for_is_not_compressed(
    client: FlaskClient,
) -> None:
    answers = [
        client.get("/first-start", headers={**TAKES, "Sec-Fetch-Site": site})
        for site in ("same-origin", "none", "cross-site")
    ]

    assert [a.headers.get("Content-Encoding") for a in answers] == ["br", "br", None]


def test_what_is_small_or_packed_already_stays_as_it_is(client: FlaskClient) -> None:
    for path in ("/robots.txt", "/static/v-0/vendor/inter/inter-latin-wght-normal.woff2"):
        with client.get(path, headers=TAKES) as answer:
            assert answer.status_code == 200
            assert "Content-Encoding" not in answer.headers


def test_a_kept_style_sheet_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/static/v-0/app.css", headers=TAKES)

    again = client.get(
        "/static/v-0/app.css", headers={**TAKES, "If-None-Match": first.headers["ETag"]}
    )

    assert again.status_code == 304
    assert not again.data
