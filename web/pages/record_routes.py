"""The pages about the record itself: what changed, what is due, what disagrees, what is here."""

from __future__ import annotations

from web.pages import captures, changes, coverage, findings, predictions, runs, versions

ROUTES = [
    *changes.ROUTES,
    *versions.ROUTES,
    *captures.ROUTES,
    *predictions.ROUTES,
    *findings.ROUTES,
    *coverage.ROUTES,
    *runs.ROUTES,
]
