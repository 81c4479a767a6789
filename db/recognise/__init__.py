"""Whether a record shows what was taken down, as published or lightly re-worded.

fold  look-alike letters    likeness  what a page shows, and how alike two texts and two cards are
match  the take-downs that hold, by one index of the hashes that each is known by
"""
