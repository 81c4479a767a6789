#!/usr/bin/env bash
# nginx 1.22.1 proxy_cache: a page whose address is longer than some 3,700 bytes is never kept; each visit
# goes to the server behind, and proxy_cache_lock holds nobody back.
#
# Guess before the run: the key is hashed, so its length does not matter. Seen: the key is written in
# front of what is kept, with the head of the answer, and both must go into proxy_buffer_size (one page
# of memory: 4 KiB). Where they do not, nginx writes "proxy_buffer_size 4096 is not enough for cache key"
# to its log, asks the server, and keeps nothing: a page that is sorted behind a long text, whose address
# holds that text, costs its whole price each time it is read.
# To do: proxy_buffer_size 16k, more than the longest address and the head together.
# Needs: nginx (Debian: apt-get install nginx), python3.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; wait; rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
export PATH=$PATH:/usr/sbin
nginx -v
cat > origin.py <<'PYTHON'
"""Answers with how often it was asked, as a page that may be kept for a minute."""
import http.server, itertools, sys

count = itertools.count(1)

class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{next(count)}".encode()
        self.send_response(200)
        self.send_header("Cache-Control", "max-age=60")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Origin).serve_forever()
PYTHON
cat > ask.py <<'PYTHON'
"""How often the origin is asked in five visits, by the length of the address and by the buffer."""
import sys, time, urllib.request

def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return int(answer.read())

asked = {}
for name, port in zip(("4k", "16k"), sys.argv[1:], strict=True):
    for _ in range(100):
        try:
            get(port, "/")
            break
        except OSError:
            time.sleep(0.1)
    for length in (3000, 4100, 7000):
        asked[name, length] = len({get(port, f"/?{'a' * length}") for _ in range(5)})
        print(f"proxy_buffer_size {name}, address of {length} bytes: asked {asked[name, length]} of 5 times")
assert asked == {("4k", 3000): 1, ("4k", 4100): 5, ("4k", 7000): 5,
                 ("16k", 3000): 1, ("16k", 4100): 1, ("16k", 7000): 1}
PYTHON
read -r ORIGIN SMALL LARGE < <(python3 -c '
import socket
taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(each.getsockname()[1] for each in taken))')
cat > nginx.conf <<CONF
daemon off; pid $SCRATCH/pid; error_log $SCRATCH/errors;
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
events {}
http {
    access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f;
    uwsgi_temp_path u; scgi_temp_path s;
    proxy_cache_path $SCRATCH/kept keys_zone=kept:1m; proxy_cache kept; proxy_cache_lock on;
    proxy_cache_key \$server_port\$request_uri;
    server { listen 127.0.0.1:$SMALL; location / { proxy_pass http://127.0.0.1:$ORIGIN; proxy_buffer_size 4k; } }
    server { listen 127.0.0.1:$LARGE; location / { proxy_pass http://127.0.0.1:$ORIGIN; proxy_buffer_size 16k; proxy_buffers 8 16k; } }
}
CONF
python3 origin.py "$ORIGIN" &
nginx -p "$SCRATCH" -e "$SCRATCH/errors" -c "$SCRATCH/nginx.conf" &
python3 ask.py "$SMALL" "$LARGE"
grep -o 'proxy_buffer_size 4096 is not enough for cache key' errors | sort | uniq -c
