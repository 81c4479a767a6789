"""Saved pages and other people's WARC files become captures.

importing  the whole of it
taking     one exchange after the other, from a file to a capture
looks      pages that workers look at meanwhile
imported   what an imported exchange leaves in the ledger
count      what was read, and what came of it
"""

from crawler.importing.importing import import_paths
