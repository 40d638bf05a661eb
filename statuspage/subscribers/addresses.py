"""Where hooks may be told: strangers choose their addresses, and must not reach what only our own machines may.

A table of our own, for what Python calls private differs from one version to the next, and misses some of it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# One answer of the resolver: the family of a socket, and what it connects to.
Found = tuple[int, tuple[Any, ...]]

LONGEST = 500
# So many of a hook's last characters are shown, where those before them leave enough to guess.
SHOWN, SECRET_ENOUGH = 4, 20
PORTS = {"https": 443, "http": 80}
# One grammar, narrower than that of any library: two readers of an address cannot take it for two.
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{LABEL}(?:\.{LABEL})*\.?|\[[0-9A-Fa-f:.]{{2,45}}\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>[/?][!\"$-\[\]-~]*)?",
    re.ASCII | re.IGNORECASE,
)

# The registries of IANA for special purposes, all of them, and what else never is somebody's server.
SPECIAL: list[Network] = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by the customers of a carrier; some clouds have their metadata there
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; most clouds have their metadata there
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; one cloud has its metadata there
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnels
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "168.63.129.16/32",  # public by its number, but within Azure the host of each machine
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
# All else of IPv6 is not of the public internet: loopback, mapped, local, link-local, multicast, not yet given out.
GLOBAL_UNICAST = ip_network("2000::/3")
# Behind it stands an IPv4 address, to which a gateway of the network translates.
NAT64 = ip_network("64:ff9b::/96")

UNREADABLE = _("The address must begin with https:// and name a host, in plain letters, without spaces and without #.")
TOO_LONG = _("This address is too long: %(most)d characters are the most.")
NO_USER = _("The address may hold neither a user name nor a password.")
UNUSUAL = _("The address must begin with https:// and be of port 443, except in networks that the operator allows.")
FORBIDDEN = _("This address leads into a network where hooks may not be told.")


@dataclass(frozen=True)
class Target:
    """Where a hook is; whoever checks it and whoever connects to it have the same parts."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_usual(self) -> bool:
        return self.scheme == "https" and self.port == PORTS["https"]


def is_forbidden(ip: Address, allowed: Sequence[Network] = ()) -> bool:
    """Whether no hook may be told at an address; the operator may have allowed its network."""
    ip = _meant(ip)
    if _is_in(ip, allowed):
        return False
    return (ip.version == 6 and ip not in GLOBAL_UNICAST) or _is_in(ip, SPECIAL)


def read(url: str) -> Target:
    """The parts of a hook's address. Raises ValidationError for what no hook can have, in the words of who typed it."""
    if len(url) > LONGEST:
        raise ValidationError(TOO_LONG, code="too_long", params={"most": LONGEST})
    parts = URL.fullmatch(url)
    if parts is None:
        authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
        raise ValidationError(NO_USER if "@" in authority else UNREADABLE, code="invalid")
    scheme, host, path = parts["scheme"].lower(), parts["host"].lower(), parts["path"] or "/"
    port = int(parts["port"]) if parts["port"] else PORTS[scheme]
    if not 0 < port < 65536:
        raise ValidationError(UNREADABLE, code="invalid")
    # The dot at the end of a full name is no part of what certificates call it.
    return Target(scheme, host.strip("[]").rstrip("."), port, path if path[0] == "/" else f"/{path}")


def host_of(url: str) -> str:
    """Where a hook is; all that anybody may be shown of an address that a stranger wrote."""
    return urlsplit(url).hostname or ""


def shown(url: str) -> str:
    """A hook's address for whoever looks after it: where it is, and by its end which one of those there.

    Never all of it: the links to its preferences stand in the chat that it tells, for everybody there to open, and
    whoever has the address can write there in our name.
    """
    parts = urlsplit(url)
    rest = parts.path + parts.query
    return f"{host_of(url)}/…{rest[-SHOWN:]}" if len(rest) >= SECRET_ENOUGH else host_of(url)


def resolve(target: Target, *, flags: int = 0) -> list[Found]:
    """Ask for the addresses of a target, once; whoever connects takes one of these and does not ask again.

    Each of them must be allowed: a name that leads to a good and a bad address is a bad one. Raises ValidationError
    with why not, and OSError where there is no answer.
    """
    # As bytes, for of a text Python would make another one.
    found = socket.getaddrinfo(target.host.encode("ascii"), target.port, type=socket.SOCK_STREAM, flags=flags)
    allowed: Sequence[Network] = settings.WEBHOOK_ALLOW
    for *_rest, where in found:
        ip = ip_address(where[0])
        if not target.is_usual and not _is_in(_meant(ip), allowed):
            raise ValidationError(UNUSUAL, code="forbidden")
        if is_forbidden(ip, allowed):
            raise ValidationError(FORBIDDEN, code="forbidden")
    return [(family, where) for family, _type, _protocol, _name, where in found]


def check_url(url: str) -> None:
    """Refuse an address where no hook can be told, with ValidationError, while somebody is there to put it right.

    What a name leads to is asked whenever it is told, for that may change; here only where the answer can allow what
    is forbidden without it, since strangers are not to have us look up whatever they type.
    """
    target = read(url)
    only_numbers = target.is_usual or not settings.WEBHOOK_ALLOW
    try:
        resolve(target, flags=socket.AI_NUMERICHOST if only_numbers else 0)
    except OSError:
        # A name, or one that leads nowhere.
        if not target.is_usual:
            raise ValidationError(UNUSUAL, code="forbidden") from None


def _meant(ip: Address) -> Address:
    """The IPv4 address that an IPv6 address only wraps, where packets would go to that one."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip in NAT64:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _is_in(ip: Address, networks: Sequence[Network]) -> bool:
    return any(ip in network for network in networks)
