"""WARC as bytes: nothing here knows a ledger or a home.

record   records written and read back, one gzip member each
http1    an HTTP message as WARC stores it
content  content encodings undone strictly
foreign  WARC files of any tool's making
"""
