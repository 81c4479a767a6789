"""Each published value traced to where it stands in the bytes, and derived from them once more.

stated   what the database says               reread   what the bytes say, in a guarded process
compare  the two held against each other      find     what row is meant
trace    one row                              deep     the whole database
"""

from db.trace.trace import TracedPlace, TracedRow, TracedSpan, TracedValue, trace_row
