"""What may be asked over the network: public addresses, by http and https, at ports of the web.

A page to be captured is chosen by others, and so is every redirect. `Guard.resolve` is called for each hop: it parses the URL strictly,
asks DNS once, refuses where any answer is not public, and returns the addresses to connect to. Whoever connects uses these and no name, so
a second DNS answer (rebinding) has no effect.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = frozenset({80, 443, 8080, 8443})
DNS_SECONDS = 10.0
#: Not public although some tables call them global, or call them so in some versions of Python only.
CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "::/96", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
#: Parts of a host name: letters, digits, hyphens and underscores, none empty.
LABELS = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Refused(Exception):
    """What must not be asked, and why, for people."""


@dataclass(frozen=True)
class Place:
    """Where a hop connects: the parts of the URL, every DNS answer (all of them judged), and the one to begin with."""

    scheme: str
    host: str
    port: int
    answers: tuple[str, ...]
    address: str


def system_answers(host: str, port: int) -> list[str]:
    """The addresses of a name by the system's resolver, in its order. Raises OSError where there is none, or after ten seconds."""
    found: list[str] = []
    wrong: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found.extend(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            wrong.append(error)

    asking = threading.Thread(target=ask, daemon=True)  # the resolver knows no time limit
    asking.start()
    asking.join(DNS_SECONDS)
    if wrong or not found:
        raise OSError(f"no address for {host}: {wrong[0] if wrong else 'no answer in time'}")
    return found


@dataclass(frozen=True)
class Guard:
    """The rule. `allow_private`: hosts (`localhost`, `10.1.2.3`, `intranet.example:9000`) whose address and port are not judged.

    Without a port a host is allowed at every port.
    """

    allow_private: frozenset[str] = frozenset()
    ports: frozenset[int] = PORTS
    answers: Callable[[str, int], Iterable[str]] = field(default=system_answers, repr=False, compare=False)

    def resolve(self, url: str) -> Place:
        """The place of a URL. Raises Refused, and OSError where DNS has no answer."""
        scheme, host, port = parts_of(url)
        named = bool({host, f"{host}:{port}"} & {name.lower() for name in self.allow_private})
        if not named and port not in self.ports:
            raise Refused(f"port {port} is not one of the web ({', '.join(map(str, sorted(self.ports)))})")
        literal = _literal(host)
        answers = [str(literal)] if literal else [str(ipaddress.ip_address(text.partition("%")[0])) for text in self.answers(host, port)]
        if not answers:
            raise OSError(f"no address for {host}")
        if not named:
            for text in answers:
                if why := closed(text):
                    raise Refused(f"{host}{'' if literal else f' has the address {text}, which'} is {why}")
        return Place(scheme, host, port, tuple(answers), answers[0])


def parts_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL, in their one plain form. Raises Refused for anything that two readers could read differently."""
    if unclear := re.search(r"[\x00-\x20\x7f\\]", url):
        raise Refused(f"the URL holds {unclear.group()!r}, which programs read differently")
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise Refused(f"the URL cannot be read: {error}") from None
    scheme = split.scheme.lower()
    if scheme not in ("http", "https"):
        raise Refused(f'the scheme is "{scheme}"; expected http or https')
    if "@" in split.netloc:
        raise Refused("the URL carries a user name or password; leave them out")
    host = _host(split.hostname or "", split.netloc.startswith("["))
    if port == 0:
        raise Refused("port 0 does not exist")
    return scheme, host, port or (443 if scheme == "https" else 80)


def _host(raw: str, bracketed: bool) -> str:
    if bracketed:
        try:
            return str(ipaddress.IPv6Address(raw)) if "%" not in raw else _refuse(f"the address {raw} names a network card")
        except ValueError:
            _refuse(f'"{raw}" is not an IPv6 address')
    host = unicodedata.normalize("NFKC", raw).lower().removesuffix(".")
    if not host.isascii():
        try:
            import idna  # comes with httpx

            host = idna.encode(host, uts46=True).decode("ascii")
        except (ImportError, UnicodeError) as error:
            raise Refused(f'the host "{raw}" is not a name: {error}') from None
    if len(host) > 253 or not LABELS.fullmatch(host):
        raise Refused(f'the host "{raw}" is not a name')
    last = host.rpartition(".")[2]
    if NUMERIC.fullmatch(last):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise Refused(f'the host "{raw}" is a number in disguise; write the address as four decimal parts') from None
    return host


def _refuse(text: str) -> str:
    raise Refused(text)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def closed(text: str) -> str:
    """Why an address is not public ("a loopback address"), or an empty text. Addresses inside of addresses are judged too."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "no address"
    for inner in _inside(address):
        if why := closed(str(inner)):
            return f"{why}, written as {address}"
    kinds = (
        ("is_unspecified", "an unspecified address"), ("is_loopback", "a loopback address"), ("is_link_local", "a link-local address"),
        ("is_multicast", "a multicast address"), ("is_private", "a private or reserved address"), ("is_reserved", "a reserved address"),
    )  # fmt: skip
    if isinstance(address, ipaddress.IPv6Address) and (address in NAT64 or address.ipv4_mapped):
        return ""  # judged by what is inside
    if why := next((said for name, said in kinds if getattr(address, name)), ""):
        return why
    if any(address.version == network.version and address in network for network in CLOSED) or not address.is_global:
        return "a private or reserved address"
    return ""


def _inside(address: Address) -> Iterable[ipaddress.IPv4Address]:
    """IPv4 addresses that an IPv6 address stands for: mapped, compatible, NAT64, 6to4, Teredo, ISATAP."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    packed = address.packed
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if (packed[:12] == bytes(12) and int(address) > 1) or address in NAT64 or address in NAT64_LOCAL:
        yield ipaddress.IPv4Address(packed[12:])
    if address in SIX_TO_FOUR:
        yield ipaddress.IPv4Address(packed[2:6])
    if address.teredo:
        yield from address.teredo
    if packed[8:12] in (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe"):
        yield ipaddress.IPv4Address(packed[12:])
