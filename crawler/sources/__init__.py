"""Other people's files: found, told apart, and each exchange in them with its address and date.

item     what is found            source      one file as its reader gets it
files    which files there are    listed      their addresses in a list
kinds    what kind a file is      sidecars    what tools leave beside the pages
read     any file, by its kind     heads       a saved page with its HTTP head in front
pages    a saved page             warcs       the exchanges of a WARC file
mhtml    a page as MHTML          webarchive  a page of Safari's
har      a HAR file               zstd        a WARC file under zstd
wacz     a WACZ file              zim         a ZIM file
zips     a plain zip file         members     what lies in a zip file, unpacked
indexes  a CDXJ beside a WARC     remote      files at an address, fetched
"""

from crawler.sources.files import find_files, matched, real, require_files, shown
from crawler.sources.heads import saved_page
from crawler.sources.item import Given, Item, PassedOver, Revisit, SourceItem, Trouble, Unclaimed
from crawler.sources.listed import Listed, read_urls_file
from crawler.sources.read import holds_many, read_source
from crawler.sources.remote import IS_ADDRESS, addresses, fetched
from crawler.sources.sidecars import Company, sidecar
from crawler.sources.source import printable
from crawler.sources.warcs import SHORT
