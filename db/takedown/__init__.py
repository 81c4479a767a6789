"""A take-down carried out: in published databases, record files and exports.

withdraw  the whole of it, in one line        evidence  what the home shows, read once
find      what is meant, and its signs        records   record files without it
shown     versions of pages, to be asked
files     databases and exports withdrawn, and what `check` says of them
"""

from db.takedown.withdraw import TakedownReport, correct, lift, take_down, try_take_down
