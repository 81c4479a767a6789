"""The one table of failure and finding codes: a code and the sentence that explains it.

Pure data, and `python -m schema.codes`, which prints docs/codes.md. Tests compare that file with
the table, and the table with the code that raises.
"""

from __future__ import annotations

FAILURES: dict[str, str] = {
    "unreadable": "The file, or the archived bytes, could not be read.",
    "too_large": "The page is larger than 8 MiB and was not parsed.",
    "encoding": "The bytes are in no encoding that we read.",
    "hostile_shape": "The markup has a shape that would hang or crash a parser; it was not parsed.",
    "parser_died": "The parser was killed twice on this page (time, memory, crash), or failed.",
    "not_a_comparison": "The page has no address and does not look like a comparison.",
    "content_type": "The page was sent as something other than HTML or text.",
    "http_status": "The server answered with an error; what it sent is kept, but is no page."
    " `crawl.failed_by_code`, and reports in JSON, say `http_error:` and the status, as in"
    " `http_error:404`.",
    "empty_page": "The page shows no visible text at all.",
    "empty_shell": "The page shows a frame but not its content, which a script would load.",
    "interstitial": "The page is a log-in, a browser check or a similar page in between.",
    "soft_not_found": "The page says that it was not found, although it was sent with status 200.",
    "heading_missing": "No block reads as the names of both cards with ' vs ' between them.",
    "heading_ambiguous": "More than one reading of the heading and the cards is possible.",
    "names_mismatch": "The names on the cards do not make the heading.",
    "card_missing": "Fewer than two tool cards can be read.",
    "card_count": "More cards than two, and the others are no equal copy of the two.",
    "field_missing": "A required field is not on the page.",
    "field_unreadable": "A field holds a placeholder, a control character or a broken character.",
    "field_ambiguous": "A field can be read in more than one way.",
    "field_range": "A number is outside its range.",
    "field_word": "A word is not one of the few that the field may hold.",
    "field_length": "A text is longer than its field may be.",
    "duplicate_block": "A block that should stand once stands twice in a row.",
    "scorecard_missing": "The heading of the reviewer scorecard, or what follows it, is not there.",
    "quote_count": "The number of quotes is not the number that the page explains.",
    "quote_empty": "A scorecard cell holds no quote.",
    "truncated_quote": "A quote shows only its beginning; the rest of it is not on the page.",
    "quote_side": "It is not certain which tool a quote is about.",
    "cell_shape": "The cells of the scorecard are not built alike, so their parts are not certain.",
    "layout_drift": "The page was read, but its layout drifted in its crawl, or is not judged yet.",
    "truncated": "Nothing follows the last quote: the page may be cut off.",
}

FINDINGS: dict[str, str] = {
    "share_disagrees": "The panel share does not follow from the votes shown.",
    "badge_disagrees": "The badge does not follow from the panel share.",
    "panel_verdict_disagrees": "The decision table's verdict word is not the card's badge.",
    "verdicts_disagree": "The verdicts printed on the quotes do not add up to the votes or share.",
    "votes_disagree": "The number of votes is not the number of quotes shown for the tool.",
    "community_disagrees": "Card and decision table state different community votes.",
    "tagline_disagrees": "'Best for' does not repeat the tagline.",
    "category_disagrees": "The decision table states another category than the card.",
    "decision_names_disagree": "The decision table's header does not name the two tools.",
    "decision_row": "Part of the decision table is not understood; what it alone tells is null.",
    "slug_order": "The two slugs of the address are not in sorted order.",
    "slug_ambiguous": "The address can be split into two slugs in more than one way.",
    "cue_conflict": "More quotes name the minority verdict than the share allows; none is counted.",
    "duplicate_quote": "Two quotes about one tool have the same words.",
    "uneven_sides": "One card or cell states something that its counterpart leaves out.",
    "canonical_differs": "The page names another address as its canonical one.",
    "canonical_misfit": "The page's canonical link, all that tells its address, is not believed.",
    "encoding_repaired": "The declared encoding was wrong; another declared one fitted.",
    "encoding_absent": "The stored answer names a content encoding that its body does not have.",
    "observation_conflict": "Two captures state different facts about one quote or card.",
}

_PAGE = """\
# Codes

Made by `python -m schema.codes > docs/codes.md` from the table in `schema/codes.py`; a test holds
both together. A code is never given another meaning: a new meaning is a new code.

A *failure* means that a page was obtained and gave no record: its line has the kind `failure`, and
the database keeps a row for it. A *finding* stands in a record that was read: two statements of
the page, or of two captures, do not agree. Every failure and finding names its field, such as
`tools[0].badge`, where there is one, and says in `detail` what was seen.

## Failures

{failures}

## Findings

{findings}
"""


def page() -> str:
    """The text of docs/codes.md."""
    return _PAGE.format(failures=_rows(FAILURES), findings=_rows(FINDINGS))


def _rows(codes: dict[str, str]) -> str:
    rows = (f"| `{code}` | {sentence} |" for code, sentence in codes.items())
    return "\n".join(("| code | meaning |", "|---|---|", *rows))


if __name__ == "__main__":
    print(page(), end="")
