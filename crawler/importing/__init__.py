"""Saved pages and other people's WARC files become captures.

importing  the whole of it      sources  files and what they hold
imported   what an imported exchange leaves in the ledger
"""
