"""What a saved page says of itself: where it comes from, when it was saved, and by which tool.

saved  all marks of a page together     marks     what savers and web archives write
dates  how they write a time            replayed  an archive's rewriting, undone

Nothing here changes what is kept: marks are read, and the rewriting is undone for the parser alone.
"""

from parsers.saved.replayed import as_published
from parsers.saved.saved import Saved, replayed, saved_from

__all__ = ["Saved", "as_published", "replayed", "saved_from"]
