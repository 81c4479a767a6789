"""Whether an answer holds the address of a page or tool that was taken down. Pure.

A list, a sitemap, a redirect or a box of related pages may name what the page itself may no longer
show; a database never publishes those, a copy of the bytes would.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from archive.takedown import Takedown

TakenNames = dict[str, re.Pattern[bytes]]
"""What names something that was taken down, by site."""


def names_of(active: Iterable[Takedown]) -> TakenNames:
    """What to look for in the answers of each site.

    >>> from archive.takedown import Matches
    >>> tool = Takedown(id=1, kind="tool", site="sample", target="alder", reason="",
    ...     matches=Matches(slugs=[["alder"]]))
    >>> names = names_of([tool])["sample"]
    >>> [bool(names.search(text)) for text in (b'"/tool/alder"', b"/alder-two", b"a-vs-alder")]
    [True, False, True]
    """
    found: dict[str, list[str]] = defaultdict(list)
    for each in active:
        if each.kind == "page" and (path := urlsplit(each.target).path.strip("/")):
            found[each.site].append(f"/{re.escape(path)}")
        for slugs in each.matches.slugs if each.kind == "tool" else ():
            slug = re.escape(slugs[0])
            found[each.site] += [f"(?:/|-vs-){slug}", f"(?<![a-z0-9-]){slug}(?=-vs-)"]
    return {
        site: re.compile(
            "|".join(f"{form}(?:(?=-vs-)|(?![a-z0-9-]))" for form in forms).encode(), re.I
        )
        for site, forms in found.items()
    }
