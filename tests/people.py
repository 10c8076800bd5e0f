"""The cast. Anna is on call and Bo is her backup; Fatima has next week. Carin coordinates, Dag is the unit's
manager, Eva audits, Gun administers. Those who call have no names, only numbers that were never given to anyone."""

from __future__ import annotations

from datetime import UTC, datetime

MONDAY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""Nine in the morning in Stockholm, an hour into Anna's week."""

LINE = "+46846500400"
ANNA, BO, FATIMA, CARIN, DAG = (f"+4670174060{last}" for last in (5, 6, 7, 8, 9))

A_STRANGER = "+46701740660"
ANOTHER_STRANGER = "+46701740661"
A_BORROWED_PHONE = "+46701740662"

PROGRAMME = f"""
[programme]
name = "Vändpunkten"
timezone = "Europe/Stockholm"
languages = ["sv", "en"]
numbers = ["{LINE}"]
standing_chain = ["carin", "dag"]

[routine]
first_contact_within = "PT24H"
take_grace = "PT2H"

[[routine.untaken]]
after = "PT0S"
page = ["on-call"]
by = ["sms", "push"]

[[routine.untaken]]
after = "PT5M"
page = ["on-call", "backup"]
by = ["call"]
repeat = "PT10M"

[[routine.untaken]]
after = "PT30M"
page = ["coordinator"]
by = ["sms", "call"]

[[routine.uncontacted]]
before = "PT1H"
page = ["holder", "on-call", "coordinator"]
by = ["call", "sms"]

[[routine.uncontacted]]
before = "PT0S"
page = ["holder", "on-call", "backup", "coordinator", "manager"]
by = ["call", "sms"]
repeat = "PT30M"

[[rotation]]
tier = "on-call"
members = ["anna", "fatima"]
starts = 2026-01-05T08:00:00
turn = "P7D"

[[rotation]]
tier = "backup"
members = ["bo"]
starts = 2026-01-05T08:00:00
turn = "P7D"

[[staff]]
alias = "anna"
roles = ["handler"]
phone = "{ANNA}"
languages = ["sv", "en"]

[[staff]]
alias = "bo"
roles = ["handler"]
phone = "{BO}"
languages = ["sv"]

[[staff]]
alias = "fatima"
roles = ["handler"]
phone = "{FATIMA}"
languages = ["en", "sv"]

[[staff]]
alias = "carin"
roles = ["coordinator", "handler"]
phone = "{CARIN}"
languages = ["sv"]

[[staff]]
alias = "dag"
roles = ["manager"]
phone = "{DAG}"
languages = ["sv"]

[[staff]]
alias = "eva"
roles = ["auditor"]
languages = ["sv"]

[[staff]]
alias = "gun"
roles = ["admin"]
languages = ["sv"]
"""

SELDOM = PROGRAMME.replace('repeat = "PT10M"', 'repeat = "PT8H"').replace('repeat = "PT30M"', 'repeat = "PT4H"')
"""The same routine with few repeats, so that a day and a night are soon told."""

_BEFORE_ANNA, _FROM_ANNA_ON = PROGRAMME.replace('members = ["anna", "fatima"]', 'members = ["fatima"]').split(
    '[[staff]]\nalias = "anna"'
)
WITHOUT_ANNA = f"{_BEFORE_ANNA}{_FROM_ANNA_ON[_FROM_ANNA_ON.index('[[staff]]') :]}"
"""The same programme when Anna has left."""

HODAN = "+46701740612"
WITH_AN_INTERPRETER = f"""{PROGRAMME}
[[staff]]
alias = "hodan"
roles = ["interpreter"]
phone = "{HODAN}"
languages = ["sv", "so"]
"""

NUMBERS = {"anna": ANNA, "bo": BO, "fatima": FATIMA, "carin": CARIN, "dag": DAG, "hodan": HODAN}
