#!/usr/bin/env bash
# pywb 2.10.0: `wb-manager add --unpack-wacz` takes nothing of a WACZ whose index is `index.cdxj`.
#
# Guess before the run: an index may be called so in a WACZ (1.1.1 names `*.cdxj`), it is the name of
# pywb's own, and the records are there to be indexed anew: so it is taken in. Seen: only names in
# `.cdx` and `.cdx.gz` count; without one neither records nor index are copied, a warning is logged,
# and the exit is 0. The same lines as `index.cdx` are taken in. Here: `index.cdx.gz`.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet pywb==2.10.0 warcio==1.8.1 setuptools==80.9.0
cd "$SCRATCH"
"$SCRATCH/venv/bin/python" - <<'PYTHON'
import io
import json
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

URL = "https://a.example/page"
MANAGER = str(Path(sys.executable).with_name("wb-manager"))


def warc() -> bytes:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True)
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    body = io.BytesIO(b"<p>A page</p>")
    date = {"WARC-Date": "2026-11-02T12:00:00Z"}
    record = writer.create_warc_record(
        URL, "response", payload=body, http_headers=head, warc_headers_dict=date
    )
    writer.write_record(record)
    return file.getvalue()


def taken_in(index: str) -> tuple[int, bool, int]:
    """Exit, whether a warning was said, and how many records pywb then has."""
    data = warc()
    place = {"url": URL, "mime": "text/html", "status": "200", "offset": "0"}
    place |= {"length": str(len(data)), "filename": "some.warc.gz"}
    name = index.replace(".", "-")
    with zipfile.ZipFile(f"{name}.wacz", "w") as package:
        package.writestr("archive/some.warc.gz", data)
        package.writestr(f"indexes/{index}", f"example,a)/page 20261102120000 {json.dumps(place)}\n")
    subprocess.run([MANAGER, "init", name], check=True, capture_output=True)
    add = [MANAGER, "add", "--unpack-wacz", name, f"{name}.wacz"]
    done = subprocess.run(add, capture_output=True, text=True)
    records = list(Path("collections", name, "archive").iterdir())
    return done.returncode, "does not contain any indices" in done.stderr, len(records)


seen = {index: taken_in(index) for index in ("index.cdx", "index.cdxj")}
print(f"pywb {version('pywb')}: exit, warning, records")
for index, found in seen.items():
    print(f"{index:12}", *found)
assert seen == {"index.cdx": (0, False, 1), "index.cdxj": (0, True, 0)}
PYTHON
