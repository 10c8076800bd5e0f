"""What a time stamp says: RFC 3161, inside a CMS signature (RFC 5652)."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256, sha384, sha512
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.x509 import Certificate, load_der_x509_certificate

from app.audit.verifier.der import Der, der_values

SIGNED_DATA, STAMP_INFO = "2a864886f70d010702", "2a864886f70d0109100104"
CONTENT_TYPE, MESSAGE_DIGEST = "2a864886f70d010903", "2a864886f70d010904"
DIGESTS: dict[str, tuple[Any, Any]] = {
    "608648016503040201": (sha256, hashes.SHA256),
    "608648016503040202": (sha384, hashes.SHA384),
    "608648016503040203": (sha512, hashes.SHA512),
}
"""How to hash, by the hex of the algorithm's identifier. SHA-1 is not among them."""

GENERALIZED_TIME, CERTIFICATES = 0x18, 0xA0


class Stamp(NamedTuple):
    """What a time stamp says, and by whom it is signed."""

    digest: str
    imprint: bytes
    milliseconds: int
    signed: bytes
    signature: bytes
    signature_digest: str
    signature_kind: str
    signer: Certificate
    others: list[Certificate]


def read_stamp(raw: bytes) -> Stamp:
    """What a TimeStampResp holds. ValueError or IndexError when it is none that was granted, with one signer."""
    status, token = der_values(raw)[0].inside
    kind, wrapped = token.inside
    if status.inside[0].content != b"\x00" or kind.content.hex() != SIGNED_DATA:
        raise ValueError("not granted")
    _, _, content, *rest = wrapped.inside[0].inside
    (signer,) = rest[-1].inside
    certificates = (
        [load_der_x509_certificate(one.whole) for one in rest[0].inside] if rest[0].tag == CERTIFICATES else []
    )
    _, named, digest, attributes, kind, signature = signer.inside[:6]
    info = content.inside[1].inside[0].content
    check_attributes(attributes, digest, content, info)
    mine = [one for one in certificates if signed_by(one, named)]
    imprint = der_values(info)[0].inside[2].inside
    return Stamp(
        digest=imprint[0].inside[0].content.hex(),
        imprint=imprint[1].content,
        milliseconds=stamped_at(der_values(info)[0].inside),
        signed=b"\x31" + attributes.whole[1:],  # signed as a SET, sent as [0]: RFC 5652, 5.4
        signature=signature.content,
        signature_digest=digest.inside[0].content.hex(),
        signature_kind=kind.inside[0].content.hex(),
        signer=mine[0],
        others=certificates,
    )


def check_attributes(attributes: Der, digest: Der, content: Der, info: bytes) -> None:
    """The signer signed attributes, and among them the digest of what the stamp says."""
    signed = {one.inside[0].content.hex(): one.inside[1].inside[0].content for one in attributes.inside}
    hashed = (
        DIGESTS[digest.inside[0].content.hex()][0](info).digest() if digest.inside[0].content.hex() in DIGESTS else b""
    )
    kind = content.inside[0].content
    if kind.hex() != STAMP_INFO or signed.get(CONTENT_TYPE) != kind or signed.get(MESSAGE_DIGEST) != hashed:
        raise ValueError("the signature is not over what the stamp says")


def signed_by(certificate: Certificate, named: Der) -> bool:
    issuer, serial = named.inside
    return certificate.issuer.public_bytes() == issuer.whole and certificate.serial_number == int.from_bytes(
        serial.content
    )


def stamped_at(info: list[Der]) -> int:
    said = next(value for value in info if value.tag == GENERALIZED_TIME).content.decode("ascii")
    whole, _, fraction = said.removesuffix("Z").partition(".")
    second = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return int(second.timestamp()) * 1000 + int((fraction + "000")[:3])
