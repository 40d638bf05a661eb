"""One request to a hook: whatever its server does, it takes a bounded time, and ends in an answer or a reason."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from ipaddress import ip_network

import pytest

from statuspage.subscribers import hook_client
from statuspage.subscribers.hook_client import Answer, Limits, NoAnswer, post
from tests.subscribers.hook_server import HookServer, answers, drips, hangs_up, is_silent, repeats, resets, says

QUICK = Limits(connect=0.3, whole=0.6)
# All that a test waits for, on a machine with other things to do.
MUCH = 6
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """The host of the tests is this machine."""
    numbers = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **options: numbers("127.0.0.1" if b"hooks.example.com" in host else host, *rest, **options),
    )


@pytest.fixture
def serve():
    """Start a server that behaves as told."""
    servers = []

    def start(behaviour, **options) -> HookServer:
        servers.append(HookServer(behaviour, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def ask(server: HookServer, *, scheme: str = "http", body: bytes = b'{"a": 1}', limits: Limits = QUICK) -> Answer:
    url = f"{scheme}://hooks.example.com:{server.port}/hook?token=x"
    return post(url, body, {"Content-Type": "application/json"}, limits=limits)


def test_a_request_says_what_it_is_and_to_whom(serve):
    server = serve(answers())
    assert ask(server) == Answer(200, "ok", "")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first == "POST /hook?token=x HTTP/1.1"
    headers = dict(line.split(": ", 1) for line in lines)
    assert headers["Host"] == f"hooks.example.com:{server.port}"
    assert headers["Content-Type"] == "application/json"
    assert (headers["Content-Length"], headers["Connection"]) == ("8", "close")
    assert body == b'{"a": 1}'


@pytest.mark.parametrize(
    ("status", "body", "headers", "answer"),
    [
        ("204 No Content", "", {}, Answer(204, "", "")),
        ("410 Gone", "no more", {}, Answer(410, "no more", "")),
        ("429 Too Many Requests", "", {"Retry_After": "120"}, Answer(429, "", "120")),
        (
            "500 Internal Server Error",
            "<b>Oops</b>\r\n\x1b[2Jat line 1",
            {},
            Answer(500, "<b>Oops</b>   [2Jat line 1", ""),
        ),
        ("503 Service Unavailable", "é" * 400, {}, Answer(503, "é" * 300, "")),
        ("302 Found", "", {"Location": "http://127.0.0.1/"}, Answer(302, "", "")),
    ],
)
def test_an_answer_is_told_in_short(serve, status, body, headers, answer):
    assert ask(serve(answers(status, body, **headers))) == answer


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", Answer(200, "ok", "")),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", Answer(200, "", "")),
        (HEAD + b"Content-Length: 10\r\n\r\nok", Answer(200, "ok", "")),
        (HEAD + b"Content-Length: -1\r\n\r\nok", Answer(200, "ok", "")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"\r\nok", Answer(200, "ok", "")),
        (b"HTTP/1.1 200\r\n\r\n\xff\xfe", Answer(200, "��", "")),
    ],
)
def test_the_status_counts_even_where_the_body_is_broken(serve, answer, told):
    assert ask(serve(says(answer))) == told


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(repeats(HEAD + b"\r\n", b"x" * 65536), id="endless body"),
        pytest.param(repeats(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), id="endless chunks"),
        pytest.param(drips(HEAD + b"\r\n", b"x"), id="dripping body"),
    ],
)
def test_nobody_waits_for_the_end_of_a_body(serve, behaviour):
    began = time.monotonic()
    assert ask(serve(behaviour), limits=Limits(connect=1, whole=60)).status == 200
    assert time.monotonic() - began < MUCH


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param(is_silent, "No answer in time", id="silent"),
        pytest.param(drips(HEAD, b"X: y\r\n"), "No answer in time", id="slow headers"),
        pytest.param(drips(b"", b"HTTP/1.1 200 "), "No answer in time", id="slow first line"),
        pytest.param(repeats(HEAD, b"X: y\r\n"), "got more than 100 headers", id="endless headers"),
        pytest.param(repeats(HEAD + b"X: ", b"y" * 4096), "The answer is longer than", id="endless header"),
        pytest.param(repeats(HEAD, b"X: " + b"y" * 4096 + b"\r\n"), "The answer is longer than", id="large headers"),
        pytest.param(
            repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "The answer is longer than", id="continue for ever"
        ),
        pytest.param(repeats(b"", b"x" * 4096), "The answer is longer than|too long", id="endless first line"),
        pytest.param(says(b"220 mail.example.com ESMTP\r\n"), "220 mail.example.com ESMTP", id="not HTTP"),
        pytest.param(says(b"HTTP/1.1 abc OK\r\n\r\n"), "HTTP/1.1 abc OK", id="no status"),
        pytest.param(says(b"\r\n\r\n"), ".", id="empty lines"),
        pytest.param(hangs_up, "Remote end closed connection without response", id="hangs up"),
        pytest.param(resets, "reset", id="resets"),
    ],
)
def test_a_server_that_misbehaves_ends_in_a_reason(serve, behaviour, reason):
    began = time.monotonic()
    with pytest.raises(NoAnswer, match=f"(?i){reason}") as told:
        ask(serve(behaviour))
    assert time.monotonic() - began < MUCH
    assert str(told.value).isprintable()


def test_a_server_that_does_not_read_is_not_waited_for(serve):
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="No answer in time"):
        ask(serve(is_silent), body=b"x" * 50_000_000)
    assert time.monotonic() - began < MUCH


def test_a_connection_that_nobody_takes_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        with pytest.raises(NoAnswer, match="No answer in time"):
            post(f"http://127.0.0.1:{port}/", b"", {}, limits=Limits(connect=0.2, whole=30))
        for one in waiting:
            one.close()


def test_a_name_that_nobody_tells_is_not_waited_for(serve, monkeypatch):
    server = serve(answers())
    stuck = server.stopped
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: stuck.wait(30))
    with pytest.raises(NoAnswer, match="No answer in time"):
        ask(server)


def test_a_name_that_leads_nowhere_is_a_reason(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NoAnswer, match="Name or service not known"):
        post("https://hooks.example.com/", b"", {}, limits=QUICK)


def test_the_next_address_of_a_name_is_tried_where_one_is_dead(serve, monkeypatch):
    server = serve(answers())
    dead = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.3", server.port))
    alive = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [dead, alive])
    assert ask(server).status == 200


def test_a_closed_port_is_a_reason():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(NoAnswer, match="Connection refused"):
        post(f"http://127.0.0.1:{port}/", b"", {}, limits=QUICK)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Makes a certificate that vouches for itself, for a host; with its key, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command, to make certificates")

    def make(host: str):
        path = tmp_path_factory.mktemp("certificate") / "both.pem"
        kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        name = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
        made = subprocess.run(
            ["openssl", "req", *kind, *name, "-keyout", path, "-out", f"{path}.crt"], capture_output=True, check=False
        )
        assert made.returncode == 0, made.stderr
        path.write_bytes(path.read_bytes() + (path.parent / "both.pem.crt").read_bytes())
        return path

    return make


def over_tls(path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_server_that_proves_its_name_is_told(serve, certificates, monkeypatch):
    path = certificates("hooks.example.com")
    context = over_tls(path)
    asked_for = []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    monkeypatch.setattr(hook_client, "trust", lambda: ssl.create_default_context(cafile=path))
    assert ask(serve(answers(), context=context), scheme="https").status == 200
    assert asked_for == ["hooks.example.com"]


def test_a_certificate_of_another_host_is_refused(serve, certificates, monkeypatch):
    path = certificates("other.example.com")
    monkeypatch.setattr(hook_client, "trust", lambda: ssl.create_default_context(cafile=path))
    server = serve(answers(), context=over_tls(path))
    with pytest.raises(NoAnswer, match="Hostname mismatch"):
        ask(server, scheme="https")
    assert server.requests == []


def test_a_certificate_of_nobody_is_refused(serve, certificates):
    server = serve(answers(), context=over_tls(certificates("hooks.example.com")))
    with pytest.raises(NoAnswer, match="CERTIFICATE_VERIFY_FAILED"):
        ask(server, scheme="https")
    assert server.requests == []


@pytest.mark.parametrize("behaviour", [is_silent, says(b"HTTP/1.1 200 OK\r\n\r\n"), hangs_up])
def test_a_server_that_speaks_no_tls_is_not_told(serve, behaviour):
    with pytest.raises(NoAnswer):
        ask(serve(behaviour), scheme="https")


def test_a_slow_answer_over_tls_is_not_waited_for(serve, certificates, monkeypatch):
    path = certificates("hooks.example.com")
    monkeypatch.setattr(hook_client, "trust", lambda: ssl.create_default_context(cafile=path))
    with pytest.raises(NoAnswer, match="No answer in time"):
        ask(serve(drips(HEAD, b"X: y\r\n"), context=over_tls(path)), scheme="https")
