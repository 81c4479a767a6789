"""Invented comparison pages in markup of many hands, each with the record it must give."""

from layoutgen.html_layouts import HTML_LAYOUTS
from layoutgen.markup import Rendered
from layoutgen.text_layouts import TEXT_LAYOUTS
from layoutgen.truth import PageTruth, Shows, make_truth, plain_truth

LAYOUTS = {**HTML_LAYOUTS, **TEXT_LAYOUTS}

__all__ = [
    "HTML_LAYOUTS",
    "LAYOUTS",
    "TEXT_LAYOUTS",
    "PageTruth",
    "Rendered",
    "Shows",
    "make_truth",
    "plain_truth",
]
