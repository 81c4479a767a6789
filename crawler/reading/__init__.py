"""A page read in a guarded process: its record or its links, and what each field showed.

look     what the process is asked, and answers     traits  what was seen, without its words
same     whether a page says what it said before
"""
