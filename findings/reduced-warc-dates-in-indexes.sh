#!/usr/bin/env bash
# A WARC-Date of a year, a month or a minute: cdxj-indexer and py-wacz die, js-wacz writes it cut.
#
# WARC 1.1 lets WARC-Date be cut at the year, month, day or minute (W3C's profile of ISO 8601).
# Guess before the run: each indexer fills the 14 digits of its timestamp. Seen: cdxj-indexer 1.5.0
# and py-wacz 0.6.0 (both by warcio 1.8.1) fill day and minute, and end with a TypeError at year and
# month: one such record and the whole file has no index, no WACZ. js-wacz 0.1.6 takes all of them and
# writes what is left of the date without its marks: `2026`, `202611`, and for a minute `202611301234Z`,
# its Z within the timestamp. Its pages.jsonl has the date as it was, and lists an address once, by the
# record that stands first, be there ten captures of it.
# To do: a timestamp of an index may have 4 to 14 digits and a letter; dates are read from the record.
# Needs: node, npm.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
python3 -m venv venv
venv/bin/pip install --quiet warcio==1.8.1 cdxj-indexer==1.5.0 wacz==0.6.0 'setuptools<81'
npm install --silent --no-fund --no-audit --prefix . @harvard-lil/js-wacz@0.1.6
cat > tried.py <<'PYTHON'
import json
import subprocess
import zipfile
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

DATES = {"year": "2026", "month": "2026-11", "day": "2026-11-30", "minute": "2026-11-30T12:34Z",
         "second": "2026-11-30T12:34:56Z"}
FULL = "20261130123456"


def write(file: str, *dates: str) -> None:
    with open(file, "wb") as into:
        writer = WARCWriter(into, gzip=True, warc_version="1.1")
        for date in dates:
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            body = f"<html><title>{date}</title><body><p>{date}</p></body></html>".encode()
            writer.write_record(writer.create_warc_record(
                "https://bench.example/page", "response", payload=BytesIO(body), http_headers=head,
                warc_headers_dict={"WARC-Date": date}))


def run(*command: str) -> tuple[str, str]:
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout, (done.stderr.strip().splitlines() or [""])[-1].partition(":")[0]


def pages(file: str) -> list[str]:
    with zipfile.ZipFile(file) as wacz:
        lines = wacz.read("pages/pages.jsonl").decode().splitlines()
    return [each["ts"] for each in map(json.loads, lines) if "ts" in each]


def tried(name: str) -> tuple[str, str, str, str]:
    """The timestamps by cdxj-indexer, py-wacz and js-wacz, or the error; the page's date by js-wacz."""
    warc, py, js = f"{name}.warc.gz", f"{name}-py.wacz", f"{name}-js.wacz"
    out, error = run("venv/bin/cdxj-indexer", warc)
    by_indexer = out.split()[1] if out else error
    _, error = run("venv/bin/wacz", "create", "-f", warc, "-o", py)
    by_py = error if error == "TypeError" else "made"
    run("node", "node_modules/.bin/js-wacz", "create", "-f", warc, "-o", js)
    with zipfile.ZipFile(js) as wacz:
        by_js = wacz.read("indexes/index.cdx").decode().split()[1]
    return by_indexer, by_py, by_js, pages(js)[0]


seen = {}
for name, date in DATES.items():
    write(f"{name}.warc.gz", date)
    seen[name] = tried(name)
    print(f"{date:21}", *seen[name])
write("twice.warc.gz", "2026-11-30T12:34:56Z", "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z")
run("node", "node_modules/.bin/js-wacz", "create", "-f", "twice.warc.gz", "-o", "twice.wacz")
print("three captures of one address, in js-wacz's pages.jsonl:", *pages("twice.wacz"))
assert seen == {
    "year": ("TypeError", "TypeError", "2026", "2026"),
    "month": ("TypeError", "TypeError", "202611", "2026-11"),
    "day": ("20261130000000", "made", "20261130", "2026-11-30"),
    "minute": ("20261130123400", "made", "202611301234Z", "2026-11-30T12:34Z"),
    "second": (FULL, "made", FULL, "2026-11-30T12:34:56Z"),
}, seen
assert pages("twice.wacz") == ["2026-11-30T12:34:56Z"]
PYTHON
venv/bin/python tried.py
