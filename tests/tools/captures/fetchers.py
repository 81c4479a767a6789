"""curl, wget and wget2: files, mirrors and WARC."""

from __future__ import annotations

from collections.abc import Iterator

from captures.bench import Bench, Made, Tool
from captures.installed import debian
from captures.programs import run

FILE_NAME = "page.html"


def curl(bench: Bench) -> Iterator[Made]:
    program, tool = bench.installed.system("curl"), f"curl {debian('curl')}"
    for name, options in (("curl -o", ()), ("curl -R", ("-R",)), ("curl -i", ("-i",))):
        row = bench.row(name.replace(" ", ""), tool)
        row.visit()
        run(program, "-s", *options, "-o", FILE_NAME, bench.page, cwd=row.folder)
        yield row.made(
            FILE_NAME, f"curl {' '.join(options)} -o page.html URL", is_dated="-i" in name
        )


def wget_files(bench: Bench) -> Iterator[Made]:
    program, tool = bench.installed.system("wget"), f"wget {debian('wget')}"
    for name, options in (("wget-O", ()), ("wget-save-headers", ("--save-headers",))):
        row = bench.row(name, tool)
        row.visit()
        run(program, "-q", *options, "-O", FILE_NAME, bench.page, cwd=row.folder)
        command = " ".join(("wget", *options, "-O page.html URL"))
        yield row.made(FILE_NAME, command, is_dated=bool(options))
    row = bench.row("wget-mirror", tool)
    row.visit()
    options = ("-r", "-l1", "-p", "-k", "-K", "-E", "-nH", "-e", "robots=off", "-I", "/compare")
    run(program, "-q", *options, "-A", "*in-one-small-file*", bench.page, cwd=row.folder, ok=(0, 8))
    yield row.made("", f"wget {' '.join(options)} URL", is_dated=False)


def wget_warc(bench: Bench) -> Iterator[Made]:
    program, tool = bench.installed.system("wget"), f"wget {debian('wget')}"
    for dress, address in bench.addresses.items():
        row = bench.row(f"wget-warc-{dress}", tool)
        row.visit()
        options = ("--warc-file=page", "--no-warc-keep-log", "--no-warc-digests")[:2]
        if "gzip" in dress or dress in ("br", "zstd"):
            options += (f"--header=Accept-Encoding: {dress.partition('-')[0]}",)
        run(program, "-q", *options, "-O", "body", address, cwd=row.folder)
        (row.folder / "body").unlink()
        yield row.made("page.warc.gz", f"wget {' '.join(options)} -O body URL")
    row = bench.row("wget-warc-uncompressed", tool)
    row.visit()
    options = ("--warc-file=page", "--no-warc-keep-log", "--no-warc-compression")
    run(program, "-q", *options, "-O", "body", bench.page, cwd=row.folder)
    (row.folder / "body").unlink()
    yield row.made("page.warc", f"wget {' '.join(options)} -O body URL")


def wget_dedup(bench: Bench) -> Iterator[Made]:
    program = bench.installed.system("wget")
    row = bench.row("wget-warc-dedup", f"wget {debian('wget')}")
    seen: tuple[str, ...] = ()
    for name in ("first", "second"):
        row.visit()
        options = (f"--warc-file={name}", "--no-warc-keep-log", "--warc-cdx", *seen)
        run(program, "-q", *options, "-O", "body", bench.page, cwd=row.folder)
        seen = ("--warc-dedup=first.cdx",)
    (row.folder / "body").unlink()
    yield row.made(
        "",
        "wget --warc-file=first --warc-cdx URL; "
        "wget --warc-file=second --warc-cdx --warc-dedup=first.cdx URL",
    )


def wget2(bench: Bench) -> Iterator[Made]:
    program, tool = bench.installed.system("wget2"), f"wget2 {debian('wget2')}"
    for name, options in (("wget2-O", ()), ("wget2-save-headers", ("--save-headers",))):
        row = bench.row(name, tool)
        row.visit()
        run(program, "-q", *options, "-O", FILE_NAME, bench.page, cwd=row.folder)
        command = " ".join(("wget2", *options, "-O page.html URL"))
        yield row.made(FILE_NAME, command, is_dated=bool(options))
    row = bench.row("wget2-mirror", tool)
    row.visit()
    options = ("-r", "-l1", "-p", "-k", "-K", "-E", "-A", "*in-one-small-file*")
    run(program, "-q", *options, bench.page, cwd=row.folder, ok=(0, 8))
    yield row.made("", f"wget2 {' '.join(options)} URL", is_dated=False)


TOOLS = (
    Tool("curl", curl),
    Tool("wget", wget_files),
    Tool("wget-warc", wget_warc),
    Tool("wget-warc-dedup", wget_dedup),
    Tool("wget2", wget2),
)
