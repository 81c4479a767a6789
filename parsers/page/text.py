"""The document of an extracted text."""

from __future__ import annotations

from parsers.page.document import Document, is_clean
from parsers.page.white import one_spaced


def read_text(text: str) -> Document:
    """The document of an extracted text: a block a line, an element a paragraph.

    Shape: `text-1` when no blank line stands between blocks, else `text-2`.
    """
    document = Document(kind="text-1")
    paragraph = 0
    text = text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    for line in text.split("\n"):
        words = one_spaced(line)
        if not words:
            paragraph = 0
            continue
        if not paragraph:
            if document.text:
                document.kind = "text-2"
            paragraph = len(document.parent)
            document.parent.append(0)
            document.tag.append("p")
            document.first.append(len(document.text))
            document.end.append(0)
        document.run.append(len(document.text))
        document.boxes.append((len(document.text), len(document.text) + 1))
        document.text.append(words)
        document.glue.append(" ")
        document.element.append(paragraph)
        document.box.append(len(document.text))
        document.end[paragraph] = len(document.text)
    document.end[0] = len(document.text)
    document.is_clean = is_clean(document)
    return document
