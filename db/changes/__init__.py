"""What is new, in one line: for whoever reads the end of a run, or a mail about it.

crawled  a crawl beside what is published    editions  one edition beside the one before
waiting  what waits for a person, and is new

The line itself is in `schema.changed`, as the site tells it too.
"""

from db.changes.crawled import changes_of_run
from db.changes.editions import changes_between
from db.changes.waiting import Waiting, waiting_in, waiting_now
from schema.changed import ChangeCounts
