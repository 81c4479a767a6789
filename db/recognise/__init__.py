"""Whether a record shows what was taken down, as published or lightly re-worded.

match  a take-down against a record    fold  look-alike letters    likeness  how alike two texts are
"""
