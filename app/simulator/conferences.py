"""Conferences: several legs that hear one another once somebody who may start it has come, and a second."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.simulator.numbers import new_sid, rfc2822
from app.simulator.scripts import Changed, Closed

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.legs import Leg

BY_MODERATOR: Final = "participant-with-end-conference-on-exit-left"
BY_REST: Final = "conference-ended-via-api"
LAST_LEFT: Final = "last-participant-left"


@dataclass
class Member:
    """One leg in a conference."""

    leg: Leg
    starts: bool = True
    ends_it: bool = False
    label: str = ""
    on_hold: bool = False
    hold_url: str = ""
    talks: bool = False
    since: datetime = field(kw_only=True)

    def params(self) -> dict[str, str]:
        """What the conference's callbacks tell of a member."""
        told = {
            "CallSid": self.leg.sid,
            "Coaching": "false",
            "EndConferenceOnExit": str(self.ends_it).lower(),
            "Hold": str(self.on_hold).lower(),
            "Muted": str(self.leg.muted).lower(),
            "StartConferenceOnEnter": str(self.starts).lower(),
        }
        return told | ({"ParticipantLabel": self.label} if self.label else {})


class Conference:
    """One conference from the first to enter until it is over; the same name later is another conference.

    Where its events are told is settled by the first who enters, as at the carrier.
    """

    def __init__(self, exchange: Exchange, name: str, *, status_url: str, events: frozenset[str]) -> None:
        self.sid = new_sid("CF")
        self.name = name
        self.members: list[Member] = []
        self.status = "init"
        self.created_at = self.updated_at = exchange.timeline.now()
        self.reason_ended = ""
        self.ended_by = ""
        self._exchange = exchange
        self._status_url = status_url
        self._events = events
        self._told = 0

    @property
    def over(self) -> bool:
        return self.status == "completed"

    def hears(self, member: Member) -> bool:
        """Whether a member is in the conversation: it has begun and they are not on hold."""
        return self.status == "in-progress" and not member.on_hold

    def enter(self, member: Member) -> None:
        self.members.append(member)
        self._tell("join", "participant-join", member.params())
        if self.status == "init" and len(self.members) > 1 and any(each.starts for each in self.members):
            self._become("in-progress")
            self._tell("start", "conference-start")
        self.introduce()

    def leave(self, member: Member) -> None:
        """Leave; when the last does, or one with `ends_it`, everyone else is sent on with their own documents."""
        self.members.remove(member)
        member.leg.peers = []
        member.leg.muted = False
        self._tell_of_leaving(member)
        if self.over:
            return
        if member.ends_it:
            self.end(BY_MODERATOR, by=member.leg.sid)
        elif not self.members:
            self.end(LAST_LEFT, by=member.leg.sid)
        else:
            self.introduce()

    def end(self, reason: str, *, by: str = "") -> None:
        """Over for everyone."""
        self._become("completed")
        self.reason_ended, self.ended_by = reason, by
        told = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
        self._tell("end", "conference-end", told | ({"CallSidEndingConference": by} if by else {}))
        for other in list(self.members):
            other.leg.peers = []
            self._exchange.tell(other.leg, Closed())

    def hold(self, member: Member, url: str = "") -> None:
        """Take a member out of the conversation; they hear the document at `url`, or silence."""
        member.on_hold, member.hold_url = True, url
        self._tell("hold", "participant-hold", member.params())
        self.introduce()

    def unhold(self, member: Member) -> None:
        """Take a member back into the conversation."""
        member.on_hold = False
        self._tell("hold", "participant-unhold", member.params())
        self.introduce()

    def mute(self, member: Member, *, muted: bool) -> None:
        """Whether the others hear a member."""
        member.leg.muted = muted
        self._tell("mute", "participant-mute" if muted else "participant-unmute", member.params())

    def settle_ending(self, member: Member, *, ends_it: bool) -> None:
        """Whether the conference is over when this member leaves."""
        member.ends_it = ends_it
        self._tell("modify", "participant-modify", member.params())

    def kick(self, member: Member) -> None:
        """Send one member on with their own document."""
        self._exchange.tell(member.leg, Closed())

    def introduce(self) -> None:
        """Everyone in the conversation hears everyone else in it."""
        talking = [member.leg for member in self.members if self.hears(member)]
        for member in list(self.members):
            leg, talked = member.leg, member.talks
            member.talks = leg in talking
            leg.peers = [other for other in talking if other is not leg] if member.talks else []
            if talked != member.talks:
                self._exchange.tell(leg, Changed())

    def _become(self, status: str) -> None:
        self.status, self.updated_at = status, self._exchange.timeline.now()

    def _tell_of_leaving(self, member: Member) -> None:
        told = member.params() | {"ParticipantCallStatus": member.leg.status}
        self._tell("leave", "participant-leave", told | {"ReasonParticipantLeft": self._why_left(member)})

    def _why_left(self, member: Member) -> str:
        if self.over:
            return "conference_ended_via_api" if self.reason_ended == BY_REST else "moderator_ended_conference"
        return "participant_hung_up" if member.leg.over else "participant_updated_via_api"

    def _tell(self, event: str, name: str, told: dict[str, str] | None = None) -> None:
        if not self._status_url or event not in self._events:
            return
        self._told += 1
        params = {
            "AccountSid": self._exchange.account.sid,
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "SequenceNumber": str(self._told),
            "StatusCallbackEvent": name,
            "Timestamp": rfc2822(self._exchange.timeline.now()) or "",
        }
        self._exchange.webhooks.tell(self._status_url, params | (told or {}), about=self.sid, final=event == "end")
