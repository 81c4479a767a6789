"""Which page is asked for next.

discovery  what is leased next, and what a page or list adds   sitemaps  sitemaps read
named      what a list names, told apart                       paging    a list's many pages
ordering   the order in which pages are asked                  places    pages as it sees them
cover      a smallest set of pages that shows every tool       plan      what such a crawl would ask
taken      pages that were taken down are not asked for
"""

from crawler.choosing.plan import SitePlan, plan_home
from crawler.choosing.taken import TakenPages
