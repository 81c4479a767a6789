#!/usr/bin/env bash
# uvicorn 0.54.0 (h11 0.16.0): where a visitor's chunks are wrong, it answers 400 by itself and then raises
# h11's LocalProtocolError in the application, from `send`: one request, one traceback in the log.
#
# Guess before the run: the application is told http.disconnect, and what it sends is dropped, as ASGI asks
# of a connection that is closed. Seen: `await send(http.response.start)` raises an exception of a library
# that the application does not know, though it did nothing wrong and never read the body. A framework that
# catches what its pages raise (Datasette 1.0a41) takes it for its own fault, logs it, tries to send a page
# that says 500, and gets a RuntimeError for that. An alarm on such lines can be rung by anybody.
# To do: let no body reach the server (nginx reads it first: proxy_request_buffering, its default), or do
# not count what `send` raises as a fault of the page.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; wait; rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
python3 -m venv venv
venv/bin/pip install --quiet uvicorn==0.54.0 h11==0.16.0
cat > app.py <<'PYTHON'
import sys

async def app(scope, receive, send):
    assert scope["type"] == "http"
    try:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    except Exception as error:
        print(f"{scope['path']}: {type(error).__module__}.{type(error).__name__}", flush=True)
        raise
    await send({"type": "http.response.body", "body": b"ok"})
PYTHON
cat > ask.py <<'PYTHON'
"""Sends a sound request, and one whose first chunk has no size; gives the statuses."""
import socket, sys, time

def ask(path, body):
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{body}"
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) as sock:
        sock.sendall(head.encode())
        return sock.recv(1000).decode().split()[1]

for _ in range(100):
    try:
        ask("/first", "0\r\n\r\n")
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
print("sound chunks:", ask("/sound", "0\r\n\r\n"), " a chunk of no size:", ask("/wrong", "zz\r\n"))
time.sleep(0.5)
PYTHON
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv/bin/uvicorn app:app --http h11 --port "$PORT" --lifespan off --log-level error > said 2> log &
venv/bin/python ask.py "$PORT"
cat said
grep -c Traceback log
[ "$(cat said)" = "/wrong: h11._util.LocalProtocolError" ]
grep -q "Exception in ASGI application" log
