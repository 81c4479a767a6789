"""What other people's tools save of one page, and what `verdicts import` makes of it.

`python -m captures --work DIR` (with tests/tools on the path; `make captures`) serves the sample
site, installs each tool in an environment of its own under DIR/env, lets it capture one page, takes
each capture into an empty home and prints a table of what was right. It needs pip, npm and, for
some tools, apt; what does not install is a row that says so. Not part of the tests: they read what
`--fixtures DIR` left in tests/fixtures/captures.

A capture names the machine that made it. One that shall be kept is made on a machine without a
name, once the tools are installed (warcprox asks for a route, wpull for a network):
    unshare --uts --net sh -c 'ip link set lo up; ip route add 10.255.255.255 dev lo;
        hostname localhost; exec python -m captures ...'

truth       the page, where it is served, and in which dress     bench      where a row is made
installed   environments, each pinned                            programs   processes and their ends
fetchers    curl, wget, wget2                                    recorders  what writes WARC itself
proxies     warcprox, pywb, mitmproxy                            browsers   Chromium and its helpers
savers      what rewrites pages into a folder                    replays    an archive's page saved
containers  WACZ, ZIM, WRR, webarchive, and chains of tools      table      the rows in print
judge       a capture taken in, beside the truth                 keep       captures as fixtures
js/         scripts for node                                     __main__   all of it in turn
"""
