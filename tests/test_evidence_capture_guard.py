"""The guard: nothing but public addresses at ports of the web, however an address is written, and one DNS answer per hop."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.evidence.capture.guard import CLOSED, Guard, Refused, closed, parts_of

PUBLIC = "93.184.216.34"


def guard(*answers: str, allow: frozenset[str] = frozenset()) -> Guard:
    return Guard(allow, answers=lambda host, port: list(answers))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.2", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "192.88.99.1",
        "::1", "::", "fe80::1", "fc00::1", "fd12::3", "fec0::1", "ff02::1", "2001:db8::1", "100::1", "2001::1", "3fff::1", "5f00::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",
        "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2606:4700::5efe:a00:1", "2606:4700::200:5efe:7f00:1",
    ],
)  # fmt: skip
def test_no_address_that_is_not_public_is_asked(address: str) -> None:
    assert closed(address)
    with pytest.raises(Refused):
        guard(PUBLIC, address).resolve("https://page.example/")
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused):
        guard().resolve(f"http://{host}/")


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "64:ff9b::808:808"])
def test_public_addresses_are_asked_by_the_address_resolved(address: str) -> None:
    assert not closed(address)
    place = guard(address).resolve("https://page.example/x")
    assert (place.address, place.port, place.host) == (address, 443, "page.example")


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.01", "017700000001", "10.0.258", "1.2.3.4.5", "256.1.1.1", "0x",
     "a.0x1", "１２７.０.０.１", "127。0。0。1", "①②⑦.0.0.1"],
)  # fmt: skip
def test_numbers_in_disguise_are_refused(host: str) -> None:
    with pytest.raises(Refused):
        guard(PUBLIC).resolve(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    ["ftp://page.example/", "file:///etc/passwd", "gopher://page.example/", "//page.example/", "javascript:alert(1)", "data:text/html,x",
     "http://user@page.example/", "http://user:word@page.example/", "http://page.example@127.0.0.1/", "http://page.example\\@127.0.0.1/",
     "http://page.example\t/", "http://pa ge.example/", "http://page.example:0/", "http://page.example:99999/", "http://page.example:x/",
     "http://[::1%25eth0]/", "http://[zz]/", "http://[::1", "http:///path", "http://", "http://a..b/", "http://-a.example/", "http://%31/",
     "http://page.example:22/", "http://page.example:6379/", "https://page.example:25/", "", "http://" + "a" * 300 + ".example/"],
)  # fmt: skip
def test_what_two_programs_could_read_differently_or_is_not_the_web_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        guard(PUBLIC).resolve(url)


def test_one_private_answer_among_public_ones_refuses_all() -> None:
    with pytest.raises(Refused, match=r"page\.example has the address 10\.0\.0\.1"):
        guard(PUBLIC, "10.0.0.1").resolve("http://page.example/")


def test_dns_is_asked_once_and_its_answer_is_what_is_connected_to() -> None:
    turns = iter([[PUBLIC], ["127.0.0.1"]])
    place = Guard(answers=lambda host, port: next(turns)).resolve("http://rebinding.example/")
    assert place.address == PUBLIC and place.answers == (PUBLIC,)


def test_a_host_named_by_the_user_is_allowed_at_its_port_only_if_it_names_one() -> None:
    assert guard("127.0.0.1", allow=frozenset({"localhost"})).resolve("http://localhost:9999/").address == "127.0.0.1"
    one = guard("127.0.0.1", allow=frozenset({"localhost:9999"}))
    assert one.resolve("http://localhost:9999/").port == 9999
    with pytest.raises(Refused):
        one.resolve("http://localhost:9998/")
    with pytest.raises(Refused):
        guard("127.0.0.1", allow=frozenset({"localhost"})).resolve("http://other.example/")


def test_no_answer_of_dns_is_told_as_such() -> None:
    with pytest.raises(OSError, match="no address"):
        guard().resolve("http://page.example/")


def test_names_of_other_scripts_become_their_plain_form() -> None:
    pytest.importorskip("idna")
    assert parts_of("https://Bücher.example./")[1] == "xn--bcher-kva.example"


@given(st.sampled_from([network for network in CLOSED]), st.integers(0, 2**128 - 1))
def test_every_address_of_a_closed_network_is_closed(network: ipaddress.IPv4Network | ipaddress.IPv6Network, number: int) -> None:
    assert closed(str(network[number % network.num_addresses]))


@given(st.ip_addresses(v=4))
def test_an_address_inside_an_address_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    inside = int(address)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | inside)
    nat64 = ipaddress.IPv6Address((0x64FF9B << 96) | inside)
    assert bool(closed(str(mapped))) == bool(closed(str(address))) == bool(closed(str(nat64)))
    if closed(str(address)):
        assert closed(str(ipaddress.IPv6Address((0x2002 << 112) | (inside << 80) | 1)))


@given(st.ip_addresses(v=4), st.sampled_from(["{0}", "0x{0:x}", "0{0:o}"]))
def test_an_ipv4_address_as_one_number_never_passes(address: ipaddress.IPv4Address, form: str) -> None:
    with pytest.raises(Refused):
        guard(PUBLIC).resolve(f"http://{form.format(int(address))}/")


@given(st.text(max_size=40))
def test_any_text_either_passes_as_a_public_place_or_is_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}/"):
        try:
            place = guard(PUBLIC).resolve(url)
        except Refused:
            continue
        assert not closed(place.address) and place.port in (80, 443, 8080, 8443) and place.host.isascii()
