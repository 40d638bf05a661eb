"""Strangers choose where hooks are told; whatever they write, nothing that is not public is touched."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address, ip_network

import pytest

from statuspage.subscribers import addresses
from statuspage.subscribers.hook_client import Limits, NoAnswer, post
from tests.subscribers.hook_server import HookServer, answers

QUICK = Limits(connect=1, whole=3)
# This machine, the metadata services of clouds, a printer, a neighbour behind the same carrier, an odd loopback.
INNER = ["127.0.0.1", "169.254.169.254", "192.0.0.192", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.100.100.200"]
INNER += ["127.255.255.254", "0.0.0.0", "168.63.129.16"]
INNER6 = ["::1", "::", "fe80::1", "fe80::1%1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1", "100::1"]
INNER6 += ["64:ff9b:1::7f00:1", "::ffff:0:7f00:1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "3fff::1"]
INNER6 += ["2001:0:7f00:1::80ff:fffe", "2001:10::1", "2001:2::1", "5f00::1", "4000::1", "2620:4f:8000::1"]
NAMES = ["localhost", "localhost.", "LOCALHOST", "inner.example.com", "127.0.0.1.nip.example"]
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")


def forms(ip: str) -> list[str]:
    """The ways to write an IPv4 address that some resolver or library understands."""
    number = int(ip_address(ip))
    first, second, third, last = (int(part) for part in ip.split("."))
    low = number & 0xFFFFFF
    return [
        ip,
        f"{ip}.",
        str(number),
        hex(number),
        f"0{number:o}",
        f"{first:#x}.{second:#x}.{third:#x}.{last:#x}",
        f"0{first:o}.0{second:o}.0{third:o}.0{last:o}",
        f"{first:#x}.0{second:o}.{third}.{last}",
        f"{first}.{low}",
        f"{first}.{second}.{third * 256 + last}",
        f"0x{number + 2**32:x}",
        f"[::ffff:{ip}]",
        f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]",
        f"[{IPv6Address(number)}]",
        f"[64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}]",
        ip.translate(FULL_WIDTH),
        ip.replace(".", "。"),
        ip.replace("1", "①"),
        f"%{ord(ip[0]):x}{ip[1:]}",
    ]


def tricks(ip: str) -> list[str]:
    """Addresses that one reader takes for another's host."""
    return [
        f"https://example.com@{ip}/",
        f"https://example.com:443@{ip}/",
        f"https://{ip}#@example.com/",
        f"https://{ip}?@example.com/",
        f"https://{ip}\\@example.com/",
        f"https://example.com\\@{ip}/",
        f"https://{ip}%00.example.com/",
        f"https://{ip}\x00.example.com/",
        f"https://{ip}\t/",
        f"https://{ip} .example.com/",
        f"https://{ip}\r\nHost: example.com/",
        f" https://{ip}/",
        f"https:\\\\{ip}\\",
        f"https:/{ip}/",
        f"//{ip}/",
        f"gopher://{ip}/",
        f"file://{ip}/etc/passwd",
        f"http://{ip}/",
    ]


CORPUS = [f"https://{form}/" for ip in INNER for form in forms(ip)]
CORPUS += [f"https://[{ip}]/" for ip in INNER6] + [f"https://{name}/" for name in NAMES]
CORPUS += [trick for ip in INNER[:2] for trick in tricks(ip)]


@pytest.fixture
def listener(monkeypatch):
    """Whoever connects to this machine at the port of hooks, by whatever address, is counted."""
    server = HookServer(answers(), everywhere=True)
    monkeypatch.setattr(addresses, "PORTS", {"https": server.port, "http": server.port})
    yield server
    server.close()


@pytest.fixture
def dialled(monkeypatch):
    """Where anybody tried to connect to, whether or not somebody was there."""
    found = []
    connect = socket.socket.connect

    def record(self, where):
        found.append(where)
        return connect(self, where)

    monkeypatch.setattr(socket.socket, "connect", record)
    return found


@pytest.fixture
def names(monkeypatch):
    """What names lead to; each time that one is asked for, the next of its answers counts. Numbers are as they are."""
    known = {name.encode(): [["127.0.0.1"]] for name in ("localhost", "inner.example.com", "127.0.0.1.nip.example")}
    asked = []
    numbers = socket.getaddrinfo

    def getaddrinfo(host, port, **options):
        if host not in known:
            return numbers(host, port, **options | {"flags": socket.AI_NUMERICHOST})
        asked.append(host)
        answer = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [found for ip in answer for found in numbers(ip, port, **options | {"flags": socket.AI_NUMERICHOST})]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    known["asked"] = asked
    return known


def test_the_corpus_is_large():
    assert len(set(CORPUS)) >= 250


@pytest.mark.parametrize("url", CORPUS, ids=ascii)
def test_nothing_inside_is_touched(url, listener, dialled, names):
    with pytest.raises(NoAnswer):
        post(url, b"{}", {}, limits=QUICK)
    assert dialled == []
    assert listener.connections == 0


def test_the_listener_would_have_been_reached(listener, names, settings):
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    reaching = [f"http://{form}/" for form in forms("127.0.0.1")[:13]] + ["http://[::1]/", "http://localhost/"]
    # One form is a number too large, which this resolver takes for a name.
    reached = [url for url in reaching if answers_to(url)]
    assert len(reached) == listener.connections >= 14


def test_a_name_is_asked_for_once(listener, names, settings):
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.2/32")]
    names[b"rebinding.example.com"] = [["127.0.0.2"], ["127.0.0.1"]]
    assert answers_to("http://rebinding.example.com/")
    assert names["asked"] == [b"rebinding.example.com"]
    # Asked again for the next notice, it leads inside.
    assert not answers_to("http://rebinding.example.com/")
    assert listener.connections == 1


def test_one_bad_answer_among_good_ones_is_enough(listener, dialled, names, settings):
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.2/32")]
    for number, mixed in enumerate([["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "::1"]]):
        names[f"mixed-{number}.example.com".encode()] = [mixed]
        assert not answers_to(f"http://mixed-{number}.example.com/")
    assert dialled == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("where", ["http://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "https://[::1]:{port}/", "/x"])
def test_a_redirect_is_an_answer_and_leads_nowhere(listener, dialled, settings, status, where):
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]
    redirecting = HookServer(answers(status, Location=where.format(port=listener.port)))
    answer = post(f"http://127.0.0.1:{redirecting.port}/", b"{}", {}, limits=QUICK)
    redirecting.close()
    assert answer.status == int(status[:3])
    assert dialled == [("127.0.0.1", redirecting.port)]
    assert listener.connections == 0


def test_a_proxy_of_the_environment_is_not_asked(listener, dialled, settings, monkeypatch):
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    hook = HookServer(answers())
    assert post(f"http://127.0.0.1:{hook.port}/", b"{}", {}, limits=QUICK).status == 200
    hook.close()
    assert dialled == [("127.0.0.1", hook.port)]


def answers_to(url: str) -> bool:
    try:
        return post(url, b"{}", {}, limits=QUICK).status == 200
    except NoAnswer:
        return False
