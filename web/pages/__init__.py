"""The pages for people, a file a kind of page: what it asks of the database.

Every question takes an open connection and gives plain rows. Statistics count distinct quotes and
printed verdicts only; the same quote on forty pages is one quote.

routes        what is shown where      keyed        pages at a key
shared        what several ask alike
comparison    two cards, a scorecard   matrix       what it says at one glance
tool          its cards and quotes     timeline     what changed of a tool
reviewer      words and figures        quote        where it is shown
category      its tools and shares     release      a citable edition
home          what is new              about        method and data
lists         what lists may be asked  list_routes  the three lists
tools         the list of tools        comparisons  the list of comparisons
reviewers     the list of reviewers    search       ranked search
search_route  the page of the search   notes        corrections and take-downs
changes       what changed when        versions     two of them beside each other
predictions   what is due when         findings     where statements disagree
coverage      what is here and why     runs         crawls and imports
captures      a page's calendar        captured     a page as it was captured
differing     two texts, marked        asked        what may be asked
cite          forms of a citation      signs        schema.org's JSON-LD
people_routes  where people, categories and home are
record_routes  where changes, captures and the like are
"""

from __future__ import annotations

from web.pages.keyed import KEYED_PATH, at_key
