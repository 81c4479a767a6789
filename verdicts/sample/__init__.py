"""A bundled site about products that do not exist: to try the whole path without a network.

`pages()` gives it as bytes, `serve_sample()` over HTTP on loopback, and `expected()` says what
must come out of it. Its words are data under tools/ and comparisons.toml.

content  tools, quotes and who meets whom   pages       the pages as bytes
faults   what is wrong with some of them    templates/  what they are made with
server   the site over HTTP                 discovery   robots.txt and sitemaps
tools/   the words of each tool             expected    what must come out
__main__  the site served, or its list made anew
"""

from verdicts.sample.content import BASE, SITE
from verdicts.sample.expected import Expected, expected
from verdicts.sample.pages import SamplePage, pages
from verdicts.sample.server import serve_sample
