"""Which captures may be given to others as they are, and why the rest may not.

giving   the whole of it, in one line        outcomes  what each capture shows and asks for
reasons  why one is left out                 naming    what names a page or tool taken down
"""

from db.giving.giving import giving
from db.giving.reasons import WORDS
