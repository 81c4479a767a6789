"""The same work on other machines. Nothing here knows how a record file is made.

cluster  segments and crawls as Dask tasks    exchange  a home's files by fsspec addresses
"""

from db.engines.cluster import ClusterPlace, cluster, crawl_sites, make_on
