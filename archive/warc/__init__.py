"""WARC as bytes: nothing here knows a ledger or a home.

record   records written and read back, one gzip member each
http1    an HTTP message as WARC stores it
content  content encodings undone strictly
digests  digests of other tools, by their value
foreign  WARC files of any tool's making
"""

from archive.warc.content import MAX_BYTES, accepted_encodings, decode_body, zstd
from archive.warc.digests import digest_value, is_digest_of
from archive.warc.foreign import MOST_BLOCK, read_warc
from archive.warc.http1 import Message, UnwritableError, split_head, take_apart
from archive.warc.record import WarcRecord, read_fields, read_members
