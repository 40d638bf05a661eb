"""Where a request comes from, as far as limits and foreign forms need it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# Counted together: whoever goes round the proxies must not go round the limits as well.
UNKNOWN = "unknown"


def network_of(request: HttpRequest) -> str:
    """A mark of the network that a request came from: by it requests are counted, and the network is not known.

    It ends with SECRET_KEY, which costs no more than the counts of an hour.
    """
    return salted_hmac("statuspage.subscribers.networks", _network_of(request), algorithm="sha256").hexdigest()


def _network_of(request: HttpRequest) -> str:
    """The address that a request came from; of IPv6 the /64, which is what one customer has.

    Told by the same rule as for signing in: the last of TRUSTED_PROXIES has the word.
    """
    try:
        address = ip_address(get_adapter(request).get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied, ValueError):
        return UNKNOWN
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return str(ip_network((address, 64 if address.version == 6 else 32), strict=False))


def is_from_another_site(request: HttpRequest) -> bool:
    """Whether a form was sent from a page that is not ours; programs and old browsers say nothing of it."""
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return site == "cross-site" or (origin is not None and urlsplit(origin).netloc != request.get_host())
