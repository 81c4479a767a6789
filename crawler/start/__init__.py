"""What is settled before the first request: what is asked for, and whether it may begin.

planning  addresses, sites, contact and delay      trust     no proxy, and roots to check against
timeouts  how long each part may take
"""

from crawler.start.timeouts import Timeouts
