"""What a user may rely on of `verdicts parse`, `explain` and `schema`, run as real commands."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from commands import parsed, verdicts
from pydantic import TypeAdapter
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from schema.records import Comparison, Failure, Other
from verdicts.sample import expected, pages

BASE = "https://sample.example"
GOOD = {page["url"]: page for page in expected()["pages"] if page["kind"] == "comparison"}
BODIES = {BASE + page.path: page.body for page in pages()}
URL = next(url for url, page in GOOD.items() if not page["findings"])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(BODIES[URL])
    return path


def test_a_page_becomes_one_line_whose_path_is_as_it_was_named(page: Path) -> None:
    result = verdicts("parse", "page.html", "--site", "sample", cwd=page.parent)
    line = json.loads(result.stdout)
    assert result.returncode == 0
    assert (line["kind"], line["schema"], line["path"]) == ("comparison", 1, "page.html")
    assert line["url"] == URL
    assert line["tools"] == GOOD[URL]["tools"]
    assert line["quotes"] == GOOD[URL]["quotes"]
    assert "trace" not in line


@pytest.mark.parametrize("url", ["not a url", "ftp://sample.example/compare/a-vs-b"])
def test_what_is_no_address_is_wrong_usage(page: Path, url: str) -> None:
    result = verdicts("parse", "page.html", "--site", "sample", "--url", url, cwd=page.parent)
    assert (result.returncode, result.stdout) == (2, "")
    assert url in result.stderr


def test_lines_come_in_the_order_asked_and_folders_sorted(page: Path) -> None:
    folder = page.parent / "saved"
    (folder / "b").mkdir(parents=True)
    for name in ("z.html", "a.htm", "b/m.html"):
        (folder / name).write_bytes(BODIES[URL])
    (folder / "notes.md").write_text("not a page")
    lines = parsed(page, f"{folder}/", "--site", "sample")
    names = [f"{page}", f"{folder}/a.htm", f"{folder}/b/m.html", f"{folder}/z.html"]
    assert [line["path"] for line in lines] == names


def test_a_mirrors_address_is_put_on_the_sites_own_base(page: Path) -> None:
    path = URL.removeprefix(BASE)
    (line,) = parsed(page, "--site", "sample", "--url", f"http://127.0.0.1:8000{path}?from=x#top")
    assert line["url"] == URL


def test_an_address_that_is_no_comparison_is_other_and_no_failure(page: Path) -> None:
    result = verdicts("parse", page, "--url", f"{BASE}/tool/anything")
    assert result.returncode == 0
    assert json.loads(result.stdout)["kind"] == "other"


def test_a_page_without_address_that_is_no_comparison_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "home.html"
    path.write_text("<html><body><h1>Welcome</h1><p>to a page about hats</p></body></html>")
    result = verdicts("parse", path)
    assert result.returncode == 10
    assert json.loads(result.stdout)["code"] == "not_a_comparison"


def test_a_file_that_cannot_be_read_is_a_line_too(tmp_path: Path, page: Path) -> None:
    result = verdicts("parse", tmp_path / "none.html", page, "--site", "sample")
    first, second = map(json.loads, result.stdout.splitlines())
    assert result.returncode == 10
    assert (first["kind"], first["code"], second["kind"]) == ("failure", "unreadable", "comparison")
    assert first["detail"] == "there is no such file or folder"


def test_a_host_that_no_site_claims_is_wrong_usage_in_one_sentence(page: Path) -> None:
    result = verdicts("parse", page, "--url", "https://unknown.example/compare/a-vs-b")
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "unknown.example" in result.stderr


def test_one_address_for_several_pages_is_wrong_usage(page: Path) -> None:
    assert verdicts("parse", page, page, "--url", URL).returncode == 2


def test_the_html_answers_of_a_warc_are_read_and_other_records_give_no_line(tmp_path: Path) -> None:
    path = tmp_path / "pages.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, status, kind in (
            (URL, "200 OK", "text/html; charset=utf-8"),
            (URL, "404 Not Found", "text/html"),
            (f"{BASE}/style.css", "200 OK", "text/css"),
            (f"{BASE}/", "200 OK", "text/html"),
        ):
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            body = io.BytesIO(BODIES.get(url, b"<html><p>x</p></html>"))
            writer.write_record(
                writer.create_warc_record(url, "response", payload=body, http_headers=headers)
            )
    lines = parsed(path)
    assert [(line["kind"], line["url"]) for line in lines] == [
        ("comparison", URL),
        ("other", f"{BASE}/"),
    ]


def test_trace_names_the_characters_that_each_value_was_read_from(page: Path) -> None:
    (line,) = parsed(page, "--site", "sample", "--trace")
    assert {"title", "tools[0].name", "tools[1].panel_ship_percent", "quotes[7].text"} <= set(
        line["trace"]
    )


def test_every_printed_line_fits_the_printed_schema(page: Path) -> None:
    document = json.loads(verdicts("schema").stdout)
    assert {entry["$ref"].rsplit("/", 1)[1] for entry in document["oneOf"]} == {
        "Comparison",
        "Failure",
        "Other",
    }
    described = document["$defs"]["Tool"]["properties"]
    assert all(described[name].get("description") for name in described)
    result = verdicts("parse", page, page.parent / "none")
    reader: TypeAdapter[Comparison | Failure | Other] = TypeAdapter(Comparison | Failure | Other)
    assert [reader.validate_json(line).kind for line in result.stdout.splitlines()] == [
        "comparison",
        "failure",
    ]


def test_explain_shows_blocks_and_what_they_gave(page: Path) -> None:
    result = verdicts("explain", page, "--site", "sample")
    assert result.returncode == 0
    assert "tools[0].panel_ship_percent" in result.stdout
    assert GOOD[URL]["title"] in result.stdout


@pytest.mark.parametrize("url", ["garbage", "https://other.example/x", "http://[::1"])
def test_explain_takes_the_addresses_that_parse_takes(page: Path, url: str) -> None:
    address = "https://shiporskip.io/compare/copper-wren-vs-damson-desk"
    assert verdicts("explain", page, "--url", address).returncode == 0
    for command in ("parse", "explain"):
        done = verdicts(command, page, "--url", url)
        assert done.returncode == 2 and url in done.stderr


def test_explain_says_which_rule_refused_a_page(page: Path) -> None:
    page.write_bytes(BODIES[URL].replace(b"100%", b"101%").replace(b"75%", b"101%"))
    result = verdicts("explain", page, "--site", "sample")
    assert result.returncode == 10
    assert "refused: field_range" in result.stdout


@pytest.mark.parametrize(
    "command",
    ["demo", "crawl", "import", "parse", "explain", "build", "serve", "check", "status", "schema"],
)
def test_every_command_helps_with_an_example(command: str) -> None:
    result = verdicts(command, "--help")
    assert result.returncode == 0
    assert f"verdicts {command}" in result.stdout.split("Example:")[1]
