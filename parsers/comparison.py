"""From a document to a comparison: one grammar for every layout and site.

Cards are anchored on their statistics, names on the heading, quotes on their scores; every value
keeps the blocks it was read from. This module puts the parts together; each part has its own.
"""

from __future__ import annotations

import hashlib
import re
from itertools import islice

from parsers.cards.cards import Cards, read_cards
from parsers.cards.decision import Decision, read_decision
from parsers.cards.heading import find_headings, splits
from parsers.cards.tool import ToolReader, require_own_votes
from parsers.checks import (
    check_sides,
    check_tool_quotes,
    require_no_copies,
    require_own_names,
    require_own_pricing,
    require_own_quotes,
)
from parsers.heads import Names
from parsers.page.columns import Turned, by_columns
from parsers.page.context import Context, Trace
from parsers.page.document import Document
from parsers.page.links import absolute_link, links_of
from parsers.page.slugs import read_slugs
from parsers.page.tokens import Tokens, patterns_of, read_tokens
from parsers.page.tree import tree_of
from parsers.scorecard.anchors import Anchor, find_scorecard
from parsers.scorecard.quotes import read_quotes
from parsers.scorecard.scorecard import Scorecard, read_scorecard
from parsers.scorecard.sides import Panels
from parsers.scorecard.signs import require_no_pictures
from parsers.site import Site
from parsers.values import label_key, require_text, word_key
from schema.errors import FieldError, LayoutError
from schema.records import Comparison, Finding

MOST_LABELS = 12
"""In so many places the label of the share is looked at: cards and their copies, and what links."""
PANELS = {33: 3, 67: 3, 25: 4, 75: 4}
"""The size of the panel that a share tells. Units: percent, reviewers."""

_UNSEEN = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|template|noscript)\b.*?(?:</\1|\Z)", re.I | re.S
)
_TAG = re.compile(rb"<[^>]*>?")
_END_TAG = re.compile(rb"</(?:body|html)\b[^<>]*>", re.IGNORECASE)


def read_comparison(
    document: Document,
    site: Site,
    url: str | None,
    source: bytes,
    trace: Trace | None = None,
    *,
    may_turn: bool = True,
) -> Comparison:
    """The record of one comparison page. `source` is the page in UTF-8.

    A `trace` that is given is filled as far as the reading came, even where it is refused. Cards in
    a table are read by columns once, where they `may_turn`.
    Raises: LayoutError and FieldError as schema.codes explains.
    """
    trace = {} if trace is None else trace
    try:
        tokens, begin, anchors, cards = _read_frame(document, site)
    except LayoutError as problem:
        if not may_turn:
            raise
        turned = _by_columns(document, site, problem)
        try:
            record = read_comparison(turned.document, site, url, source, trace, may_turn=False)
        finally:
            for path, places in trace.items():
                trace[path] = tuple([(turned.origin[at], start, end) for at, start, end in places])
        return record.model_copy(update={"trace": trace})
    context = Context(tokens, trace)
    regions = cards.regions(tokens, begin, len(tokens.text))
    decision = read_decision(tokens, cards.said(tokens), regions)
    one, two = (ToolReader(context, cards.pair, decision, n) for n in (0, 1))
    require_own_votes(one, two)
    card = read_scorecard(tokens, anchors, cards.names, begin, _panels(one, two))
    _require_whole(tokens, card, source)
    slugs = _read_slugs(context, site, url, source, cards.names)
    title = _read_title(context, cards)
    quotes = read_quotes(context, card, (one, two))
    if document.kind == "html":
        require_no_pictures(quotes, site.words, source, (each.text for each in document.hidden))
    tools = (one.record(slugs[0]), two.record(slugs[1]))
    _check_decision(context, decision, cards)
    _require_own_words(context)
    require_own_quotes(tools, quotes)
    require_own_names(tools, quotes)
    require_no_copies(tools, quotes)
    require_own_pricing(tools)
    context.findings += check_tool_quotes(tools, quotes)
    context.findings += check_sides(tools, quotes, cards.pair, decision)
    return Comparison(
        url=url,
        title=title,
        layout=_layout(tokens, cards, begin, card),
        tools=tools,
        quotes=tuple(quotes),
        findings=in_order(context.findings),
        trace=context.trace,
    )


def _by_columns(document: Document, site: Site, problem: LayoutError) -> Turned:
    """The document with its cards read as columns of one table.

    Raises: the problem itself where they are none.
    """
    label, decision = word_key(site.words.panel_ship), map(word_key, site.words.decision)
    ends = {*decision}
    if problem.code in ("card_missing", "names_mismatch"):
        labels = (at for at, text in enumerate(document.text) if label in label_key(text))
        for block in islice(labels, MOST_LABELS):
            turned = by_columns(document, block, lambda first: word_key(first) in ends)
            if turned is not None:
                return turned
    raise problem


