"""Keys for cases to come, made while nobody waits.

A key pair and its first grant are a fifth of the work of opening a case, and a transaction is a bad time to do it. Made
ahead, they cost a caller nothing. Nothing secret lies in the drawer: a private half is gone once its grant is sealed.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from app.db import new_id
from app.vault.envelope import PublicKey
from app.vault.grants import grant, new_case_key
from app.vault.sealed import Sealed

READY: Final = 512
"""Keys in a full drawer: for so many new callers one after another, with no pause between them. 1.6 MB."""

A_PAUSE: Final = 0.001
A_WHILE: Final = 0.2
"""Real seconds between two keys; and without a caller, before the next is made: whoever waits has this core first."""


@dataclass(frozen=True)
class ReadyKey:
    """The public half for one case, and the private one in grants that are bound to that case's id, by reader."""

    case_id: str
    public: PublicKey
    grants: Mapping[str, Sealed]


class ReadyKeys:
    """A drawer of keys, each granted to one reader and used once. `reader` says who that is now: what was made for
    another generation of it is thrown away."""

    def __init__(self, reader: Callable[[], PublicKey]) -> None:
        self._reader = reader
        self._drawer: deque[ReadyKey] = deque()
        self._taken_at = 0.0

    def take(self, *others: PublicKey) -> ReadyKey:
        """A key nobody has used: from the drawer, or made now when that is empty or others are to read the case too."""
        self._taken_at = time.monotonic()
        if others:
            return self._make(*others)
        reader = self._reader().key_id
        try:
            while reader not in (ready := self._drawer.popleft()).grants:
                pass
        except IndexError:
            return self._make()
        return ready

    @contextmanager
    def kept_filled(self) -> Iterator[None]:
        """A thread fills the drawer, little by little, until the block ends."""
        over = threading.Event()
        filling = threading.Thread(target=self._fill, args=(over,), name="ready keys", daemon=True)
        filling.start()
        try:
            yield
        finally:
            over.set()
            filling.join()

    def _fill(self, over: threading.Event) -> None:
        while not over.wait(A_PAUSE if self._may_fill else A_WHILE):
            if self._may_fill:
                self._drawer.append(self._make())

    @property
    def _may_fill(self) -> bool:
        return len(self._drawer) < READY and time.monotonic() - self._taken_at >= A_WHILE

    def _make(self, *others: PublicKey) -> ReadyKey:
        case_id, key = new_id(), new_case_key()
        grants = {to.key_id: Sealed(grant(key, to, case=case_id)) for to in (self._reader(), *others)}
        return ReadyKey(case_id, key.public, grants)
