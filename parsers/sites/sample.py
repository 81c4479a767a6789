"""The bundled sample site: invented tools, served on loopback by `verdicts demo`."""

from parsers.site import USUAL_SPELLINGS, Site

SITE = Site(
    name="sample",
    title="The sample site (invented tools)",
    base="https://sample.example",
    hosts=("sample.example",),
    comparison=r"/compare/(?P<pair>[a-z0-9-]+-vs-[a-z0-9-]+)/?",
    tool=r"/tool/(?P<slug>[a-z0-9-]+)/?",
    listings=("/", "/compare/?"),
    spellings=USUAL_SPELLINGS,
)
