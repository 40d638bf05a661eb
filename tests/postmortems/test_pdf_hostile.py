"""Hostile text reaches neither the network nor the disk through the PDF."""

import threading
import urllib.request
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pikepdf
import pytest

from postmortems.pdf import to_pdf

AT = datetime(2026, 11, 23, 17, 20, tzinfo=UTC)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def listener():
    """A web server on this machine, and the paths it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def document(target):
    return f"""<html lang="en"><head><title>Hostile</title><base href="{target}/base/">
      <link rel="stylesheet" href="{target}/style.css"><link rel="attachment" href="{target}">
      <style>
        @import "{target}/import.css"; @import url({target}/import2.css);
        @font-face {{ font-family: stolen; src: url({target}/font.woff2), local("Anything") }}
        @page {{ background: url({target}/page.png) }}
        body {{ font-family: stolen; background: url({target}/body.png), image-set(url({target}/set.png) 1x) }}
        li {{ list-style-image: url({target}/list.png) }} p::before {{ content: url({target}/content.png) }}
        div {{ border-image: url({target}/border.png) 3; mask: url({target}/mask.svg); }}
      </style></head><body>
      <img src="{target}/img.png" alt="x"><img src="img.png" alt="x"><img srcset="{target}/set.png 1x" alt="x">
      <picture><source srcset="{target}/source.png"><img src="{target}/picture.png" alt="x"></picture>
      <object data="{target}/object.svg"></object><embed src="{target}/embed.svg"><iframe src="{target}/frame"></iframe>
      <video src="{target}/v.mp4" poster="{target}/poster.png"></video><input type="image" src="{target}/input.png">
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">
        <image href="{target}/svg.png" width="9" height="9"/>
        <image xlink:href="{target}/xlink.png" width="9" height="9"/>
        <use href="{target}/use.svg#a"/>
        <style>@import "{target}/svg.css"; rect {{ fill: url({target}/fill.svg#a) }}</style>
        <rect width="9" height="9"/></svg>
      <a rel="attachment" href="{target}">attachment</a><ul><li>item</li></ul><p>text</p><div>framed</div>
      </body></html>"""


def embedded_files(content):
    with pikepdf.open(BytesIO(content)) as pdf:
        return list(pdf.attachments)


def test_nothing_is_fetched_over_the_network(listener):
    address, asked = listener
    content = to_pdf(document(address), at=AT)
    assert content.startswith(b"%PDF-1.7")
    assert asked == []
    assert embedded_files(content) == []
    urllib.request.urlopen(f"{address}/sees-requests")
    assert asked == ["/sees-requests"]


def test_no_file_of_this_machine_is_read_into_it(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY-9f2c")
    content = to_pdf(document(secret.as_uri()), at=AT)
    assert embedded_files(content) == []
    with pikepdf.open(BytesIO(content)) as pdf:
        assert not any(b"CANARY" in one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream))


def test_no_picture_comes_in_by_a_data_address():
    content = to_pdf(document(f"data:image/png;base64,{PIXEL}"), at=AT)
    assert embedded_files(content) == []
    with pikepdf.open(BytesIO(content)) as pdf:
        assert not any(one.get("/Subtype") == "/Image" for one in pdf.objects if isinstance(one, pikepdf.Stream))


def test_what_the_text_says_of_its_date_counts_for_nothing():
    html = '<html lang="en"><title>t</title><meta name="dcterms.created" content="1999-01-01"><p>x'
    with pikepdf.open(BytesIO(to_pdf(html, at=AT))) as pdf:
        assert str(pdf.docinfo.CreationDate) == "D:20261123172000Z"
