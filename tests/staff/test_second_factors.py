"""A second factor: what counts once, what is kept of it, and what a passphrase alone opens then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.staff import code_apps, duress, half_sign_ins, people, recovery_codes, second_factors, sessions
from app.staff.directory import by_alias
from app.staff.factor_models import CodeApp, RecoveryCode
from app.staff.half_sign_ins import Half
from app.staff.signin import enrol, make_link, sign_in
from app.vault import seeds
from app.vault.keyring import Keyring

STEP = timedelta(seconds=code_apps.STEP)
PASSPHRASE = "hästar äter gärna äpplen"  # the one `annas_browser` set
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(scope="session")
def index(tmp_path_factory) -> Keyring:
    folder = tmp_path_factory.mktemp("index") / "keys"
    Keyring.create(folder)
    return Keyring.load(folder, private=("index",))


@pytest.fixture
def app(db, anna, annas_browser, index, now):
    """Anna has an app; what it shows at a moment."""
    assert annas_browser
    with db.transaction() as session:
        seed = code_apps.begin(session, by_alias(session, "anna"), index, at=now)
    shows = pyotp.TOTP(seed).at
    with db.transaction() as session:
        assert code_apps.confirm(session, by_alias(session, "anna"), shows(now - STEP), index, at=now)
    return shows


@given(st.integers(0, 315_000_000), st.integers(-40, 40))
def test_a_code_is_good_a_step_before_and_after_and_never_else(seconds, steps):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    counter = int(now.timestamp()) // code_apps.STEP + steps
    found = code_apps.counter_of(SEED, pyotp.TOTP(SEED).generate_otp(counter), at=now)
    assert found == (counter if abs(steps) <= 1 else None) or found != counter


@given(st.lists(st.integers(-1, 1), min_size=1, max_size=12), st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_no_order_of_codes_makes_one_count_twice(drifts, waits):
    """By the rule alone: whichever codes are shown when, the counters that were taken only ever grow."""
    now, last, taken = datetime(2026, 3, 2, tzinfo=UTC), -1, []
    for drift, wait in zip(drifts, waits, strict=False):
        now += wait * STEP
        code = pyotp.TOTP(SEED).generate_otp(int(now.timestamp()) // code_apps.STEP + drift)
        counter = code_apps.counter_of(SEED, code, at=now)
        assert counter is not None
        if counter > last:
            last = counter
            taken.append(counter)
    assert len(taken) == len(set(taken))


def test_a_code_counts_once_and_an_older_one_not_after_it(db, app, anna, index, now):
    with db.transaction() as session:
        assert code_apps.uses(session, anna.id, app(now), index, at=now)
        assert not code_apps.uses(session, anna.id, app(now), index, at=now), "a second time"
        assert not code_apps.uses(session, anna.id, app(now - STEP), index, at=now), "one from before"
        assert code_apps.uses(session, anna.id, app(now + STEP), index, at=now), "a clock that is fast"
        assert not code_apps.uses(session, anna.id, "000000", index, at=now + 9 * STEP)


def test_of_many_who_show_the_same_code_at_once_one_is_let_in(db, app, anna, index, now):
    start, won = Barrier(6), []

    def show():
        start.wait()
        with db.transaction() as session:
            won.append(code_apps.uses(session, anna.id, app(now), index, at=now))

    threads = [Thread(target=show) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 5 + [True]


def test_the_seed_opens_with_the_index_key_alone_and_in_its_own_row(db, app, anna, index, now, tmp_path):
    assert app
    with db.reading() as session:
        row = session.get(CodeApp, anna.id)
        assert seeds.opened(row.box, index, key_id=row.key_id, person=anna.id)
        assert seeds.opened(row.box, index, key_id=row.key_id, person="somebody-else") is None
        Keyring.create(tmp_path / "others")
        others = Keyring.load(tmp_path / "others", private=("index",))
        assert not code_apps.uses(session, anna.id, app(now), others, at=now), "its key is gone: no error, no entry"


def test_recovery_codes_are_good_once_however_they_are_typed_and_stand_nowhere(db, anna, now):
    with db.transaction() as session:
        first, second, *rest = recovery_codes.make(session, anna, at=now)
        assert len(rest) == 8
        assert recovery_codes.uses(session, anna, first.upper().replace("-", " ").replace("0", "O"), at=now)
        assert not recovery_codes.uses(session, anna, first, at=now)
        assert recovery_codes.left(session, anna.id) == 9
        kept = {row.id for row in session.query(RecoveryCode)}
        recovery_codes.make(session, anna, at=now)
        assert not recovery_codes.uses(session, anna, second, at=now), "new ones make the old ones void"
    assert not kept & {first, second}


def test_a_passphrase_alone_opens_nothing_any_more(db, app, anna, index, now):
    half = sign_in(db, "anna", PASSPHRASE, at=now)
    assert isinstance(half, Half)
    with db.transaction() as session:
        assert sessions.signed_in(session, half.token, at=now) is None
        assert half_sign_ins.standing(session, half.token, at=now + half_sign_ins.LASTS) is None
        assert second_factors.takes(session, anna, app(now), index, at=now)
        token = half_sign_ins.finish(session, half.token, anna, at=now)
        assert sessions.who(session, token, at=now).alias == "anna"
        assert half_sign_ins.finish(session, half.token, anna, at=now) is None, "once"


def test_a_one_time_link_asks_for_the_second_factor_too(db, app, anna, now):
    with db.transaction() as session:
        link = make_link(session, anna, at=now, by="operator")
    assert app
    assert isinstance(enrol(db, link, PASSPHRASE, at=now), Half)


def test_who_leaves_leaves_no_factor_behind(db, app, anna, now, told):
    with db.transaction() as session:
        recovery_codes.make(session, anna, at=now)
        people.leave(session, by_alias(session, "anna"), at=now, by="operator")
        assert not second_factors.has_one(session, anna.id)
        assert recovery_codes.left(session, anna.id) == 0
    assert app
    assert ("staff.factor_removed", "operator", "person:anna", "done") in told("staff.factor_removed")


def test_the_other_passphrase_begins_a_decoy_and_says_so_to_nobody_at_the_door(db, anna, annas_browser, told, now):
    phc = ""
    with db.reading() as session:
        phc = duress.derived(session, anna.id, "grå sälar på gles is")
    with db.transaction() as session:
        duress.choose(session, anna, phc, at=now)
    real, decoy = sign_in(db, "anna", PASSPHRASE, at=now), sign_in(db, "anna", "grå sälar på gles is", at=now)
    with db.reading() as session:
        found = [duress.is_decoy(session, sessions.hashed(token)) for token in (annas_browser, real, decoy)]
    assert found == [False, False, True]
    assert {actor for _, actor, *_ in told("staff.signed_in")} == {"anna"}
    assert sign_in(db, "anna", "grå sälar på gles is!", at=now) is None
