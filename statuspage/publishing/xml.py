"""Writing XML from the top to the bottom; whatever people typed comes out as words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from xml.sax.xmlreader import AttributesImpl

from django.utils.xmlutils import SimplerXMLGenerator

# Everything that XML 1.0 has no way to say: control characters, and halves of surrogate pairs.
UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\u007e\u0080-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def speakable(text: str) -> str:
    """The text without what XML cannot carry; calendars refuse the same, and the delete character."""
    return UNSPEAKABLE.sub("", text)


class Document:
    """An XML document that is being written."""

    def __init__(self) -> None:
        self.text = StringIO()
        self.writer = SimplerXMLGenerator(self.text, "UTF-8", short_empty_elements=True)
        self.writer.startDocument()

    @contextmanager
    def inside(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """What is added meanwhile stands inside this element."""
        self.writer.startElement(name, AttributesImpl(dict(attributes or {})))
        yield
        self.writer.endElement(name)

    def add(self, name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> None:
        """An element that holds nothing but text."""
        speaking = {key: speakable(value) for key, value in (attributes or {}).items()}
        with self.inside(name, speaking):
            if text:
                self.writer.characters(speakable(text))

    def finished(self) -> bytes:
        return self.text.getvalue().encode()
