"""Time stamps by others (RFC 3161): a signed word of a time-stamping authority that certain bytes existed at a time.

The request holds a hash only. A token is worth what its authority is worth: it is checked against root certificates that the reader trusts,
and without these it is shown as not checked. The same token is accepted by `openssl ts -verify`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from stargauge.quantity.errors import InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

#: Longest answer of an authority that is read: tokens with their certificates are 2 to 8 kB.
MOST_BYTES = 262_144
#: The hashes that a stamp may be over; we ask for SHA-256.
HASHES = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
#: The tag of the set of certificates within signed data: [0] IMPLICIT.
CERTIFICATES = 0xA0
#: Answer, its token, the token's [0], signed data: which element of each leads on (RFC 3161 2.4.2, RFC 5652 5.1).
_TO_SIGNED_DATA = (0, 1, 1, 0)
_REFUSED = frozenset((2, 3, 4, 5))


class OtherBytes(InputError):
    """A stamp is over other bytes than those that it was asked for."""


@dataclass(frozen=True)
class Stamp:
    """What a token says: when (UTC, the authority's clock), over which hash (hex; SHA-256 where we asked), by whom, under which number.

    `trusted`: its signature was checked and leads to a root certificate that the reader gave; without that, anybody may have made it.
    """

    time: datetime
    digest: str
    authority: str
    serial: int
    trusted: bool = False


def request(data: bytes) -> bytes:
    """The request to an authority to stamp bytes (DER, to be sent as application/timestamp-query): their SHA-256, and a random number."""
    client = _client()
    return bytes(client.TimestampRequestBuilder().data(data).hash_algorithm(client.HashAlgorithm.SHA256).build().as_bytes())


def read(token: bytes, data: bytes, roots: Sequence[bytes] = ()) -> Stamp:
    """The stamp in an authority's answer (DER) over bytes; trusted where it is signed under one of the root certificates (PEM).

    Raises InputError where it is no answer, a refusal, or over other bytes.
    """
    answer = _answer(token)
    try:
        found, algorithm = _said(answer)
    except (ValueError, TypeError, OverflowError, StopIteration) as error:
        raise InputError(
            say("this time stamp is damaged: {error}", error=problem(error) if str(error) else say("nobody signed it"))
        ) from None
    if algorithm not in HASHES:
        raise InputError(say("the time stamp is over the hash {algorithm}; expected SHA-256, SHA-384 or SHA-512", algorithm=algorithm))
    digest = hashlib.new(HASHES[algorithm], data).hexdigest()
    if found.digest != digest:
        raise OtherBytes(
            say("the time stamp is over other bytes: it names {named}…, these have {digest}…", named=found.digest[:16], digest=digest[:16])
        )
    return replace(found, trusted=bool(roots) and _is_signed(answer, data, roots))


def expect_trusted(stamp: Stamp) -> None:
    """Raise InputError for a stamp whose signature leads to none of the root certificates that were given."""
    if not stamp.trusted:
        raise InputError(
            say(
                'the time stamp that names "{authority}" is not signed by an authority under the root certificates given',
                authority=stamp.authority,
            )
        )


def _said(answer: Any) -> tuple[Stamp, str]:
    """What an answer says, and the hash algorithm it uses."""
    info = answer.tst_info
    digest = bytes(info.message_imprint.message).hex()
    found = Stamp(_utc(info.gen_time), digest, _authority(answer), int(info.serial_number))
    return found, str(info.message_imprint.hash_algorithm.dotted_string)


def _is_signed(answer: Any, data: bytes, roots: Sequence[bytes]) -> bool:
    from cryptography.x509 import load_pem_x509_certificates

    builder = _client().VerifierBuilder()
    try:
        certificates = dict.fromkeys(one for text in roots for one in load_pem_x509_certificates(text))
    except ValueError:
        raise InputError(say("the root certificates cannot be read; expected PEM text (-----BEGIN CERTIFICATE-----)")) from None
    for one in certificates:
        builder = builder.add_root_certificate(one)
    try:
        return bool(builder.build().verify_message(answer, data))
    except (_client().VerificationError, ValueError):
        return False


def _answer(token: bytes) -> Any:
    if not token or len(token) > MOST_BYTES:
        raise InputError(
            say(
                "got {token:,} bytes as a time stamp; expected an authority's answer (DER) of 1 to {most_bytes:,} bytes",
                token=len(token),
                most_bytes=MOST_BYTES,
            )
        )
    try:
        answer = _client().decode_timestamp_response(in_order(token))
        status = int(answer.status)
    except ValueError as error:
        raise InputError(say("this is no time stamp of an authority (RFC 3161, DER): {error}", error=problem(error))) from None
    if status in _REFUSED:
        said = problem("; ".join(answer.status_string)) if answer.status_string else say("no reason given")
        told = {
            2: say("the authority refused: {said}", said=said), 3: say("the authority has not decided yet: {said}", said=said),
            4: say("the authority warns of a revocation: {said}", said=said), 5: say("the authority was revoked: {said}", said=said),
        }  # fmt: skip
        raise InputError(told[status])
    return answer


def in_order(token: bytes) -> bytes:
    """The answer with its certificates in the order that DER asks for.

    openssl, which many authorities run, writes them as they come; the strict reader used here refuses that. The signature does not cover
    the set of certificates, so its order says nothing.
    """
    start, end = 0, len(token)
    try:
        for place in _TO_SIGNED_DATA:
            _, start, end = _parts(token, start, end)[place]
        held = next(part for part in _parts(token, start, end) if part[0] == CERTIFICATES)
        return token[: held[1]] + b"".join(sorted(_wholes(token, *held[1:]))) + token[held[2] :]
    except (IndexError, StopIteration):
        return token


def _parts(der: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """The elements of DER between two offsets: tag, and where the content of each starts and ends. Raises IndexError past the end."""
    found = []
    while start < end:
        tag, length, at = der[start], der[start + 1], start + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        if at + length > end:
            raise IndexError
        found.append((tag, at, at + length))
        start = at + length
    return found


def _wholes(der: bytes, start: int, end: int) -> list[bytes]:
    """The elements between two offsets, each with its head."""
    stops = [stop for _, _, stop in _parts(der, start, end)]
    return [der[a:b] for a, b in zip([start, *stops][:-1], stops, strict=True)]


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _authority(answer: Any) -> str:
    """The name on the certificate that signed, where the answer brings it; else its issuer and number."""
    from cryptography.x509 import load_der_x509_certificate

    signer = next(iter(answer.signed_data.signer_infos))
    for raw in answer.signed_data.certificates:
        certificate = load_der_x509_certificate(bytes(raw))
        if certificate.serial_number == signer.serial_number and certificate.issuer == signer.issuer:
            return str(certificate.subject.rfc4514_string())
    return f"{signer.issuer.rfc4514_string()}, certificate {signer.serial_number}"


def _client() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        raise InputError(say("time stamps need the extra `timestamp`: pip install 'stargauge[timestamp]'")) from None
    return rfc3161_client
