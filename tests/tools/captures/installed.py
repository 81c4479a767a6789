"""Each tool in an environment of its own, under one folder, at one version.

A tool that needs another Python takes it from the path or from pyenv; none is fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from captures.programs import NotHere

INSTALL_S = 600
"""How long one installation may take. Units: seconds."""
OLD_SETUPTOOLS = "setuptools<81"
"""The last that brings pkg_resources."""
PYTHON: dict[str, tuple[str, tuple[str, ...]]] = {
    "warcio": (
        "3.11",
        ("warcio==1.8.1", "requests==2.32.5", "warcit==0.4.0", "brotli", "zstandard"),
    ),
    "har2warc": ("3.11", ("har2warc==1.0.4", OLD_SETUPTOOLS)),
    "warcprox": ("3.11", ("warcprox==2.13.1", OLD_SETUPTOOLS)),
    "pywb": ("3.11", ("pywb==2.10.0", OLD_SETUPTOOLS)),
    "wacz": ("3.11", ("wacz==0.6.0", OLD_SETUPTOOLS)),
    "cdxj": ("3.11", ("cdxj-indexer==1.5.0", OLD_SETUPTOOLS)),
    "scrapy-webarchive": ("3.11", ("scrapy-webarchive==0.5.3", "twisted==24.11.0", "w3lib<2.3")),
    "pywebcopy": ("3.11", ("pywebcopy==7.1", "lxml_html_clean")),
    "mitmproxy": ("3.11", ("mitmproxy==11.0.2",)),
    "libzim": ("3.11", ("libzim==3.13.1",)),
    "wpull": ("3.6", ("wpull==2.0.1", "tornado==4.5.3", "html5lib==0.9999999", "sqlalchemy<1.4")),
    "warcforhumans": ("3.12", ("warcforhumans==1.0.0a2",)),
    "hoardy-web": ("3.13", ("hoardy-web==0.25.0", "mitmproxy==11.0.2")),
    "warc2zim": ("3.13", ("warc2zim==2.2.2",)),
    "archivebox": ("3.13", ("archivebox==0.9.73",)),
}
NODE = {
    "playwright": ("playwright-core@1.65.1",),
    "single-file": ("single-file-cli@2.0.83",),
    "js-wacz": ("@harvard-lil/js-wacz@0.1.6",),
    "node-warc": ("node-warc@3.3.1", "chrome-remote-interface@0.34.0"),
    "chrome-har-capturer": ("chrome-har-capturer@0.14.4",),
    "website-scraper": ("website-scraper@6.0.0",),
}
APT = {
    "wget": "wget",
    "curl": "curl",
    "wget2": "wget2",
    "httrack": "httrack",
    "chromium": "chromium",
    "zimdump": "zim-tools",
    "zimwriterfs": "zim-tools",
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "openbox": "openbox",
    "zstd": "zstd",
}
NO_BROWSERS = {
    "PUPPETEER_SKIP_DOWNLOAD": "1",
    "PUPPETEER_SKIP_CHROMIUM_DOWNLOAD": "1",
    "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
}


class Installed:
    """The environments under one folder, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def python(self, name: str) -> Path:
        """The folder of programs of a Python tool. Raises: NotHere where it does not install."""
        version, pins = PYTHON[name]
        folder = self.folder / f"py-{name}"
        if not _is_made(folder, pins):
            interpreter = _interpreter(version)
            _step(f"{name} (venv)", interpreter, "-m", "venv", "--clear", folder)
            _step(
                name, folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *pins
            )
            _note(folder, pins)
        return folder / "bin"

    def node(self, name: str) -> Path:
        """The folder of a node tool, its `node_modules` inside. Raises: NotHere."""
        if shutil.which("npm") is None:
            raise NotHere("there is no npm")
        folder = self.folder / f"npm-{name}"
        if not _is_made(folder, NODE[name]):
            folder.mkdir(exist_ok=True)
            _step(
                name,
                "npm",
                "install",
                "--silent",
                "--no-fund",
                "--no-audit",
                "--prefix",
                folder,
                *NODE[name],
            )
            _note(folder, NODE[name])
        return folder

    def system(self, program: str) -> str:
        """The path of a program of the system, from apt where that may be. Raises: NotHere."""
        if (found := shutil.which(program)) is not None:
            return found
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise NotHere(f"{program} is not installed ({APT[program]} has it)")
        _step(program, "apt-get", "install", "-y", "-qq", "--no-install-recommends", APT[program])
        if (found := shutil.which(program)) is None:
            raise NotHere(f"{APT[program]} does not bring {program}")
        return found


def debian(package: str) -> str:
    """The installed version of a package of the system, `?` where nobody says."""
    asked = ["dpkg-query", "-W", "-f", "${Version}", package]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "?"
    return done.stdout.split("-")[0].split("+")[0] or "?"


def pinned(name: str) -> str:
    """The version of a Python or node tool, as its pin says."""
    first = (NODE[name] if name in NODE else PYTHON[name][1])[0]
    return first.rpartition("@" if name in NODE else "==")[2]


def _interpreter(version: str) -> str:
    """A Python of that version that runs; a shim of pyenv is found by name, and does not."""
    root = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    named = shutil.which(f"python{version}")
    found = [
        *sorted((root / "versions").glob(f"{version}.*/bin/python")),
        *([named] if named else ()),
    ]
    for each in (sys.executable, *map(str, found)):
        asked = [each, "-c", "import sys; print(*sys.version_info[:2], sep='.')"]
        if (
            subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
            == version
        ):
            return each
    raise NotHere(f"there is no Python {version}")


def _is_made(folder: Path, pins: tuple[str, ...]) -> bool:
    stamp = folder / "made.txt"
    return stamp.is_file() and stamp.read_text("utf-8").split() == list(pins)


def _note(folder: Path, pins: tuple[str, ...]) -> None:
    (folder / "made.txt").write_text("\n".join(pins), "utf-8")


def _step(name: str, *command: str | Path) -> None:
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    try:
        done = subprocess.run(
            [*map(str, command)],
            env={**kept, **NO_BROWSERS, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALL_S,
        )
    except subprocess.TimeoutExpired as error:
        raise NotHere(f"{name} does not install within {INSTALL_S} s") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["nothing said"]
        raise NotHere(f"{name} does not install: {said[0][:200]}")
