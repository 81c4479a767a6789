"""Saved pages and other people's WARC files become captures.

importing  the whole of it
imported   what an imported exchange leaves in the ledger
"""

from crawler.importing.importing import import_paths
