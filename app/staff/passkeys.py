"""Passkeys (WebAuthn): asked, added, used, taken away. Whoever uses one showed who they are to the authenticator.

A question is kept here until it is answered, once, within minutes. The authenticator counts how often it signed; one
that counted backwards was copied, and is refused. What is said about the server is its origin and its host, both from
`PUBLIC_URL`: an answer given to another site does not fit.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, structs
from webauthn.helpers.exceptions import WebAuthnException

from app.audit.log import record
from app.staff.factor_models import Challenge, Passkey
from app.staff.keys_models import StaffKey
from app.staff.models import Person
from app.vault.envelope import CannotOpen, PrivateKey
from app.vault.staff_keys import lock, unlock

ASKED_FOR: Final = timedelta(minutes=5)
MOST: Final = 10
"""Passkeys of one person."""

PRF_QUESTION: Final = hashlib.sha256(b"dygnet staff key under a passkey v1").digest()
"""What the authenticator is asked to make 256 bits of that nobody else can (WebAuthn's PRF extension)."""

_UNREADABLE: Final = (ValueError, KeyError, TypeError, RecursionError)
"""What reading an answer raises that no browser made."""

_VERIFIED = structs.UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class Here:
    """What an authenticator must believe to be talking to."""

    origin: str

    @property
    def host(self) -> str:
        """The relying party's id: the host alone."""
        return urlsplit(self.origin).hostname or ""


def asked_to_register(session: Session, person: Person, here: Here, *, at: datetime) -> dict[str, Any]:
    """What a browser gives its authenticator so that it makes a new passkey."""
    known = [_described(one) for one in standing(session, person.id)]
    options = webauthn.generate_registration_options(
        rp_id=here.host,
        rp_name="Dygnet",
        user_id=person.id.encode(),
        user_name=person.alias,
        challenge=_new(session, "register", person.id, at=at),
        exclude_credentials=known,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
    )
    return _with_prf(webauthn.options_to_json(options), evaluate=False)


def asked_to_sign(session: Session, purpose: str, person_id: str | None, here: Here, *, at: datetime) -> dict[str, Any]:
    """What a browser gives its authenticator so that it signs: with one of this person's, or, of nobody, with any."""
    mine = [_described(one) for one in standing(session, person_id)] if person_id else []
    options = webauthn.generate_authentication_options(
        rp_id=here.host,
        challenge=_new(session, purpose, person_id, at=at),
        allow_credentials=mine or None,
        user_verification=_VERIFIED,
    )
    return _with_prf(webauthn.options_to_json(options), evaluate=True)


def add(session: Session, person: Person, answer: str, name: str, here: Here, *, at: datetime) -> Passkey | None:
    """One more passkey; None when the answer does not fit a question that was asked."""
    challenge = _answered(session, answer, "register", person.id, at=at)
    if challenge is None or len(standing(session, person.id)) >= MOST:
        return None
    try:
        seen = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=here.host,
            expected_origin=here.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *_UNREADABLE):
        return None
    made = Passkey(
        credential_id=bytes_to_base64url(seen.credential_id),
        person_id=person.id,
        name=name.strip()[:64] or at.date().isoformat(),
        public_key=seen.credential_public_key,
        sign_count=seen.sign_count,
        made_at=at,
    )
    session.add(made)
    session.flush()
    record(session, at=at, by=person.alias, action="staff.factor_added", about=_about(person), what="passkey")
    return made


def used(
    session: Session, answer: str, purpose: str, here: Here, *, at: datetime, person_id: str | None = None
) -> Passkey | None:
    """The passkey that signed, if it may; None whatever was wrong. With a `person_id`, only one of theirs."""
    challenge = _answered(session, answer, purpose, person_id, at=at)
    found = _named(session, answer) if challenge else None
    if challenge is None or found is None or (person_id and found.person_id != person_id):
        return None
    try:
        seen = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=here.host,
            expected_origin=here.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, *_UNREADABLE):
        return None
    found.sign_count, found.used_at = seen.new_sign_count, at
    return found


def lock_key_under(made: Passkey, key: PrivateKey, made_of_it: str) -> None:
    """The staff key also opens with this passkey: with what its authenticator makes of our question (PRF)."""
    made.box = lock(key, made_of_it, session=f"passkey:{made.id}")


def unlocked(session: Session, used: Passkey, made_of_it: str) -> PrivateKey | None:
    """The person's staff key, with what the authenticator made of our question; None where it was not locked under it,
    or when they have had another key made since."""
    if not (used.box and made_of_it):
        return None
    try:
        key = unlock(used.box, made_of_it, session=f"passkey:{used.id}")
    except CannotOpen:
        return None
    mine = session.get(StaffKey, used.person_id)
    return key if mine and mine.key_id == key.key_id else None


def standing(session: Session, person_id: str) -> Sequence[Passkey]:
    """A person's passkeys, the oldest first."""
    mine = select(Passkey).where(Passkey.person_id == person_id)
    return session.scalars(mine.order_by(Passkey.made_at, Passkey.id)).all()


def take_away(session: Session, person: Person, passkey_id: str, *, at: datetime, by: str) -> bool:
    """It opens nothing any more. False when it is not theirs, or unknown."""
    row = session.get(Passkey, passkey_id)
    if row is None or row.person_id != person.id:
        return False
    session.delete(row)
    session.flush()
    record(session, at=at, by=by, action="staff.factor_removed", about=_about(person), what="passkey")
    return True


def _new(session: Session, purpose: str, person_id: str | None, *, at: datetime) -> bytes:
    session.execute(delete(Challenge).where(Challenge.expires_at <= at))
    challenge = secrets.token_bytes(32)
    session.add(Challenge(id=_digest(challenge), purpose=purpose, person_id=person_id, expires_at=at + ASKED_FOR))
    return challenge


def _answered(session: Session, answer: str, purpose: str, person_id: str | None, *, at: datetime) -> bytes | None:
    """The question that the answer says it answers, if it was asked and nobody answered it. From now on it was."""
    try:
        about = json.loads(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(about["challenge"])
    except _UNREADABLE:
        return None
    asked = Challenge.id == _digest(challenge), Challenge.purpose == purpose, Challenge.expires_at > at
    of_whom = Challenge.person_id == person_id if person_id else Challenge.person_id.is_(None)
    gone: CursorResult[Any] = session.execute(delete(Challenge).where(*asked, of_whom))  # type: ignore[assignment]
    return challenge if gone.rowcount == 1 else None


def _named(session: Session, answer: str) -> Passkey | None:
    try:
        named = bytes_to_base64url(base64url_to_bytes(json.loads(answer)["rawId"]))
    except _UNREADABLE:
        return None
    return session.scalar(select(Passkey).where(Passkey.credential_id == named))


def _described(one: Passkey) -> structs.PublicKeyCredentialDescriptor:
    return structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))


def _with_prf(options: str, *, evaluate: bool) -> dict[str, Any]:
    question = {"eval": {"first": bytes_to_base64url(PRF_QUESTION)}} if evaluate else {}
    told: dict[str, Any] = json.loads(options)
    return told | {"extensions": {"prf": question}}


def _digest(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()


def _about(person: Person) -> str:
    return f"person:{person.alias}"
