from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from app.errors import BadInput
from app.vault.envelope import CannotOpen, WrongKey, new_key
from app.vault.recovery import (
    BadShare,
    Collected,
    copy_of,
    key_from,
    make_shares,
    new_probe,
    opened_copy,
    opens,
    set_name,
)
from app.vault.recovery_sheet import About, as_pages, for_terminal
from tests.people import MONDAY

SETS = st.integers(2, 6).flatmap(lambda count: st.tuples(st.just(count), st.integers(2, count)))


@pytest.fixture(scope="module")
def shares():
    return make_shares(5, 3)


def words(shares, *numbers):
    return [shares.papers[number - 1].words for number in numbers]


@settings(max_examples=25, deadline=None)
@given(SETS, st.data())
def test_any_k_of_n_open_and_no_fewer_do(size, data):
    count, needed = size
    made = make_shares(count, needed)
    chosen = data.draw(st.permutations(range(1, count + 1)))
    assert key_from(words(made, *chosen[:needed])).key_id == made.public.key_id
    with pytest.raises(BadShare, match="1 more"):
        key_from(words(made, *chosen[: needed - 1]))


def test_every_choice_of_three_from_five_opens(shares):
    found = {key_from(words(shares, *each)).key_id for each in itertools.combinations(range(1, 6), 3)}
    assert found == {shares.public.key_id}


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (3, 1), (2, 3), (17, 2)])
def test_a_set_that_one_person_opens_or_nobody_can_is_not_made(count, needed):
    with pytest.raises(BadInput, match="At least 2"):
        make_shares(count, needed)


def test_four_letters_of_each_word_are_enough(shares):
    short = [" ".join(word[:4].upper() for word in each.split()) for each in words(shares, 1, 3, 5)]
    assert key_from(short).key_id == shares.public.key_id


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 32), st.sampled_from(WORDLIST))
def test_one_wrong_word_is_noticed_in_the_share_it_stands_in(place, wrong):
    typed = make_shares().papers[0].words.split()
    right, typed[place] = typed[place], wrong
    if right != wrong:
        with pytest.raises(BadShare, match="one of them is wrong"):
            Collected().add(" ".join(typed))


def test_a_word_that_is_no_word_is_named_by_its_place_and_not_repeated(shares):
    typed = words(shares, 1)[0].split()
    typed[6] = "hemlig"
    with pytest.raises(BadShare, match=r"^Word 7 is not in the list") as problem:
        Collected().add(" ".join(typed))
    assert "hemlig" not in str(problem.value)


def test_what_is_missing_or_too_much_is_counted(shares):
    with pytest.raises(BadShare, match="has 33 words; these are 32"):
        Collected().add(words(shares, 1)[0].rpartition(" ")[0])


def test_a_share_of_another_set_is_refused_and_both_sets_are_named(shares):
    collected, other = Collected(), make_shares()
    collected.add(words(shares, 1)[0])
    with pytest.raises(BadShare, match=f"{set_name(other.set_id)}.*{set_name(shares.set_id)}"):
        collected.add(words(other, 1)[0])


def test_the_same_share_twice_is_one_share(shares):
    collected = Collected()
    collected.add(words(shares, 2)[0])
    with pytest.raises(BadShare, match="Share 2 was given already"):
        collected.add(words(shares, 2)[0])
    assert (collected.missing, collected.numbers) == (2, [2])


def test_the_set_is_called_by_the_words_its_shares_begin_with(shares):
    assert {" ".join(paper.words.split()[:2]) for paper in shares.papers} == {set_name(shares.set_id)}


def test_a_copy_opens_for_these_shares_and_as_this_key_only(shares):
    rota, recovery = new_key("rota"), key_from(words(shares, 1, 2, 3))
    box = copy_of(rota.key_id, rota.to_bytes(), shares.public)
    assert opened_copy(box, rota.key_id, recovery) == rota.to_bytes()
    with pytest.raises(CannotOpen):
        opened_copy(box, "rota-00000000", recovery)
    with pytest.raises(WrongKey):
        opened_copy(box, rota.key_id, new_key("recovery"))


def test_the_probe_says_whether_the_shares_work(shares):
    probe = new_probe(shares.public)
    assert opens(probe, key_from(words(shares, 2, 3, 4)))
    with pytest.raises(WrongKey):
        opens(probe, key_from(paper.words for paper in make_shares().papers[:2]))


def test_nothing_of_a_share_shows_itself(shares):
    shown = repr(shares) + repr(shares.papers[0]) + repr(Collected())
    secret = words(shares, 1)[0].split()[4:]
    in_a_row = [f"{one} {after}" for one, after in itertools.pairwise(secret)]  # a word alone may be one of ours
    assert not any(words_of_it in shown for words_of_it in in_a_row)


def test_each_share_has_a_page_of_its_own_and_says_what_it_is(shares):
    pages = as_pages(shares, About("https://linjen.example.org", MONDAY)).split("<section>")[1:]
    assert len(pages) == 5
    for paper, page in zip(shares.papers, pages, strict=True):
        assert all(word in page for word in paper.words.split())
        assert f"Återställningsdel {paper.number} av 5" in page
        assert shares.public.key_id in page and MONDAY.date().isoformat() in page and "<svg" in page
        assert "http" not in page.replace("https://linjen.example.org", "").replace("http://www.w3.org/2000/svg", "")


def test_a_share_on_a_terminal_has_its_words_in_order(shares):
    shown = for_terminal(shares, shares.papers[1], About("linjen", MONDAY))
    rows = [line for line in shown.splitlines() if line.strip()[:1].isdigit()]
    assert [word for row in rows for word in row.split()[1::2]] == shares.papers[1].words.split()
