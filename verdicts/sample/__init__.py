"""A bundled site about products that do not exist: to try the whole path without a network.

`pages()` gives it as bytes, `serve_sample()` over HTTP on loopback, and `expected()` says what
must come out of it. Its words are data under tools/ and comparisons.toml.
"""

from verdicts.sample.content import BASE, SITE
from verdicts.sample.expected import Expected, expected
from verdicts.sample.pages import SamplePage, pages
from verdicts.sample.server import serve_sample

__all__ = ["BASE", "SITE", "Expected", "SamplePage", "expected", "pages", "serve_sample"]
