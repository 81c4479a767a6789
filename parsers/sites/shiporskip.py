"""Ship or Skip: verdicts on AI tools by a panel of AI reviewer personas."""

from parsers.site import USUAL_SPELLINGS, Site

SITE = Site(
    name="shiporskip",
    title="Ship or Skip",
    base="https://shiporskip.io",
    hosts=("shiporskip.io", "www.shiporskip.io"),
    comparison=r"/compare/(?P<pair>[a-z0-9-]+-vs-[a-z0-9-]+)/?",
    tool=r"/tool/(?P<slug>[a-z0-9-]+)/?",
    listings=("/", "/compare/?"),
    spellings=USUAL_SPELLINGS,
)
