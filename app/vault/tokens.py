"""A hardware token (PKCS#11) that keeps the key of a folder: an optional extra, `pip install 'dygnet[hsm]'`.

What the token does: it holds an AES-256 key that never leaves it, and with it wraps and unwraps the one key that
opens the key files. What it does not do: HPKE with ML-KEM-768 and X25519 runs in no token there is today, so the
opened keys are in this process's memory while it runs. A copied folder or disk is worth nothing without the token; a
process that is taken while it runs is worth as much as before.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from app.errors import Misconfigured
from app.vault.locks import CannotUnlock

LABEL: Final = "dygnet-keys"
_NONCE, _TAG_BITS, _KEY_BITS = 12, 128, 256
_CONTEXT: Final = b"dygnet lock v1"


@dataclass(frozen=True)
class Token:
    """A token of a PKCS#11 `module` (the maker's library), by its label, with its PIN."""

    module: str
    label: str
    pin: str = field(repr=False)

    @property
    def name(self) -> str:
        return f"token, {self.label}"

    def wrapped(self, key: bytes) -> bytes:
        """Made inside the token, with a key that is made there the first time and cannot be taken out."""
        nonce = secrets.token_bytes(_NONCE)
        with self._session(rw=True) as (pkcs11, session):
            try:
                inside = session.get_key(label=LABEL, object_class=pkcs11.ObjectClass.SECRET_KEY)
            except pkcs11.NoSuchKey:
                inside = self._new_key(pkcs11, session)
            sealed = inside.encrypt(key, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=_gcm(pkcs11, nonce))
        return nonce + bytes(sealed)

    def unwrapped(self, kept: bytes) -> bytes:
        with self._session() as (pkcs11, session):
            try:
                inside = session.get_key(label=LABEL, object_class=pkcs11.ObjectClass.SECRET_KEY)
                parameters = _gcm(pkcs11, kept[:_NONCE])
                opened = inside.decrypt(kept[_NONCE:], mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=parameters)
            except pkcs11.PKCS11Error as problem:
                why = type(problem).__name__
                raise CannotUnlock(f"The token {self.label} does not open the folder of keys ({why}).") from None
        return bytes(opened)

    @staticmethod
    def _new_key(pkcs11: Any, session: Any) -> Any:
        stays = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
        return session.generate_key(pkcs11.KeyType.AES, _KEY_BITS, label=LABEL, store=True, template=stays)

    @contextmanager
    def _session(self, *, rw: bool = False) -> Iterator[tuple[Any, Any]]:
        try:
            import pkcs11  # noqa: PLC0415 - an optional extra, asked for only by who has a token
        except ImportError:
            raise Misconfigured("A token needs the extra `hsm`: pip install 'dygnet[hsm]'") from None
        try:
            token = pkcs11.lib(self.module).get_token(token_label=self.label)
            with token.open(user_pin=self.pin, rw=rw) as session:
                yield pkcs11, session
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as problem:
            why = type(problem).__name__
            raise CannotUnlock(f"The token {self.label} cannot be used through {self.module} ({why}).") from None


def _gcm(pkcs11: Any, nonce: bytes) -> Any:
    return pkcs11.GCMParams(nonce, _CONTEXT, _TAG_BITS)
