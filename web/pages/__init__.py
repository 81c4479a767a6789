"""The pages for people, a file a kind of page: what it asks of the database.

Every question takes an open connection and gives plain rows. Statistics count distinct quotes and
printed verdicts only; the same quote on forty pages is one quote.

routes        what is shown where      showing      how a page is made of facts
keyed         pages at a key           shared       what several ask alike
comparison    two cards, a scorecard   matrix       what it says at one glance
tool          its cards and quotes     quote        where it is shown
reviewer      words and figures        release      a citable edition
home          what is new              about        method and data
lists         what lists may be asked  list_routes  the three lists
tools         the list of tools        comparisons  the list of comparisons
reviewers     the list of reviewers    search       ranked search
search_route  the page of the search   notes        corrections and take-downs
cite          forms of a citation      signs        schema.org's JSON-LD
captured      a page as it was captured
"""

from __future__ import annotations

from web.pages.keyed import KEYED_PATH, at_key
from web.pages.showing import read
