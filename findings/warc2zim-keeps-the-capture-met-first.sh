#!/usr/bin/env bash
# warc2zim 2.2.2: of several captures of an address the one that stands first in the files is kept.
#
# Guess before the run: of two captures of one address the newest becomes the ZIM's page, as a replay
# without a date shows it, or the newest not newer than the ZIM's own Date. Seen: the first record met
# is kept, whatever its WARC-Date, so the order of the arguments decides; the usual order of a crawl
# gives the oldest page, under later revisits of the newest too. No date of the kept page is in the ZIM:
# its Date is the day on which warc2zim ran, and X-ContentDate the span of all captures that were given,
# those that were left out among them. To do: the Date of a ZIM does not date its pages, and a span of
# several days only says between which they lie.
# Needs: Python 3.13 (named by $PYTHON, else python3.13).
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
"${PYTHON:-python3.13}" -m venv venv
venv/bin/pip install --quiet warc2zim==2.2.2
cat > made.py <<'PYTHON'
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGE = "https://bench.example/page"
OLD, NEW, LAST = "2021-03-01T10:00:00Z", "2024-06-01T10:00:00Z", "2025-01-01T10:00:00Z"


def head() -> StatusAndHeaders:
    return StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")


def add(writer: WARCWriter, name: str, date: str) -> str:
    body = f"<html><head><title>Page {name}</title></head><body>body {name}</body></html>".encode()
    record = writer.create_warc_record(
        PAGE, "response", payload=BytesIO(body), http_headers=head(), warc_headers_dict={"WARC-Date": date}
    )
    writer.write_record(record)
    return record.rec_headers.get_header("WARC-Payload-Digest")


for file, captures in {
    "old-new": (("A", OLD), ("B", NEW)), "new-old": (("B", NEW), ("A", OLD)),
    "revisited": (("A", OLD), ("B", NEW)),
}.items():
    with open(f"{file}.warc.gz", "wb") as into:
        writer = WARCWriter(into, gzip=True, warc_version="1.1")
        digests = [add(writer, *capture) for capture in captures]
        if file == "revisited":
            writer.write_record(writer.create_revisit_record(
                PAGE, digests[1], PAGE, NEW, http_headers=head(), warc_headers_dict={"WARC-Date": LAST}
            ))
PYTHON
venv/bin/python made.py
for file in old-new new-old revisited; do
  venv/bin/warc2zim --name page --output . --zim-file "$file.zim" --url https://bench.example/page \
    --title Page --description Page "$file.warc.gz" > "$file.log" 2>&1
done
venv/bin/python - <<'PYTHON'
import re
from datetime import date
from importlib.metadata import version

from libzim.reader import Archive

seen = {}
for file in ("old-new", "new-old", "revisited"):
    zim = Archive(f"{file}.zim")
    page = bytes(zim.get_entry_by_path("bench.example/page").get_item().content).decode()
    day = zim.get_metadata("Date").decode()
    seen[file] = re.search("body ([AB])", page)[1]
    span = zim.get_metadata("X-ContentDate").decode()
    print(f"warc2zim {version('warc2zim')} of {file:12} page {seen[file]}, Date {day}, of {span}")
    assert span == "2021-03-01," + ("2025-01-01" if file == "revisited" else "2024-06-01"), span
    assert abs((date.fromisoformat(day) - date.today()).days) <= 1, day
    assert "2021" not in page and "2024" not in page, page
assert seen == {"old-new": "A", "new-old": "B", "revisited": "A"}, seen
PYTHON
