"""Files in a bucket, on a server that speaks S3 (moto's, on loopback)."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import urllib3

from calendar_app import clock
from calendar_app.config import Bucket, load
from calendar_app.media.bucket import BucketStore
from calendar_app.media.storage import Folder, new_name, size_of, store_of
from tests.support.environment import for_child
from tests.support.servers import HOST, PATIENCE, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from calendar_app.config import Config


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that speaks S3, with a bucket “kapstok”."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", HOST, "-p", str(port)]
    with subprocess.Popen(
        command, env=for_child({}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            url = f"http://{HOST}:{port}"
            _make_bucket(f"{url}/kapstok", time.monotonic() + PATIENCE)
            yield url
        finally:
            process.terminate()


def _make_bucket(url: str, deadline: float) -> None:
    while True:
        try:
            if urllib3.request("PUT", url, retries=False, timeout=10).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


@pytest.fixture
def store(server: str) -> BucketStore:
    return BucketStore(Bucket(server, "kapstok", "key", "secret"))


def test_a_bucket_gives_back_what_it_was_given(store: BucketStore) -> None:
    name = new_name()
    store.put(name, b"once")
    store.put(name, b"twice")
    store.put(f"{name}-small", b"small")

    with store.open(name) as file:
        assert (size_of(file), file.read()) == (5, b"twice")
    kept = dict(store.kept())
    assert {name, f"{name}-small"} <= kept.keys()
    assert abs((clock.now() - kept[name]).total_seconds()) < 600
    for each in (name, name, f"{name}-small"):
        store.remove(each)
    assert name not in dict(store.kept())
    with pytest.raises(FileNotFoundError):
        store.open(name)


def test_what_somebody_else_put_in_the_bucket_is_not_ours(server: str, store: BucketStore) -> None:
    strays = (".keep", "Thumbs.db", f"{'ab' * 16}.bak")
    put = [
        urllib3.request("PUT", f"{server}/kapstok/media/ab/{name}", timeout=10).status
        for name in strays
    ]
    assert put == [200] * 3

    assert list(store.kept()) == []


def test_a_bucket_that_is_not_there_says_so_without_a_secret(server: str) -> None:
    store = BucketStore(Bucket(server, "elders", "key", "een-geheim"))

    with pytest.raises(OSError, match="the bucket refuses") as told:
        store.put(new_name(), b"x")

    assert "een-geheim" not in str(told.value)


def test_a_server_that_is_away_says_so() -> None:
    store = BucketStore(Bucket(f"http://{HOST}:{free_port()}", "kapstok", "key", "secret"))

    with pytest.raises(OSError, match="the bucket refuses"):
        store.put(new_name(), b"x")
    with pytest.raises(OSError, match="the bucket refuses"):
        list(store.kept())


def test_the_setting_chooses_the_place(tmp_path: Path, config: Config) -> None:
    url = "s3://key:a%2Fb%3A@s3.example:9000/kapstok-media?region=eu-west-1"
    told = load({"KAPSTOK_DATA_DIR": str(tmp_path), "KAPSTOK_MEDIA_URL": url})

    assert told.media_bucket == Bucket(
        "https://s3.example:9000", "kapstok-media", "key", "a/b:", "eu-west-1"
    )
    assert "a/b:" not in repr(told)
    assert isinstance(store_of(told), BucketStore)
    assert isinstance(store_of(config), Folder)
