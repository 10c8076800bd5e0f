"""Asking a witness to sign the latest checkpoint: the client of C2SP tlog-witness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.anchoring.asking import PATIENCE, Heard, ask
from app.anchoring.refusals import refused
from app.audit import sequencer, trees
from app.audit.anchors_models import (
    BAD_ANSWER,
    BEHIND,
    FORKED,
    INCONSISTENT,
    NO_ANSWER,
    UNKNOWN_KEY,
    UNKNOWN_LOG,
    WITNESS,
    AuditCosignature,
)
from app.audit.cosignatures import WitnessKey
from app.audit.models import AuditCheckpoint
from app.audit.note import base64_of
from app.audit.proofs import consistency_proof
from app.audit.sequencer import LogDamaged
from app.db import Database

_OK, _CONFLICT = 200, 409
_REASONS: Final = {404: UNKNOWN_LOG, 403: UNKNOWN_KEY, 422: INCONSISTENT}
_MOST_DIGITS: Final = 19


class Question(NamedTuple):
    """A checkpoint, and the proof that it grew out of the first `old` leaves."""

    checkpoint_id: int
    size: int
    note: str
    old: int
    proof: Sequence[bytes]

    @property
    def text(self) -> str:
        return self.note.rpartition("\n\n")[0] + "\n"

    @property
    def body(self) -> bytes:
        lines = (f"old {self.old}", *map(base64_of, self.proof))
        return ("\n".join(lines) + f"\n\n{self.note}").encode()


@dataclass(frozen=True)
class Witnessing:
    """One witness: where it is (the submission prefix) and the key it signs with."""

    url: str
    key: WitnessKey
    patience: float = PATIENCE

    def look(self, db: Database, *, at: datetime) -> None:
        """Ask about the latest checkpoint, unless this witness has signed it, and about the final one of the year
        before, if it saw that year at all. What comes of it stands in rows."""
        for question in self._questions(db):
            because = self._ask(db, question, at=at)
            if because:
                refused(db, question.checkpoint_id, by=WITNESS, because=because, at=at)

    def _ask(self, db: Database, question: Question, *, at: datetime) -> str | None:
        """Why it did not sign, or None when it did."""
        heard = self._post(question)
        seen = _size_in(heard)
        if seen is not None and seen != question.old:
            if seen > question.size:
                return BEHIND
            question = self._question_from(db, question, seen)
            heard = self._post(question)
        if heard is None:
            return NO_ANSWER
        if heard.status == _CONFLICT:
            return FORKED if question.old == question.size else BAD_ANSWER
        if heard.status != _OK:
            return _REASONS.get(heard.status, BAD_ANSWER)
        return self._keep(db, question, heard, at=at)

    def _post(self, question: Question) -> Heard | None:
        return ask(f"{self.url}/add-checkpoint", question.body, content_type="text/plain", patience=self.patience)

    def _keep(self, db: Database, question: Question, heard: Heard, *, at: datetime) -> str | None:
        found = self.key.cosigned(question.text, heard.body.decode("utf-8", "replace"))
        if found is None:
            return BAD_ANSWER
        line, cosigned_at = found
        row = AuditCosignature(
            checkpoint_id=question.checkpoint_id, witness=str(self.key), line=line, cosigned_at=cosigned_at, at=at
        )
        with db.transaction() as session:
            kept = session.get(AuditCosignature, (row.checkpoint_id, row.witness))
            if kept is None:  # another engine may have asked
                session.add(row)
        return None

    def _questions(self, db: Database) -> list[Question]:
        with db.reading() as session:
            final, head = trees.final_before(session), sequencer.latest_checkpoint(session)
            asked = [final] if final and self._signed_for(session, final.tree) else []
            asked += [head] if head else []
            return [
                _asked(session, one, min(self._signed_for(session, one.tree), one.size))
                for one in asked
                if session.get(AuditCosignature, (one.id, str(self.key))) is None
            ]

    def _question_from(self, db: Database, question: Question, seen: int) -> Question:
        with db.reading() as session:
            return _asked(session, session.get_one(AuditCheckpoint, question.checkpoint_id), seen)

    def _signed_for(self, session: Session, tree: int) -> int:
        """How many leaves of a tree it has signed for, as far as we know."""
        mine = select(func.max(AuditCheckpoint.size)).join(
            AuditCosignature, AuditCosignature.checkpoint_id == AuditCheckpoint.id
        )
        return session.scalar(mine.where(AuditCosignature.witness == str(self.key), AuditCheckpoint.tree == tree)) or 0


def _asked(session: Session, head: AuditCheckpoint, old: int) -> Question:
    """The question. A tree that cannot be read proves nothing: the witness is asked all the same, and says so."""
    try:
        proof = consistency_proof(sequencer.stored_subtrees(session, head.tree), old, head.size)
    except (LogDamaged, IndexError):
        proof = []
    return Question(head.id, head.size, head.note, old, proof)


def _size_in(heard: Heard | None) -> int | None:
    """The size that the witness signed for, where it says that ours is another."""
    if heard is None or heard.status != _CONFLICT:
        return None
    said = heard.body.decode("ascii", "replace").removesuffix("\n")
    return int(said) if said.isdecimal() and len(said) <= _MOST_DIGITS else None
