"""Argon2id in no time: people sign in thousands of times here, and each would wait as long as a thief at each guess.

Whoever asks what a guess costs, asks for `at_full_strength`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from argon2 import PasswordHasher

from app.staff import passphrases
from app.vault import receipts

_PASSES, _KIB = 1, 8
_QUICK: Final = PasswordHasher(time_cost=_PASSES, memory_cost=_KIB, parallelism=1)
_HURRIED: Final = {
    (passphrases, "_ARGON2ID"): _QUICK,
    (receipts, "_PASSES"): _PASSES,
    (receipts, "_MEMORY_KIB"): _KIB,
}
_BUILT: Final = {(room, name): getattr(room, name) for room, name in _HURRIED}


@contextmanager
def _with(these: dict) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for (room, name), value in these.items():
            patch.setattr(room, name, value)
        yield


@contextmanager
def in_no_time() -> Iterator[None]:
    """Receipts and passphrases cost next to nothing."""
    with _with(_HURRIED):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_argon2() -> Iterator[None]:
    with in_no_time():
        yield


@pytest.fixture
def at_full_strength(quick_argon2: None) -> Iterator[None]:
    """Receipts and passphrases cost what they cost outside."""
    with _with(_BUILT):
        yield
