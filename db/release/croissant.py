"""`croissant.json`: the Parquet files as record sets with fields and keys.

Parquet, because readers of CSV take a tool named NA for no value. No references: mlcroissant 1.1.1
joins what they name and ends where that has no rows; `datapackage.json` has them.
Source: the Croissant format, version 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.release.about import KEYWORDS, LICENCE_WORDS, PUBLISHER, AboutRelease, ReleasedFile
from db.release.tables import ReleasedColumn, ReleasedTable

PARQUET = "application/vnd.apache.parquet"
_TYPES = {"integer": "sc:Integer", "number": "sc:Float", "string": "sc:Text"}
_ENCODING = "application/x-parquet"
_TERMS = """citeAs column equivalentProperty extract field fileProperty fileObject fileSet format
includes isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace
samplingRate separator source subField transform"""
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS.split()},
}
"""The context that the format wants every description to have."""


def croissant(
    about: AboutRelease,
    tables: Iterable[ReleasedTable],
    files: Iterable[ReleasedFile],
    cite_as: str,
) -> dict[str, Any]:
    """The description of a release; its files are named as they lie beside it."""
    parquet = {each.table: each for each in files if each.media_type == PARQUET}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": about.name,
        "description": about.description,
        "version": about.release,
        "datePublished": about.date,
        "license": LICENCE_WORDS,
        "citeAs": cite_as,
        "keywords": [*KEYWORDS],
        "creator": {"@type": "sc:Organization", "name": PUBLISHER},
        **({"url": about.base} if about.base else {}),
        "distribution": [_file(about, each) for each in parquet.values()],
        "recordSet": [_record_set(each, parquet[each.name]) for each in tables],
    }


def _file(about: AboutRelease, file: ReleasedFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "description": file.what,
        "contentUrl": about.address(file.path) or file.path,
        "contentSize": f"{file.size} B",
        "encodingFormat": _ENCODING,
        "sha256": file.sha256,
    }


def _record_set(table: ReleasedTable, file: ReleasedFile) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "key": [{"@id": f"{table.name}/{each}"} for each in table.key],
        "field": [_field(table, each, file) for each in table.columns],
    }


def _field(table: ReleasedTable, column: ReleasedColumn, file: ReleasedFile) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": _TYPES[column.kind],
        "source": {"fileObject": {"@id": file.path}, "extract": {"column": column.name}},
    }
