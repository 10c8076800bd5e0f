"""What outsiders signed, as files of the export: cosigned notes, time stamps, and the keys they are checked with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.anchors_models import AuditCosignature, AuditTimeStamp
from app.audit.models import AuditCheckpoint


def cosigned(session: Session, checkpoint: AuditCheckpoint) -> str:
    """The note with the lines of every witness that signed it below our own."""
    lines = select(AuditCosignature.line).where(AuditCosignature.checkpoint_id == checkpoint.id)
    return checkpoint.note + "".join(session.scalars(lines.order_by(AuditCosignature.witness)))


def write_anchors(session: Session, folder: Path, checkpoint: AuditCheckpoint, stem: str) -> None:
    """What there is for one checkpoint, which stands in `checkpoints/<stem>.note`: byte for byte what was stamped."""
    if (note := cosigned(session, checkpoint)) != checkpoint.note:
        _write(folder / "cosigned" / f"{stem}.note", note.encode())
    stamp = session.get(AuditTimeStamp, checkpoint.id)
    if stamp:
        _write(folder / "checkpoints" / f"{stem}.tsr", stamp.response)


def write_witnesses(session: Session, folder: Path, tree: int) -> None:
    """The keys of the witnesses that ever signed a tree; compare them with those you were given."""
    signed = select(AuditCosignature.witness).join(
        AuditCheckpoint, AuditCheckpoint.id == AuditCosignature.checkpoint_id
    )
    of_this_tree = signed.where(AuditCheckpoint.tree == tree)
    keys = session.scalars(of_this_tree.distinct().order_by(AuditCosignature.witness)).all()
    if keys:
        _write(folder / "witness.vkey", "".join(f"{key}\n" for key in keys).encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
