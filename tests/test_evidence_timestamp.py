"""Time stamps by an authority: asked for, read, checked against its root, accepted by openssl; others refused with a reason."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.stamping_authority import Authority

from stargauge.evidence import timestamp
from stargauge.quantity.errors import InputError

pytest.importorskip("rfc3161_client")
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the authority")

DATA = b"orchard.example/log\n3\nq1w2\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def token(authority: Authority) -> bytes:
    return authority.answer(timestamp.request(DATA))


def test_a_stamp_says_when_and_by_whom_and_openssl_agrees(authority: Authority, token: bytes) -> None:
    stamp = timestamp.read(token, DATA, [authority.root.read_bytes()])
    assert stamp.trusted and stamp.authority == "CN=Orchard Stamps" and stamp.serial == 2
    assert abs(stamp.time - datetime.now(UTC)) < timedelta(minutes=10)
    assert authority.accepts(token, DATA) and not authority.accepts(token, DATA + b"x")


def test_without_a_root_it_is_read_but_not_trusted(token: bytes) -> None:
    assert not timestamp.read(token, DATA).trusted


def test_over_other_bytes_it_is_refused(authority: Authority, token: bytes) -> None:
    with pytest.raises(InputError, match="over other bytes"):
        timestamp.read(token, DATA + b"x", [authority.root.read_bytes()])


def test_under_another_root_it_is_not_trusted(token: bytes, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    stamp = timestamp.read(token, DATA, [other.root.read_bytes()])
    assert not stamp.trusted
    with pytest.raises(InputError, match="not signed by an authority under the root"):
        timestamp.expect_trusted(stamp)


@pytest.mark.parametrize("changed", [b"", b"not a token", b"\x30\x03\x02\x01\x00", b"x" * 300_000])
def test_what_is_no_token_is_refused(changed: bytes) -> None:
    with pytest.raises(InputError, match="time stamp"):
        timestamp.read(changed, DATA)


def test_a_changed_byte_anywhere_is_never_trusted(authority: Authority, token: bytes) -> None:
    root = [authority.root.read_bytes()]
    for place in range(0, len(token), max(1, len(token) // 60)):
        changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        try:
            found = timestamp.read(changed, DATA, root)
        except InputError:
            continue
        assert not found.trusted or found == timestamp.read(token, DATA, root), f"byte {place}"


def test_a_refusal_of_the_authority_is_told(authority: Authority) -> None:
    refused = authority.answer(timestamp.request(DATA).replace(bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040204")))
    with pytest.raises(InputError, match="refused"):
        timestamp.read(refused, DATA)


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_tokens_of_others_are_trusted_under_their_root(shared: Path, name: str) -> None:
    folder = shared / "vectors" / "merkle_vectors" / "rfc3161" / "sigstage"
    token, roots = (folder / f"response-{name}.tsr").read_bytes(), [(folder / "ts_chain.pem").read_bytes()]
    assert timestamp.read(token, b"hello", roots).trusted
    with pytest.raises(InputError, match="over other bytes"):
        timestamp.read(token, b"hello!", roots)


def test_a_token_of_others_with_a_wrong_signature_is_not_trusted(shared: Path) -> None:
    folder = shared / "vectors" / "merkle_vectors" / "rfc3161" / "sigstage"
    token, roots = (folder / "response-invalid-signature.tsr").read_bytes(), [(folder / "ts_chain.pem").read_bytes()]
    assert not timestamp.read(token, b"hello", roots).trusted


def test_certificates_slipped_into_a_token_do_not_change_who_signed_it(shared: Path) -> None:
    folder = shared / "vectors" / "merkle_vectors" / "rfc3161" / "test_tsa"
    roots = [(folder / "ts_chain.pem").read_bytes()]
    slipped, plain = ((folder / name).read_bytes() for name in ("response-injected-certs.tsr", "response.tsr"))
    named = timestamp.read(slipped, b"hello", roots).authority
    assert named == timestamp.read(plain, b"hello", roots).authority
