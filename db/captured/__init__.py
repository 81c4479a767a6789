"""The pages as they were captured, made inert, in a file beside a published database.

keep       made, kept or dropped with an edition   permitted  which captures it may hold
inert      a page's bytes to HTML that does nothing
"""

from db.captured.keep import keep_pages
