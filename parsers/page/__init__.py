"""From bytes to blocks: what a page shows, in reading order, before anything is taken for a value.

decode    bytes to UTF-8, strictly       scan      shapes that are refused before they are parsed
tree      the one HTML parser            html      from its tree to a document, with a drawing
marked    what is hidden or opened       moved     pieces that a page shows elsewhere
walk      runs of text in reading order  controls  which of them are the interface's
blocks    runs to blocks                 white     white space as the records mean it
document  the blocks, with their place   text      the document of an extracted text
columns   cards that are columns         inline    what the makers of blocks share
links     the addresses a page links     slugs     what an address says
tokens    blocks put together where they are one value
context   what the readers of one page share
hidden    words of the page that no block shows
edges     words in an element of their own at the edge of a value
"""

from parsers.page.decode import LABELS
from parsers.page.document import Document
from parsers.page.links import page_links

__all__ = ["LABELS", "Document", "page_links"]
