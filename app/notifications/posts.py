"""The ways out that need no telephone company: what each can do, and how each can fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sqlalchemy.orm import Session

from app.notifications.messages import Message
from app.staff.directory import Opened
from app.staff.models import Person
from app.telephony.carrier import CarrierError, Trouble

PATIENCE: Final = 5.0
"""Seconds to wait for a server at a time: four such waits stay well below the minute for which a claim holds."""


@dataclass(frozen=True)
class Sent:
    """A server took a message. `arrived`: it is at its goal for certain. `gone`: endpoints that are no more."""

    arrived: bool = False
    gone: tuple[str, ...] = ()


class NotTaken(CarrierError):
    """No server took it. The same three kinds of trouble; a code is SMTP's or HTTP's, and none means: not set up here.

    It says nothing of telephones: a mail server that refuses us is no reason to think that texts would fare worse.
    """

    is_unheard_of = False
    concerns_everything = False

    def __init__(
        self, trouble: Trouble, *, code: int | None = None, maybe_done: bool = False, gone: tuple[str, ...] = ()
    ) -> None:
        super().__init__(trouble, code=code, maybe_done=maybe_done)
        self.gone = gone


class Post(Protocol):
    """One channel, and where it leads."""

    @property
    def channel(self) -> str:
        """As a notification has it."""

    @property
    def name(self) -> str:
        """What the log calls it."""

    def find(self, session: Session, person: Person) -> Sequence[Opened]:
        """Where this person is reached, opened; empty when they have no such way."""

    def send(self, message: Message, to: Sequence[Opened]) -> Sent:
        """Hand it over. NotTaken when nobody took it."""


@dataclass(frozen=True)
class Nowhere:
    """A channel that nobody has set up here: every page is refused at once, and goes out as a text."""

    channel: str
    name: str = field(default="nowhere")

    def find(self, session: Session, person: Person) -> Sequence[Opened]:
        return ()

    def send(self, message: Message, to: Sequence[Opened]) -> Sent:
        raise NotTaken(Trouble.CONFIGURATION)
