"""What a page asks over the line: how often, and how many bytes come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.support.browser import ASKED_AGAIN

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass
class Line:
    """The paths that were asked, and the bytes that came, compressed and with their headers.

    What the browser had kept is not asked; nor does it count that an open calendar goes on asking
    whether it changed.
    """

    requests: list[str] = field(default_factory=list)
    received: int = 0

    def follow(self, page: Page) -> None:
        """Count what `page` asks from now on."""
        watch = page.context.new_cdp_session(page)
        watch.send("Network.enable")
        asked: dict[str, str] = {}

        def answered(event: dict[str, Any]) -> None:
            response = event["response"]
            address = urlsplit(response["url"])
            if address.scheme.startswith("http") and not response["fromDiskCache"]:
                asked[event["requestId"]] = address.path

        def kept(event: dict[str, Any]) -> None:
            asked.pop(event["requestId"], None)

        def done(event: dict[str, Any]) -> None:
            path = asked.get(event["requestId"])
            if path is not None and path not in ASKED_AGAIN:
                self.requests.append(path)
                self.received += event["encodedDataLength"]

        watch.on("Network.responseReceived", answered)
        watch.on("Network.requestServedFromCache", kept)
        watch.on("Network.loadingFinished", done)
