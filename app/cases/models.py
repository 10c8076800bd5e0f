"""A case and its verbs. Its facts are rows (`facts.py`); how it stands is worked out from them.

Whoever calls a verb that changes the case has locked it first (`queries.locked`), so that of two
people only one is first.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, update
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from app import rows
from app.audit.log import write
from app.cases.breaches import Breach
from app.cases.canaries import ANSWERED, MARK
from app.cases.co_handled import CoHandled
from app.cases.doubts import Doubt
from app.cases.exclusions import Exclusion, Preference
from app.cases.facts import (
    CLOSED_WITHOUT_CONTACT,
    HANDED_BACK,
    Approach,
    Assignment,
    Closure,
    ContactAttempt,
    Danger,
    FirstContact,
    Hold,
    Join,
    Kept,
)
from app.cases.first_contact import Standing, is_overdue, standing
from app.cases.partings import move_tags
from app.cases.returning import RepeatTag
from app.errors import AlreadyTaken, BadInput
from app.rows import session_of
from app.staff.models import Colleague, Person


class Case(CoHandled):
    """One person's request for help, with its own key and its own twenty-four hours."""

    __tablename__ = "cases"

    reference: Mapped[str] = mapped_column(String(8), unique=True)
    pseudonym: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_hex(16))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    key_id: Mapped[str] = mapped_column(String(32))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    continues_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("cases.id"))

    approaches: Mapped[list[Approach]] = relationship(order_by="Approach.at")
    assignments: Mapped[list[Assignment]] = relationship(order_by="Assignment.at")
    holds: Mapped[list[Hold]] = relationship(order_by="Hold.at")
    attempts: Mapped[list[ContactAttempt]] = relationship(order_by="ContactAttempt.at")
    first_contact: Mapped[FirstContact | None] = relationship()
    breach: Mapped[Breach | None] = relationship()
    closure: Mapped[Closure | None] = relationship()
    danger: Mapped[Danger | None] = relationship()
    doubt: Mapped[Doubt | None] = relationship()
    join: Mapped[Join | None] = relationship(foreign_keys="Join.case_id")
    exclusions: Mapped[list[Exclusion]] = relationship(order_by="Exclusion.at")
    preferences: Mapped[list[Preference]] = relationship(order_by="Preference.tag", cascade="all, delete-orphan")

    @property
    def is_canary(self) -> bool:
        """Whether nobody called: it was sent by ourselves, to see whether somebody answers."""
        return self.reference.startswith(MARK)

    @property
    def is_forgotten(self) -> bool:
        """Whether its key is destroyed: nothing can be opened of it, or sealed to it, ever again."""
        return not self.public_key

    @property
    def hold(self) -> Hold | None:
        """The hold in force: a named handler has taken the case."""
        return next((hold for hold in self.holds if hold.released_at is None), None)

    @property
    def keeper_ids(self) -> frozenset[str]:
        """Whose case it is: who holds it, and who was in contact first. They are two people after a conversation that
        one left to the other; neither may lose sight of it. One that they may not have any more is its next one's."""
        named = frozenset({self.responsible.person_id} if self.responsible else ())
        return named if self.is_nobodys else frozenset(person.id for person in self._had_by)

    @property
    def is_nobodys(self) -> bool:
        """Whether the person was reached, and nobody whose case it was since may have it: excluded, or gone."""
        return self.standing is Standing.REACHED and not any(
            person.is_active and not self.excludes(person.id) for person in self._had_by
        )

    @property
    def handler_ids(self) -> frozenset[str]:
        """Whoever works on it: those whose case it is, and while it is open their co-handlers."""
        return self.keeper_ids if self.closure or self.join else self.keeper_ids | self.co_handler_ids

    @property
    def _had_by(self) -> list[Person]:
        return [person for person in (self.hold and self.hold.person, self.reached_by) if person]

    @property
    def reached_by(self) -> Person | None:
        """Whose case it is by first contact: who made it, but for a co-handler who did so for whoever held it then."""
        return self.own_contact(self.first_contact, self.holds)

    @property
    def responsible(self) -> Assignment | None:
        """Whose case it is now, taken or not."""
        return self.assignments[-1] if self.assignments else None

    @property
    def standing(self) -> Standing:
        """How the case stands, from its facts."""
        closed_as = Standing.JOINED if self.join else Standing(self.closure.outcome) if self.closure else None
        return standing(held=self.hold is not None, reached=self.first_contact is not None, closed_as=closed_as)

    @property
    def awaits_contact(self) -> bool:
        """Whether the clock still runs and somebody must act."""
        return self.standing in {Standing.WAITING, Standing.TAKEN}

    def is_overdue(self, at: datetime) -> bool:
        """Whether the promise is broken at a moment. A recorded breach stands, whatever is told of afterwards; to a
        canary nothing was promised."""
        if self.breach or self.is_canary:
            return self.breach is not None
        made = self.first_contact.at if self.first_contact else None
        return is_overdue(due=self.due_at, first_contact_at=made, at=at)

    @property
    def language(self) -> str:
        """The language the person chose last. Whoever writes a text chooses none."""
        chosen = [approach for approach in self.approaches if approach.channel != "sms"] or self.approaches
        return max(chosen, key=lambda approach: approach.at).language

    def excludes(self, person_id: str) -> bool:
        """Whether somebody may have nothing to do with this case."""
        return any(exclusion.person_id == person_id for exclusion in self.exclusions)

    def begin_with(self, first: Colleague, *, at: datetime) -> None:
        """Name who is responsible for a case that was opened this moment: nobody was before."""
        rows.write_unseen(session_of(self), Assignment, case_id=self.id, person_id=first.id, at=at, because="on_call")
        self.log("case.assigned", by="engine", at=at, because="on_call", to=first.alias)

    def assign(self, person: Person | Colleague, *, at: datetime, because: str) -> None:
        """Name who is responsible. Does nothing when that is so already."""
        if self.responsible and self.responsible.person_id == person.id:
            return
        said = rows.write(session_of(self), Assignment, case_id=self.id, person_id=person.id, at=at, because=because)
        set_committed_value(self, "assignments", [*self.assignments, said])
        self.log("case.assigned", by="engine", at=at, because=because, to=person.alias)

    def take(self, *, by: Person, at: datetime, via: str) -> Hold:
        """A named handler takes the case. Raises `AlreadyTaken` when somebody else has it, or it is over."""
        if not self.awaits_contact:
            raise AlreadyTaken("This case no longer waits for contact.")
        if self.hold:
            if self.hold.person_id == by.id:
                return self.hold
            raise AlreadyTaken("A colleague has this case.")
        if self.excludes(by.id):
            raise AlreadyTaken("This case is for a colleague.")
        hold = Hold(person_id=by.id, at=at, via=via)
        self.holds.append(hold)
        self.log("case.taken", by=by.alias, at=at, via=via)
        self.assign(by, at=at, because="taken")
        return hold

    def release(self, *, at: datetime, by: str, because: str) -> None:
        """Nobody holds the case any more; it waits again. The clock runs on as before."""
        if self.hold:
            self.hold.released_because = because
            self.hold.released_at = at
            self.log("case.released", by=by, at=at, because=because)

    def exclude(self, person: Person, *, by: str, at: datetime) -> None:
        """A conflict of interest: from now on the case is not theirs to have or to read; if they held it, it waits."""
        if self.excludes(person.id):
            return
        self.exclusions.append(Exclusion(person_id=person.id, at=at, by=by))
        self.log("case.excluded", by=by, at=at, whom=person.alias)
        self.let_go(person.id, by=by, at=at, because="excluded")
        if self.hold and self.hold.person_id == person.id:
            self.release(at=at, by=by, because="excluded")

    def prefer(self, tags: Collection[str], *, by: str, at: datetime) -> None:
        """Whom the person would rather speak with: these tags, and no others any more."""
        kept = [preference for preference in self.preferences if preference.tag in tags]
        known = {preference.tag for preference in kept}
        self.preferences = kept + [Preference(tag=tag, at=at, by=by) for tag in sorted(set(tags) - known)]
        self.log("case.preference_noted", by=by, at=at, count=len(tags))

    def record_attempt(
        self,
        *,
        by: Person,
        at: datetime,
        channel: str,
        outcome: str,
        word: str = "handler",
        made_at: datetime | None = None,
    ) -> ContactAttempt:
        """Somebody tried to make contact. `reached` means the two spoke or wrote with each other: first contact.

        `word`: by whose word that is, the handler's or that of the person's own answer in the `mailbox`. `made_at`:
        when it was, where that is told later. What is only told when the time is out keeps no promise (0043).
        """
        if self.closure or self.join:
            raise BadInput("This case is closed. Nothing can be recorded in it.")
        if made_at and self.first_contact is None and self.is_overdue(at):
            self.record_breach(at=at)
        made_at = made_at or at
        attempt = ContactAttempt(by_id=by.id, at=made_at, channel=channel, outcome=outcome)
        self.attempts.append(attempt)
        self.log("contact.attempted", by=by.alias, at=at, channel=channel, result=outcome)
        if outcome == "reached" and self.first_contact is None:
            self.first_contact = FirstContact(by_id=by.id, at=made_at, channel=channel, word=word)
            late = self.is_overdue(at)
            told = {"made_at": made_at.isoformat()} if made_at != at else {}
            self.log("contact.first", by=by.alias, at=at, channel=channel, in_time=not late, **told)
            self._forget_how_to_recognise()
        return attempt

    def record_breach(self, *, at: datetime) -> None:
        """The promise was broken at the due moment. A fact: recorded once, never edited."""
        if self.breach is None:
            self.breach = Breach(at=self.due_at, recorded_at=at)
            self.log("case.breached", by="engine", at=at, due_at=self.due_at.isoformat())

    def explain_breach(self, code: str, *, by: Person, at: datetime) -> None:
        """Say why the promise was broken. The breach stays what it is; a later word is another row."""
        if self.breach is None:
            raise BadInput("The promise was not broken here.")
        if self.breach.explain(code, by=by, at=at):
            self.log("case.breach_explained", by=by.alias, at=at, because=code)

    def keep(self, *, by: Person, at: datetime) -> None:
        """The holder keeps the case when their shift ends. Nothing happens when they said so before."""
        if self.hold is None or self.hold.person_id != by.id:
            raise AlreadyTaken("A colleague has this case, or nobody.")
        if self.hold.kept is None:
            self.hold.kept = Kept(at=at)
            self.log("case.kept", by=by.alias, at=at)

    def close(self, *, by: Person, at: datetime, outcome: str, code: str) -> None:
        """End the case. Without first contact only a reason why none can be made will do; the breach still comes."""
        if self.closure or self.join:
            raise BadInput("This case is closed already.")
        may_end_so = CLOSED_WITHOUT_CONTACT + ((ANSWERED,) if self.is_canary else ())
        if self.first_contact is None and code not in may_end_so:
            raise BadInput(
                "Nobody has been in contact with this person. Record the contact first, or say why none can be made."
            )
        if self.first_contact is None and outcome != "closed":
            raise BadInput("Advice and hand-over need a contact first. Record the contact, or close with a reason.")
        self.closure = Closure(by_id=by.id, at=at, outcome=outcome, code=code)
        self.log("case.closed", by=by.alias, at=at, because=code, closed_as=outcome)
        self._forget_how_to_recognise()

    def hand_back(self, *, by: Person, at: datetime) -> None:
        """Another house sent this person, and goes on with them: their clock has run there all the while."""
        self.closure = Closure(by_id=by.id, at=at, outcome="closed", code=HANDED_BACK)
        self.log("case.closed", by=by.alias, at=at, because=HANDED_BACK, closed_as="closed")
        self._forget_how_to_recognise()

    def join_into(self, other: Case, *, by: str, at: datetime, because: str = "") -> None:
        """This case goes on as part of another, older one whose clock runs already: the earlier clock wins.

        Who is recognised by this case is from now on recognised as the other's.
        Whoever joins two cases that are being escalated does it by `conflicts.join`, which has the other go on at once.
        """
        if other.opened_at > self.opened_at:
            raise BadInput("A case joins an older one, so that the earlier clock counts.")
        self.join = Join(into_id=other.id, at=at, by=by)
        for exclusion in self.exclusions:
            other.exclude(exclusion.person, by=by, at=at)
        move_tags(session_of(self), self, other)
        self.log("case.merged", by=by, at=at, because=because, into=other.pseudonym)

    def mark_danger(self, *, by: str, at: datetime) -> None:
        """Somebody is in danger now; the shorter ladder applies."""
        if self.danger is None:
            set_committed_value(self, "danger", rows.write(session_of(self), Danger, case_id=self.id, at=at, by=by))
            self.log("danger.marked", by=by, at=at)

    def _forget_how_to_recognise(self) -> None:
        """The full tags serve only while the case waits for first contact."""
        session_of(self).execute(update(RepeatTag).where(RepeatTag.case_id == self.id).values(full=None))

    def log(self, action: str, *, by: str, at: datetime, because: str = "", **facts: str | float | bool | None) -> None:
        """An entry in the audit log about this case, under its pseudonym, in the deed's own transaction."""
        write(session_of(self), at=at, by=by, action=action, about=self.pseudonym, because=because, facts=facts)
