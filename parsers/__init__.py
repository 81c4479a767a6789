"""Page bytes to records. A page is a value: nothing here reads a file, a clock or the network.

`parse_page` gives a record or raises; `read_page` gives the failure as a record instead.

comparison  the grammar put together            checks   statements that should agree
layout      a site's own selectors, tried first
page/       bytes to blocks                     cards/   the two cards and the decision table
scorecard/  the eight quotes                    values   one text to one value
sentences   how a text ends             notices  the interface's sentences in a text
absence     why a page is no comparison         site     what is particular to a publisher
sites/      a file a publisher                  optout   what a page says against its use
version     what a record may depend on         heads    texts that name a tool
placeholders  what stands for a text     garbled  what a program made unreadable
address  of a page that nobody named     saved/   what savers and web archives left in a page
result   what is kept of a page that was read     keys     of quotes and cards, for ever
spans    where the values of a record stand
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.absence import explain_absence, has_shape
from parsers.address import SaidAddress, is_fitting, name_of
from parsers.comparison import in_order
from parsers.keys import card_key, content_key, quote_key
from parsers.layout import read_laid_out
from parsers.optout import header_opt_outs, opt_outs, refused_usages
from parsers.page.decode import Decoded, decode, is_html
from parsers.page.document import Document
from parsers.page.html import read_html
from parsers.page.links import links_of
from parsers.page.scan import require_safe_shape
from parsers.page.text import read_text
from parsers.page.tree import Markup, markup_of
from parsers.result import PageResult, dump_result, result_key, result_of
from parsers.saved import Saved, replayed, saved_from
from parsers.scorecard.verdicts import infer_verdicts
from parsers.site import Site
from parsers.sites import DEFAULT_SITE, site_named, site_of_url
from parsers.spans import without_quotes
from parsers.values import label_key, word_key
from parsers.version import PARSER_VERSION, source_digest
from schema.errors import BytesError, ParseError
from schema.page import RawPage
from schema.records import Comparison, Failure, Finding, Other, Place

__all__ = [
    "PARSER_VERSION",
    "Explanation",
    "PageResult",
    "Saved",
    "Site",
    "card_key",
    "content_key",
    "decode",
    "dump_result",
    "explain",
    "header_opt_outs",
    "infer_verdicts",
    "is_html",
    "label_key",
    "markup_of",
    "opt_outs",
    "outcome_of",
    "parse_page",
    "quote_key",
    "read_document",
    "read_page",
    "refused_usages",
    "replayed",
    "result_key",
    "result_of",
    "saved_from",
    "source_digest",
    "without_quotes",
    "word_key",
]


@dataclass(slots=True)
class Explanation:
    """How a page was read, for people.

    Absent: `markup` is None for a text, `document` where the bytes were refused, `record` where
    the page was, `problem` where it was not, and `url` where the page goes by no address.
    """

    markup: Markup | None = None
    document: Document | None = None
    record: Comparison | Other | None = None
    problem: ParseError | None = None
    url: str | None = None
    trace: dict[str, tuple[Place, ...]] = field(default_factory=dict)


def parse_page(page: RawPage, *, site: str | None = None) -> Comparison | Other:
    """The record of one page.

    Shape: a RawPage in, with the name of its site where its address does not tell; a Comparison
    out, or Other for a page whose address is not a comparison.
    Raises: ParseError with a code of schema.codes.FAILURES.

    >>> parse_page(RawPage(url="https://shiporskip.io/", body=b"")).kind
    'other'
    """
    return _parse(page, _owner(page, site), Explanation(), is_named=site is not None)


def explain(page: RawPage, *, site: str | None = None) -> Explanation:
    """How a page is read: its blocks, what each gave, and the record or the problem."""
    found = Explanation()
    try:
        found.record = _parse(page, _owner(page, site), found, is_named=site is not None)
    except ParseError as problem:
        found.problem = problem
    return found


def _parse(page: RawPage, owner: Site, found: Explanation, *, is_named: bool) -> Comparison | Other:
    if page.url is not None and not _is_comparison(owner, page.url):
        return Other(url=page.url)
    decoded = decode(page)
    found.markup = _markup(page, decoded)
    document = found.document = _document(found.markup, decoded)
    named = SaidAddress(owner, _own(owner, page.url))
    if page.url is None:
        saved = saved_from(page.body, page.content_type)
        named = name_of(saved, document.canonicals, owner, is_named=is_named)
    found.url = named.url
    if named.url is not None and not _is_comparison(named.site, named.url):
        return Other(url=named.url)
    try:
        record = _read(document, named, decoded, found)
    except ParseError as problem:
        words = named.site.words
        if named.other and not has_shape(document, words):
            found.url = named.other
            return Other(url=named.other)
        if named.is_canonical and problem.code == "names_mismatch":
            found.url = None
        raise explain_absence(document, words, named.url, problem) from problem
    odd = {}
    if decoded.is_repaired:
        odd["encoding_repaired"] = f"read as {decoded.encoding}"
    if page.is_bare:
        odd["encoding_absent"] = "its body was stored decoded"
    findings = [Finding(code=code, field=None, detail=detail) for code, detail in odd.items()]
    if not findings:
        return record
    return record.model_copy(update={"findings": (*record.findings, *findings)})


def _read(
    document: Document, named: SaidAddress, decoded: Decoded, found: Explanation
) -> Comparison:
    """The record under the address that the page goes by. Raises: ParseError."""
    site, misfit = named.site, named.misfit
    markup = found.markup or Markup(decoded.data)
    record = read_laid_out(document, site, named.url, markup, found.trace)
    if named.url is not None and named.is_canonical:
        links = links_of(markup.tree, named.url)
        if not is_fitting(record, site, named.url, links):
            found.url, misfit = None, named.url
            found.trace.clear()
            record = read_laid_out(document, site, None, markup, found.trace)
    if misfit is None:
        return record
    detail = f"the page calls itself {misfit[:160]}"
    finding = Finding(code="canonical_misfit", field="url", detail=detail)
    return record.model_copy(update={"findings": in_order([*record.findings, finding])})


def read_page(page: RawPage, *, site: str | None = None) -> Comparison | Failure | Other:
    """The record of one page, or the failure that says why there is none."""
    return outcome_of(page, explain(page, site=site))


def outcome_of(page: RawPage, found: Explanation) -> Comparison | Failure | Other:
    """What the reading of a page gave: its record, or the failure that says why there is none."""
    if (problem := found.problem) is not None:
        return Failure(url=page.url, code=problem.code, field=problem.field, detail=problem.detail)
    assert found.record is not None
    return found.record


def read_document(page: RawPage) -> Document:
    """The visible blocks of a page, whatever it is. Raises: BytesError."""
    decoded = decode(page)
    return _document(_markup(page, decoded), decoded)


def _markup(page: RawPage, decoded: Decoded) -> Markup | None:
    """The page as HTML. Absent: None for a text. Raises: BytesError."""
    return Markup(decoded.data, require_safe_shape(decoded.data)) if is_html(page) else None


def _document(markup: Markup | None, decoded: Decoded) -> Document:
    return read_text(decoded.text) if markup is None else read_html(markup)


def _owner(page: RawPage, site: str | None) -> Site:
    """The site named, else the one that claims the page's address, else the default one."""
    claimed = site_of_url(page.url) if site is None and page.url else None
    return claimed or site_named(site or DEFAULT_SITE)


def _is_comparison(site: Site, url: str) -> bool:
    if url.startswith("urn:"):
        return True
    try:
        return site.is_comparison(url)
    except ValueError as error:
        raise BytesError(code="unreadable", field="url", detail=f"{url[:80]!r}: {error}") from error


def _own(site: Site, url: str | None) -> str | None:
    """The address on the site's own base, where the site claims its host."""
    if url is None or url.startswith("urn:") or site_of_url(url) is not site:
        return url
    return site.own_address(url)
