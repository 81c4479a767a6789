"""A ledger made again from the segments.

rebuild    the whole of it                exchanges  what one segment says
refill     rows from that                 carried    what only the old ledger knew
"""
