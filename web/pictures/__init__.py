"""Pictures, drawn as SVG on the server: one function a picture, one place that draws.

Every function takes an open connection and gives a `Picture`: what is said of it, the table behind
it, and its form. A page calls one and shows it with `{{ picture(p) }}`.

value     what a picture is          listed   which there are
things    of one thing               whole    of the whole archive
asked     what several ask alike     labels   words that fit
drawing   each form as shapes        svg      a part of a page, a file
given     as CSV and JSON            routes   what is shown where
"""

from __future__ import annotations
