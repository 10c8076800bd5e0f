"""A command begins sooner when nothing is collected while it is imported; afterwards it is collected as ever."""

from __future__ import annotations

import ast
import gc
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import cli, importing


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.enable()


def test_nothing_is_collected_while_a_command_is_imported_and_everything_afterwards() -> None:
    importlib.reload(importing)
    assert not gc.isenabled()
    importing.over()
    assert gc.isenabled()


def test_whoever_had_turned_the_collector_off_finds_it_off() -> None:
    gc.disable()
    importlib.reload(importing)
    importing.over()
    assert not gc.isenabled()


def test_the_command_imports_it_before_everything_else_and_says_when_that_is_over() -> None:
    lines = ast.parse(Path(cli.__file__).read_text("utf-8")).body
    imported = [line for line in lines if isinstance(line, ast.Import | ast.ImportFrom)]

    assert [ast.unparse(line) for line in imported[:2]] == [
        "from __future__ import annotations",
        "from app import importing",
    ]
    assert ast.unparse(lines[lines.index(imported[-1]) + 1]) == "importing.over()"
