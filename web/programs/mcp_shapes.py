"""What the tools of the MCP endpoint answer with: always a sentence, and what is beside it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schema.records import Count, Percent, Verdict, VerdictSource
from schema.rows.columns import same
from schema.rows.timeline import ChangeRow
from web.programs.shapes import Address, ComparisonAnswer, Shaped, ToolAnswer, Withheld


class ToldShape(Shaped):
    """What every tool's answer begins with."""

    said: str
    """What was found, or why nothing was, in a sentence."""


class FoundQuote(Shaped):
    """A quote that a search found."""

    quote: str
    """The key of the quote."""
    page: Address
    """The page of the quote."""
    tool: str | None
    """The key of the tool; null where that is not published."""
    tool_name: str
    """The name of the tool, as published."""
    reviewer: str | None
    """The reviewer; null where none is named."""
    score: Percent | None
    """The score out of 100; null where none is known."""
    verdict: Verdict | None
    """Ship or skip; null where nothing decides it."""
    verdict_source: VerdictSource | None
    """How the verdict is known: page means printed, all else was inferred."""
    words: str
    """The words around what was found; empty where the text is withheld."""
    withheld: Withheld


class FoundQuotes(ToldShape):
    """Quotes that hold all the words, the best first."""

    found: Count
    """Number of quotes found in all."""
    quotes: list[FoundQuote]
    """The quotes of this page of the list."""


class ToldComparison(ToldShape):
    """A comparison, where there is one."""

    comparison: ComparisonAnswer | None
    """All that is published of it; null where nothing is."""


class ToldTool(ToldShape):
    """A tool, where there is one."""

    tool: ToolAnswer | None
    """All that is published of it; null where nothing is."""


class ToldChange(Shaped):
    """Something that appeared, changed or vanished."""

    seen_by: Annotated[str | None, same(ChangeRow, "seen_by")]
    seen_after: Annotated[str | None, same(ChangeRow, "seen_after")]
    kind: Annotated[str, same(ChangeRow, "kind")]
    cause: Annotated[str, same(ChangeRow, "cause")]
    field: Annotated[str, same(ChangeRow, "field")]
    tool: Annotated[str | None, Field(description="The key of the tool; null for a comparison.")]
    reviewer: Annotated[str | None, Field(description="The reviewer; null where none is named.")]
    comparison: Annotated[str | None, Field(description="The key of the comparison, or null.")]
    old: Annotated[str | None, same(ChangeRow, "old")]
    new: Annotated[str | None, same(ChangeRow, "new")]


class ToldChanges(ToldShape):
    """Changes, the newest first."""

    is_complete: bool
    """Whether these are all; false where later ones alone are told."""
    changes: list[ToldChange]
    """The changes."""
