"""Playing a script on a leg: resuming it with what it waits for, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from inspect import GEN_RUNNING, getgeneratorstate
from typing import TYPE_CHECKING

from app.simulator.posting import Answer, Trouble
from app.simulator.scripts import Elapsed, Event, Fetched, HangUp, Script, Wait
from app.simulator.timeline import Timer

if TYPE_CHECKING:
    from app.simulator.legs import Leg


class Player:
    """Holds the script a leg is in the middle of. Called with the switchboard's lock held."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._exchange = leg.exchange
        self._script: Script | None = None
        self._wait: Wait | None = None
        self._turn = 0
        self._timer: Timer | None = None

    def play(self, script: Script) -> None:
        """Leave whatever is going on and begin this script."""
        self.stop()
        self._exchange.in_turn(lambda: self._begin(script))

    def take(self, event: Event) -> None:
        """Give an event to the script, if it waits for one like it. A script that is being closed hears nothing."""
        script = self._script
        if script is not None and getgeneratorstate(script) != GEN_RUNNING and self._expects(event):
            self._resume(lambda: script.send(event))

    def stop(self) -> None:
        """Close the script where it stands; it must not be the one that is speaking."""
        script, self._script, self._wait = self._script, None, None
        self._turn += 1
        if self._timer is not None:
            self._timer.cancel()
        if script is not None:
            script.close()

    def _begin(self, script: Script) -> None:
        if not self._leg.over:
            self._script = script
            self._resume(lambda: next(script))

    def _expects(self, event: Event) -> bool:
        if isinstance(event, Elapsed | Fetched):
            return event.turn == self._turn
        return self._wait is not None and isinstance(event, self._wait.events)

    def _resume(self, step: Callable[[], Wait]) -> None:
        self._turn += 1
        self._wait = None
        if self._timer is not None:
            self._timer.cancel()
        try:
            wait = step()
        except StopIteration:
            self._finish("no-answer")
        except HangUp as over:
            self._finish(over.status)
        else:
            self._begin_waiting(wait)

    def _finish(self, status: str) -> None:
        self._script = None
        self._leg.end(status)

    def _begin_waiting(self, wait: Wait) -> None:
        self._wait = wait
        turn = self._turn
        if wait.seconds is not None:
            self._timer = self._exchange.after(wait.seconds, lambda: self._exchange.tell(self._leg, Elapsed(turn)))
        if wait.ask is not None:
            params = self._leg.params() | dict(wait.ask.params)
            self._leg.postman.ask(
                wait.ask.url, params, about=self._leg.sid, then=lambda outcome: self._fetched(turn, outcome)
            )

    def _fetched(self, turn: int, outcome: Answer | Trouble) -> None:
        self._exchange.tell(self._leg, Fetched(turn, outcome))
