"""What Twilio keeps of our calls and texts: listed, looked up, blanked, deleted.

Times are asked for with a margin and compared again here, for Twilio lists by the day. Deleting a text leaves its
media behind unless they are deleted too, and deleting a call leaves the calls that were dialled from it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.telephony.carrier import NOT_FOUND, CarrierError, Trouble
from app.telephony.records import OVER_REST, Kind, Record
from app.telephony.twilio_wire import Wire

_A_PAGE = 200

Answer = TypeVar("Answer")


class TwilioRecords:
    """`Records` that are Twilio's."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def came_in(self, kind: Kind, *, since: datetime) -> list[Record]:
        """What reached our numbers since a moment, the oldest first."""
        return [each for each in self._listed(kind, since=since) if each.inbound]

    def went_out(self, kind: Kind, *, to: str, since: datetime) -> list[Record]:
        """What we sent or called over REST to one number since a moment, the oldest first."""
        return [each for each in self._listed(kind, since=since, to=to) if each.direction == OVER_REST]

    def look_up(self, kind: Kind, ref: str) -> Record | None:
        """One record, or None when Twilio has none."""
        if kind is Kind.CALL:
            return _unless_gone(lambda: _call(self._wire.ask(lambda client: client.calls(ref).fetch())))
        return _unless_gone(lambda: _text(self._wire.ask(lambda client: client.messages(ref).fetch())))

    def legs_of(self, ref: str) -> list[str]:
        """The calls that were dialled from this one."""
        legs = self._wire.ask(lambda client: client.calls.list(parent_call_sid=ref, page_size=_A_PAGE))
        return [str(each.sid) for each in legs]

    def blank(self, ref: str) -> None:
        """Empty the words of a text that cannot be deleted yet."""
        self._wire.ask(lambda client: client.messages(ref).update(body=""))

    def delete(self, kind: Kind, ref: str) -> None:
        """Forget a call, or a text with its media. One that is gone already is no error."""
        if kind is Kind.CALL:
            _unless_gone(lambda: self._wire.ask(lambda client: client.calls(ref).delete()))
            return
        media = _unless_gone(lambda: self._wire.ask(lambda client: client.messages(ref).media.list()))
        for each in media or ():
            self._forget_media(ref, str(each.sid))
        _unless_gone(lambda: self._wire.ask(lambda client: client.messages(ref).delete()))

    def _forget_media(self, ref: str, sid: str) -> None:
        _unless_gone(lambda: self._wire.ask(lambda client: client.messages(ref).media(sid).delete()))

    def _listed(self, kind: Kind, *, since: datetime, to: str | None = None) -> list[Record]:
        only = {"to": to} if to else {}
        if kind is Kind.CALL:
            calls = self._wire.ask(lambda client: client.calls.list(start_time_after=since, page_size=_A_PAGE, **only))
            found = [_call(each) for each in calls]
        else:
            texts = self._wire.ask(
                lambda client: client.messages.list(date_sent_after=since, page_size=_A_PAGE, **only)
            )
            found = [_text(each) for each in texts]
        return sorted((each for each in found if each.at >= since), key=lambda each: (each.at, each.ref))


def _unless_gone(ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except CarrierError as problem:
        if problem.code == NOT_FOUND:
            return None
        raise


def _call(each: Any) -> Record:
    return Record(
        kind=Kind.CALL,
        ref=_whole_ref(each.sid),
        status=str(each.status or ""),
        at=_moment(each.start_time, each.date_created),
        direction=str(each.direction or ""),
        sender=each._from,  # noqa: SLF001 - so the SDK calls it
        to=each.to,
        forwarded_from=each.forwarded_from,
    )


def _text(each: Any) -> Record:
    return Record(
        kind=Kind.TEXT,
        ref=_whole_ref(each.sid),
        status=str(each.status or ""),
        at=_moment(each.date_sent, each.date_created),
        direction=str(each.direction or ""),
        sender=each.from_,
        to=each.to,
        body=each.body or "",
        code=each.error_code,
        media=int(each.num_media or 0),
    )


def _whole_ref(sid: str | None) -> str:
    if not sid:
        raise CarrierError(Trouble.TRANSIENT)
    return sid


def _moment(*candidates: datetime | None) -> datetime:
    """The first that is given, in UTC; the SDK leaves out the zone of what is UTC."""
    found = next((each for each in candidates if each), None)
    if found is None:
        raise CarrierError(Trouble.TRANSIENT)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
