"""The ways to subscribe: one address, and a button for each calendar program that has one."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit


@dataclass(frozen=True)
class SubscribeLinks:
    """The links of one feed, each for the program it is named after."""

    address: str
    webcal: str
    outlook_work: str
    outlook_personal: str
    google: str


def feed_address(base_url: str, token: str) -> str:
    """The secret address of the feed with `token`."""
    return f"{base_url}/feeds/{token}.ics"


def subscribe_links(address: str, name: str) -> SubscribeLinks:
    """The links to subscribe to `address` under the name `name`."""
    webcal = f"webcal://{address.partition('://')[2]}"
    by_web = f"/calendar/0/addfromweb?url={_quoted(address)}&name={_quoted(name)}"
    return SubscribeLinks(
        address=address,
        webcal=webcal,
        outlook_work=f"https://outlook.office.com{by_web}",
        outlook_personal=f"https://outlook.live.com{by_web}",
        google=f"https://calendar.google.com/calendar/r?cid={_quoted(webcal)}",
    )


def reachable_from_outside(base_url: str) -> bool:
    """Whether Outlook and Google on the web could fetch from here: https, and a name for all."""
    parts = urlsplit(base_url)
    return parts.scheme == "https" and not _only_here(parts.hostname or "")


def _only_here(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan")):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host


def _quoted(text: str) -> str:
    return quote(text, safe="")
