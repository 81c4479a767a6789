"""`croissant.json`: the Parquet files as record sets with fields, keys and references.

Parquet, because readers of CSV take a tool named None or NA for no value.
Source: the Croissant format, version 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.release.about import KEYWORDS, LICENCE_WORDS, PUBLISHER, About, File
from db.release.tables import Column, Table

PARQUET = "application/vnd.apache.parquet"
_ENCODING = "application/x-parquet"
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(
    about: About, tables: Iterable[Table], files: Iterable[File], cite_as: str
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


def _file(about: About, file: File) -> dict[str, Any]:
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


def _record_set(table: Table, file: File) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "key": [{"@id": f"{table.name}/{each}"} for each in table.key],
        "field": [_field(table, each, file) for each in table.columns],
    }


def _field(table: Table, column: Column, file: File) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": "sc:Integer" if column.kind == "integer" else "sc:Text",
        "source": {"fileObject": {"@id": file.path}, "extract": {"column": column.name}},
        **({"references": _field_named(column.references)} if column.references else {}),
    }


def _field_named(place: tuple[str, str]) -> dict[str, Any]:
    return {"field": {"@id": "/".join(place)}}
