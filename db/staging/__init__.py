"""What record files say and the ledger knows, kept between builds beside the record files.

Private and rebuildable: a build brings it up to date, and reads pages over time from it.

tables    its tables                              intake    what is taken in, and what that changes
staging   the file: kept, published, read
words     the numbers of distinct words           history   one page over time
ids       the ids of what is published           pages     the one state of each known page
places    where captures stand in time
"""

from db.staging.history import PageHistory, Seen, StagedPage, asked, place_in_time
from db.staging.intake import Intake
from db.staging.staging import STAGING, Staging, edition_noted
