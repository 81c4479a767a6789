#!/usr/bin/env bash
# nginx 1.22.1 proxy_cache: a page that was kept goes out with the time of now for its Date and without
# an Age, so each cache behind it (a second nginx, a browser) keeps it for the whole max-age once more.
#
# Guess before the run: no Age perhaps, but the Date of the origin, from which a cache can tell the age
# (RFC 9111, 4.2.3). Seen: a Date of its own, no Age, and max-age as it came. Through two that both keep
# for max-age=3 a page was answered that was more than four seconds old, and through one it was kept
# into the second after the third. What is taken down is read for the sum of all caches on the way.
# To do: count a second more than is said, and tell whoever is behind to ask again
# (`proxy_hide_header Cache-Control; add_header Cache-Control no-cache;`): nginx answers 304 by itself.
# Needs: nginx (Debian: apt-get install nginx), python3.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; wait; rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
export PATH=$PATH:/usr/sbin
nginx -v
cat > origin.py <<'PYTHON'
"""Answers with the time, as a page that may be kept for three seconds and was made long ago."""
import http.server, sys, time

class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{time.time()}".encode()
        self.send_response_only(200)
        self.send_header("Date", self.date_time_string())
        self.send_header("Cache-Control", "max-age=3")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Origin).serve_forever()
PYTHON
cat > ask.py <<'PYTHON'
"""The oldest page that one and two caches answer, and what the headers of a kept page say of it."""
import email.utils, sys, time, urllib.request

def get(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        return time.time() - float(answer.read()), answer.headers

inner, outer = sys.argv[1:]
for _ in range(100):
    try:
        get(inner)
        break
    except OSError:
        time.sleep(0.1)
oldest = {inner: 0.0, outer: 0.0}
until = time.time() + 12
time.sleep(2)  # so that the second cache takes what the first has kept for a while
while time.time() < until:
    for port in oldest:
        age, headers = get(port)
        if age > oldest[port]:
            oldest[port], told = age, headers
            said = time.time() - email.utils.parsedate_to_datetime(told["Date"]).timestamp()
            assert told["Age"] is None and said < 1.1, "an age is told"
            assert told["Cache-Control"] == "max-age=3"
    time.sleep(0.1)
print(f"max-age=3; oldest page: through one {oldest[inner]:.1f} s, through two {oldest[outer]:.1f} s")
assert oldest[outer] > max(4, 1 + oldest[inner])
PYTHON
read -r ORIGIN INNER OUTER < <(python3 -c '
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
    proxy_cache_path $SCRATCH/one keys_zone=one:1m;
    proxy_cache_path $SCRATCH/two keys_zone=two:1m;
    server { listen 127.0.0.1:$INNER; location / { proxy_pass http://127.0.0.1:$ORIGIN; proxy_cache one; } }
    server { listen 127.0.0.1:$OUTER; location / { proxy_pass http://127.0.0.1:$INNER; proxy_cache two; } }
}
CONF
python3 origin.py "$ORIGIN" &
nginx -p "$SCRATCH" -e "$SCRATCH/errors" -c "$SCRATCH/nginx.conf" &
python3 ask.py "$INNER" "$OUTER"
