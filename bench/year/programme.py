"""The programme of the year, in the versions in which it comes into force: it changes while cases are open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tests import people

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")

HANDLERS: Final = {
    **{alias: people.NUMBERS[alias] for alias in ("anna", "bo", "fatima")},
    **{alias: f"+467017406{place}" for place, alias in enumerate(("erik", "hanna", "ivar", "jonas"), start=14)},
}
SENIORS: Final = {alias: people.NUMBERS[alias] for alias in ("carin", "dag")}
STAFF: Final = HANDLERS | SENIORS
ON_CALL: Final = ("anna", "fatima", "erik", "hanna", "jonas")
BACKUP: Final = ("bo", "ivar")
LEAVES_THE_STAFF: Final = "jonas"

_LADDERS: Final = """
[[routine.untaken]]
after = "PT0S"
page = ["on-call"]
by = ["sms"]

[[routine.untaken]]
after = "PT5M"
page = ["on-call", "backup"]
by = ["call"]
repeat = "{again}"

[[routine.untaken]]
after = "PT30M"
page = ["coordinator"]
by = ["sms", "call"]

[[routine.uncontacted]]
before = "PT12H"
page = ["holder", "on-call"]
by = ["sms"]

[[routine.uncontacted]]
before = "PT4H"
page = ["holder", "on-call", "coordinator"]
by = ["sms"]

[[routine.uncontacted]]
before = "PT1H"
page = ["holder", "on-call", "coordinator"]
by = ["call", "sms"]

[[routine.uncontacted]]
before = "PT0S"
page = ["holder", "on-call", "backup", "coordinator", "manager"]
by = ["call", "sms"]
repeat = "PT2H"
"""


def programme(
    *,
    grace: str = "PT2H",
    again: str = "PT15M",
    begins: datetime = people.MONDAY,
    without: tuple[str, ...] = (),
) -> str:
    """One version. The rotations begin on the Monday of `begins` at eight, by the clocks in Stockholm: until then
    nobody is on the roster. `without`: who has left."""
    rotations = (("on-call", ON_CALL, "PT12H"), ("backup", BACKUP, "P7D"))
    return "\n".join(
        [
            _line(),
            f'[routine]\nfirst_contact_within = "PT24H"\ntake_grace = "{grace}"\ncanary_every = "P1D"',
            _LADDERS.format(again=again),
            *(_rotation(tier, members, begins, turn, without) for tier, members, turn in rotations),
            *(_member(alias, "handler", number) for alias, number in HANDLERS.items() if alias not in without),
            _member("carin", "coordinator", SENIORS["carin"]),
            _member("dag", "manager", SENIORS["dag"]),
            '[[staff]]\nalias = "eva"\nroles = ["auditor"]\nlanguages = ["sv"]',
        ]
    )


def versions(start: datetime, days: int) -> list[tuple[datetime, str]]:
    """When which version comes into force: a shorter grace, a week without a roster, somebody leaves, and so on."""
    empty_from = start + timedelta(days=days * 0.55)
    return [
        (start + timedelta(days=days * 0.2), programme(grace="PT1H")),
        (start + timedelta(days=days * 0.4), programme(grace="PT1H30M", again="PT20M")),
        (empty_from, programme(begins=empty_from + timedelta(days=min(7, days * 0.1)))),
        (start + timedelta(days=days * 0.75), programme(without=(LEAVES_THE_STAFF,))),
        (start + timedelta(days=days * 0.9), programme()),
    ]


def _line() -> str:
    return (
        '[programme]\nname = "Vändpunkten"\ntimezone = "Europe/Stockholm"\nlanguages = ["sv", "en"]\n'
        f'numbers = ["{people.LINE}"]\nstanding_chain = ["carin", "dag"]\n'
    )


def _rotation(tier: str, members: tuple[str, ...], begins: datetime, turn: str, without: tuple[str, ...]) -> str:
    here = ", ".join(f'"{alias}"' for alias in members if alias not in without)
    local = begins.astimezone(STOCKHOLM)
    return f'[[rotation]]\ntier = "{tier}"\nmembers = [{here}]\nstarts = {local:%Y-%m-%d}T08:00:00\nturn = "{turn}"'


def _member(alias: str, role: str, number: str) -> str:
    return f'[[staff]]\nalias = "{alias}"\nroles = ["{role}"]\nphone = "{number}"\nlanguages = ["sv", "en"]'
