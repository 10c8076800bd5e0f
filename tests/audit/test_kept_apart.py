"""The log's key in a process of its own: the engine runs without it, and misses nothing."""

from __future__ import annotations

import shutil

import pytest

from app.audit.export import export
from app.audit.sequencer import latest_checkpoint, tree_size
from app.audit.verify import verify
from app.equipment import keeper_for
from app.logkeeper import LogProcess
from app.vault.keyring import Keyring
from app.worker import worker_for
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER


@pytest.fixture
def apart(hotline: Hotline):
    """An engine on whose machine the log's key is not, and the folder in which it is."""
    full = shutil.copytree(hotline.settings.keys_dir, hotline.folder / "keys-of-the-log")
    for file in hotline.settings.keys_dir.glob("audit.*.key"):
        file.unlink()
    engine = worker_for(hotline.settings, hotline.db, hotline.clock)
    yield engine, full
    engine.courier.close()


@ON_ONE_DATABASE
def test_an_engine_without_the_key_works_and_a_process_of_its_own_signs(hotline: Hotline, apart, tmp_path):
    engine, keys = apart
    assert engine.log is None
    hotline.text_from(A_STRANGER, "hej")
    engine.play()
    for part in (engine.sequence, engine.checkpoint, engine._heartbeat):
        part()
    with hotline.db.reading() as session:
        assert (latest_checkpoint(session), tree_size(session)) == (None, 0)

    keyring = Keyring.load(keys, private=("audit",))
    process = LogProcess(keeper_for(hotline.settings, hotline.db, hotline.clock, keyring), tick=3600)
    process.start()
    process.heartbeat()
    process.stop()
    beats = [entry["facts"]["process"] for entry in log(hotline.db, "log.heartbeat")]
    assert {*beats} == {"engine", "log"}
    assert log(hotline.db, "process.stopped")[-1]["facts"] == {"process": "log"}
    with hotline.db.reading() as session:
        assert latest_checkpoint(session).size == tree_size(session) == len(log(hotline.db))
    made = export(
        hotline.db, tmp_path / "log", key=keyring.log_key, origin=keyring.log_name, at=hotline.now, by="operator"
    )
    assert verify(made.folder, made.vkey).ok
