"""Asking a time stamping authority (RFC 3161) to put its time on a checkpoint's note.

A stamp on one checkpoint dates every leaf before it. So not each checkpoint is stamped but the latest, once an hour:
an authority outside is asked some nine thousand times a year, and not half a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from sqlalchemy import exists, select

from app.anchoring.asking import PATIENCE, Heard, ask
from app.anchoring.refusals import refused
from app.audit import sequencer, trees
from app.audit.anchors_models import AUTHORITY, BAD_ANSWER, NO_ANSWER, AuditTimeStamp
from app.audit.models import AuditCheckpoint
from app.db import Database
from app.errors import Misconfigured

EVERY: Final = timedelta(hours=1)
_OK: Final = 200


@dataclass(frozen=True)
class Stamping:
    """One authority: where it is asked, and the certificates that its stamps have to lead to."""

    url: str
    certificates: tuple[Certificate, ...]
    patience: float = PATIENCE

    def look(self, db: Database, *, at: datetime) -> None:
        """Have the latest checkpoint stamped, unless one was within the hour, or this one is already; before it the
        final one of a year that is closed."""
        head = _unstamped(db, at=at)
        if head is None:
            return
        note = head.note.encode()
        request = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256).build()
        heard = ask(self.url, request.as_bytes(), content_type="application/timestamp-query", patience=self.patience)
        if heard is None:
            refused(db, head.id, by=AUTHORITY, because=NO_ANSWER, at=at)
            return
        verifier = VerifierBuilder.from_request(request)
        stamp = self._stamp(verifier, heard, note)
        if stamp is None:
            refused(db, head.id, by=AUTHORITY, because=BAD_ANSWER, at=at)
            return
        stamped_at = stamp.tst_info.gen_time.astimezone(UTC)
        with db.transaction() as session:
            if session.get(AuditTimeStamp, head.id) is None:  # another engine may have asked
                kept = AuditTimeStamp(checkpoint_id=head.id, response=heard.body, stamped_at=stamped_at, at=at)
                session.add(kept)

    def _stamp(self, verifier: VerifierBuilder, heard: Heard, note: bytes) -> TimeStampResponse | None:
        """The stamp, if it is one, over this note, for this request, and leads to a certificate we trust."""
        if heard.status != _OK:
            return None
        for certificate in self.certificates:
            verifier = verifier.add_root_certificate(certificate)
        try:
            stamp = decode_timestamp_response(heard.body)
            return stamp if verifier.build().verify_message(stamp, note) else None
        except (ValueError, VerificationError):
            return None


def authority(url: str, certificate: Path) -> Stamping:
    """The authority at `url`; its stamps lead to a certificate in this PEM file. Misconfigured when that is none."""
    try:
        found = load_pem_x509_certificates(certificate.read_bytes())
    except (OSError, ValueError):
        raise Misconfigured(
            f"TSA_CERTIFICATE: {certificate} is not a file with certificates in PEM. Ask the authority for its root."
        ) from None
    return Stamping(url, tuple(found))


def _unstamped(db: Database, *, at: datetime) -> AuditCheckpoint | None:
    """The final checkpoint of the year before, at once; else the latest, when its turn for a stamp has come."""
    with db.reading() as session:
        final, head = trees.final_before(session), sequencer.latest_checkpoint(session)
        if final and session.get(AuditTimeStamp, final.id) is None:
            return final
        lately = exists().where(AuditTimeStamp.at > at - EVERY, AuditTimeStamp.at <= at)  # a clock may have been ahead
        if head is None or session.scalar(select(lately)) or session.get(AuditTimeStamp, head.id):
            return None
        return head
