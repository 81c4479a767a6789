"""`ro-crate-metadata.json` and `dataset.jsonld`: a release for packagers and for search engines.

Source: RO-Crate 1.1, in which every file is named as it lies in the folder; schema.org's Dataset,
in which an address is whole or is not given.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.release.about import (
    KEYWORDS,
    LICENCE_FILE,
    LICENCE_URL,
    LICENCE_WORDS,
    PUBLISHER,
    AboutRelease,
    ReleasedFile,
)

_SPECIFICATION = "https://w3id.org/ro/crate/1.1"
_ORGANISATION = "#maintainers"


def crate(about: AboutRelease, files: Iterable[ReleasedFile]) -> dict[str, Any]:
    """The metadata of the folder as an RO-Crate."""
    held = list(files)
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": about.title,
        "description": about.description,
        "datePublished": about.date,
        "version": about.release,
        "keywords": ", ".join(KEYWORDS),
        "license": {"@id": LICENCE_FILE},
        "author": {"@id": _ORGANISATION},
        "publisher": {"@id": _ORGANISATION},
        "isBasedOn": [{"@id": each.base} for each in about.sources],
        **({"url": about.base} if about.base else {}),
        "hasPart": [{"@id": each.path} for each in held],
    }
    about_itself = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": _SPECIFICATION},
    }
    sites = [
        {"@id": each.base, "@type": "WebSite", "name": each.title, "url": each.base}
        for each in about.sources
    ]
    maintainers = {"@id": _ORGANISATION, "@type": "Organization", "name": PUBLISHER}
    entities = [about_itself, root, *map(_entity, held), maintainers, *sites]
    return {"@context": f"{_SPECIFICATION}/context", "@graph": entities}


def _entity(file: ReleasedFile) -> dict[str, Any]:
    return {
        "@id": file.path,
        "@type": "File",
        "name": file.path.rpartition("/")[2],
        "description": file.what,
        "encodingFormat": file.media_type,
        "contentSize": str(file.size),
        "sha256": file.sha256,
    }


def dataset(about: AboutRelease, files: Iterable[ReleasedFile]) -> dict[str, Any]:
    """The release as schema.org describes a data set, for search engines and the release's page."""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        **({"@id": about.base, "url": about.base} if about.base else {}),
        "name": about.title,
        "description": about.description,
        "version": about.release,
        "datePublished": about.date,
        "isAccessibleForFree": True,
        "keywords": [*KEYWORDS],
        "license": about.address(LICENCE_FILE) or LICENCE_WORDS,
        "usageInfo": LICENCE_URL,
        "creator": {"@type": "Organization", "name": PUBLISHER},
        "isBasedOn": [each.base for each in about.sources],
        "distribution": [_download(about, each) for each in files],
    }


def _download(about: AboutRelease, file: ReleasedFile) -> dict[str, Any]:
    address = about.address(file.path)
    return {
        "@type": "DataDownload",
        "name": file.path,
        "description": file.what,
        "encodingFormat": file.media_type,
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
        **({"contentUrl": address} if address else {}),
    }
