"""What a crawl made of each stored answer, done again for a ledger that is made anew.

replay  pages and attempts      robots  the rules that runs kept to
"""

from crawler.replay.replay import rebuild
