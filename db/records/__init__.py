"""Captures to record files: a segment in, a record file out.

making      the unit of work, and for many        reading   one capture read in a guarded process
recordfile  the file, and what is wrong with one  snapshot  what the archive holds at one moment
"""

from db.records.recordfile import ENDINGS
