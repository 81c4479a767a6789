"""A ledger made again from the segments.

rebuild    the whole of it                exchanges  what one segment says
refill     rows from that                 carried    what only the old ledger knew
"""

from archive.rebuild.rebuild import rebuild_ledger
from archive.rebuild.refill import ORPHAN, Entered

__all__ = ["ORPHAN", "Entered", "rebuild_ledger"]
