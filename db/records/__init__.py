"""Captures to record files: a segment in, a record file out.

recordfile  the file, and which are missing    reading   one page read in a guarded process
snapshot    what the archive holds at one moment
"""

from db.records.recordfile import FORMAT
