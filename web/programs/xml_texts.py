"""Texts in XML: escaped, and without the characters that no XML may hold."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from web.upstream import Response

REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Source: XML 1.0, 2.2."""


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A child of an element, with this text and these attributes."""
    told = {key: REFUSED.sub("\ufffd", value) for key, value in attributes.items()}
    child = ElementTree.SubElement(parent, name, told)
    if text is not None:
        child.text = REFUSED.sub("\ufffd", text)
    return child


def as_xml(root: Element, kind: str = "application/xml") -> Response:
    """The document as it is sent, in UTF-8."""
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, content_type=f"{kind}; charset=utf-8")