def _read_frame(document: Document, site: Site) -> tuple[Tokens, int, list[Anchor], Cards]:
    """The tokens, where the scorecard begins, its anchors, and the heading with its two cards."""
    words = site.words
    headings = find_headings(document, words)
    names = frozenset(n for h in headings for pair in splits(h[2], words.versus) for n in pair)
    patterns = patterns_of(words)
    tokens = read_tokens(document, patterns, words, names)
    begin, anchors = find_scorecard(tokens, patterns)
    return tokens, begin, anchors, read_cards(tokens, headings, begin)


def _read_title(context: Context, cards: Cards) -> str:
    start, end, _ = cards.heading
    text = context.tokens.document.text
    context.trace["title"] = tuple((block, 0, len(text[block])) for block in range(start, end))
    return require_text(cards.title, field="title")


def _panels(one: ToolReader, two: ToolReader) -> Panels:
    """How many reviewers the page says each tool had."""
    sizes = [sum(t.votes) if t.votes is not None else PANELS.get(t.share) for t in (one, two)]
    return sizes[0], sizes[1]


def _require_whole(tokens: Tokens, card: Scorecard, source: bytes) -> None:
    """After the last quote something must follow: a visible block, or the page's end tag.

    Raises: LayoutError (truncated).
    """
    if card.end < len(tokens.text):
        return
    if tokens.document.kind == "html":
        # The last quote is the last that shows, so an end tag with nothing to show after it
        # stands behind the quote; one in a comment or a script is none.
        shown = _UNSEEN.sub(b"", source)
        ends = [match.end() for match in _END_TAG.finditer(shown)]
        if ends and not _TAG.sub(b"", shown[ends[-1] :]).strip():
            return
    raise LayoutError(code="truncated", field="quotes", detail="nothing follows the last quote")


def _read_slugs(
    context: Context, site: Site, url: str | None, source: bytes, names: Names
) -> tuple[str, str] | tuple[None, None]:
    """Both slugs, and what is odd about the address."""
    document = context.tokens.document

    def links() -> list[str]:
        return links_of(tree_of(source), url) if document.kind == "html" else []

    slugs, is_ambiguous = read_slugs(site, url, links)
    if is_ambiguous:
        context.find("slug_ambiguous", "url", "several ' -vs- ' in the address")
    if slugs and slugs[0] > slugs[1]:
        context.find("slug_order", "url", f"{slugs[0]} sorts after {slugs[1]}")
    if slugs and _are_turned(slugs, names):
        context.find("slug_ambiguous", "url", "each name stands in the other tool's slug alone")
        slugs = None
    if url and site.is_comparison(url):
        _check_canonical(context, site, url)
    return slugs or (None, None)


def _check_canonical(context: Context, site: Site, url: str) -> None:
    """Whether the page names another address than the one that better sources tell."""
    for link in context.tokens.document.canonicals:
        canonical = absolute_link(url, link)
        # A link that is not whole was mostly made so by the tool that saved the page.
        is_whole = canonical and (absolute_link(None, link) or site.is_comparison(canonical))
        if canonical and is_whole and site.plain_address(canonical) != site.plain_address(url):
            context.find("canonical_differs", "url", f"the page calls itself {canonical[:120]}")
            break


def _are_turned(slugs: tuple[str, str], names: Names) -> bool:
    """Whether each of two names stands in the other's slug, or that in it, and none in its own."""
    keys = ["-" + re.sub(r"\W+", "-", name.casefold()).strip("-") + "-" for name in names]
    whole = [f"-{slug}-" for slug in slugs]
    held = [[key in slug or slug in key for slug in whole] for key in keys]
    return held == [[False, True], [True, False]]


def _require_own_words(context: Context) -> None:
    """Where the table says another category of both tools, the cards were misread.

    Raises: FieldError (field_ambiguous).
    """
    codes = [finding.code for finding in context.findings]
    if codes.count("category_disagrees") == 2:
        detail = "the decision table says another one of both tools"
        raise FieldError(code="field_ambiguous", field="category", detail=detail)


def _check_decision(context: Context, decision: Decision, cards: Cards) -> None:
    for problem in decision.problems:
        context.find("decision_row", "tools", problem)
    shown = decision.names
    if 0 < len(shown) <= 2 and shown not in (cards.names, cards.names[::-1]) and decision.rows:
        context.find("decision_names_disagree", "tools", f"the table's header names {shown!r}")


def _layout(tokens: Tokens, cards: Cards, begin: int, scorecard: Scorecard) -> str:
    """The kind of text, or a fingerprint of where the anchors stand, without classes."""
    document, card, cell = tokens.document, cards.pair[0], scorecard.cells[0].cell
    if document.kind != "html":
        return document.kind
    anchors = (
        card.name.first,
        card.category.first,
        card.tagline.first,
        card.triple.label,
        card.triple.share.token,
        begin,
        cell.raw.anchor.first,
        cell.quote.first,
    )
    paths = (document.path(tokens.start[at]) for at in anchors)
    return "html:" + hashlib.sha256("\n".join(paths).encode()).hexdigest()[:8]


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of the record's fields."""
    fields = ("title", "url", "tools", "quotes")

    def key(finding: Finding) -> tuple[int, str, str]:
        field = finding.field or ""
        return fields.index(re.split(r"[\[.]", field)[0]), field, finding.code

    return tuple(sorted(findings, key=key))
