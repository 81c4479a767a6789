"""A site whose answers honour validators, and the days on which it is crawled again."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

from crawl_site import Answer, Site

from machine.clock import stamp


def at(day: int) -> dict[str, str]:
    return {"VERDICTS_NOW": stamp(datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(days=day))}


def validating(body: bytes, sent: list[str], *, weak: str = "") -> Answer:
    """An answer that honours validators and notes whether it sent a body."""
    tag = f'{weak}"{hashlib.sha256(body).hexdigest()[:16]}"'

    def play(handler: BaseHTTPRequestHandler) -> None:
        is_known = handler.headers.get("If-None-Match") == tag
        handler.send_response(304 if is_known else 200)
        handler.send_header("ETag", tag)
        if not is_known:
            handler.send_header("Content-Type", "text/html; charset=utf-8")
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if not is_known:
            sent.append(handler.path)
            handler.wfile.write(body)

    return Answer(play=play)


def all_validate(site: Site) -> list[str]:
    sent: list[str] = []
    for path, answer in list(site.answers.items()):
        assert isinstance(answer, Answer)
        site.answers[path] = validating(answer.body, sent)
    return sent
