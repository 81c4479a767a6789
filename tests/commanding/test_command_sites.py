"""What a user may rely on while a site file is half written: its own site alone is stopped."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import forked
import pytest

PAGE = Path(__file__).parents[1] / "fixtures" / "sample" / "2026-11-01-posts" / "page.html"
WHOLE = r'''"""A site that is being written."""

from parsers.site import Site

SITE = Site(
    name="halfway",
    title="Halfway",
    base="https://halfway.example",
    hosts=("halfway.example",),
    comparison=r"/compare/(?P<pair>.+)",
    tool=r"/tool/(?P<slug>.+)",
)
'''
BROKEN = {
    WHOLE.replace(r'/(?P<slug>.+)",', r"/(?P<slug>.+)"): r"halfway.py, line 11: SyntaxError: ",
    WHOLE.replace("    title=", "    # title="): r"halfway.py, line 5: TypeError: .* 'title'",
    WHOLE.replace("import Site", "import Sight"): r"halfway.py, line 3: ImportError: .*'Sight'",
    WHOLE.replace('"halfway.example",)', '"halfway.example")'): "hosts must be a tuple of texts",
    WHOLE.replace("(?P<pair>.+)", ".+"): "comparison must have pair or a and b as named group",
    WHOLE.replace("(?P<pair>.+)", "("): "comparison is no regular expression: missing",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_half_written_site_file_stops_its_own_site_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "halfway.py").write_text(text, "utf-8")

    def parse(*more: str) -> forked.CompletedProcess[str]:
        code = (
            f"import parsers.sites\nparsers.sites.__path__.append({str(tmp_path)!r})\n"
            "from verdicts.boundary import main\n"
            f"main(['parse', {str(PAGE)!r}, *{list(more)!r}])\n"
        )
        return forked.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    for more in (["--site", "sample"], ["--url", "https://sample.example/compare/a-vs-b"]):
        done = parse(*more)
        assert done.stdout, done.stderr
        assert json.loads(done.stdout)["path"] == str(PAGE)
    assert "no site claims its host" in parse("--url", "https://other.example/x").stderr
    for more in (["--site", "halfway"], ["--url", "https://halfway.example/compare/a-vs-b"]):
        done = parse(*more)
        assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, "")
        assert re.search(f"site halfway: .*{BROKEN[text]}", done.stderr), done.stderr


def test_a_copied_site_file_that_kept_its_host_is_told_and_neither_is_believed(
    tmp_path: Path,
) -> None:
    text = WHOLE.replace('"halfway.example",)', '"sample.example",)')
    (tmp_path / "halfway.py").write_text(text, "utf-8")
    code = (
        f"import parsers.sites\nparsers.sites.__path__.append({str(tmp_path)!r})\n"
        "from parsers.sites import site_named, site_of_url\n"
        "print(site_named('shiporskip').name)\n"
        "for ask, what in (site_named, 'halfway'), (site_of_url, 'https://sample.example/'):\n"
        "    try:\n        print(ask(what))\n"
        "    except Exception as error:\n        print(error)\n"
    )
    done = forked.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "shiporskip",
        "site halfway: sample.example is claimed by sample too",
        "site halfway: sample.example is claimed by sample too",
    ], done.stderr
