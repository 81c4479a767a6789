"""Whom people may write to about what is asked for and shown: a mail address or a web page."""

from __future__ import annotations

import re

from schema.errors import UsageError

LONGEST_CONTACT = 200
_HOST = r"(?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]+"
_CONTACT = re.compile(
    rf"(?:mailto:)?[\w.!#$%&'*+/=?^`{{|}}~-]+@{_HOST}"
    rf"|https?://{_HOST}(?::[0-9]{{1,5}})?(?:[/?#][!-'*-~]*)?",
    re.ASCII,
)


def require_contact(contact: str) -> None:
    """Raises: UsageError unless it is a mail or web address with a dotted host."""
    if len(contact) > LONGEST_CONTACT or not _CONTACT.fullmatch(contact):
        raise UsageError(what=f"contact {contact!r}: neither a mail address nor a web address")
