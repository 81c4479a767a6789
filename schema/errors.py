"""Every error this project raises on purpose.

    VerdictsError
    |-- UsageError          exit 2   a wrong argument, a host no site claims
    |-- StartError          exit 30  refused to start: no contact, unwritable home
    |   `-- LockedError     exit 30  another process is writing there
    |-- StoppedError        exit 20  stopped early, can be taken up again
    |-- CrawlError          (recorded as an attempt) a page was not obtained
    |-- ParseError          (recorded as a failure) a page was obtained, a record was not
    |   |-- BytesError      the bytes are not a text we may read
    |   |-- LayoutError     the page is not, or not wholly, a comparison
    |   `-- FieldError      one field is missing, unreadable, ambiguous or out of range
    |-- SiteError           exit 2   two site files claim one thing, or a site file is broken
    |-- BuildError          exit 40  the database could not be built or checked
    |   `-- PublishError    exit 40  publishing refused until a person accepts it
    |       |-- LossError       rows of the edition before would be lost
    |       `-- AlteredError    another parser alters records published before
    `-- IntegrityError      exit 40  archive, ledger and files do not agree

Each class takes fixed keyword arguments and makes its own one-sentence message.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Self


class VerdictsError(Exception):
    """The root: whatever we raise on purpose can be caught as this."""

    exit_code = 1

    def __init__(self, *, what: str) -> None:
        super().__init__(what)

    def __new__(cls, **given: str | None) -> Self:
        """Keep the arguments: with them an error can pass from a worker to its parent."""
        error = super().__new__(cls)
        error._given = given
        return error

    def __reduce__(self) -> tuple[partial[Self], tuple[()]]:
        """How the error is made again in another process."""
        return partial(type(self), **self._given), ()

    _given: dict[str, Any]


class UsageError(VerdictsError):
    """The command was asked for something it cannot mean."""

    exit_code = 2


class StartError(VerdictsError):
    """The command refused to start, and changed nothing."""

    exit_code = 30


class LockedError(StartError):
    """The lock that the command needs is held by another process."""


class StoppedError(VerdictsError):
    """The command stopped before its work was done; running it again takes it up."""

    exit_code = 20


class CrawlError(VerdictsError):
    """A page was not obtained. `outcome` and `reason` go into its attempt."""

    exit_code = 10

    def __init__(self, *, url: str, outcome: str, reason: str) -> None:
        self.url, self.outcome, self.reason = url, outcome, reason
        super().__init__(what=f"{url}: {outcome}:{reason}")


class ParseError(VerdictsError):
    """A page was obtained but gave no record. `code` is one of `schema.codes.FAILURES`."""

    exit_code = 10

    def __init__(self, *, code: str, field: str | None = None, detail: str) -> None:
        self.code, self.field, self.detail = code, field, detail
        super().__init__(what=f"{code}: {field + ': ' if field else ''}{detail}")


class BytesError(ParseError):
    """The bytes are too many, in no encoding we read, or of a shape made to hang a parser."""


class LayoutError(ParseError):
    """The blocks of the page are not those of one whole comparison."""


class FieldError(ParseError):
    """A required field is missing, unreadable, ambiguous or out of range."""


class SiteError(VerdictsError):
    """The folder of site files is inconsistent."""

    exit_code = 2

    def __init__(self, *, site: str, what: str) -> None:
        super().__init__(what=f"site {site}: {what}")


class BuildError(VerdictsError):
    """The database could not be built or did not pass its checks."""

    exit_code = 40


class PublishError(BuildError):
    """Publishing was refused until a person accepts what it would do."""


class LossError(PublishError):
    """Publishing was refused because many rows, or a whole site, would be lost."""


class AlteredError(PublishError):
    """Publishing was refused because another parser alters records published before."""


class IntegrityError(VerdictsError):
    """Two things that must agree (ledger, archive, record files, database) do not."""

    exit_code = 40

    def __init__(self, *, where: str, what: str) -> None:
        super().__init__(what=f"{where}: {what}")
