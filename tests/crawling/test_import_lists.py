"""A list that gives files their addresses, and what in it meets nothing."""

from __future__ import annotations

import pytest
from containers import BASE, OTHER, PAGE, URL, WARC, imported, taken
from db_home import BIRCH, CEDAR, html


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_with_a_mark_windows_ends_and_bare_names_is_read(tmp_path, home, encoding):
    folder = tmp_path / "saved" / "deep"
    folder.mkdir(parents=True)
    pages = {"one.html": PAGE, "two.html": OTHER, "three.html": html(BIRCH, CEDAR)}
    for name, body in pages.items():
        (folder / name).write_bytes(body)
    (tmp_path / "saved" / "more").mkdir()
    (tmp_path / "saved" / "more" / "three.html").write_bytes(html(CEDAR, BIRCH))
    text = (
        f"one.html\t{URL}\r\n\r\ndeep\\two.html\t{BASE}alder-vs-cedar\r\n"
        f"three.html\t{BASE}birch-vs-cedar\r\nnone.html\t{BASE}x-vs-y\r\n"
    )
    listed = tmp_path / "urls.tsv"
    listed.write_bytes(text.encode(encoding))
    report = imported(home, tmp_path / "saved", urls_file=listed)
    assert {each[0] for each in taken(home) if "urn:" not in each[0]} == {
        URL,
        f"{BASE}alder-vs-cedar",
    }
    assert report.unmet == {
        "lines": [
            f"{listed}: line 4: 'three.html' fits 2 files",
            f"{listed}: line 5: 'none.html' meets no file that was given",
        ],
        "files": [f"{folder}/three.html", f"{tmp_path}/saved/more/three.html"],
    }


def test_a_line_that_names_a_container_or_a_file_twice_is_told(tmp_path, home):
    (tmp_path / "a.warc.gz").write_bytes(WARC)
    (tmp_path / "a.html").write_bytes(PAGE)
    listed = tmp_path / "urls.tsv"
    listed.write_text(f"a.warc.gz\t{URL}\na.html\t{URL}\na.html\t{URL}\na.html\t{URL}x\n")
    report = imported(home, tmp_path / "a.warc.gz", tmp_path / "a.html", urls_file=listed)
    assert [line.split(": ")[-1] for line in report.unmet["lines"]] == [
        "'a.warc.gz' holds many pages, which have addresses of their own",
        "'a.html' has another address in another line",
    ]
