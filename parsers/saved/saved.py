"""The marks of a page taken together: its original address, its time, its tool."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.saved.dates import MarkedDate, read_date
from parsers.saved.marks import ARCHIVE, PYWEB, WAYBACK, SaverMark, marks_of
from schema.dates import Precision

_REPLAYED = re.compile(
    r"(?:https?:)?(?://[^/?#]+)?/(?:[^/?#]+/){0,4}?"
    r"(?:(?P<date>\d{4,14})(?:[a-z]{2}_)?|[a-z]{2}_)/(?P<scheme>https?):/{1,2}(?P<rest>[^/].*)"
)
_ADDRESS = re.compile(r"https?://[^\s/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a page says of its saving.

    Absent: `url` is None where nothing, or more than one thing, is said; `at` where no time is
    known, and `precision` then `unknown`.
    """

    url: str | None
    at: str | None
    precision: Precision
    tool: str
    is_archive_copy: bool
    """Whether a web archive rewrote the page to show it again."""


def saved_from(body: bytes, content_type: str | None = None) -> Saved | None:
    """Where a page was saved from, by its own marks. Absent: None for a page without any.

    A copy that a web archive shows has the archive's time of the page; when somebody saved that
    copy says nothing. Marks that name different addresses are not believed.

    >>> saved_from(b"<!-- saved from url=(0019)https://a.example/b -->").url
    'https://a.example/b'
    """
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind == "text/plain" and not body.lstrip().startswith(b"<"):
        return None
    marks = [mark for mark in marks_of(body) if _is_of_web(mark)]
    copies = [copy for mark in marks if (copy := _replayed(mark))]
    if copies:
        return _copy(copies)
    own = [mark for mark in marks if mark.tool != ARCHIVE]
    return _saved(own) if own else None


def replayed(url: str) -> Saved | None:
    """What the address of an archive's copy says of its page. Absent: None for any other address.

    >>> replayed("https://web.archive.org/web/20261101100000id_/https://a.example/b").url
    'https://a.example/b'
    """
    mark = _replayed(SaverMark(ARCHIVE, url, None))
    dated = _date(mark) if mark is not None else None
    return (
        None
        if mark is None or dated is None
        else _made(mark.url, dated, ARCHIVE, is_archive_copy=True)
    )


def _is_of_web(mark: SaverMark) -> bool:
    """Whether a mark is of a page of the web; a file that was opened and saved has another too."""
    return mark.url is None or bool(_ADDRESS.match(mark.url) or _REPLAYED.fullmatch(mark.url))


def _replayed(mark: SaverMark) -> SaverMark | None:
    """A mark as one of an archive, with the original address. Absent: None for any other."""
    found = _REPLAYED.fullmatch(mark.url or "")
    if found is None:
        return mark if mark.tool in (WAYBACK, PYWEB) else None
    date = found["date"] if found["date"] and len(found["date"]) == 14 else None
    # Fewer digits are what was asked for: the nearest capture was shown.
    return SaverMark(mark.tool if mark.tool in (WAYBACK, PYWEB) else ARCHIVE, _joined(found), date)


def _joined(found: re.Match[str]) -> str:
    return f"{found['scheme']}://{found['rest']}"


def _copy(marks: list[SaverMark]) -> Saved:
    """What an archive's marks say: its scripts name the page, the rest may name what it links."""
    tool = next((mark.tool for mark in marks if mark.tool != ARCHIVE), ARCHIVE)
    first = [mark for mark in marks if mark.tool != ARCHIVE] + marks
    url = next((mark.url for mark in first if mark.url), None)
    dated = next((date for mark in first if (date := _date(mark))), None)
    return _made(url, dated, tool, is_archive_copy=True)


def _saved(marks: list[SaverMark]) -> Saved:
    urls = {mark.url for mark in marks}
    if len(urls) > 1:
        return _made(None, None, marks[0].tool)
    dates = sorted(date for mark in marks if (date := _date(mark)))
    return _made(urls.pop(), dates[0] if dates else None, marks[0].tool)


def _made(
    url: str | None, dated: MarkedDate | None, tool: str, *, is_archive_copy: bool = False
) -> Saved:
    if dated is None:
        return Saved(url, None, "unknown", tool, is_archive_copy)
    return Saved(url, dated.at, dated.precision, tool, is_archive_copy)


def _date(mark: SaverMark) -> MarkedDate | None:
    return read_date(mark.date) if mark.date else None
