#!/usr/bin/env bash
# node-warc 3.3.1 and Playwright 1.65.1 over Chromium: a page from the browser's cache is a new capture.
#
# Guess before the run: a page opened twice in one browser is fetched twice, or its second record says
# that it comes from the cache (a revisit; the HAR's `cache` filled). Seen: the server is asked once,
# as Last-Modified alone lets a browser keep a page for a tenth of its age, days and weeks for most
# pages. node-warc writes a second response record with the present time as WARC-Date and 200; in
# Playwright's HAR the second entry has the present startedDateTime, status 200, the body, and `cache`
# empty: only `_transferSize` is 0. In both the Date header is the first fetch's.
# To do: where the Date header is well before the capture's date, the page was seen at the former.
# Needs: node, npm, a Chromium.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; wait; rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
npm install --silent --no-fund --no-audit --prefix . node-warc@3.3.1 chrome-remote-interface@0.34.0 \
  playwright-core@1.65.1
cat > serve.py <<'PYTHON'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = 0

    def do_GET(self) -> None:
        is_page = self.path.startswith("/page")
        Page.asked += is_page
        body = f"<html><body>fetch {Page.asked}</body></html>".encode()
        self.send_response(200 if is_page else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Last-Modified", "Sat, 01 Aug 2020 08:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        Path("asked.txt").write_text(str(Page.asked))

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
Path("port.txt").write_text(str(server.server_port))
server.serve_forever()
PYTHON
cat > twice.js <<'NODE'
const { chromium } = require('playwright-core');
const connect = require('chrome-remote-interface');
const { RemoteChromeCapturer, RemoteChromeWARCWriter } = require('node-warc');
const [, , executablePath, base, debug] = process.argv;
const rest = (ms) => new Promise((done) => setTimeout(done, ms));

(async () => {
  const args = ['--headless', '--no-sandbox', '--disable-gpu', `--remote-debugging-port=${debug}`];
  const browser = await chromium.launchPersistentContext('profile', {
    executablePath, args, recordHar: { path: 'page.har', content: 'embed' } });
  for (let visit = 0; visit < 2; visit += 1) {
    const page = await browser.newPage();
    await page.goto(`${base}/page-of-the-har`);
    await rest(2500);
  }
  for (let visit = 0; visit < 2; visit += 1) {
    const { Network, Page, close } = await connect({ port: Number(debug) });
    await Promise.all([Network.enable(), Page.enable()]);
    const capturer = new RemoteChromeCapturer(Network);
    capturer.startCapturing(Network);
    await Page.navigate({ url: `${base}/page-of-the-warc` });
    await rest(2500);
    const to = { warcOpts: { warcPath: `${visit}.warc` }, winfo: { isPartOf: 'page' } };
    await new RemoteChromeWARCWriter().generateWARC(capturer, Network, to);
  }
  await browser.close();
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
NODE
python3 serve.py &
for _ in $(seq 50); do [ -s port.txt ] && break; sleep 0.1; done
DEBUG=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
node twice.js "$CHROMIUM" "http://127.0.0.1:$(cat port.txt)" "$DEBUG"
python3 - <<'PYTHON'
import json
import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path


def moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).astimezone(timezone.utc)


seen = []
for entry in json.loads(Path("page.har").read_text())["log"]["entries"]:
    answer = entry["response"]
    if entry["request"]["url"].endswith("har"):
        date = next(each["value"] for each in answer["headers"] if each["name"].lower() == "date")
        said = (answer["status"], bool(entry["cache"]), answer["_transferSize"] == 0)
        seen.append(("HAR", moment(entry["startedDateTime"]) - parsedate_to_datetime(date), said))
for name in ("0.warc", "1.warc"):
    whole = Path(name).read_bytes().decode()
    record = next(each for each in whole.split("WARC/1.0\r\n") if "http/1.1 200" in each)
    kind = re.search(r"WARC-Type: (\w+)", record)[1]
    stamp, date = re.search(r"WARC-Date: (\S+)", record)[1], re.search(r"\nDate: ([^\r]+)", record)[1]
    seen.append(("WARC", moment(stamp) - parsedate_to_datetime(date), kind))
asked = int(Path("asked.txt").read_text())
print(f"the server was asked {asked} times for 2 pages, opened twice each")
for where, behind, said in seen:
    print(f"{where:5} its date is {behind.total_seconds():5.1f} s after the Date header", said)
assert asked == 2, asked
(_, first, one), (_, second, two), (_, third, three), (_, fourth, four) = seen
assert (second - first).total_seconds() >= 2 and (fourth - third).total_seconds() >= 2, seen
assert one == (200, False, False) and two == (200, False, True), seen
assert three == four == "response", seen
PYTHON
