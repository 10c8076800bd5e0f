"""Tiles looked at ahead, by whomever: what is found is what one reader alone finds."""

# ruff: noqa: F811 - fixtures of another module are arguments here

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest

from app.audit.verifier import ahead
from app.audit.verify import verify
from tests.audit.test_export import TAMPERINGS, exported, folder, log, vkey  # noqa: F401 - the log, and its fixtures
from tests.marks import not_tested


class Nobody(Executor):
    """Every process is ended as soon as it begins."""

    def submit(self, *_, **__):
        raise BrokenProcessPool


@pytest.fixture
def many(monkeypatch):
    """Even a short log is looked at ahead, a tile at a time."""
    monkeypatch.setattr(ahead, "RUN", 1)
    monkeypatch.setattr(ahead, "FEWEST", 1)
    monkeypatch.setattr(ahead, "processors", lambda: 2)


@pytest.fixture
def looked(many, monkeypatch):
    """What was found by those who looked ahead, in threads of this process."""
    found = []

    def look(*run):
        usual = ahead_of(*run)
        found.extend(usual)
        return usual

    ahead_of = ahead.look_at_run
    monkeypatch.setattr(ahead, "look_at_run", look)
    monkeypatch.setattr(ahead, "pool_of", ThreadPoolExecutor)
    return found


def test_of_an_untouched_log_every_whole_tile_is_known_ahead_and_the_report_is_the_same(
    exported, vkey, looked, monkeypatch
):
    together = verify(exported.folder, vkey).lines()
    assert [usual is not None for usual in looked] == [True, True]
    monkeypatch.setattr(ahead, "FEWEST", 1000)
    assert verify(exported.folder, vkey).lines() == together
    assert len(looked) == 2


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found_with_the_same_words_whoever_looks(folder, vkey, tampering, looked, monkeypatch):
    tamper, _ = TAMPERINGS[tampering]
    tamper(folder)
    together = verify(folder, vkey).lines()
    monkeypatch.setattr(ahead, "FEWEST", 1000)
    assert verify(folder, vkey).lines() == together


def test_no_more_processes_are_started_than_there_are_processors_for_them(exported, vkey, monkeypatch):
    """A machine may have many, and this process only one of them."""
    if not hasattr(os, "sched_setaffinity"):
        not_tested("fewer processors than the machine has: this system binds no process to one")
    monkeypatch.setattr(ahead, "RUN", 1)
    monkeypatch.setattr(ahead, "FEWEST", 1)
    monkeypatch.setattr(ahead.os, "cpu_count", lambda: 64)
    monkeypatch.setattr(ahead, "pool_of", lambda _: pytest.fail("there is nobody to look ahead"))
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert verify(exported.folder, vkey).ok
    finally:
        os.sched_setaffinity(0, allowed)


def test_where_the_system_does_not_tell_all_processors_count(monkeypatch):
    monkeypatch.delattr(ahead.os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(ahead.os, "cpu_count", lambda: None)
    assert ahead.processors() == 1


def test_processes_of_their_own_find_the_same(exported, vkey, many, monkeypatch):
    together = verify(exported.folder, vkey).lines()
    monkeypatch.setattr(ahead, "FEWEST", 1000)
    assert verify(exported.folder, vkey).lines() == together


def test_without_processes_the_log_is_checked_all_the_same(exported, vkey, many, monkeypatch):
    monkeypatch.setattr(ahead, "pool_of", lambda _: Nobody())
    report = verify(exported.folder, vkey)
    assert report.ok, report.findings
    assert "600 entries against their leaf hashes" in report.checked


def test_where_rows_begin_elsewhere_than_somebody_thought_they_are_looked_at_again(folder, vkey, looked):
    """Whoever looks ahead searches for the first row by its number, and passes one too many of the leaf before it."""
    path = folder / "events.csv"
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*rows[:257], rows[256], *rows[257:]]))
    assert verify(folder, vkey).findings == ["events.csv: a row too many for leaf 255"]
    assert [usual is not None for usual in looked] == [True, True]


KILLED_AT_WORK = """
import os, signal, sys, time
from app.audit.verifier import ahead

if __name__ == "__main__":
    ahead._context = lambda: ahead.multiprocessing.get_context(sys.argv[1])
    pool = ahead.pool_of(2)
    print(*[one.result() for one in [pool.submit(os.getpid), pool.submit(os.getpid)]], *pool._processes, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_whoever_looks_ahead_for_a_process_that_was_killed_ends_as_well(tmp_path, start):
    (tmp_path / "killed.py").write_text(KILLED_AT_WORK, "utf-8")
    command = [sys.executable, tmp_path / "killed.py", start]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        try:
            told, _ = run.communicate(timeout=20)  # they hold its output open: that it ends says that they have
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            raise
    assert run.returncode == -signal.SIGKILL
    assert len(told.split()) >= 3


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_the_single_file_looks_ahead_as_well(folder, vkey, start):
    path = folder / "verify_log.py"
    written = path.read_text("utf-8")
    for old, new in (
        (f"\nRUN = {ahead.RUN}\n", "\nRUN = 1\n"),
        ("\nFEWEST = 4 * RUN\n", "\nFEWEST = 1\n"),
        ("min(processors(), ", "min(2, "),
        ('"fork" if alone else "spawn"', f'"{start}"'),
        ("    return found + [None]", '    sys.stderr.write("looked ahead\\n")\n    return found + [None]'),
    ):
        assert old in written, old
        written = written.replace(old, new)
    path.write_text(written, "utf-8")
    run = subprocess.run(
        [sys.executable, "-I", "verify_log.py", ".", "--key", vkey],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == "looked ahead\n" * 2
    assert run.stdout.endswith("Nothing is wrong with what was checked.\n")
    assert not (folder / "__pycache__").exists()
