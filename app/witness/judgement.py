"""Whether a witness signs, by the rules of C2SP tlog-witness, in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from app.audit.cosignatures import Cosigner
from app.audit.note import BadNote, Checkpoint, VerifierKey, open_note
from app.audit.proofs import is_consistent
from app.audit.tree import EMPTY_ROOT
from app.errors import BadInput
from app.witness.memory import Memory
from app.witness.request import Request

SIZE_TYPE: Final = "text/x.tlog.size"
AN_HOUR: Final = timedelta(hours=1)
_LATER: Final = re.compile(r"(?P<line>.+)/(?P<year>[0-9]{4})")
_TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """An HTTP status and what to say with it."""

    status: int
    body: str
    content_type: str = _TEXT


@dataclass
class Witness:
    """Signs for logs it knows, each by its origin and the keys that may sign it.

    A log whose tree of a year is closed goes on under its name and the new year, with the same keys: whoever knows the
    one knows the other, and remembers each by itself. A year that has not begun is unknown.
    """

    signer: Cosigner
    logs: Mapping[str, Sequence[VerifierKey]]
    memory_of: Callable[[str], Memory]
    """By origin; the same one each time."""

    def add_checkpoint(self, body: bytes, *, at: datetime) -> Answer:
        """Judge a request. When the answer is 200, the checkpoint is on the disk."""
        try:
            asked = Request.parse(body)
            origin = asked.note.partition("\n")[0]
            keys = self._keys(origin, at=at)
            if not keys:
                return Answer(404, "this witness does not watch that log\n")
            checkpoint = _signed(asked.note, keys)
        except BadInput as problem:
            return Answer(400, f"{problem}\n")
        if checkpoint is None:
            return Answer(403, "the checkpoint is not signed by a key that this witness knows for the log\n")
        if asked.old > checkpoint.size:
            return Answer(400, "the old size is larger than the checkpoint's\n")
        memory = self.memory_of(origin)
        with memory.turn():
            return self._judged(memory, asked, checkpoint, at=at)

    def _keys(self, origin: str, *, at: datetime) -> Sequence[VerifierKey]:
        """Who may sign under this origin; nobody, where it is not known. Clocks may differ by an hour."""
        if origin in self.logs:
            return self.logs[origin]
        later = _LATER.fullmatch(origin)
        if not later or int(later["year"]) > (at + AN_HOUR).year:
            return ()
        known = [keys for name, keys in self.logs.items() if later["line"] in {name, _LATER.sub(r"\g<line>", name)}]
        return [VerifierKey(origin, key.public) for key in chain.from_iterable(known)]

    def _judged(self, memory: Memory, asked: Request, checkpoint: Checkpoint, *, at: datetime) -> Answer:
        head = memory.head
        seen = head.size if head else 0
        if asked.old != seen:
            return Answer(409, f"{seen}\n", SIZE_TYPE)
        if head and head.size == checkpoint.size and head.root != checkpoint.root:
            memory.keep_refused(checkpoint, asked.note)
            return Answer(409, "another log of the same size was signed for before\n")
        if not is_consistent(seen, head.root if head else EMPTY_ROOT, checkpoint.size, checkpoint.root, asked.proof):
            memory.keep_refused(checkpoint, asked.note)
            return Answer(422, f"the proof does not show that it grew out of the {seen} leaves signed for before\n")
        line = self.signer.line(checkpoint.text, at=at)
        memory.keep(checkpoint, asked.note + line)
        return Answer(200, line)


def _signed(note: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    """The checkpoint that the note is; None when none of the keys signed it. BadInput when it is none."""
    try:
        checkpoint = Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")
    except BadNote as problem:
        raise BadInput(str(problem)) from None
    try:
        open_note(note, keys)
    except BadNote:
        return None
    return checkpoint
