"""The process in which a PDF is made: it reads a job from standard input and writes the file to standard output.

It knows nothing of Django, the database or the network, and dies alone: of its limits, or of what a text did to the
layout. Started by `postmortems.pdf`, which turns each way of ending into a sentence.
"""

from __future__ import annotations

import base64
import ctypes
import json
import logging
import resource
import signal
import sys
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any, NoReturn

from weasyprint import HTML, Attachment
from weasyprint.urls import URLFetcher

from postmortems.pdf_finish import finish
from postmortems.pdf_text import make_settable, settle_directions

# How this process ends when it cannot finish; anything else is a crash.
OUT_OF_MEMORY, TOO_DEEP = 3, 4
# What layout never does, as Python calls it when asking its audit hooks.
DOORS = {"subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.system"}

PDFUA = b"""
  <rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
  <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
      xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
    <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
      <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
      <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
      <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
      <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
        <pdfaProperty:name>part</pdfaProperty:name>
        <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
        <pdfaProperty:category>internal</pdfaProperty:category>
        <pdfaProperty:description>Part of ISO 14289 that the document is made to</pdfaProperty:description>
      </rdf:li></rdf:Seq></pdfaSchema:property>
    </rdf:li></rdf:Bag></pdfaExtension:schemas>
  </rdf:Description>
"""


class Refusing(URLFetcher):
    """Fetches nothing: styles come inline, fonts by fontconfig, pictures as SVG within the document."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
        raise ValueError("Nothing is fetched for a PDF.")


class Notes(logging.Handler):
    """What the renderer complains of, each thing once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.notes: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.notes[record.getMessage()] = None


def main() -> int:
    cpu, memory = map(int, sys.argv[1:])
    confine(cpu=cpu, memory=memory)
    notes = Notes()
    logging.getLogger("weasyprint").addHandler(notes)
    try:
        job = json.load(sys.stdin.buffer)
        result = render(job["html"], at=datetime.fromisoformat(job["at"]), attachments=job["attachments"])
    except MemoryError:
        return OUT_OF_MEMORY
    except RecursionError:
        return TOO_DEEP
    sys.stdout.buffer.write(result)
    for note in notes.notes:
        print(note, file=sys.stderr)  # noqa: T201
    return 0


def confine(*, cpu: int, memory: int) -> None:
    """Bound what one document may take, and shut the doors that layout never needs."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(refuse_doors)
    if sys.platform == "linux":
        # Whoever asked may be killed: nobody waits for the file then.
        die_with_parent = 1
        ctypes.CDLL(None).prctl(die_with_parent, signal.SIGKILL)


def refuse_doors(event: str, args: tuple[Any, ...]) -> None:
    """A second lock behind the fetcher, should one of its ways around be found again."""
    if event.startswith("socket.") or event in DOORS:
        raise PermissionError(event)


def render(html: str, *, at: datetime, attachments: list[dict[str, str]]) -> bytes:
    """The PDF: archival (PDF/A-3a), accessible (PDF/UA-1), the same bytes for the same input."""
    source = HTML(string=html, url_fetcher=Refusing())
    settle_directions(source.etree_element)
    make_settable(source.etree_element)
    document = source.render(pdf_variant="pdf/a-3a")
    metadata = document.metadata
    # When it was published, not when it was rendered; whatever the HTML itself says or attaches counts for nothing.
    metadata.created = metadata.modified = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata.attachments = [
        Attachment(
            string=base64.b64decode(attachment["content"]),
            name=attachment["name"],
            description=attachment["description"],
            created=at,
            modified=at,
            relationship="Data",
        )
        for attachment in attachments
    ]
    metadata.generate_rdf_metadata = partial(with_pdfua, metadata.generate_rdf_metadata)
    target = BytesIO()
    document.write_pdf(target, pdf_variant="pdf/a-3a")
    return finish(target.getvalue())


def with_pdfua(generate: Any, variant: str, version: int, conformance: str) -> bytes:
    """Metadata that names PDF/UA-1 beside PDF/A-3a.

    In the one RDF element there is: the renderer's own option for more metadata adds a second, which readers ignore.
    """
    rdf: bytes = generate(variant, version, conformance)
    end = b"</rdf:RDF>"
    return rdf.removesuffix(end) + PDFUA + end


if __name__ == "__main__":
    sys.exit(main())
