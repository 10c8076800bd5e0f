"""The house keeps its shape: imports go down, one module looks at the wall, and nothing grows out of sight."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

MODULES = sorted(Path("app").rglob("*.py"))
LONGEST = 300
LOOKS_AT_THE_WALL = """
import time
import random
from datetime import date, datetime
from sqlalchemy import func

datetime.now()
datetime.utcnow()
datetime.today()
date.today()
time.time()
func.now()
"""


def _run(*command: str, told: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        input=told,
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_go_down_and_never_up() -> None:
    answer = _run("lint-imports", "--no-cache")

    assert answer.returncode == 0, answer.stdout[-3000:]
    assert "0 broken" in answer.stdout


def test_every_contract_of_the_design_is_held() -> None:
    names = _run("lint-imports", "--no-cache", "--verbose").stdout
    for contract in (
        "The story reads downwards",
        "The telephone company knows nothing of us",
        "Judgement is pure",
        "HTTP stays at the doors",
        "Few rooms hold a vault key",
    ):
        assert contract in names


@pytest.mark.parametrize("room", ["app/cases/somewhere.py", "app/worker_of_another_kind.py", "tests/somewhere.py"])
def test_nobody_else_may_look_at_the_wall_or_throw_dice(room: str) -> None:
    answer = _run(
        "ruff", "check", "--no-cache", "--select", "TID251", "--stdin-filename", room, "-", told=LOOKS_AT_THE_WALL
    )

    assert answer.stdout.count("TID251") == 7, answer.stdout


def test_nobody_else_does() -> None:
    answer = _run("ruff", "check", "--no-cache", "--select", "TID251", "app", "tests")

    assert answer.returncode == 0, answer.stdout


def test_only_the_clock_is_excused() -> None:
    excused = [str(module) for module in MODULES if "noqa: TID251" in module.read_text("utf-8")]
    looks = [
        str(module)
        for module in MODULES
        if any(word in module.read_text("utf-8") for word in ("datetime.now(", "time.time(", "utcnow(", "func.now("))
    ]

    assert excused == []
    alone = "app/routing/handover_tool/open_handover.py"  # runs where nothing of ours is
    assert set(looks) <= {"app/clock.py", alone}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_says_what_it_is_and_can_be_read_in_one_sitting(module: Path) -> None:
    source = module.read_text("utf-8")

    assert ast.get_docstring(ast.parse(source)), "it has no docstring"
    assert source.count("\n") <= LONGEST, "it is too long"


def test_the_walk_saw_the_whole_house() -> None:
    assert len(MODULES) > 120
    assert {path.parts[1] for path in MODULES} >= {
        "intake",
        "console",
        "escalation",
        "cases",
        "vault",
        "audit",
        "simulator",
    }


def test_the_modules_that_open_a_box_can_be_counted() -> None:
    opens = {str(module) for module in MODULES if "open_box(" in module.read_text("utf-8")}

    assert opens == {
        "app/cases/contents.py",
        "app/cases/letters.py",
        "app/routing/packages.py",
        "app/routing/papers.py",
        "app/staff/directory.py",
        "app/vault/beside.py",
        "app/vault/envelope.py",
        "app/vault/grants.py",
        "app/vault/recovery.py",
        "app/vault/rotation.py",
    }
