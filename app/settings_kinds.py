"""What a variable may look like: addresses, lists, words. Each kind says in plain words what is wrong with another."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode


class Surface(StrEnum):
    """A face the web process may show."""

    PUBLIC = "public"
    CARRIER = "carrier"
    CONSOLE = "console"


LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_REUSED = frozenset({"email", "preferred_username", "upn", "unique_name", "name", "nickname", "phone_number"})
"""Claims of an identity provider that can name another person tomorrow."""


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # only reading it tells whether it is a number
    except ValueError:
        raise ValueError("is not a URL") from None
    return parts


def _origin(url: str) -> str:
    parts = _parts(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must begin with https:// (or http://) and name a host")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password")
    if url != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be scheme, host and port only: no path, no slash at the end")
    if not re.fullmatch(r"[a-z0-9.:\[\]-]+", parts.netloc):
        raise ValueError("must be written as browsers send it: lower case, international names as xn--…")
    if parts.netloc.endswith(":443" if parts.scheme == "https" else ":80"):
        raise ValueError("must leave out the port that its scheme means anyway")
    return url


def _web_address(url: str) -> str:
    parts = _parts(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must begin with https:// (or http://) and name a host")
    return url.rstrip("/")


def _issuer(url: str) -> str:
    parts = _parts(url)
    is_here = parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or (is_here and parts.scheme == "http")):
        raise ValueError("must begin with https:// and name a host")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("must be written exactly as the provider calls itself, and holds no ? or #")
    return url


def _never_another_persons(claim: str) -> str:
    if claim in _REUSED:
        raise ValueError("is given to somebody else one day, or chosen by its owner: take sub or an id")
    return claim


def _harmless_page(url: str) -> str:
    parts = _parts(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must begin with https://, name a host and hold no ? or #")
    return url


def _onion(url: str) -> str:
    if not re.fullmatch(r"https?://[a-z2-7]{56}\.onion", url):
        raise ValueError("must be http:// and 56 letters and digits with .onion at the end: no path")
    return url


def _secret_web_address(url: SecretStr) -> SecretStr:
    return SecretStr(_web_address(url.get_secret_value()))


def _mail_address(url: SecretStr) -> SecretStr:
    parts = _parts(url.get_secret_value())
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("must begin with smtp:// (STARTTLS) or smtps:// and name a host")
    return url


def _syslog(url: str) -> str:
    parts = _parts(url)
    if parts.scheme != "syslog+tls" or not parts.hostname or parts.username or parts.path or parts.query:
        raise ValueError("must be syslog+tls:// with a host and perhaps a port; without encryption it is not sent")
    return url


def _database(url: SecretStr) -> SecretStr:
    scheme = url.get_secret_value().partition("://")[0]
    if scheme not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return url


def _separate(listed: object) -> object:
    """The words of a comma-separated variable."""
    if not isinstance(listed, str):
        return listed
    return tuple(word for word in (part.strip() for part in listed.split(",")) if word)


def _known_surfaces(words: object) -> object:
    if isinstance(words, tuple) and (strangers := [w for w in words if w not in list(Surface)]):
        raise ValueError(f"knows no surface {', '.join(map(repr, strangers))}: use public, carrier and console")
    return words


Issuer = Annotated[str, AfterValidator(_issuer)]
Claim = Annotated[str, Field(pattern=r"^[A-Za-z0-9_:./-]+$"), AfterValidator(_never_another_persons)]
Words = Annotated[tuple[Annotated[str, Field(pattern=r"^[!-~]+$")], ...], NoDecode, BeforeValidator(_separate)]
Origin = Annotated[str, AfterValidator(_origin)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
HarmlessPage = Annotated[str, AfterValidator(_harmless_page)]
OnionAddress = Annotated[str, AfterValidator(_onion)]
SecretWebAddress = Annotated[SecretStr, AfterValidator(_secret_web_address)]
SyslogAddress = Annotated[str, AfterValidator(_syslog)]
MailAddress = Annotated[SecretStr, AfterValidator(_mail_address)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database)]
Surfaces = Annotated[
    tuple[Surface, ...],
    NoDecode,
    BeforeValidator(_known_surfaces),
    BeforeValidator(_separate),
    Field(min_length=1),
]
Edges = Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z-]+$")], ...], NoDecode, BeforeValidator(_separate)]
Hosts = Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+$")], ...], NoDecode, BeforeValidator(_separate)]
Tokens = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_separate)]
Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)]
