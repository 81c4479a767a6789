"""Whether this machine can ask safely at all: no proxy in the way, and roots to check against.

Behind a proxy it is the proxy that resolves names, so the address guard would see nothing; without
roots every certificate would be refused, page after page. Both are told before anything is asked.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from crawler.context import Job
from schema.errors import StartError

_USUAL_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
)
"""Where systems keep their roots, for a Python whose OpenSSL was built to look elsewhere."""
_USUAL_FOLDERS = ("/etc/ssl/certs",)


def require_trust(jobs: Sequence[Job], *, allow_private: bool) -> None:
    """Refuse to begin where the guard of addresses, or the check of certificates, cannot work.

    Raises: StartError naming the variable of a proxy that would stand between us and a public
    host, or the bundle of certificates that is missing, empty or out of date.
    """
    for job in jobs:
        variable = None if allow_private else proxy_variable(job.base, os.environ)
        if variable is not None:
            raise StartError(
                what=f"the environment variable {variable} names a proxy for {job.base}: behind one"
                " private addresses cannot be refused; unset it, or list the host in no_proxy"
            )
    if any(urlsplit(job.base).scheme == "https" for job in jobs):
        require_roots(os.environ)


def proxy_variable(url: str, env: Mapping[str, str]) -> str | None:
    """The variable that sends requests for an address through a proxy; None where none does.

    >>> proxy_variable("https://a.example/", {"HTTPS_PROXY": "http://127.0.0.1:3128"})
    'HTTPS_PROXY'
    >>> proxy_variable("https://a.example/", {"ALL_PROXY": "x", "no_proxy": "a.example"})
    """
    parts = urlsplit(url)
    names = (f"{parts.scheme}_proxy", "all_proxy")
    set_ = {name.lower(): name for name in env if name.lower().endswith("_proxy") and env[name]}
    spared = env.get(set_.get("no_proxy", ""), "")
    if spared and proxy_bypass(parts.hostname or "", {"no": spared}):
        return None
    return next((set_[name] for name in names if name in set_), None)


def require_roots(env: Mapping[str, str]) -> None:
    """Refuse to begin without certificates to check others against.

    Raises: StartError where none can be found, or where most have expired.
    """
    files, folders = _places(env)
    if any(_is_filled(folder) for folder in folders):
        return
    readable = [file for file in files if file.is_file() and os.access(file, os.R_OK)]
    if not readable:
        where = ", ".join(map(str, [*files, *folders]))
        raise StartError(what=f"no bundle of root certificates to check servers against in {where}")
    for file in readable:
        ends = _ends(file)
        if not ends:
            raise StartError(what=f"{file} holds no root certificate")
        if sum(end < time.time() for end in ends) * 2 > len(ends):
            raise StartError(
                what=f"{file}: most root certificates have expired;"
                " renew the bundle, or check the clock of this machine"
            )


def tls_context() -> ssl.SSLContext:
    """How a server must show who it is: by a root of ours, its name, and TLS 1.2 or later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    files, folders = _places(os.environ)
    for file in files:
        with suppress(OSError):  # `require_roots` has told of a file that adds none
            context.load_verify_locations(cafile=file)
    for folder in folders:
        if _is_filled(folder):
            context.load_verify_locations(capath=folder)
    return context


def _places(env: Mapping[str, str]) -> tuple[list[Path], list[Path]]:
    """Where OpenSSL will look: what the environment says, else every usual place."""
    file, folder = env.get("SSL_CERT_FILE"), env.get("SSL_CERT_DIR")
    if file or folder:
        files, folders = [file] if file else [], folder.split(os.pathsep) if folder else []
    else:
        usual = ssl.get_default_verify_paths()
        files = [usual.openssl_cafile, *_USUAL_FILES]
        folders = [usual.openssl_capath, *_USUAL_FOLDERS]
    return [Path(one) for one in dict.fromkeys(files)], [
        Path(one) for one in dict.fromkeys(folders)
    ]


def _is_filled(folder: Path) -> bool:
    try:
        return any(folder.glob("*.[0-9]"))
    except OSError:
        return False


def _ends(file: Path) -> list[float]:
    """When each certificate of a bundle expires. Units: seconds since 1970."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(file)
    except (ssl.SSLError, OSError):
        return []
    return [ssl.cert_time_to_seconds(str(cert["notAfter"])) for cert in context.get_ca_certs()]
