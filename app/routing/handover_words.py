"""What a sealed package and its receipt say, as they are kept: canonical JSON, whose bytes two houses agree on."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from app.routing.consents import Given
from app.routing.disclosures import Told
from app.routing.kept import Kept
from app.routing.models import NoReason

Id = Field(pattern=r"^[0-9a-f]{32}$")


class Head(Kept):
    """What anybody may read. `due_at` is None when the person has been reached."""

    package: str = Id
    made_at: datetime
    due_at: datetime | None
    sealed_to: str
    signed_by: str = Id


class Waiting(Kept):
    """The clock of the house that sends: it runs there until acceptance is back."""

    opened_at: datetime
    due_at: datetime
    reached_at: datetime | None


class Consented(Kept):
    """A consent that a disclosure rests on, and until when it counts."""

    given: Given
    until: datetime


class Contents(Kept):
    """What is sealed. `manifest`: each part's SHA-256 in hex, over its canonical bytes, and how many fields leave."""

    package: str
    sender: str
    receiver: str
    sealed_to: str
    signed_by: str
    fields: int
    manifest: dict[str, str]
    disclosure: Told
    consents: tuple[Consented, ...]
    waiting: Waiting


class Answer(Kept):
    """A receipt: the receiver takes the person over, or does not. Says nothing of them."""

    package: str = Id
    digest: str
    accepted: bool
    because: NoReason | None
    due_at: datetime | None
    at: datetime
    signed_by: str = Id
