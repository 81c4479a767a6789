"""Copies of a home that were read again, and a home made from one.

What takes lines here is one promise: that no damaged home costs the sound copy made before. Sealed
segments need little for it, since the ledger holds their hashes; open ones, published databases and
a ledger that was remade each need a look of their own.

backup  the whole of it                            restore  a home made from a copy
parts   what is to be copied, and may be believed  copies   a copy, and the list of them
shelf   a folder or a tar file that holds them
"""

from archive.backup.backup import backup
from archive.backup.restore import restore
