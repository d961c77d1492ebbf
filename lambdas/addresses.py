"""Addresses that a health check may not ask: the function's own machine, and the link-local services of AWS.

These give out credentials, or take invocations. Sources:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (169.254.169.254, fd00:ec2::254)
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html (the address in AWS_LAMBDA_RUNTIME_API)
"""

import socket
from ipaddress import IPv4Address, IPv6Network, ip_address, ip_network
from typing import Final

BLOCKED_NETWORKS: Final = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "224.0.0.0/3",
            "::/127",
            "fe80::/10",
            "fd00:ec2::/32",
            "ff00::/8",
        ),
    )
)
"""Loopback, link-local and multicast. Private networks are allowed: blue may be in one."""
NETWORKS_WITH_IPV4_INSIDE: Final = (IPv6Network("::/96"), IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


def is_blocked(address: str) -> bool:
    """Return whether the IP address is blocked, also as an IPv4 address inside an IPv6 address."""
    ip = ip_address(address.partition("%")[0])
    inside = IPv4Address(ip.packed[-4:]) if any(ip in network for network in NETWORKS_WITH_IPV4_INSIDE) else ip
    return any(ip in network or inside in network for network in BLOCKED_NETWORKS)


def blocked_address(host: str) -> str | None:
    """Return the blocked address that the host spells; None for other addresses and for names. Does not ask DNS.

    A spelling may be decimal, octal, hexadecimal or short: http://2852039166/ is http://169.254.169.254/.
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return "the function's own machine"
    try:
        address = str(socket.getaddrinfo(name, None, flags=socket.AI_NUMERICHOST)[0][4][0])
    except (OSError, UnicodeError):
        return None
    return address if is_blocked(address) else None


def resolves(name: str) -> bool:
    """Return whether DNS knows an address of the name."""
    return bool(_addresses(name))


def lead_to_same(one: str, other: str) -> bool:
    """Return whether DNS gives both names an address in common; False for a name that it does not know."""
    return not _addresses(one).isdisjoint(_addresses(other))


def _addresses(name: str) -> set[str]:
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(name, None)}
    except (OSError, UnicodeError):
        return set()
