"""How a page is cited: in words, BibTeX, RIS and CSL-JSON.

Written here, since other writers make a person of a group and drop the day, the version or the
address. No publisher says when it published a page: what is stated is the day of the capture.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from web.asking import ShownRow
from web.describe import TITLE
from web.words import day, web_address

FORMS = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl.json": "application/vnd.citationstyles.csl+json",
}
"""The endings of a page's address under which it is cited, and what comes there."""
SPECIAL = re.compile(r"[\\{}%&#$_~^]")
SPELLED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True, slots=True)
class Citation:
    """What is stated of a page of this archive, and of what was published.

    Absent: `source` where the page's address at the publisher is not known, `captured` where no
    clock of a capture can be believed.
    """

    key: str
    title: str
    author: str
    publisher: str
    source: str | None
    captured: str | None
    address: str
    edition: str

    @property
    def archive(self) -> str:
        """Where it was read, as part of a sentence."""
        return f"{TITLE} archive, edition {self.edition}"

    @property
    def when(self) -> str:
        """When it was captured, as part of a sentence."""
        return f"captured {self.captured}" if self.captured else "captured on a day not known"

    def plain(self) -> str:
        """One sentence."""
        named = [self.author] if self.author != self.publisher else []
        said = [*named, f"“{self.title}”", self.publisher, *filter(None, [self.source]), self.when]
        return f"{', '.join(said)}. {self.archive}, {self.address}"

    def bib(self) -> str:
        """BibTeX; in two braces the name of a group is one name."""
        said = {
            "author": f"{{{_tex(self.author)}}}",
            "title": f"{{{_tex(self.title)}}}",
            "year": day(self.captured)[:4],
            "urldate": day(self.captured),
            "howpublished": _tex(self.publisher),
            "note": _tex(f"{self.when}; {self.archive}"),
            "url": self.address,
        }
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in said.items() if value)
        return f"@misc{{{re.sub('[^A-Za-z0-9:-]+', '-', self.key)[:80]},\n{lines}\n}}\n"

    def ris(self) -> str:
        """RIS; a year of four digits stands beside the whole date."""
        on = day(self.captured).replace("-", "/")
        said = [
            ("TY", "ELEC"), ("AU", self.author), ("TI", self.title), ("PY", on[:4]), ("DA", on),
            ("Y2", on), ("PB", self.publisher), ("DB", TITLE), ("ET", self.edition),
            ("N1", "; ".join(filter(None, [self.when, self.source]))), ("UR", self.address),
        ]  # fmt: skip
        lines = [f"{name}  - {' '.join(value.split())}" for name, value in said if value]
        return "".join(f"{line}\r\n" for line in [*lines, "ER  - "])

    def csl(self) -> dict[str, Any]:
        """CSL-JSON, the form that most programs for references read."""
        said: dict[str, Any] = {
            "id": self.key,
            "type": "webpage",
            "title": self.title,
            "author": [{"literal": self.author}],
            "container-title": self.publisher,
            "archive": TITLE,
            "version": self.edition,
            "URL": self.address,
            "note": "; ".join(filter(None, [self.when, self.source])),
        }
        if self.captured:
            said["accessed"] = {
                "date-parts": [[int(part) for part in day(self.captured).split("-")]]
            }
        return said

    def as_form(self, form: str) -> str:
        """The text at the ending of one of the forms."""
        if form == "csl.json":
            return json.dumps([self.csl()], ensure_ascii=False, indent=1) + "\n"
        return self.bib() if form == "bib" else self.ris()


def citation(place: str, found: ShownRow, address: str, edition: str) -> Citation | None:
    """How the page of something found is cited; None for what has no such page."""
    told = {"compare": _comparison, "quote": _quote, "tool": _tool}.get(place)
    return told(found, address, edition) if told else None


def _comparison(found: ShownRow, address: str, edition: str) -> Citation:
    published = found.site_title or found.site
    captured = None if _is_unknown(found) else found.captured_at
    return Citation(
        f"verdicts:{found.comparison}", found.title, published, published,
        web_address(found.url), captured, address, edition,
    )  # fmt: skip


def _is_unknown(found: ShownRow) -> bool:
    is_vague = found.date_precision in ("month", "year")
    return found.is_clock_wrong or found.date_source == "file" or is_vague


def _quote(found: ShownRow, address: str, edition: str) -> Citation:
    published = found.site_title or found.site
    author = found.reviewer_name or "Reviewer not named"
    return Citation(
        f"verdicts:quote:{found.key[:16]}", f"{author} on {found.tool_name}", author, published,
        None, found.first_seen, address, edition,
    )  # fmt: skip


def _tool(found: ShownRow, address: str, edition: str) -> Citation:
    published = found.site_title or found.site
    return Citation(
        f"verdicts:tool:{found.tool}", found.name, published, published,
        web_address(found.url), found.last_seen, address, edition,
    )  # fmt: skip


def _tex(text: str) -> str:
    return SPECIAL.sub(lambda at: SPELLED.get(at[0], "\\" + at[0]), text)
