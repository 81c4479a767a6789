"""How to cite a release: CITATION.cff, BibTeX, and one line.

Written here, because cffconvert leaves the version out of BibTeX and makes a person of a group.
"""

from __future__ import annotations

import json

from db.release.about import KEYWORDS, LICENCE_WORDS, PUBLISHER, AboutRelease


def citation_line(about: AboutRelease) -> str:
    """The citation as a sentence."""
    where = f" {about.base}" if about.base else ""
    year = about.date[:4]
    return f"{PUBLISHER} ({year}). {about.title} [data set], {about.date}.{where}"


def citation_cff(about: AboutRelease) -> str:
    """CITATION.cff, version 1.2.0; a text in JSON's quotation marks is YAML's too."""
    said = {
        "cff-version": "1.2.0",
        "message": f"To cite this data, use this file. {LICENCE_WORDS}",
        "type": "dataset",
        "title": about.title,
        "version": about.release,
        "date-released": about.date,
        **({"url": about.base} if about.base else {}),
        "abstract": about.description,
    }
    lines = [f"{name}: {_text(value)}" for name, value in said.items()]
    lines += ["authors:", f"  - name: {_text(PUBLISHER)}"]
    lines += ["keywords:", *(f"  - {_text(each)}" for each in KEYWORDS)]
    return "".join(f"{line}\n" for line in lines)


def citation_bib(about: AboutRelease) -> str:
    """The BibTeX entry; in two braces a group's name is one name."""
    said = {
        "author": f"{{{PUBLISHER}}}",
        "title": f"{{{about.title}}}",
        "year": about.date[:4],
        "version": about.release,
        "note": f"Data set, {about.date}",
        **({"url": about.base} if about.base else {}),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in said.items())
    return f"@misc{{{about.name},\n{lines}\n}}\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
