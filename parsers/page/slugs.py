"""The two slugs of a comparison address, where it can be split in one way only."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from parsers.site import Site


def read_slugs(
    site: Site, url: str | None, links: Callable[[], Iterable[str]]
) -> tuple[tuple[str, str] | None, bool]:
    """Both slugs, and whether the address can be split in several ways.

    With several ' -vs- ' the split whose halves the page links is taken, else the only one in
    sorted order; `links` is called only then. Absent: None without a comparison address, or when
    no rule decides.
    """
    ways = site.slugs(url) if url else []
    if len(ways) <= 1:
        return (ways[0] if ways else None), False
    linked = {slug for link in links() if (slug := site.tool_slug(link))}
    for fitting in (
        [way for way in ways if linked >= set(way)],
        [way for way in ways if way[0] < way[1]],
    ):
        if len(fitting) == 1:
            return fitting[0], False
    return None, True
