"""Keys and signatures as the AT Protocol writes them: P-256 and secp256k1, 64 bytes, low S only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stargauge.evidence.capture.atproto.cbor import Malformed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: Prefix of a key by its curve, and the order of the curve's group.
CURVES = {
    b"\x80\x24": ("P-256", 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
    b"\xe7\x01": ("secp256k1", 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141),
}
LEGACY = {"EcdsaSecp256r1VerificationKey2019": b"\x80\x24", "EcdsaSecp256k1VerificationKey2019": b"\xe7\x01"}


def base58(text: str) -> bytes:
    """Bytes of a base58 text. Raises Malformed."""
    number = 0
    for one in text[:200]:
        if (digit := DIGITS.find(one)) < 0:
            raise Malformed(f"{one!r} is no digit of base58")
        number = number * 58 + digit
    return bytes(len(text) - len(text.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def key_bytes(text: str, kind: str = "Multikey") -> bytes:
    """Prefix and compressed point of a `did:key:z...` or `z...` text; `kind`: the type of the verification method. Raises Malformed."""
    bare = text.removeprefix("did:key:")
    if not bare.startswith("z"):
        raise Malformed("a key that is not written in base58")
    data = base58(bare[1:])
    if kind in LEGACY and not text.startswith("did:key:"):
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        point = _public(LEGACY[kind], data).public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return LEGACY[kind] + point
    if data[:2] not in CURVES or len(data) != 35:
        raise Malformed("a key that is neither P-256 nor secp256k1")
    return data


def _public(prefix: bytes, point: bytes) -> ec.EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1() if prefix == b"\x80\x24" else ec.SECP256K1(), point)
    except ValueError as wrong:
        raise Malformed(f"a key that is no point of its curve: {wrong}") from None


def signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature over a message is by a key (prefix and point). A high S is refused: it is a second form of the same signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    order = CURVES[key[:2]][1]
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not 0 < r < order or not 0 < s <= order // 2:
        return False
    try:
        _public(key[:2], key[2:]).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
