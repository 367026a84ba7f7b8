"""Letters: one text and one HTML body from `templates/mail`, in the reader's language, no Flask."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from calendar_app.config import Config, folder
from calendar_app.language import catalogue
from calendar_app.text import clean_line

# Of a mailbox, with room for the longest name of a header that holds one (RFC 5322 §2.1.1: 78).
_ON_ONE_LINE = 60
# What a name has only between quotation marks (RFC 5322 §3.2.3), and those.
_SIGNS = re.compile(r'[()<>\[\]:;@\\,."]')


@cache
def environment(language: str) -> Environment:
    """The mail templates, speaking `language`."""
    made = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    return made


def bodies(language: str, template: str, **facts: object) -> tuple[str, str]:
    """The text and the HTML of `template` ("mail/invitation") in `language`."""
    told = {"language": language, **facts}
    made = environment(language)
    text = made.get_template(f"{template}.txt").render(told)
    return text, made.get_template(f"{template}.html").render(told)


def mailbox(name: str, address: str) -> Address:
    """A name and an address as a header takes them: nothing in them can begin a new header.

    In a name that is folded over lines the library leaves out the quotation marks (seen in Python
    3.11), so that a part of it can be read as an address; such a name goes without its signs.
    """
    whole = Address(clean_line(name), addr_spec=clean_line(address))
    if len(str(whole)) <= _ON_ONE_LINE:
        return whole
    return Address(clean_line(_SIGNS.sub(" ", name)), addr_spec=whole.addr_spec)


def letter(
    config: Config,
    *,
    to: tuple[str, str],
    language: str,
    subject: str,
    at: datetime,
    text: str,
    html: str,
) -> EmailMessage:
    """A letter to one person, `to` = (name, address), with the headers that each of ours has."""
    message = EmailMessage()
    name, address = parseaddr(config.mail_from)
    message["From"] = mailbox(name, address)
    message["To"] = mailbox(*to)
    message["Subject"] = clean_line(subject)
    message["Date"] = format_datetime(at)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = language
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message
