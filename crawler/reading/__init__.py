"""A page read in a guarded process: its record or its links, and what each field showed.

look     what the process is asked, and answers     traits  what was seen, without its words
sources  files and what they hold
"""

from crawler.reading.sources import PAGES, Trouble, find_files, is_warc, read_source, require_files
