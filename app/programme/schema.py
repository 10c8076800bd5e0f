"""The shape of `programme.toml`, and of the document that is kept of it.

Strict: a key that is not here is an error. Everything keeps the file's order. Phone numbers, e-mail
addresses and webhooks are `SecretStr`, and are absent from the kept document.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from app.programme.fields import (
    Alias,
    ChannelName,
    ChannelWord,
    Distinct,
    Duration,
    Email,
    Filled,
    Folder,
    Language,
    LineNumber,
    Member,
    Names,
    Phone,
    Place,
    RoleWord,
    Tag,
    Target,
    TargetWord,
    TierWord,
    WallTime,
    Webhook,
    WebhookSecret,
    Zone,
    between,
)
from app.programme.heard import Heard
from app.programme.knowledge import Knowledge
from app.programme.knowledge_files import MINIMAL, ids_in, shipped
from app.programme.knowledge_rows import UnitId
from app.programme.retention import Retention
from app.programme.table import Table as _Table
from app.programme.teams import Team
from app.staff.roles import Role

PROMISE = timedelta(hours=24)
"""The longest that a programme may let a person wait for first contact."""

_SEALED = {"phone", "email", "webhook", "webhook_secret"}
"""What is said of staff to nobody: kept apart from the document, under the duty key."""

_Languages = Annotated[tuple[Language, ...], Distinct, Filled]
_Targets = Annotated[tuple[TargetWord, ...], Distinct, Filled]
_Channels = Annotated[tuple[ChannelWord, ...], Distinct, Filled]
_Within = Annotated[Duration, between(timedelta(seconds=1), PROMISE)]
_Grace = Annotated[Duration, between(timedelta(seconds=1))]
_Silent = Annotated[Duration, between(timedelta(days=1), timedelta(days=90))]
_Repeat = Annotated[Duration, between(timedelta(minutes=1))]
_Spaced = Annotated[Duration, between(timedelta(0), PROMISE)]
_Tested = Annotated[Duration, between(timedelta(days=1), timedelta(days=90))]
_Canary = Annotated[Duration, between(timedelta(hours=1), timedelta(days=31))]
_Turn = Annotated[Duration, between(timedelta(hours=1))]


class Line(_Table):
    """`[programme]`: the line itself. `name` is internal and never sent to anyone.

    `switchboards` are numbers that stand for many callers, such as the city's own that forwards to the line: who calls
    from one is unknown. `page_languages` are what the public pages may be read in, when not `languages`; `places` what
    a visitor may choose among, districts or municipalities, by their names there. `audio` is a folder beside the file,
    with recordings (`sounds`).
    Every channel of staff's that is proved is sent a test page so often, and its answer counts for so long.
    """

    name: str = Field(min_length=1)
    timezone: Zone = "Europe/Stockholm"
    languages: _Languages = ("sv",)
    numbers: Annotated[tuple[LineNumber, ...], Distinct, Filled]
    switchboards: Annotated[tuple[LineNumber, ...], Distinct] = ()
    page_languages: Annotated[tuple[Language, ...], Distinct] = ()
    places: Annotated[tuple[Place, ...], Distinct] = ()
    standing_chain: Annotated[tuple[Member, ...], Distinct, Filled]
    audio: Folder | None = None
    test_pages_every: _Tested = timedelta(days=7)
    test_pages_count_for: _Tested = timedelta(days=14)

    @model_validator(mode="after")
    def _tests_before_it_forgets(self) -> Self:
        if self.test_pages_count_for < self.test_pages_every:
            raise ValueError("test_pages_count_for must be at least as long as test_pages_every")
        return self


class UntakenStep(_Table):
    """A step while nobody has taken the case; `after` counts from its opening."""

    after: Duration
    page: _Targets
    by: _Channels
    repeat: _Repeat | None = None


class UncontactedStep(_Table):
    """A step while nobody has been in contact; `before` counts back from the deadline, zero is the breach."""

    before: Duration
    page: _Targets
    by: _Channels
    repeat: _Repeat | None = None


def _acute_ladder() -> tuple[UntakenStep, ...]:
    """What a case in danger gets when the file says nothing: both tiers at once, a coordinator in five minutes."""
    both, minutes = (Target.ON_CALL, Target.BACKUP), timedelta(minutes=1)
    return (
        UntakenStep(after=0 * minutes, page=both, by=(ChannelName.CALL, ChannelName.SMS)),
        UntakenStep(after=2 * minutes, page=both, by=(ChannelName.CALL,), repeat=3 * minutes),
        UntakenStep(after=5 * minutes, page=(Target.COORDINATOR,), by=(ChannelName.CALL,), repeat=5 * minutes),
    )


class Routine(_Table):
    """`[routine]`: how long a person may wait, and who is paged meanwhile.

    `canary_every`: how often an approach of our own is sent through everything, to whoever is on call; absent: never.
    `silent_after`: without a sign of life for so long after first contact, the coordinator sees the case each morning.
    `acute_silent_after`: the same for somebody who was said to be in danger (domain.md A10).
    """

    first_contact_within: _Within = PROMISE
    take_grace: _Grace = timedelta(hours=2)
    silent_after: _Silent = timedelta(days=7)
    acute_silent_after: _Silent = timedelta(days=1)
    canary_every: _Canary | None = None
    untaken: tuple[UntakenStep, ...]
    uncontacted: tuple[UncontactedStep, ...]
    acute: tuple[UntakenStep, ...] = Field(default_factory=_acute_ladder)

    @field_validator("untaken", "acute")
    @classmethod
    def _begins_at_once(cls, ladder: tuple[UntakenStep, ...]) -> tuple[UntakenStep, ...]:
        if not any(step.after == timedelta(0) for step in ladder):
            raise ValueError('needs a step with after = "PT0S": somebody is paged the moment a case opens')
        return ladder

    @field_validator("uncontacted")
    @classmethod
    def _knows_the_breach(cls, ladder: tuple[UncontactedStep, ...]) -> tuple[UncontactedStep, ...]:
        at_the_breach = [step for step in ladder if step.before == timedelta(0)]
        if not at_the_breach:
            raise ValueError('needs a step with before = "PT0S": who is paged when the deadline passes')
        if not any(step.repeat for step in at_the_breach):
            raise ValueError('the step with before = "PT0S" needs a repeat: they are paged until there is contact')
        return ladder

    @model_validator(mode="after")
    def _fits_before_the_deadline(self) -> Self:
        for place, step in enumerate(self.uncontacted):
            if step.before > self.first_contact_within:
                raise ValueError(f"uncontacted[{place}].before is longer than first_contact_within")
        return self


class Contact(_Table):
    """`[contact]`: how often a person may be sought in vain within one stretch of safe hours, and how far apart."""

    attempts_per_window: Annotated[int, Field(ge=1, le=10)] = 2
    spaced: _Spaced = timedelta(minutes=15)


class Statistics(_Table):
    """`[statistics]`: a group of fewer than `threshold` requests is told of to nobody."""

    threshold: Annotated[int, Field(ge=5, le=100)] = 5


class StaffMember(_Table):
    """`[[staff]]`: somebody who answers. `alias` is the only name others see.

    `tags` are what somebody brings besides languages, in the city's own words: a training, being a woman where callers
    may wish for one. A caller's role (`relative`, `professional`) is a tag too. They put people in order, no more.
    `units` are those of `[knowledge.unit]` that somebody answers for when one is asked to take a person on.
    """

    alias: Alias
    roles: Annotated[tuple[RoleWord, ...], Distinct, Filled]
    languages: _Languages = ("sv",)
    tags: Annotated[tuple[Tag, ...], Distinct] = ()
    units: Annotated[tuple[UnitId, ...], Distinct] = ()
    phone: Phone | None = None
    email: Email | None = None
    webhook: Webhook | None = None
    webhook_secret: WebhookSecret | None = None

    @model_validator(mode="after")
    def _signs_what_it_posts(self) -> Self:
        if bool(self.webhook) != bool(self.webhook_secret):
            raise ValueError("webhook and webhook_secret belong together: write both or neither")
        return self

    @model_validator(mode="after")
    def _interprets_or_works_here(self) -> Self:
        if Role.INTERPRETER in self.roles and len(self.roles) > 1:
            raise ValueError("an interpreter has no other role")
        return self


class Rotation(_Table):
    """`[[rotation]]`: members take turns of equal length, counted in local wall time from `starts`."""

    tier: TierWord
    members: Annotated[tuple[Member, ...], Filled]
    starts: WallTime
    turn: _Turn


@cache
def _minimal() -> Knowledge:
    """What a programme knows of where help comes from when its file says nothing."""
    return Knowledge.model_validate(shipped(MINIMAL))


class Programme(Heard):
    """The whole file. `programme` is its `[programme]` table."""

    programme: Line
    routine: Routine
    contact: Contact = Contact()
    statistics: Statistics = Statistics()
    retention: Retention = Retention()
    staff: Annotated[tuple[StaffMember, ...], Filled]
    rotation: tuple[Rotation, ...] = ()
    team: tuple[Team, ...] = ()
    knowledge: Knowledge = Field(default_factory=_minimal)

    @model_validator(mode="after")
    def _leaves_interpreters_off_duty(self) -> Self:
        ladders: tuple[UntakenStep | UncontactedStep, ...]
        ladders = (*self.routine.untaken, *self.routine.uncontacted, *self.routine.acute)
        on_duty = {*self.programme.standing_chain}.union(
            *(step.page for step in ladders), *(rotation.members for rotation in self.rotation)
        )
        for alias in self.with_role(Role.INTERPRETER):
            if alias in on_duty:
                raise ValueError(
                    f"{alias!r} is an interpreter, who is only called into a conversation; "
                    "take the alias out of the rotations, the standing chain and the ladders"
                )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that the file's wall times are meant in."""
        return ZoneInfo(self.programme.timezone)

    def with_role(self, role: Role) -> tuple[str, ...]:
        """The aliases of everyone who has the role, in the file's order."""
        return tuple(member.alias for member in self.staff if role in member.roles)

    def document(self) -> str:
        """The programme as JSON without how anybody is reached; `Programme.model_validate_json` reads it back."""
        return self.model_dump_json(exclude={"staff": {"__all__": _SEALED}}, exclude_none=True)


def names_in(file: dict[str, Any]) -> Names:
    """The aliases and phone numbers that a raw file holds, however wrong the rest of it may be."""
    staff = [member for member in _tables(file.get("staff")) if isinstance(member, dict)]
    return Names(
        aliases=tuple(str(member["alias"]) for member in staff if "alias" in member),
        phones=tuple(str(member["phone"]) for member in staff if "phone" in member),
        rows=ids_in(file if "knowledge" in file else {"knowledge": shipped(MINIMAL)}),
    )


def _tables(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
