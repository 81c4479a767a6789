"""A page saved from an archive that replays it, as people save from the Wayback Machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from captures.bench import Bench, Made, Tool
from captures.fetchers import wget_warc
from captures.installed import pinned
from captures.programs import free_port, run, serving
from captures.truth import OWN, body

MODIFIERS = ("mp_", "if_", "id_", "")


def pywb_replay(bench: Bench) -> Iterator[Made]:
    programs, tool, folder = (
        bench.installed.python("pywb"),
        f"pywb {pinned('pywb')}",
        bench.scratch("replay"),
    )
    made = next(wget_warc(bench.aside("of-replay")))
    run(programs / "wb-manager", "init", "rec", cwd=folder)
    run(programs / "wb-manager", "add", "rec", made.path, cwd=folder)
    index = (folder / "collections" / "rec" / "indexes" / "index.cdxj").read_text("utf-8")
    stamp, port = index.split()[1], free_port()
    curl, wget = bench.installed.system("curl"), bench.installed.system("wget")
    command = (programs / "wayback", "-b", "127.0.0.1", "-p", str(port))
    with serving(*command, cwd=folder, port=port, log=folder / "log.txt"):
        for modifier in MODIFIERS:
            row = bench.row(f"pywb-replay-{modifier or 'top'}", tool)
            row.visits.extend(made.visits)
            address = f"http://127.0.0.1:{port}/rec/{stamp}{modifier}/{bench.page}"
            run(curl, "-s", "-f", "-o", "page.html", address, cwd=row.folder)
            # What id_ gives is the page alone: nothing in it says when.
            yield row.made(
                "page.html",
                f"curl -o page.html ARCHIVE/{modifier}/URL",
                is_dated=modifier != "id_",
                lost="" if modifier else "the page: this is the frame around it",
            )
        address = f"http://127.0.0.1:{port}/rec/{stamp}mp_/{bench.page}"
        row = bench.row("pywb-replay-save-headers", tool)
        row.visits.extend(made.visits)
        run(wget, "-q", "--save-headers", "-O", "page.html", address, cwd=row.folder)
        yield row.made("page.html", "wget --save-headers -O page.html ARCHIVE/mp_/URL")
        row = bench.row("pywb-replay-warc", tool)
        row.visits.extend(made.visits)
        address = address.replace("mp_/", "id_/")
        run(
            wget,
            "-q",
            "--warc-file=page",
            "--no-warc-keep-log",
            "-O",
            "body",
            address,
            cwd=row.folder,
        )
        (row.folder / "body").unlink()
        yield row.made("page.warc.gz", "wget --warc-file=page ARCHIVE/id_/URL")


def wayback_page(bench: Bench) -> Iterator[Made]:
    """A page in the Wayback Machine's shape, made by hand, as nothing leaves this machine."""
    row = bench.row("wayback-page", "made, in the Wayback Machine's shape")
    moment = datetime(2026, 11, 1, 10, 0, 0, tzinfo=UTC)
    row.visits.append(moment)
    (row.folder / "page.html").write_bytes(_as_replayed(moment))
    yield row.made("page.html", "made: links rewritten, toolbar, FILE ARCHIVED ON")


def _as_replayed(moment: datetime) -> bytes:
    stamp, host = f"{moment:%Y%m%d%H%M%S}", "https://web.archive.org"
    text = body().decode()
    text = text.replace(f'href="{OWN}"', f'href="{host}/web/{stamp}/{OWN}"')
    text = text.replace('href="/', f'href="/web/{stamp}/https://sample.example/')
    banner = (
        f'<script>__wm.init("{host}/web");</script>\n'
        f'<script>__wm.wombat("{OWN}","{stamp}","{host}/","web","{host}/_static/","{int(moment.timestamp())}");'
        "</script>\n<!-- End Wayback Rewrite JS Include -->\n"
    )
    toolbar = (
        "<!-- BEGIN WAYBACK TOOLBAR INSERT -->\n"
        f'<div id="wm-ipp-base" lang="en"><input type="text" name="url" value="{OWN}"></div>\n'
        "<!-- END WAYBACK TOOLBAR INSERT -->"
    )
    said = (
        f"\n<!--\n     FILE ARCHIVED ON {moment:%H:%M:%S %b %d, %Y} AND RETRIEVED FROM THE\n"
        f"     INTERNET ARCHIVE ON {datetime.now(UTC):%H:%M:%S %b %d, %Y}.\n"
        "     JAVASCRIPT APPENDED BY WAYBACK MACHINE, COPYRIGHT INTERNET ARCHIVE.\n-->\n"
    )
    text = text.replace("<head>", f"<head>{banner}", 1).replace("<body>", f"<body>{toolbar}", 1)
    return (text + said).encode()


TOOLS = (Tool("pywb-replay", pywb_replay), Tool("wayback", wayback_page))
