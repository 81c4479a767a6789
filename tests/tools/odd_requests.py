"""Odd, long and hostile requests, with what the server answers to each directly and through nginx.

Each is bytes as they go over the wire; 0 stands for a connection that is closed without an answer.
None harms software outside: what could is sent only in a form that must be refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from nginx_front import HOST, asking

Status = int | tuple[int, ...]
LONG = "a" * 7000
SQL = "/verdicts/-/query?sql=select+1"


@dataclass(frozen=True)
class Odd:
    """One request, the statuses that may come directly, and the one that comes through nginx."""

    name: str
    request: bytes
    direct: tuple[int, ...]
    front: int


def _odd(name: str, request: bytes, direct: Status, front: int) -> Odd:
    return Odd(name, request, direct if isinstance(direct, tuple) else (direct,), front)


def _get(name: str, path: str, direct: Status, front: int, **headers: str) -> Odd:
    return _odd(name, asking(path, headers), direct, front)


def _head(name: str, lines: list[str], direct: Status, front: int, body: str = "") -> Odd:
    whole = "\r\n".join([*lines, "Connection: close", "", body])
    return _odd(name, whole.encode("latin-1"), direct, front)


def _method(word: str, path: str, direct: Status, front: int) -> Odd:
    return _odd(f"method {word}", asking(path, {}, word), direct, front)


AT = f"Host: {HOST}"
METHODS = [
    _method("HEAD", "/tool/quillfish", 200, 200),
    _method("OPTIONS", "/", 405, 405),
    _method("PUT", "/tool/quillfish", 405, 405),
    _method("PATCH", "/", 405, 405),
    _method("DELETE", "/verdicts/quote/1", 405, 405),
    _method("TRACE", "/", 405, 405),
    _method("PROPFIND", "/", 405, 405),
    _method("PURGE", "/", 405, 405),
    _method("MKCOL", "/new", 405, 405),
    _method("get", "/", 405, 400),
    _method("G" * 40, "/", 405, 405),
    _method("BREW", "/nothing", 405, 405),
    _head("method CONNECT", [f"CONNECT {HOST}:443 HTTP/1.1", AT], 405, 400),
    _head("POST with a form", ["POST / HTTP/1.1", AT, "Content-Length: 3"], 405, 405, "a=b"),
    _head("POST that says GET is meant",
          ["POST / HTTP/1.1", AT, "X-HTTP-Method-Override: GET", "Content-Length: 0"], 405, 405),
]  # fmt: skip
PATHS = [
    _get("nothing there", "/nothing", 404, 404),
    _get("a folder up", "/../../../etc/passwd", 404, 400),
    _get("a folder up, encoded", "/%2e%2e/%2e%2e/etc/passwd", 302, 400),
    _get("a folder up in the static files", "/static/../serving.py", 404, 404),
    _get("the same, encoded", "/static/..%2Fserving.py", 404, 404),
    _get("the same, twice encoded", "/static/%252e%252e%252fserving.py", 404, 404),
    _get("dots as a key", "/tool/..", 404, 404),
    _get("dots as an encoded key", "/tool/%2e%2e", 404, 404),
    _get("a zero byte", "/tool/a%00b", 404, 400),
    _get("a zero byte in a table", "/verdicts/quote%00", 302, 400),
    _get("line ends in the path", "/tool/a%0d%0aSet-Cookie:%20a=b", 404, 404),
    _get("line ends before a slash", "/verdicts/%0d%0aX-A:b/", 302, 302),
    _get("a backslash", "/\\evil.example", 400, 404),
    _get("a backslash, encoded", "/%5Cevil.example/", 400, 404),
    _get("two slashes", "//evil.example/", 400, 404),
    _get("two slashes inside", "/verdicts//quote", 400, 404),
    _get("an empty key", "/tool/", 302, 404),
    _get("bytes that are no UTF-8", "/tool/%ff%fe", 404, 404),
    _get("half a character of UTF-16", "/tool/%ed%a0%80", 404, 404),
    _get("a percent sign alone", "/tool/100%", 404, 400),
    _get("an overlong slash", "/tool/%c0%af", 404, 404),
    _get("bare bytes over 127", "/tool/\xff", 400, 400),
    _get("a script as key", "/tool/%3Cscript%3Ealert(1)%3C/script%3E", 302, 302),
    _get("a template as key", "/tool/%7B%7B7*7%7D%7D", 404, 404),
    _get("a quote mark as key", "/compare/%27%20or%201=1--", 404, 404),
    _get("a turning of the writing as key", "/tool/%E2%80%AE", 404, 404),
    _get("a long key", f"/tool/{LONG}", 404, 404),
    _get("a path over the bound of nginx", f"/tool/{'a' * 9000}", 404, 414),
    _get("an address over the bound of the server", f"/tool/{'a' * 17000}", 414, 414),
    _get("many parts", "/tool" + "/a" * 2000, 404, 404),
    _get("an ending that there is not", "/verdicts/quote.xml", 404, 404),
    _get("Datasette's own tools", "/-/plugins.json", 404, 404),
    _get("Datasette's own databases", "/-/databases", 404, 404),
    _get("Datasette's threads", "/-/threads", 404, 404),
    _get("the file itself", "/verdicts.db", 404, 404),
    _get("the name of a dot file", "/.git/config", 404, 404),
    _get("Datasette's other letters", "/~76erdicts/quote", 404, 404),
    _get("an absolute address", f"http://{HOST}/tool/quillfish", 400, 200),
    _get("an absolute address of another", "http://evil.example/", 400, 421),
    _get("a star", "*", 404, 400),
    _get("a path without a slash", "tool", 404, 400),
    _get("a fragment", "/tool/quillfish#part", 404, 404),
]  # fmt: skip
ARGUMENTS = [
    _get("SQL, where there is none", SQL, 403, 404),
    _get("SQL, its address spelled otherwise", "/verdicts/%2D/query?sql=select+1", 302, 302),
    _get("SQL in a table's filter", "/verdicts/quote?_where=1=1", 403, 403),
    _get("a thousand arguments", "/verdicts/quote?" + "&".join(["a=1"] * 1000), 400, 400),
    _get("a thousand facets", "/verdicts/quote?" + "&".join(["_facet=x"] * 700), 400, 400),
    _get("a column that there is not", "/verdicts/quote?verdict_sorce=page", 400, 400),
    _get("an operator that there is not", "/verdicts/quote?verdict__nosuch=page", 400, 400),
    _get("a size of everything", "/verdicts/quote.json?_size=999999999", 400, 400),
    _get("a size below nothing", "/verdicts/quote.json?_size=-1", 400, 400),
    _get("a page far away", "/search?q=make&page=99999999999999999999", 200, 200),
    _get("a lifetime of the visitor's own", "/verdicts/quote.json?_size=1&_ttl=99999999", 200, 200),
    _get("a trace", "/verdicts/quote.json?_size=1&_trace=1", 200, 200),
    _get("a search that is syntax", "/search?q=%22%20OR%20*%20NEAR(", 200, 200),
    _get("a search of 6,000 words", "/search?q=" + "a+" * 3000, 200, 200),
    _get("a search that is a script", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", 200, 200),
    _get("zero bytes in a search", "/search?q=%00%00", 200, 200),
    _get("no UTF-8 in a search", "/search?q=%ff%fe", 200, 200),
    _get("a day that there is not", "/tool/quillfish?as_of=2026-02-31", 400, 400),
    _get("line ends in an argument", "/verdicts/quote?_next=%0d%0aSet-Cookie:a", 400, 400),
    _get("JSON as a filter", "/verdicts/quote?score__in=[[[[", 400, 400),
    _get("an argument without end", "/search?q=" + LONG, 200, 200),
    _get("question marks", "/search?" + "?" * 200, 200, 200),
]
HEADERS = [
    _get("ranges", "/tool/quillfish", 200, 200, Range="bytes=0-99"),
    _get("a hundred ranges", "/tool/quillfish", 200, 200,
         Range="bytes=" + ",".join(f"{each}-" for each in range(100))),
    _get("a range below nothing", "/tool/quillfish", 200, 200, Range="bytes=-99999999999999999"),
    _get("any tag", "/tool/quillfish", 304, 304, If_None_Match="*"),
    _get("three hundred tags", "/tool/quillfish", 200, 200, If_None_Match='"a",' * 300),
    _get("no tag", "/tool/quillfish", 200, 200, If_None_Match="a\xff"),
    _get("a day since when", "/tool/quillfish", 200, 200,
         If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT"),
    _get("a day that is none", "/tool/quillfish", 200, 200, If_Modified_Since="tomorrow"),
    _get("another's tag must match", "/tool/quillfish", 200, 412, If_Match='"a"'),
    _get("a proxy's words of a visitor", "/tool/quillfish", 400, 200, X_Forwarded_Host="a b@c"),
    _get("another host by a visitor", "/tool/quillfish", 200, 200,
         X_Forwarded_Host="evil.example"),
    _get("another address within", "/tool/quillfish", 200, 200, X_Original_URL="/-/plugins",
         X_Rewrite_URL="/-/plugins", X_Accel_Redirect="/-/plugins"),
    _get("cookies and a password", "/tool/quillfish", 200, 200, Cookie="ds_actor=" + "a" * 3000,
         Authorization="Bearer " + "a" * 3000),
    _get("an encoding that there is not", "/tool/quillfish", 200, 200, Accept_Encoding="x, *;q=9"),
    _get("no packing", "/tool/quillfish", 200, 200, Accept_Encoding="gzip;q=0"),
    _get("a wish to speak otherwise", "/tool/quillfish", 200, 200, Upgrade="h2c, websocket",
         HTTP2_Settings="AAMAAABkAAQAAP__"),
    _get("a wish to wait", "/tool/quillfish", 200, 200, Expect="100-continue"),
    _get("two hundred headers", "/tool/quillfish", 200, 200,
         **{f"X_Odd_{each}": "a" for each in range(200)}),
    _get("a header over the bound of nginx", "/tool/quillfish", 200, 400, X_Odd="a" * 9000),
    # The server takes 16 KiB of them, or what the wire brings at once.
    _get("all headers over the bound", "/tool/quillfish", (200, 400), 400,
         **{f"X_Odd_{each}": "a" * 7000 for each in range(10)}),
    _head("no host", ["GET / HTTP/1.1"], 400, 400),
    _head("another host", ["GET / HTTP/1.1", "Host: evil.example"], 200, 421),
    _head("an empty host", ["GET / HTTP/1.1", "Host:"], 400, 400),
    _head("two hosts", ["GET / HTTP/1.1", AT, "Host: evil.example"], 400, 400),
    _head("a host that is none", ["GET / HTTP/1.1", "Host: a b"], 400, 400),
    _head("a host with a path", ["GET / HTTP/1.1", f"Host: {HOST}/x"], 400, 400),
    _head("a host with a port", ["GET /tool/quillfish HTTP/1.1", f"{AT}:9"], 200, 200),
    _head("an address for a host", ["GET / HTTP/1.1", "Host: 127.0.0.1"], 200, 421),
    _head("a host in capitals", ["GET /tool/quillfish HTTP/1.1", AT.upper()], 200, 200),
    _head("a header without a name", ["GET / HTTP/1.1", AT, ": a"], 400, 400),
    _head("a header with a space", ["GET / HTTP/1.1", AT, "X Odd: a"], 400, 400),
    _head("a header that goes on", ["GET / HTTP/1.1", AT, "X-Odd: a", " b"], 200, 400),
    _head("a header with a zero byte", ["GET / HTTP/1.1", AT, "X-Odd: a\0b"], 400, 400),
]  # fmt: skip
FRAMES = [
    _head("a body of a GET", ["GET / HTTP/1.1", AT, "Content-Length: 5"], 200, 413, "hello"),
    _head("a body over the bound", ["GET / HTTP/1.1", AT, "Content-Length: 2000"], 200, 413),
    _head("two lengths", ["GET / HTTP/1.1", AT, "Content-Length: 0", "Content-Length: 5"],
          400, 400),
    _head("a length and chunks",
          ["GET / HTTP/1.1", AT, "Content-Length: 5", "Transfer-Encoding: chunked"], 200, 400),
    _head("a length that is none", ["GET / HTTP/1.1", AT, "Content-Length: +5"], 400, 400),
    _head("a length below nothing", ["GET / HTTP/1.1", AT, "Content-Length: -1"], 400, 400),
    _head("chunks in two words", ["GET / HTTP/1.1", AT, "Transfer-Encoding: chunked, identity"],
          400, 501),
    _head("chunks of no size", ["GET / HTTP/1.1", AT, "Transfer-Encoding: chunked"], 400, 413,
          "zz\r\n"),
    _head("chunks in HTTP/1.0", ["GET / HTTP/1.0", AT, "Transfer-Encoding: chunked"], 200, 400),
    _head("HTTP/0.9", ["GET /"], 400, 0),
    _head("HTTP/1.0", ["GET /tool/quillfish HTTP/1.0", AT], 200, 200),
    _head("HTTP/2.0 in words", ["GET / HTTP/2.0", AT], 200, 505),
    _head("HTTP/9.9", ["GET / HTTP/9.9", AT], 200, 505),
    _head("a second request in the line", ["GET / HTTP/1.1 GET /x HTTP/1.1", AT], 400, 400),
    _odd("the opening words of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 405, 400),
    _odd("no request", b"\x16\x03\x01\x00\x05hello\r\n\r\n", 400, 400),
    _odd("lines that end with LF alone",
         f"GET /tool/quillfish HTTP/1.1\n{AT}\nConnection: close\n\n".encode(), 200, 200),
]  # fmt: skip
REQUESTS = [*METHODS, *PATHS, *ARGUMENTS, *HEADERS, *FRAMES]
