"""What a post does not take leaves no file, in a folder nor in a bucket (moto's, on loopback)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calendar_app.media.storage import Store, store_of
from calendar_app.posts import media_views
from calendar_app.posts.media import MOST_MEDIA
from tests.media.files import PDF, a_bomb, a_png, with_place
from tests.media.test_bucket import server, store
from tests.posts.test_media import bring
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from calendar_app.media.bucket import BucketStore

__all__ = ["_tuesday_morning", "server", "site", "store"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_what_a_post_does_not_take_leaves_nothing_behind(
    site: Site, store: BucketStore, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    kept: Store = store if place == "bucket" else store_of(site.app.extensions["kapstok"].config)
    monkeypatch.setattr(media_views, "store_of", lambda _config: kept)
    before = {name for name, _since in kept.kept()}
    post_id, client = int(site.post().partition(":")[0]), site.visitor()
    many = [(PDF + bytes([32]) * number, f"{number}.pdf") for number in range(MOST_MEDIA - 1)]
    assert bring(client, post_id, (a_png(), "hal.png"), *many).status_code == 303
    whole = {name for name, _since in kept.kept()} - before
    assert len(whole) == 3 + MOST_MEDIA - 1

    refused = {
        "a duplicate": (a_png(), "kopie.png"),
        "one too many": (PDF + b"%", "laatste.pdf"),
        "a wrong type": (b"<svg onload=alert(1)>", "logo.png"),
        "a bomb": (a_bomb(), "bom.png"),
        "a long name": (b"<b>", "a" * 4_000 + ".png"),
        "a good one with a long name": (with_place("PNG"), "a" * 4_000 + ".png"),
    }
    for why, file in refused.items():
        assert bring(client, post_id, file).status_code == 422, why
        assert {name for name, _since in kept.kept()} - before == whole, why
