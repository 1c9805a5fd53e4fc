"""Evidence is exact: what a naive comparison of sets of words gives."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.evidence import NOWHERE, RUN_WORDS, Evidence, Text, compare
from aggregator.core.text import words
from aggregator.core.tokens import Hashes, shingles, tokenise

tokens = st.lists(st.sampled_from("oar sail keel mast rope 3 41 猫 犬 ฝ".split()), max_size=60)
titles = st.lists(st.sampled_from("oar sail keel gale 7 8".split()), max_size=6).map(" ".join)
spaced = st.lists(st.sampled_from("oar sail keel mast rope tar".split()), max_size=40)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Text, Text]:
    """Two texts that share passages more often than not."""
    one, other, shared = draw(tokens), draw(tokens), draw(tokens)
    a = Text(tokenise(one + shared), draw(titles))
    b = Text(tokenise(shared + other), draw(titles))
    return a, b


def text(body: str, title: str = "", left_out: Hashes | None = None) -> Text:
    made = tokenise(words(body))
    return Text(made, title) if left_out is None else Text(made, title, left_out)


def naive(body: list[str]) -> set[tuple[str, ...]]:
    size = min(3, len(body))
    return {tuple(body[i : i + size]) for i in range(len(body) - size + 1)} if body else set()


@given(pairs())
def test_swapping_the_texts_swaps_the_containments_only(pair: tuple[Text, Text]) -> None:
    one, other = asdict(compare(*pair)), asdict(compare(*reversed(pair)))
    assert one.pop("containment_a_in_b") == other.pop("containment_b_in_a")
    assert one.pop("containment_b_in_a") == other.pop("containment_a_in_b")
    assert one == other


@given(spaced, spaced, spaced)
def test_resemblance_and_containment_are_those_of_the_sets(
    one: list[str], other: list[str], shared: list[str]
) -> None:
    a, b = one + shared, shared + other
    found = compare(Text(tokenise(a)), Text(tokenise(b)))
    common = len(naive(a) & naive(b))
    assert found.shared == common
    if common:
        assert found.resemblance == common / len(naive(a) | naive(b))
        assert found.containment_a_in_b == common / len(naive(a))
        assert found.containment_b_in_a == common / len(naive(b))


@given(pairs())
def test_every_share_lies_between_none_and_all(pair: tuple[Text, Text]) -> None:
    found = compare(*pair)
    shares = [found.resemblance, found.containment_a_in_b, found.containment_b_in_a]
    shares += [found.lead, found.title, found.title_frame, found.own_subject, found.numbers]
    assert all(0 <= share <= 1 for share in shares)
    assert found.resemblance <= min(found.containment_a_in_b, found.containment_b_in_a)
    assert found.begins == NOWHERE or found.longest_run >= RUN_WORDS


@given(tokens)
def test_a_text_is_contained_in_itself(body: list[str]) -> None:
    found = compare(Text(tokenise(body)), Text(tokenise(body)))
    assert found.equal
    assert found.resemblance == found.containment == 1


@given(pairs())
def test_leaving_out_what_is_shared_leaves_nothing_shared(pair: tuple[Text, Text]) -> None:
    a, b = pair
    common = np.intersect1d(a.shingles, b.shingles)
    without = compare(Text(a.tokens, a.title, common), Text(b.tokens, b.title, common))
    assert without.shared == 0
    assert without.equal == compare(a, b).equal


@given(pairs())
def test_leaving_out_what_stands_in_neither_changes_nothing(pair: tuple[Text, Text]) -> None:
    a, b = pair
    strange = shingles(tokenise("none of these words".split()))
    without = compare(Text(a.tokens, a.title, strange), Text(b.tokens, b.title, strange))
    assert without == compare(a, b)


SHARED = "the old ferry left the stone quay before the tide had turned"


def test_the_longest_run_is_counted_in_words() -> None:
    found = compare(text(f"rain fell. {SHARED}, said anna."), text(f"{SHARED} on friday"))
    assert found.longest_run == found.run_words == 12


def test_where_shared_text_begins_is_counted_in_the_text_that_comes_to_it_later() -> None:
    opening = " ".join(f"word{i}" for i in range(50))
    assert compare(text(SHARED + " now"), text(f"{opening} {SHARED}")).begins == 50
    assert compare(text(SHARED + " now"), text(SHARED + " then")).begins == 0


def test_a_shared_phrase_shorter_than_a_run_begins_nowhere() -> None:
    found = compare(text("the old ferry left the stone quay"), text("the old ferry left today"))
    assert found.begins == NOWHERE


def test_a_run_in_an_unspaced_script_is_counted_in_words_of_its_length() -> None:
    """Twenty shared Han characters are a run of ten words."""
    run = "渡口的旧船在涨潮以前离开了石头码头去北岛"
    assert len(run) == 20
    assert compare(text("甲乙丙丁" + run), text(run + "戊己庚辛")).longest_run == 10


def test_openings_agree_though_a_dateline_stands_before_one() -> None:
    found = compare(text(SHARED), text(f"north quay agency {SHARED}"))
    assert found.lead == 1.0


def test_titles_agree_by_the_words_of_the_shorter() -> None:
    found = compare(text(SHARED, "Ferry leaves early today"), text(SHARED, "Old ferry leaves"))
    assert found.title == 2 / 4


def test_a_title_of_one_common_word_does_not_agree() -> None:
    assert compare(text(SHARED, "Video"), text(SHARED, "Video: the ferry")).title == 1 / 4


def test_titles_in_an_unspaced_script_agree_by_pairs_of_characters() -> None:
    found = compare(text(SHARED, "旧船离开码头"), text(SHARED, "码头的旧船"))
    assert found.title == 2 / 4


def test_the_frame_of_titles_is_what_opens_and_closes_both() -> None:
    found = compare(
        text(SHARED, "Weather in Oakham on Friday"), text(SHARED, "Weather in Elmstead on Friday")
    )
    assert found.title_frame == 4 / 5


def test_numbers_of_titles_differ_when_each_names_one_of_its_own() -> None:
    def differ(one: str, other: str) -> bool:
        return compare(text(SHARED, one), text(SHARED, other)).title_numbers_differ

    assert differ("Draw 41 of 3 May", "Draw 42 of 3 May")
    assert not differ("Draw 41", "Draw 41 of 3 May")
    assert not differ("The draw", "Draw 41")


def test_each_text_has_its_own_subject_when_its_title_names_what_the_other_never_does() -> None:
    found = compare(
        text(f"{SHARED} for oakham", "Oakham ferry"), text(f"{SHARED} for elmstead", "To Elmstead")
    )
    assert (found.own_subject, found.own_words) == (0.5, 1)
    assert compare(text(SHARED, "Ferry"), text(SHARED, "Quay")).own_subject == 0


def test_numbers_are_compared_over_the_fewer() -> None:
    found = compare(text(f"{SHARED} with 14 men and 3 dogs"), text(f"{SHARED} with 14 men, 2, 9"))
    assert found.numbers == 1 / 2
    # 3 stands in the first only; 2 and 9 in the second.
    assert found.own_numbers == 1


def test_what_both_titles_say_tells_nothing_of_their_own_subjects() -> None:
    one = text(f"{SHARED} for oakham", "Notice from the board for oakham")
    other = text(f"{SHARED} for elmstead", "Notice from the board for elmstead")
    assert (compare(one, other).own_subject, compare(one, other).own_words) == (1, 1)


def test_texts_without_anything_in_common_have_bare_evidence() -> None:
    assert compare(text("one two three four"), text("five six seven")) == Evidence(
        equal=False, resemblance=0, containment_a_in_b=0, containment_b_in_a=0, compared=1
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("老船长每天清晨都在码头上数海鸥,一共二十三只。", "老船長每天"),
        ("漁師は毎朝、港でカモメを数えてから船を出す。", "漁師は夜"),
        ("선장은 매일 아침 부두에서 갈매기 스물세 마리를 세었다.", "선장은 밤에 잤다"),
        ("กัปตันนับนกนางนวลที่ท่าเรือทุกเช้าก่อนออกทะเล", "กัปตันนอน"),
        ("كان القبطان يعدّ النوارس على الرصيف كل صباح.", "كان القبطان نائما"),
        ("ناخدا هر صبح مرغ‌های دریایی اسکله را می‌شمرد.", "ناخدا خواب بود"),
        ("רב החובל ספר את השחפים על הרציף מדי בוקר.", "רב החובל ישן"),
        ("कप्तान हर सुबह घाट पर सीगल गिनता था।", "कप्तान सोता रहा"),
        ("கப்பலோட்டி தினமும் காலையில் துறைமுகத்தில் பறவைகளை எண்ணினார்.", "கப்பலோட்டி தூங்கினார்"),
    ],
    ids=["zh", "ja", "ko", "th", "ar", "fa", "he", "hi", "ta"],
)
def test_every_script_tells_a_copy_from_another_sentence(one: str, other: str) -> None:
    """A sentence stands whole in a longer text, and another with the same first word does not."""
    assert compare(text(one), text(f"{one} {other}")).containment == 1
    assert compare(text(one), text(other)).containment == 0
