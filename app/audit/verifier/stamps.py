"""Time stamps on checkpoints: the imprint, the signature, and who vouches for the signer."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    ExtendedKeyUsage,
    ExtensionNotFound,
    load_pem_x509_certificates,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Checkpoint
from app.audit.verifier.stamp_tokens import DIGESTS, Stamp, read_stamp
from app.audit.verifier.witnesses import Seen, moment_named

RSA_PSS = "2a864886f70d01010a"
LONGEST_CHAIN = 5
FOLDERS_OWN_CERTIFICATE = (
    "the authority's certificate was taken from the folder itself; compare it with one of your own"
)
AUTHORITY = "the time stamping authority"
NO_STAMP = "no time stamp, though you brought the certificate of an authority"
NOT_CHECKED = "whether a certificate of the time stamping authority was revoked was not checked: ask the authority"


class Stamps:
    """The time stamps of the folder, each beside the note that it is on."""

    def __init__(self, folder: Path, authority: Path | None, report: Report, *, insist: bool = True) -> None:
        """With `insist` there has to be a stamp, if the reader brought an authority's certificate."""
        self._report, self.seen = report, list[Seen]()
        self._paths = sorted((folder / "checkpoints").glob("*.tsr"))
        self._trusted = self._certificates(folder, authority) if self._paths else []
        if authority and insist and not self._paths:
            report.wrong(f"checkpoints: {NO_STAMP}")

    def read(self, kept: list[Checkpoint]) -> None:
        """Hold each against its note, which has to be one of the kept checkpoints."""
        sizes = {checkpoint.where: checkpoint.size for checkpoint in kept}
        for path in self._paths:
            where = f"checkpoints/{path.name}"
            note = path.with_suffix(".note")
            if (size := sizes.get(f"checkpoints/{note.name}")) is None:
                self._report.wrong(f"{where}: there is no checkpoint that it belongs to")
                continue
            try:
                stamp = read_stamp(path.read_bytes())
                problem = stamp_problem(stamp, note.read_bytes(), self._trusted)
            except Exception:  # noqa: BLE001 - libraries raise many things about bytes that are no certificate
                self._report.wrong(f"{where}: not a time stamp that can be read")
                continue
            if problem:
                self._report.wrong(f"{where}: {problem}")
                continue
            self.seen.append(Seen(size, stamp.milliseconds, AUTHORITY))
        self._finish()

    def _finish(self) -> None:
        if not self.seen:
            return
        last = max(self.seen)
        said = f"the last at {moment_named(last.milliseconds)} over {last.size} leaves"
        self._report.checked.append(f"{len(self.seen)} time stamps: imprint, signature and certificate; {said}")
        self._report.remarks.append(NOT_CHECKED)

    def _certificates(self, folder: Path, authority: Path | None) -> list[Certificate]:
        if authority is None:
            self._report.remarks.append(FOLDERS_OWN_CERTIFICATE)
        path = authority or folder / "tsa.pem"
        try:
            return load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError):
            self._report.wrong(f"{path.name}: no certificate of the time stamping authority")
            return []


def stamp_problem(stamp: Stamp, note: bytes, trusted: list[Certificate]) -> str | None:
    """What is wrong with a stamp on this note; None when nothing is."""
    if stamp.digest not in DIGESTS or DIGESTS[stamp.digest][0](note).digest() != stamp.imprint:
        return "a time stamp on something else than its note"
    if not signature_holds(stamp):
        return "the signature of the time stamping authority is wrong, or of a kind that cannot be checked here"
    return chain_problem(stamp, trusted)


def signature_holds(stamp: Stamp) -> bool:
    key, algorithm = stamp.signer.public_key(), DIGESTS[stamp.signature_digest][1]()
    try:
        if isinstance(key, rsa.RSAPublicKey) and stamp.signature_kind != RSA_PSS:
            key.verify(stamp.signature, stamp.signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(stamp.signature, stamp.signed, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(stamp.signature, stamp.signed)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def chain_problem(stamp: Stamp, trusted: list[Certificate]) -> str | None:
    """Whether the signer may stamp, and a certificate that we trust vouches for it, all valid at the stamp's moment."""
    if not may_stamp(stamp.signer):
        return "its signer's certificate is not for time stamps"
    here = stamp.signer
    for _ in range(LONGEST_CHAIN):
        if (
            not here.not_valid_before_utc.timestamp()
            <= stamp.milliseconds / 1000
            <= here.not_valid_after_utc.timestamp()
        ):
            return "a certificate was not valid at its moment"
        if here in trusted:
            return None
        above = next((one for one in [*trusted, *stamp.others] if vouches(one, here)), None)
        if above is None:
            break
        here = above
    return "its signer's certificate does not lead to the authority's that is trusted"


def may_stamp(certificate: Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage)
    except ExtensionNotFound:
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def vouches(above: Certificate, below: Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
        return above.extensions.get_extension_for_class(BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, ExtensionNotFound):
        return False
