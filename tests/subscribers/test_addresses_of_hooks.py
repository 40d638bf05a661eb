"""Whose address may be the address of a hook."""

from __future__ import annotations

import ipaddress
from ipaddress import ip_address, ip_network

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from statuspage.subscribers import addresses
from statuspage.subscribers.addresses import check_url, is_forbidden, read

# IANA's registries of addresses for special purposes, as of 2025-10-09, row by row; but for ::ffff:0:0/96 and
# 64:ff9b::/96, whose addresses are worth what the ones in them are.
IPV4_REGISTRY = [
    *("0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/31"),
    *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32"),
]
IPV6_REGISTRY = [
    *("::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64"),
    *("2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32"),
    *("2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16"),
    *("2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10"),
]
# Not in those registries, and nobody's server either.
BESIDES = ["224.0.0.0/4", "ff00::/8", "fec0::/10", "::/96", "::ffff:0:0:0/96", "4000::/2", "168.63.129.16/32"]


@pytest.mark.parametrize("network", [*IPV4_REGISTRY, *IPV6_REGISTRY, *BESIDES])
def test_no_hook_lives_in_a_network_for_special_purposes(network):
    block = ip_network(network)
    assert is_forbidden(block[0])
    assert is_forbidden(block[block.num_addresses // 2])
    assert is_forbidden(block[-1])


@pytest.mark.parametrize("ip", ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1"])
def test_what_lies_beside_them_is_somebodys_server(ip):
    assert not is_forbidden(ip_address(ip))


@pytest.mark.parametrize(
    "ip", ["2001:200::1", "2606:4700::1111", "2a00:1450::1", "2003::1", "3ffe::1", "2620:4f:7fff::1"]
)
def test_global_addresses_of_ipv6_are_somebodys_server(ip):
    assert not is_forbidden(ip_address(ip))


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_address_is_not_better_for_being_wrapped(ip):
    mapped = ip_address(f"::ffff:{ip}")
    translated = ipaddress.IPv6Address(int(ip_address("64:ff9b::")) + int(ip))
    assert is_forbidden(mapped) == is_forbidden(translated) == is_forbidden(ip)


@settings(deadline=None)
@given(st.ip_addresses())
def test_what_python_calls_private_is_forbidden_at_least(ip):
    if ip.is_private or ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local:
        # Of an address that only wraps another, that one counts.
        assert is_forbidden(ip) or (ip.version == 6 and (ip.ipv4_mapped or ip in addresses.NAT64))


def test_the_operator_allows_a_network_and_no_more():
    allowed = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]
    assert not is_forbidden(ip_address("10.1.2.3"), allowed)
    assert not is_forbidden(ip_address("fd00::1"), allowed)
    assert is_forbidden(ip_address("10.2.0.1"), allowed)
    assert is_forbidden(ip_address("127.0.0.1"), allowed)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T000/B000/xxx",
        "https://outlook.office.com/webhook/a@b/IncomingWebhook/c/d",
        "https://prod-01.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?api-version=1&sp=%2Ft&sig=x_-~",
        "HTTPS://Example.COM/x",
        "https://example.com",
        "https://example.com?token=x",
        "https://xn--bcher-kva.example/",
        "https://1.1.1.1/",
    ],
)
def test_an_ordinary_hook_is_taken(url):
    check_url(url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://example.com/" + "x" * 481, "This address is too long: 500 characters are the most."),
        ("https://me:secret@example.com/", "The address may hold neither a user name nor a password."),
        ("https://example.com@127.0.0.1/", "The address may hold neither a user name nor a password."),
        ("ftp://example.com/", "The address must begin with https:// and name a host"),
        ("https://", "The address must begin with https:// and name a host"),
        ("https:///path", "The address must begin with https:// and name a host"),
        ("https://example.com:0/", "The address must begin with https:// and name a host"),
        ("https://example.com:99999/", "The address must begin with https:// and name a host"),
        ("https://exa mple.com/", "The address must begin with https:// and name a host"),
        ("https://example.com/#part", "The address must begin with https:// and name a host"),
        ("https://example.com/a\r\nX: y", "The address must begin with https:// and name a host"),
        ("https://bücher.example/", "The address must begin with https:// and name a host"),
        ("javascript:alert(1)", "The address must begin with https:// and name a host"),
        ("", "The address must begin with https:// and name a host"),
        ("http://example.com/", "The address must begin with https:// and be of port 443"),
        ("https://example.com:8443/", "The address must begin with https:// and be of port 443"),
        ("https://127.0.0.1/", "This address leads into a network where hooks may not be told."),
        ("https://[::1]/", "This address leads into a network where hooks may not be told."),
        ("https://169.254.169.254/latest/meta-data", "This address leads into a network where hooks may not be told."),
    ],
)
def test_what_can_be_no_hook_is_refused_in_a_sentence(url, sentence):
    with pytest.raises(ValidationError) as refused:
        check_url(url)
    assert refused.value.messages[0].startswith(sentence)


def test_the_longest_address_is_taken():
    check_url("https://example.com/" + "x" * 480)


def test_another_port_and_plain_http_are_taken_where_the_operator_allows_the_network(settings):
    settings.WEBHOOK_ALLOW = [ip_network("10.1.0.0/16")]
    check_url("http://10.1.2.3/hook")
    check_url("https://10.1.2.3:8443/hook")
    for url in ("http://10.2.0.1/", "https://10.2.0.1/", "http://1.1.1.1/", "https://1.1.1.1:8443/"):
        with pytest.raises(ValidationError):
            check_url(url)


def test_filling_in_a_form_looks_up_no_name(monkeypatch):
    asked = []
    real = addresses.socket.getaddrinfo

    def getaddrinfo(host, port, **options):
        asked.append(options["flags"])
        return real(host, port, **options)

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)
    check_url("https://hooks.example.com/")
    with pytest.raises(ValidationError):
        check_url("https://hooks.example.com:8443/")
    assert asked == [addresses.socket.AI_NUMERICHOST] * 2


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://example.com/", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("https://example.com:8443/", "example.com:8443"),
        ("http://example.com:443/", "example.com:443"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443"),
    ],
)
def test_a_host_is_asked_for_as_its_address_names_it(url, authority):
    assert read(url).authority == authority
