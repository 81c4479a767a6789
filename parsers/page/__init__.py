"""From bytes to blocks: what a page shows, in reading order, before anything is taken for a value.

decode    bytes to UTF-8, strictly       scan      shapes that are refused before they are parsed
tree      the one place with an HTML parser        document  blocks, each with its place in the tree
tokens    blocks put together where they are one value
links     the addresses a page links               slugs     what an address says
context   what the readers of one page share
"""

from parsers.page.document import Document
from parsers.page.links import canonical_address, page_links

__all__ = ["Document", "canonical_address", "page_links"]
