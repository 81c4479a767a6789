"""Containers as other tools make them, and what an import makes of each."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from db_home import ALDER, BIRCH, CEDAR, html
from libzim.writer import Creator, Hint, Item, StringProvider
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import open_archive
from crawler import ImportReport
from crawler.importing.importing import import_paths
from parsers.sites import site_named

SAMPLE = site_named("sample")
BASE = "https://sample.example/compare/"
URL = f"{BASE}alder-vs-birch"
PAGE, OTHER = html(ALDER, BIRCH), html(ALDER, CEDAR)
AT = "2026-11-02T10:00:00Z"


def warc(*pages: tuple[str, bytes], gz: bool = True) -> bytes:
    """A WARC file of warcio's making, with a warcinfo record first."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gz)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "heron/3"}))
    for url, body in pages:
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            http_headers=head,
            warc_headers_dict={"WARC-Date": AT},
        )
        writer.write_record(record)
    return out.getvalue()


WARC = warc((URL, PAGE))


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def wacz(path: Path, warc_bytes: bytes = WARC, **changed: object) -> Path:
    """A WACZ file as py-wacz makes it; `changed` are members, a value None leaves one out."""
    names: dict[str, bytes] = {
        "archive/data.warc.gz": warc_bytes,
        "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n' + json.dumps({"url": URL}).encode(),
    }
    names |= {k: v for k, v in changed.items() if isinstance(v, bytes)}
    hashed = changed.get("hashed") or (lambda data: hashlib.sha256(data).hexdigest())
    package = json.dumps(
        {
            "profile": changed.get("profile", "data-package"),
            "software": changed.get("software", "heron-wacz 1"),
            "resources": [
                {"path": name, "hash": f"sha256:{hashed(data)}", "bytes": len(data)}
                for name, data in (names | {"archive/data.warc.gz": WARC}).items()
            ],
        }
    ).encode()
    digest = json.dumps({"hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}).encode()
    names |= {"datapackage.json": package, "datapackage-digest.json": digest}
    names |= {k: v for k, v in changed.items() if k.startswith("datapackage")}
    return zipped(path, {k: v for k, v in names.items() if k not in changed.get("without", ())})


def mhtml(body: bytes = PAGE, **headers: str) -> EmailMessage:
    """A page in the shape of RFC 2557, with a picture and a frame after it."""
    message = EmailMessage(policy=SMTP)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("")
    message.clear_content()
    message.make_related()
    message.set_param("type", "text/html")
    message.add_related(body, "text", "html", cte="quoted-printable", cid="<root@x>")
    message.add_related(b"GIF89a", "image", "gif", cte="base64")
    message.add_related(b"<html>a frame</html>", "text", "html", cte="base64")
    return message


def har_of(*entries: dict[str, object]) -> bytes:
    creator = {"name": "Heron", "version": "2"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries}}).encode()


def entry(content: dict[str, object], url: str = URL, **more: object) -> dict[str, object]:
    headers = {
        "content-type": "text/html",
        "content-encoding": "br",
        "content-length": "3",
        ":status": "200",
        "x-robots-tag": "noarchive\nnosnippet",
        **more.pop("headers", {}),
    }
    return {
        "startedDateTime": "2026-11-02T12:00:00.900+02:00",
        "serverIPAddress": "192.0.2.7",
        "request": {"method": "GET", "url": url},
        "response": {
            "status": 200,
            "statusText": "",
            "httpVersion": "h2",
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "content": {"mimeType": "text/html", **content},
            **more.pop("response", {}),
        },
        **more,
    }


def taken(home: Path) -> list[tuple[str, bytes, str, str]]:
    """What is in the archive: address, bytes, date and who says the date."""
    archive = open_archive(home)
    return [(c.url, archive.load(c).body, c.captured_at, c.date_source) for c in archive.captures()]


def imported(home: Path, *paths: Path, **options: object) -> ImportReport:
    return import_paths(home, list(paths), site=SAMPLE, **options)


def sentences(home: Path, *paths: Path) -> tuple[dict[str, int], str]:
    """What an import says is wrong: the codes, and its sentences."""
    report = imported(home, *paths)
    assert report.exit_code == 10
    return report.failed, " ".join(report.details)


class Page(Item):
    def __init__(self, path: str, body: bytes) -> None:
        super().__init__()
        self.path, self.body = path, body

    def get_path(self) -> str:
        return self.path

    def get_title(self) -> str:
        return "x"

    def get_mimetype(self) -> str:
        return "text/html"

    def get_contentprovider(self) -> StringProvider:
        return StringProvider(self.body)

    def get_hints(self) -> dict[Hint, int]:
        return {Hint.FRONT_ARTICLE: True}


def zim(path: Path, scraper: str, pages: dict[str, bytes], **said: str) -> Path:
    with Creator(path).config_indexing(False, "eng") as creator:
        creator.set_mainpath(next(iter(pages)))
        for name, body in pages.items():
            creator.add_item(Page(name, body))
        for name, value in {"Scraper": scraper, "Date": "2026-11-20", **said}.items():
            creator.add_metadata(name.replace("_", "-"), value.encode(), "text/plain")
    return path
