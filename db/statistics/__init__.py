"""Figures derived from what was observed, each by a named method; nothing observed is altered.

The unit is the distinct card or quote, never the page it was shown on. Only what pages print counts
as a verdict, but for the accuracy of what was inferred. All but `methods` wants the extra
`research`, and is imported where that is there.

methods    their names and versions     bootstrap  intervals over tools
panels     the newest card of each tool, with its quotes
accuracy   inferred against printed     agreement  of reviewers with each other
reviewers  how each of them judges      templates  words that a reviewer repeats
near       quotes that are near alike   redundancy  what is shown more than once
words      words and runs of them, as numbers
"""

from __future__ import annotations

from db.statistics.methods import are_installed, method_rows, methods_version
