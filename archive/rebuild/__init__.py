"""A ledger made again from the segments.

What a crawl made of an answer is not written beside it, so it is done once more, by the crawl's own
functions at the time of then; a table of rows beside the records would be shorter, and would have
to be kept true by every version to come.

rebuild    the whole of it                exchanges  what one segment says
refill     rows from that                 carried    what only the old ledger knew
"""

from archive.rebuild.exchanges import StoredExchange
from archive.rebuild.rebuild import RebuildReport, rebuild_ledger
from archive.rebuild.refill import ORPHAN, Entered
