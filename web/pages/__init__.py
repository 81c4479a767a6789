"""The pages for people, a file a kind of page: what it asks of the database.

Every question takes an open connection and gives plain rows. Statistics count distinct quotes and
printed verdicts only; the same quote on forty pages is one quote.

routes       what is shown where     showing    how a page is made of facts
keyed        pages at a key          shared     what several ask alike
comparison   two cards, a scorecard  tool       its cards, quotes and rivals
reviewer     words and figures       quote      where it is shown
release      a citable edition       home       what is new, a picture of the whole
search       ranked search           notes      corrections and take-downs
changes      what changed when       versions   two of them beside each other
predictions  what is due when        findings   where statements disagree
coverage     what is here and why    runs       crawls and imports
captures     a page's calendar       differing  two texts, marked
asked        what may be asked      record_routes  where all of these are
"""

from __future__ import annotations

from web.pages.keyed import KEYED_PATH, at_key
from web.pages.showing import read
