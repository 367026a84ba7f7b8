"""Mail addresses, in the one way Kapstok writes them: ASCII, lower case."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from calendar_app.errors import Refused
from calendar_app.language import N_


def written(email: str) -> str:
    """`email` in the one way Kapstok writes it; a domain with an umlaut in its ASCII form.

    Raises Refused when it is no address, or one that only few mail servers take (RFC 6531).
    """
    try:
        found = validate_email(
            email, check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise Refused(N_("%(email)s is no mail address."), email=email) from error
    return (found.ascii_email or found.normalized).lower()
