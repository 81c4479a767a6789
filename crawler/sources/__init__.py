"""Other people's files: found, told apart, and each exchange in them with its address and date.

item    what is found     files  which files there are, and their addresses in a list
pages   a saved page      warcs  the exchanges of a WARC file
read    any file              heads  a saved page with its HTTP head in front
"""

from crawler.sources.files import PAGES, find_files, is_warc, read_urls_file, real, require_files
from crawler.sources.heads import saved_page
from crawler.sources.item import Given, Item, PassedOver, Revisit, SourceItem, Trouble
from crawler.sources.read import read_source
