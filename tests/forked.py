"""Processes of their own that need no second to start: a fork of this one, with a database connection of its own."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from app.cli import main

PATIENCE: Final = 60
"""Seconds, after which the system ends a fork that does not end by itself."""


def ended(deed: Callable[[], object]) -> int:
    """Do it in a fork; how that ended, the signal negative."""
    return wait_for(begun(deed))


def begun(deed: Callable[[], object]) -> int:
    """Begin it in a fork; its process id."""
    child = os.fork()
    if child == 0:
        _do_and_exit(deed)
    return child


def wait_for(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def command(words: list[str], told: str, folder: Path, named: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`dygnet` with these words, in a folder and an environment, told something on its standard input."""
    paths = [folder / name for name in ("stdin", "stdout", "stderr")]
    paths[0].write_text(told)

    def run() -> None:
        for number, (path, mode) in enumerate(zip(paths, ("r", "w", "w"), strict=True)):
            os.dup2(os.open(path, os.O_RDONLY if mode == "r" else os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        _become(words, folder, named)

    status = ended(run)
    return subprocess.CompletedProcess(words, status, paths[1].read_text(), paths[2].read_text())


def at_a_terminal(words: list[str], folder: Path, named: Mapping[str, str]) -> tuple[int, int]:
    """The same with a terminal: its process id, and the other end of the terminal."""
    child, terminal = pty.fork()
    if child == 0:
        _do_and_exit(lambda: _become(words, folder, named))
    return child, terminal


def _become(words: list[str], folder: Path, named: Mapping[str, str]) -> None:
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, m) for n, m in ((0, "r"), (1, "w"), (2, "w")))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(named)
    sys.argv = ["dygnet", *words]
    main()


def _do_and_exit(deed: Callable[[], object]) -> None:
    """A fork must never go on as a second test run: not when its terminal is gone, and not when it stands still."""
    status = 70
    signal.alarm(PATIENCE)
    try:
        status = _exit_code(deed)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _exit_code(deed: Callable[[], object]) -> int:
    try:
        deed()
    except SystemExit as problem:
        return problem.code if isinstance(problem.code, int) else int(bool(problem.code))
    except BaseException:  # noqa: BLE001 - whatever it was, it is told as a process tells it
        traceback.print_exc()
        return 70
    return 0
