"""docs/asvs: each requirement of levels 1 and 2 is answered once, and who says *met* shows it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

PAGES = [Path("docs/asvs") / name for name in ("input.md", "people.md", "house.md")]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for page in PAGES
    for line in page.read_text("utf-8").splitlines()
    if re.match(r"\| \d", line)
]
ASKED = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 "
    "5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 "
    "8.1:2 8.2:3 8.3:1 8.4:1 "
    "9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 "
    "12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 "
    "16.5:3 17.1:1 17.2:4 17.3:2"
)
"""Sections of ASVS 5.0.0 with how many of their requirements are of level 1 or 2; within a section those come first."""


def test_every_requirement_of_levels_1_and_2_is_answered_once() -> None:
    wanted = [
        f"{section}.{number}"
        for section, count in (each.split(":") for each in ASKED.split())
        for number in range(1, int(count) + 1)
    ]
    answered = [number for row in ROWS for number in row[0].split(", ")]

    assert sorted(answered) == sorted(wanted)
    assert len(wanted) == 253


def test_each_answer_is_one_of_four_and_what_is_met_points_at_what_shows_it() -> None:
    for numbers, answer, how in ROWS:
        assert answer in ("met", "partly", "missing", "not applicable"), numbers
        assert how, numbers
        shown = re.findall(r"`((?:tests|app|docs)/[\w./]+)(?:::\w+)?`", how)
        assert [path for path in shown if not Path(path).exists()] == [], numbers


def test_the_first_page_counts_what_the_others_say() -> None:
    counted = Counter(answer for numbers, answer, _ in ROWS for _ in numbers.split(", "))
    first = Path("docs/asvs.md").read_text("utf-8")
    for answer, number in counted.items():
        assert f"{number} {answer}" in first, (answer, number)
