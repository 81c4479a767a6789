#!/usr/bin/env bash
# har2warc 1.0.4: a HAR's date with an offset is cut, not converted; hours are lost down the chain.
#
# Guess before the run: `2026-03-01T23:30:00.000+02:00`, the form that HAR 1.2 gives as its example and
# Firefox writes, becomes the WARC-Date 21:30:00Z. Seen: the first 19 characters with a Z behind, so
# 23:30:00Z; a date without milliseconds and with `-08:00` is eight hours early in the same way. What
# is made from the WARC (here a WACZ by js-wacz 0.1.6) carries the wrong hour on, and a timestamp in
# its index may name another day. To do: take in the HAR itself, not the WARC that was made of it.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
python3 -m venv venv
venv/bin/pip install --quiet har2warc==1.0.4 'setuptools<81'
npm install --silent --no-fund --no-audit --prefix . @harvard-lil/js-wacz@0.1.6
cat > made.py <<'PYTHON'
import json
import sys

DATES = {"/east": "2026-03-01T23:30:00.000+02:00", "/west": "2026-03-01T20:30:00-08:00",
         "/utc": "2026-03-01T21:30:00.000Z"}


def entry(path: str, date: str) -> dict[str, object]:
    page = f"<html><head><title>{path}</title></head><body>{path}</body></html>"
    return {
        "startedDateTime": date, "time": 1, "cache": {}, "timings": {"send": 0, "wait": 1, "receive": 0},
        "request": {"method": "GET", "url": f"https://bench.example{path}", "httpVersion": "HTTP/1.1",
                    "cookies": [], "headers": [], "queryString": [], "headersSize": -1, "bodySize": 0},
        "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [],
                     "headers": [{"name": "Content-Type", "value": "text/html"}],
                     "content": {"size": len(page), "mimeType": "text/html", "text": page},
                     "redirectURL": "", "headersSize": -1, "bodySize": len(page)},
    }


log = {"version": "1.2", "creator": {"name": "made", "version": "1"}, "pages": [],
       "entries": [entry(path, date) for path, date in DATES.items()]}
json.dump({"log": log}, sys.stdout)
PYTHON
python3 made.py > page.har
venv/bin/har2warc page.har page.warc.gz
node node_modules/.bin/js-wacz create -f page.warc.gz -o page.wacz > js-wacz.log 2>&1
venv/bin/python - <<'PYTHON'
import json
import zipfile

from warcio.archiveiterator import ArchiveIterator

with open("page.warc.gz", "rb") as warc:
    dates = {
        record.rec_headers.get_header("WARC-Target-URI").removeprefix("https://bench.example"):
        record.rec_headers.get_header("WARC-Date")
        for record in ArchiveIterator(warc) if record.rec_type == "response"
    }
with zipfile.ZipFile("page.wacz") as wacz:
    index = [line.split(" ")[:2] for line in wacz.read("indexes/index.cdx").decode().splitlines()]
indexed = {key.partition(")")[2]: stamp for key, stamp in index}
print("har2warc 1.0.4 and js-wacz 0.1.6: the HAR's date, the WARC's, the WACZ's")
for path, said in {"/east": "23:30 +02:00", "/west": "20:30 -08:00", "/utc": "21:30 Z"}.items():
    print(f"{path:6}", said.ljust(13), dates[path], indexed[path])
assert dates == {"/east": "2026-03-01T23:30:00Z", "/west": "2026-03-01T20:30:00Z",
                 "/utc": "2026-03-01T21:30:00Z"}, dates
assert indexed == {"/east": "20260301233000", "/west": "20260301203000", "/utc": "20260301213000"}, indexed
PYTHON
