"""What Kapstok sees of its own installation, for who asks whether the technique is in order.

It is told to everybody in the team, so it holds no setting that is a secret; `kapstok doctor` says
more, to who looks after the server.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from calendar_app.config import Config
from calendar_app.plans.preconditions import Check
from calendar_app.post_office import mail_notice
from calendar_app.reminders.health import last_ran_at, worker_notice
from calendar_app.web.request import house, now, session
from calendar_app.web.templating import moment

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


def checks() -> Sequence[Check]:
    """Mail, reminders, the address and the feeds as they are at this moment, in words."""
    config = house().config
    return [_mail(config), _reminders(), _address(config), _feeds(config)]


def _mail(config: Config) -> Check:
    notice = mail_notice(config)
    words = _("A mail server is set.") if notice is None else _(notice)
    return Check(_("Mail"), notice is None, words)


def _reminders() -> Check:
    notice = worker_notice(session(), now())
    last = last_ran_at(session(), now())
    if last is None:
        words = _(notice) if notice else ""
    else:
        words = _("The reminder service last ran on %(moment)s.", moment=moment(last))
        words = words if notice is None else f"{_(notice)} {words}"
    return Check(_("Reminders"), notice is None, words)


def _address(config: Config) -> Check:
    about, address = _("Address"), config.base_url
    if config.host in _THIS_MACHINE:
        words = _("Kapstok is at %(address)s. Only this machine can reach it.", address=address)
    elif not config.secure:
        words = _("Kapstok is at %(address)s, without https: others can listen.", address=address)
    else:
        return Check(about, well=True, words=_("Kapstok is at %(address)s.", address=address))
    return Check(about, well=False, words=words)


def _feeds(config: Config) -> Check:
    address = f"{config.base_url}/feeds/…"
    if config.secure and config.host not in _THIS_MACHINE:
        words = _("Calendar programs fetch the schedule from %(address)s.", address=address)
        return Check(_("Feeds"), well=True, words=words)
    words = _(
        "Outlook on the web cannot fetch from %(address)s: it asks for https.", address=address
    )
    return Check(_("Feeds"), well=False, words=words)
