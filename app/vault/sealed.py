"""The column type for what only a key holder may read."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from app.vault.envelope import key_id_of


class Sealed:
    """A box as it lies in a row. It says which key opens it and nothing else, not even its length."""

    __slots__ = ("box",)

    def __init__(self, box: bytes) -> None:
        self.box: Final = box

    @property
    def key_id(self) -> str:
        """The id of the key that opens it; CannotOpen when the bytes are no box."""
        return key_id_of(self.box)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.box == other.box

    def __hash__(self) -> int:
        return hash(self.box)

    def __repr__(self) -> str:
        return "<sealed>"


class SealedBox(TypeDecorator[Sealed]):
    """Stores `Sealed` as bytes and refuses everything that was not sealed first."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("seal it before storing it")
        key_id_of(value.box)
        return value.box

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:
        # A damaged row must not take the whole list down with it: it is found out when opened.
        return None if value is None else Sealed(bytes(value))
