#!/usr/bin/env bash
# h11 0.16.0: a client whose answer's body runs to the end of the connection may begin a next cycle.
#
# Guess before the run: such an answer leaves the client in MUST_CLOSE, as "Connection: close" does,
# and start_next_cycle raises. Seen: after the end both sides are DONE, start_next_cycle gives IDLE,
# and only an explicit "Connection: close" or HTTP/1.0 leads to MUST_CLOSE. Whoever keeps a pool by
# these states keeps a connection that the peer has closed; our wire drops one after such a body.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
python3 -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet h11==0.16.0
"$SCRATCH/venv/bin/python" - <<'PYTHON'
import h11

assert h11.__version__ == "0.16.0"


def states_after(head: bytes) -> tuple[object, object, str]:
    """Both states once an answer with this head was read to the connection's end, and what next."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "a.example")]))
    client.send(h11.EndOfMessage())
    client.receive_data(head + b"\r\n\r\nabc")
    client.receive_data(b"")
    while not isinstance(client.next_event(), h11.EndOfMessage):
        pass
    states = client.our_state, client.their_state
    try:
        client.start_next_cycle()
    except h11.LocalProtocolError:
        return (*states, "refused")
    return (*states, "begun")


plain = states_after(b"HTTP/1.1 200 OK\r\nContent-Type: text/html")
closing = states_after(b"HTTP/1.1 200 OK\r\nConnection: close")
older = states_after(b"HTTP/1.0 200 OK\r\nContent-Type: text/html")
for name, found in (("to the end", plain), ("Connection: close", closing), ("HTTP/1.0", older)):
    print(f"{name:18} ours {found[0]}, theirs {found[1]}, next cycle {found[2]}")
assert plain == (h11.DONE, h11.DONE, "begun")
assert closing[2] == older[2] == "refused"
PYTHON
