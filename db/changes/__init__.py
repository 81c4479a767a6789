"""What is new, in one line: for whoever reads the end of a run, or a mail about it.

line     the line itself                     editions  one published edition beside the one before
crawled  a crawl beside what is published    waiting   what waits for a person, and is new
"""

from db.changes.crawled import changes_of_run
from db.changes.editions import changes_between
from db.changes.line import ChangeCounts
from db.changes.waiting import Waiting, waiting_in, waiting_now
