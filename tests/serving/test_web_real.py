"""A database as the build makes it, not the sample's, is served as it is."""

from __future__ import annotations

import json
from pathlib import Path

from db_home import ALDER, BIRCH, CEDAR, page, store
from web_server import serving

from db import build


def test_what_a_build_published_can_be_browsed_at_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR)])
    build(home, workers=1)
    with serving(home / "public" / "current.db") as running:
        found = running.ask("/verdicts/comparison.json?_shape=array")
        pairs = [row["comparison"] for row in json.loads(found.body)]
        assert sorted(pairs) == ["alder-vs-birch", "alder-vs-cedar"]
        for pair in pairs:
            assert running.ask(f"/compare/{pair}").text.count('<article class="quote"') == 8
            assert f'href="/compare/{pair}"' in running.ask("/").text
        assert "In 2 comparisons" in running.ask("/tool/alder").text
        assert "<mark>laptop</mark>" in running.ask("/search?q=laptop").text
        described = json.loads(running.ask("/verdicts/description.json?_size=0&_extra=count").body)
        assert described["count"] > 100
