"""Recovery: a key whose private half is paper, so that a fire, a theft or a forgotten passphrase is not the end.

A random secret of 256 bits is split k of n (SLIP-39: words with a checksum, each known by its first four letters).
The key pair follows from the secret; the secret is kept nowhere. Copies of the other keys are sealed to the public
half, so that a new generation needs no paper. Fewer than k shares say nothing about the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import EncryptedMasterSecret, MnemonicError, Share, generate_mnemonics, recover_ems
from shamir_mnemonic.shamir import ShareGroup
from shamir_mnemonic.wordlist import WORDLIST

from app.errors import BadInput
from app.vault.envelope import Binding, PrivateKey, PublicKey, open_box, seal
from app.vault.secrecy import Secret

KIND: Final = "recovery"
SHARES: Final = 3
NEEDED: Final = 2
"""Three people and any two of them. One share may burn, and one may be stolen, and neither matters; three trustworthy
people are what a small municipality has. Larger houses say `--shares 5 --needed 3`."""

MOST_SHARES: Final = 16
WORDS: Final = 33
_FEWEST = 2
_SECRET_BYTES, _KEY_BYTES, _PROBE_BYTES = 32, 96, 32
_NO_STRETCHING: Final = 0  # the secret is random: stretching an empty passphrase guards nothing
_EXTENDABLE = 16  # a bit of SLIP-39's second word that is always set in ours
_LETTERS: Final = 4
_BY_LETTERS: Final = {word[:_LETTERS]: word for word in WORDLIST}


class BadShare(BadInput):
    """Something is wrong with a share; the message says what, and never quotes a word."""


@dataclass(frozen=True)
class Paper:
    """One share: which of how many, and its words. Shows none of them."""

    number: int
    words: str = field(repr=False)


@dataclass(frozen=True)
class Shares:
    """All the shares of a new recovery key, for paper; and the public half, which is all that stays."""

    public: PublicKey
    needed: int
    set_id: int
    papers: Sequence[Paper] = field(repr=False)


@dataclass(frozen=True)
class Probe:
    """Something sealed to the recovery key that is worth nothing, and what it must be when opened."""

    box: bytes
    digest: str


def make_shares(count: int = SHARES, needed: int = NEEDED) -> Shares:
    """A new recovery key, in so many shares, so many of which open it."""
    if not _FEWEST <= needed <= count <= MOST_SHARES:
        raise BadInput(f"At least {_FEWEST} shares are needed, of at most {MOST_SHARES}; not {needed} of {count}.")
    secret = secrets.token_bytes(_SECRET_BYTES)
    (words,) = generate_mnemonics(1, [(needed, count)], secret, iteration_exponent=_NO_STRETCHING)
    papers = [Paper(number, each) for number, each in enumerate(words, start=1)]
    return Shares(_key_from(secret).public, needed, Share.from_mnemonic(words[0]).identifier, papers)


class Collected(Secret):
    """Shares as they are typed in, one after another, each refused at once when something is wrong with it."""

    __slots__ = ("_by_index",)

    def __init__(self) -> None:
        self._by_index: dict[int, Share] = {}

    @property
    def missing(self) -> int | None:
        """How many more are needed; None while the first has not been read."""
        first = next(iter(self._by_index.values()), None)
        return None if first is None else first.member_threshold - len(self._by_index)

    @property
    def numbers(self) -> list[int]:
        """Which shares were read, as they are numbered on paper."""
        return sorted(index + 1 for index in self._by_index)

    def add(self, typed: str) -> None:
        """Read one share. BadShare says what is wrong with it and how it can be mended."""
        share = _read(typed)
        for other in self._by_index.values():
            if share.group_parameters() != other.group_parameters():
                raise BadShare(
                    f"This share belongs to another set ({_set(share)}) than the one before ({_set(other)})."
                )
        if share.index in self._by_index:
            raise BadShare(f"Share {share.index + 1} was given already: another one is needed.")
        self._by_index[share.index] = share

    def key(self) -> PrivateKey:
        """The recovery key. BadShare when there are too few shares, or they do not fit together."""
        missing = self.missing
        if missing is None or missing > 0:
            raise BadShare("Too few shares." if missing is None else f"Too few shares: {missing} more are needed.")
        group = ShareGroup()
        for share in self._by_index.values():
            group.add(share)
        try:
            sealed: EncryptedMasterSecret = recover_ems({0: group})
        except MnemonicError:
            raise BadShare("These shares are each well written, but do not belong together.") from None
        return _key_from(sealed.decrypt(b""))


def key_from(typed: Iterable[str]) -> PrivateKey:
    """The recovery key that these shares open. BadShare as for `Collected`."""
    collected = Collected()
    for each in typed:
        collected.add(each)
    return collected.key()


def copy_of(key_id: str, raw: bytes, recovery: PublicKey) -> bytes:
    """A copy of another key that only the recovery key opens."""
    return seal(raw, recovery, binding=_copy(key_id))


def opened_copy(box: bytes, key_id: str, recovery: PrivateKey) -> bytes:
    """The other key's bytes. WrongKey when the copy was made for other shares; CannotOpen when it is damaged."""
    return open_box(box, recovery, binding=_copy(key_id))


def new_probe(recovery: PublicKey) -> Probe:
    """Something to prove the shares by, without opening a key."""
    worthless = secrets.token_bytes(_PROBE_BYTES)
    return Probe(seal(worthless, recovery, binding=_PROBED), hashlib.sha256(worthless).hexdigest())


def opens(probe: Probe, recovery: PrivateKey) -> bool:
    """Whether this key opens the probe. WrongKey when the probe was made for other shares."""
    opened = open_box(probe.box, recovery, binding=_PROBED)
    return hmac.compare_digest(hashlib.sha256(opened).hexdigest(), probe.digest)


_PROBED: Final = Binding(table="recovery_keys", column="probe", row="probe", case="")


def _copy(key_id: str) -> Binding:
    return Binding(table="recovery_copies", column="box", row=key_id, case="")


def _key_from(secret: bytes) -> PrivateKey:
    expand = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"dygnet recovery key v1")
    return PrivateKey(KIND, expand.derive(secret))


def _read(typed: str) -> Share:
    words = typed.lower().split()
    if unknown := [place for place, word in enumerate(words, start=1) if word[:_LETTERS] not in _BY_LETTERS]:
        where = ", ".join(map(str, unknown))
        raise BadShare(f"Word {where} is not in the list of words. The first four letters of a word are enough.")
    if len(words) != WORDS:
        raise BadShare(f"A share has {WORDS} words; these are {len(words)}.")
    try:
        return Share.from_mnemonic(" ".join(_BY_LETTERS[word[:_LETTERS]] for word in words))
    except MnemonicError:
        raise BadShare("Every word is known, but one of them is wrong, or two have changed places.") from None


def _set(share: Share) -> str:
    return set_name(share.identifier)


def set_name(set_id: int) -> str:
    """What a set of shares is called: the two words that every one of them begins with. They say nothing secret."""
    return f"{WORDLIST[set_id >> 5]} {WORDLIST[(set_id & 31) << 5 | _EXTENDABLE]}"
