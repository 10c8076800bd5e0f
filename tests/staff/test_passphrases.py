from __future__ import annotations

import unicodedata

import pytest

from app.staff.passphrases import LONGEST, WeakPassphrase, derive, matches, refuse_weak


@pytest.mark.parametrize(
    ("passphrase", "reason"),
    [
        ("elva tecken", "too_short"),
        ("kort" + 20 * " ", "too_short"),
        ("", "too_short"),
        ("x" * (LONGEST + 1), "too_long"),
        ("Anna-Karenina-1877", "is_alias"),
        ("abcabcabcabc", "repeats"),
        ("password12345", "common"),
        ("Linjenlinjen", "ours"),
        ("qwertyuiop[]", "keyboard"),
        ("abcdefghijklmnop", "in_order"),
        ("tryggvagnar i", "ours"),
        ("elisabethandersson", "names"),
    ],
)
def test_a_weak_passphrase_is_refused_with_its_reason(passphrase, reason):
    with pytest.raises(WeakPassphrase) as problem:
        refuse_weak(passphrase, alias="anna-karenina-1877", ours=["Linjen", "tryggvagnar"])
    assert problem.value.reason == reason
    assert not passphrase or passphrase not in str(problem.value)


@pytest.mark.parametrize("passphrase", ["tolv tecken!", "fyra gula cyklar i regn".ljust(LONGEST, "x")])
def test_twelve_characters_are_enough_and_a_thousand_not_too_many(passphrase):
    refuse_weak(passphrase, alias="anna")


@pytest.mark.usefixtures("at_full_strength")
def test_what_is_kept_is_argon2id_at_the_strength_we_chose():
    assert derive("tolv tecken!").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_letter_composed_in_two_ways_is_the_same_letter():
    assert matches(derive("hästar på stället"), unicodedata.normalize("NFD", "hästar på stället"))


@pytest.mark.parametrize("guess", ["", "fel lösenfras", "x" * 10**6])
def test_a_wrong_passphrase_does_not_match(guess):
    assert not matches(derive("tolv tecken!"), guess)


@pytest.mark.parametrize("kept", [None, "not a hash", ""])
def test_nothing_matches_a_person_without_a_passphrase(kept):
    assert not matches(kept, "tolv tecken!")
