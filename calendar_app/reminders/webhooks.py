"""The addresses at which Teams and Slack take a message: which is which, and which is none.

Such an address is a secret: whoever has it can write there. Teams gives one for a flow ("Send
webhook alerts to a channel", made with Workflows); Slack for an app ("Incoming webhook").
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qs

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.outbound import expect_address

TEAMS = "teams"
SLACK = "slack"
# Azure's own clouds for the United States' government and China have hosts of their own.
_OF_TEAMS = (".logic.azure.com", ".logic.azure.us", ".logic.azure.cn", ".api.powerplatform.com")
_OF_SLACK = ("hooks.slack.com", "hooks.slack-gov.com")
_RETIRED = (".webhook.office.com", "outlook.office.com", "outlook.office365.com")


def kind_of(address: str, others: Sequence[tuple[str, str]] = ()) -> str:
    """Whether `address` is one of Teams or of Slack. Raises Refused, with the way out.

    `others` are hosts that the operator named, each with what it speaks.
    """
    parts = expect_address(address)
    host = str(parts.hostname).rstrip(".").lower()
    named = next((kind for kind, other in others if other == host), None)
    if named is not None:
        return named
    if host.endswith(_RETIRED):
        raise Refused(
            N_(
                "Microsoft has stopped addresses of this kind. Make a new one: in Teams choose "
                "Workflows at the channel, then “Send webhook alerts to a channel”, "
                "and paste the address that you get."
            )
        )
    if parts.scheme != "https":
        raise Refused(N_("Give an address that begins with https://."))
    if host.endswith(_OF_TEAMS):
        return _whole(TEAMS, is_whole=_is_of_workflows(parts))
    if host in _OF_SLACK:
        return _whole(SLACK, is_whole=parts.path.startswith("/services/"))
    raise Refused(
        N_("Kapstok knows no Teams or Slack at this address. Who runs Kapstok can allow it.")
    )


def _is_of_workflows(parts: SplitResult) -> bool:
    return "/workflows/" in parts.path and bool(parse_qs(parts.query).get("sig"))


def _whole(kind: str, *, is_whole: bool) -> str:
    if not is_whole:
        raise Refused(
            N_("This address is not whole, or is another page of the service. Copy it once more.")
        )
    return kind
