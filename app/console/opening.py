"""Who turns the key: the one place where the console asks for the rota key's private half.

In `server` mode it comes from this process's keyring. In `staff` mode it comes out of the grant of whoever asks, with
the staff key that their browser unlocks: opened for one request, used and dropped, and this process keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from app.errors import DygnetError
from app.staff import keys, keys_session
from app.staff.keys_session import Hand
from app.vault.envelope import PrivateKey
from app.vault.keyring import Keyring
from app.vault.staff_keys import ROTA, TERMS


class NotLetIn(DygnetError):
    """Whoever asks holds no grant of the key that this was sealed to."""

    status = 403


class RotaKey(Protocol):
    """The key that opens cases, however it is held."""

    folder: Path | None
    """Where a founding file may stand, in `staff` mode; None in `server` mode."""

    terms: str | None
    """What a guess at a passphrase costs, in `staff` mode; None in `server` mode."""

    def shut(self, session: Session, hand: Hand) -> str:
        """Why nothing opens for them now, as the end of a sentence's key; empty when it does. Opens nothing."""

    def opened(self, session: Session, hand: Hand, granted: Sequence[str] = ()) -> AbstractContextManager[PrivateKey]:
        """The private half, for the length of the block: of a generation that was `granted`, or of the current one.

        Locked, NotLetIn, Misconfigured or CannotOpen when there is none for whoever asks.
        """


class HeldByServer:
    """The process that shows the console has the key in its folder."""

    folder: Path | None = None
    terms: str | None = None

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def shut(self, session: Session, hand: Hand) -> str:
        """A key that is missing is told by what comes of it."""
        return ""

    @contextmanager
    def opened(self, session: Session, hand: Hand, granted: Sequence[str] = ()) -> Iterator[PrivateKey]:
        """Out of the keyring: of several generations that fit, the newest."""
        fitting = [key for key in self._keyring.privates(ROTA) if key.key_id in granted]
        yield fitting[-1] if fitting else self._keyring.private(ROTA, granted[0] if granted else None)


class HeldByStaff:
    """Nobody but the staff has the key. `folder` is looked at for a founding file, and for nothing else."""

    def __init__(self, folder: Path, *, terms: str = TERMS) -> None:
        self.folder: Path | None = folder
        self.terms: str | None = terms

    def shut(self, session: Session, hand: Hand) -> str:
        """Whether they have to sign in again, or to be let in by somebody."""
        if keys_session.is_locked(session, hand):
            return "sign_in_again"
        return "" if keys.grants_of(session, hand.person_id) else "not_let_in"

    @contextmanager
    def opened(self, session: Session, hand: Hand, granted: Sequence[str] = ()) -> Iterator[PrivateKey]:
        """Out of the grant of whoever asks."""
        mine = keys.grants_of(session, hand.person_id)
        fitting = [grant for grant in mine if grant.rota_key_id in granted or not granted]
        staff_key = keys_session.unlocked(session, hand)
        if not fitting:
            raise NotLetIn("Somebody who holds the key must let you in first.")
        yield keys.opened(fitting[-1], staff_key)


class HeldElsewhere:
    """In a house that is a decoy: nothing is sealed there, so nobody needs the key, and nobody has it."""

    terms: str | None = None

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def shut(self, session: Session, hand: Hand) -> str:
        """Nothing says so."""
        return ""

    def opened(self, session: Session, hand: Hand, granted: Sequence[str] = ()) -> AbstractContextManager[PrivateKey]:
        """Never: it holds none."""
        raise NotLetIn("Somebody who holds the key must let you in first.")
