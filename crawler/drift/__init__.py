"""Whether a site's pages still show what they showed: counted, compared, held for a person.

profile   pages of one layout, counted      bands    how far a share may move
pairs     each page beside its own past     history  what earlier runs saw
changes   what differs, and how odd it is   profiler  profiles of a run under way
told      what a person is shown of it
"""

from crawler.drift.told import SiteDrift, cannot_tell, find_drift
