"""The kinds of value that a programme file is made of, each with a complaint that says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, PlainSerializer, SecretStr, ValidationInfo

from app.logs import scrub
from app.programme import durations
from app.staff.roles import Role as StaffRole


class ChannelName(StrEnum):
    """What a step pages by. Whom a step's channels do not reach is texted."""

    SMS = "sms"
    CALL = "call"
    PUSH = "push"
    EMAIL = "email"
    WEBHOOK = "webhook"


class Tier(StrEnum):
    """What a rotation fills."""

    ON_CALL = "on-call"
    BACKUP = "backup"


class Target(StrEnum):
    """Whom a step pages besides a named alias: a tier, whoever holds the case, everyone with a role."""

    ON_CALL = "on-call"
    BACKUP = "backup"
    HOLDER = "holder"
    COORDINATOR = "coordinator"
    MANAGER = "manager"


@dataclass(frozen=True)
class Names:
    """What the rest of the same file says, for the values that point at it. Given as validation context."""

    aliases: tuple[str, ...]
    phones: tuple[str, ...]
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The ids of every kind of row in `[knowledge]`."""


RESERVED = frozenset({*Target, "caller", "carrier", "engine", "operator", "unknown", "watch"})
"""Words that already mean something in a ladder or in the log, and so are nobody's alias."""

_ALIAS = re.compile(r"[a-z][a-z0-9-]{1,31}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?")
_TAG = re.compile(r"[a-zåäö][a-z0-9åäö-]{0,31}")
_FOLDER = re.compile(r"[^./\\][^/\\]*")
_EMAIL = re.compile(r"[^\s@<>\"]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


def spoken(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def quoted(value: object) -> str:
    """What the file says here, short, and struck out if it is a number or an address that lost its way."""
    return scrub(repr(value))[:40]


def one_of(words: type[StrEnum], kind: str) -> BeforeValidator:
    """A word of a closed vocabulary; the complaint names them all."""

    def check(value: object) -> object:
        if value not in list(words):
            raise ValueError(f"{quoted(value)} is not {kind}; use {spoken(words)}")
        return value

    return BeforeValidator(check)


def between(shortest: timedelta, longest: timedelta = timedelta.max) -> AfterValidator:
    """Durations from the shortest to the longest, both allowed."""

    def check(value: timedelta) -> timedelta:
        if value < shortest:
            raise ValueError(f"must be at least {durations.iso(shortest)}")
        if value > longest:
            raise ValueError(f"must be at most {durations.iso(longest)}")
        return value

    return AfterValidator(check)


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    return durations.parse(value if isinstance(value, str) else "")


def _alias(value: str, info: ValidationInfo) -> str:
    if not _ALIAS.fullmatch(value):
        raise ValueError("an alias is 2 to 32 of a-z, 0-9 and -, beginning with a letter")
    if value in RESERVED:
        raise ValueError(f"{quoted(value)} already means something else; choose another alias")
    if isinstance(info.context, Names) and info.context.aliases.count(value) > 1:
        raise ValueError(f"{quoted(value)} is the alias of more than one person")
    return value


def _member(value: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Names) and value not in info.context.aliases:
        raise ValueError(f"{quoted(value)} is nobody's alias; add them as [[staff]] or correct the name")
    return value


def _target(value: str, info: ValidationInfo) -> str:
    if value not in list(Target) and isinstance(info.context, Names) and value not in info.context.aliases:
        raise ValueError(f"{quoted(value)} is nobody; use {spoken([*Target, 'an alias'])}")
    return value


def _swedish(value: str) -> str:
    """The number itself when it is a Swedish one in E.164. The complaint does not repeat it."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if value != written or not phonenumbers.is_valid_number_for_region(number, "SE"):
        raise ValueError("is not a Swedish number in E.164; write it as +46701740605")
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        raise ValueError("is a premium number, which the line never dials or shows")
    return value


def _phone(value: SecretStr, info: ValidationInfo) -> SecretStr:
    number = _swedish(value.get_secret_value())
    if isinstance(info.context, Names) and info.context.phones.count(number) > 1:
        raise ValueError("is the number of more than one person; a text from it would be nobody's")
    return value


def _email(value: SecretStr) -> SecretStr:
    if not _EMAIL.fullmatch(value.get_secret_value()):
        raise ValueError("is not an e-mail address")
    return value


def _webhook(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    at_home = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme not in ({"http", "https"} if at_home else {"https"}) or not parts.hostname:
        raise ValueError("must begin with https:// and name a host")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("must not hold a user name, a password or a #")
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]{32,200}", value.get_secret_value()):
        raise ValueError("must be 32 to 200 signs without blanks; make one with: openssl rand -hex 32")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError("is not a language; write its code, such as sv, en, ar or so")
    return value


def _tag(value: str) -> str:
    if not _TAG.fullmatch(value):
        raise ValueError("is not a tag; write one short word in lower case, such as woman or relative")
    return value


def _place(value: str) -> str:
    if not re.fullmatch(r"[^\W\d_][^\r\n<>]{0,59}", value):
        raise ValueError("is not the name of a place; write it as people there do, at most 60 signs")
    return value


def _folder(value: str) -> str:
    if not _FOLDER.fullmatch(value):
        raise ValueError("is not the name of a folder beside this file; write it as audio")
    return value


def _digest(value: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", value):
        raise ValueError("is not a SHA-256")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone; write it as Europe/Stockholm") from None
    return value


def _wall_time(value: object) -> object:
    """A local date and time, as TOML or the stored document writes it; no zone, for the programme has one."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is not None:
        raise ValueError("is not a local date and time; write it as 2026-01-05T08:00:00, without a zone")
    return moment


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if twice := [value for value in values if values.count(value) > 1]:
        raise ValueError(f"names {quoted(str(twice[0]))} twice")
    return values


def _filled(values: tuple[Any, ...]) -> tuple[Any, ...]:
    # Not pydantic's min_length: that one also complains of a list whose only value is wrong in itself.
    if not values:
        raise ValueError("must not be empty")
    return values


Filled = AfterValidator(_filled)
Distinct = AfterValidator(_distinct)
Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(durations.iso)]
ChannelWord = Annotated[ChannelName, one_of(ChannelName, "a channel")]
TierWord = Annotated[Tier, one_of(Tier, "a tier")]
RoleWord = Annotated[StaffRole, one_of(StaffRole, "a role")]
Alias = Annotated[str, AfterValidator(_alias)]
Member = Annotated[str, AfterValidator(_member)]
TargetWord = Annotated[str, AfterValidator(_target)]
LineNumber = Annotated[str, AfterValidator(_swedish)]
Phone = Annotated[SecretStr, AfterValidator(_phone)]
Email = Annotated[SecretStr, AfterValidator(_email)]
Webhook = Annotated[SecretStr, AfterValidator(_webhook)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
Language = Annotated[str, AfterValidator(_language)]
Tag = Annotated[str, AfterValidator(_tag)]
Place = Annotated[str, AfterValidator(_place)]
Folder = Annotated[str, AfterValidator(_folder)]
Digest = Annotated[str, AfterValidator(_digest)]
Zone = Annotated[str, AfterValidator(_zone)]
WallTime = Annotated[datetime, BeforeValidator(_wall_time)]
