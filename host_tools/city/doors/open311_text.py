"""Open311's two formats, XML without a namespace (the required one) and JSON: a value in, bytes out.

Source: open311.org, GeoReport v2, "Format Support"; JSON is the Spark convention: a list without its container's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

FORMATS = {"xml": "text/xml", "json": "application/json"}
_ITEM = {  # what one item of a container is called
    "services": "service", "service_requests": "request", "attributes": "attribute", "values": "value",
    "errors": "error", "endpoints": "endpoint", "formats": "format",
}  # fmt: skip


def split(name: str, accept: str = "") -> tuple[str, str]:
    """(*name* without its ending, format): `requests.json` is JSON; without an ending what *accept* asks for, XML."""
    stem, dot, ending = name.rpartition(".")
    if dot and ending in FORMATS:
        return stem, ending
    plain = accept.split(",")[0].partition(";")[0].strip()
    return name, "json" if plain == "application/json" else "xml"


def written(root: str, value: Any, kind: str) -> bytes:
    """*value* of the element *root* in the format *kind*: a list, or a mapping."""
    if kind == "json":
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    element = ElementTree.Element(root)
    _fill(element, root, value)
    body: bytes = ElementTree.tostring(element, "utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _fill(element: ElementTree.Element, name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _fill(ElementTree.SubElement(element, key), key, inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            item = _ITEM[name]
            _fill(ElementTree.SubElement(element, item), item, one)
    elif value is not None:
        element.text = _allowed("true" if value is True else "false" if value is False else str(value))


def _allowed(value: str) -> str:
    """*value* without the characters that XML 1.0 has no way to write."""
    return "".join(
        one for one in value
        if one in "\t\n" or 0x20 <= ord(one) <= 0xD7FF or 0xE000 <= ord(one) <= 0xFFFD or ord(one) >= 0x10000
    )  # fmt: skip
