"""The records and the error tree. Nothing of ours is imported here.

records    what a comparison says        rows    rows of the public database
page       the bytes of one page         codes   failures and findings
signals    opt-outs, and their words     errors  the error tree
dates      how exactly a time is known
published  names and files of `public/`  papers  docs/tables.md from the rows
contact    whom people may write to      changed  what is new, counted and in one line
"""
