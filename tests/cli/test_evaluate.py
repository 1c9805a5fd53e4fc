"""``aggregator evaluate``."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.running import FIXTURES, Cli

FERRY = "https://www.meridianpress.example/2026/10/03/estmark-ferry-cape-orlow"
CUT = "https://www.valleylantern.example/2026/10/fog-ferry-rescue.html"
POST = "https://www.castermoorpost.example/estmark/2026-10-03/fog-bound-ferry-hits-reef"
ORGAN = "https://www.castermoorpost.example/culture/2026-10-02/organ"
NOWHERE = "https://nobody.example/never"

EXPECTED = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
PAGES = {
    article["key"]: article["page_url"]
    for article in EXPECTED["articles"]
    if article["role"] == "main" and article["page_url"]
}

PAIRS = f"""\
url_a,url_b,label,weight,reader
{FERRY},{CUT},copy,2,x
{FERRY}?utm_source=mail#top,{POST},same,,y
{CUT},{ORGAN},same,3,z
{FERRY},{ORGAN},event,0.5,x
{FERRY},{NOWHERE},same,1,x
{POST},{FERRY}?utm_source=mail#top,same,1,x
{CUT},{POST},partial,1,x
{POST},{ORGAN},disputed,9,x
"""


def labels(folder: Path, content: str | bytes, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return labels(tmp_path_factory.mktemp("labels"), PAIRS)


@pytest.fixture(scope="module")
def scored(shipped_store: Cli, pairs: Path) -> dict[str, Any]:
    found: dict[str, Any] = shipped_store.json(
        "evaluate", pairs, "--errors", "--curve", "--unlabelled"
    )
    return found


def test_pairs_are_scored_by_weight_without_the_disputed(scored: dict[str, Any]) -> None:
    assert scored["labels"]["pairs"] == 6
    assert (scored["labels"]["disputed"], scored["labels"]["repeated"]) == (1, 1)
    stories = scored["stories"]
    # Together: two copies (2 and 1) and the pair labelled partial (1); missed: 3 and 1.
    assert stories["precision"] == 0.75
    assert stories["recall"] == pytest.approx(3 / 7, abs=1e-6)
    assert stories["f1"] == pytest.approx(6 / 11, abs=1e-6)


def test_an_address_that_is_not_stored_is_listed_and_its_pair_not_found(
    scored: dict[str, Any],
) -> None:
    assert scored["not_stored"] == [NOWHERE]
    (missing,) = [each for each in scored["errors"] if each["url_b"] == NOWHERE]
    assert (missing["together"], missing["rule"], missing["evidence"]) == (
        False,
        "not stored",
        None,
    )


def test_scores_are_split_by_label_relation_outlet_and_language(scored: dict[str, Any]) -> None:
    rows = {(row["split"], row["value"]): row for row in scored["splits"]}
    assert rows["label", "copy"]["recall"] == 1
    assert rows["label", "partial"]["merged"] == 1
    assert rows["relation", "near"]["together"] == 4
    assert rows["relation", "not stored"]["recall"] == 0
    assert rows["outlet", "cross outlet"]["pairs"] == 6
    assert rows["language", "en"]["pairs"] == 5
    for name in ("label", "relation", "outlet", "language"):
        assert sum(row["pairs"] for (of, _), row in rows.items() if of == name) == 6


def test_errors_tell_the_false_and_missed_pairs_with_rule_and_evidence(
    scored: dict[str, Any],
) -> None:
    first, *missed = scored["errors"]
    assert (first["together"], first["label"]) == (True, "partial")
    assert first["evidence"]["containment_a_in_b"] > 0
    assert [each["weight"] for each in missed] == [3, 1]
    assert missed[0]["rule"] == "little-in-common"


def test_both_curves_go_through_all_pairs(scored: dict[str, Any]) -> None:
    curves = scored["curves"]
    assert {row["by"] for row in curves} == {"resemblance", "score"}
    assert {row["pairs"] for row in curves} == {6}
    for by in ("resemblance", "score"):
        recalls = [row["recall"] for row in curves if row["by"] == by]
        assert recalls == sorted(recalls, reverse=True)


def test_copies_that_no_label_speaks_of_are_counted_and_listed(
    shipped_store: Cli, scored: dict[str, Any]
) -> None:
    stories = shipped_store.json("clusters", "list", "--min-size", "2", "--limit", "1000")
    shown = [shipped_store.json("clusters", "show", each["cluster_id"]) for each in stories[:3]]
    ferry = next(each for each in shown if FERRY in {m["url"] for m in each["members"]})
    told = [r for r in scored["unlabelled"] if r["cluster_id"] == ferry["cluster_id"]]
    main = [m for m in ferry["members"] if m["role"] == "main"]
    # All but the canonical itself and the two copies that the labels name beside it.
    assert len(told) == len(main) - 3
    assert scored["unlabelled_pairs"] >= len(main) * (len(main) - 1) // 2 - 3


def test_nothing_is_written_to_the_store(shipped_store: Cli, pairs: Path) -> None:
    store = shipped_store.folder / "store.sqlite3"
    before = hashlib.sha256(store.read_bytes()).digest()
    shipped_store("evaluate", pairs, "--errors", "--curve")
    assert hashlib.sha256(store.read_bytes()).digest() == before


def test_thresholds_in_force_decide_again_while_the_stories_stay(
    shipped_store: Cli, pairs: Path, scored: dict[str, Any]
) -> None:
    strict = {"AGGREGATOR_MATCHING__NEAR_POINTS": "5"}
    out = shipped_store("evaluate", pairs, "--format", "json", env=strict).json()
    assert out["stories"] == scored["stories"]
    assert out["rule"]["together"] == 0
    shown = shipped_store("evaluate", pairs, env=strict).out
    assert "near_points 0.725 -> 5" in shown


def test_the_fixtures_are_scored_as_their_truth_says(shipped_store: Cli, tmp_path: Path) -> None:
    rows = io.StringIO()
    write = csv.writer(rows)
    write.writerow(["url_a", "url_b", "label"])
    groups = [(cluster["members"], "same") for cluster in EXPECTED["clusters"]]
    groups += [(group["articles"], "not") for group in EXPECTED["apart"]]
    for keys, label in groups:
        urls = [PAGES[key] for key in keys if key in PAGES]
        write.writerows([*ends, label] for ends in combinations(dict.fromkeys(urls), 2))
    found = shipped_store.json("evaluate", labels(tmp_path, rows.getvalue()), "--errors")
    assert found["not_stored"] == []
    assert found["errors"] == []
    assert (found["stories"]["precision"], found["stories"]["recall"]) == (1, 1)


def test_labelled_clusters_give_b_cubed_figures_too(shipped_store: Cli, tmp_path: Path) -> None:
    content = f"url,cluster\n{FERRY},f\n{CUT},f\n{POST},g\n{ORGAN},o\n{NOWHERE},o\n"
    found = shipped_store.json("evaluate", labels(tmp_path, content), "--curve", "--errors")
    assert found["labels"]["form"] == "clusters"
    # The story of three holds two of f and one of g; the organ is alone, its other not stored.
    assert found["b_cubed"]["precision"] == pytest.approx((2 * 2 / 3 + 1 / 3 + 1) / 4, abs=1e-6)
    assert found["b_cubed"]["recall"] == pytest.approx((1 + 1 + 1 + 0.5 + 0) / 5)
    assert found["stories"]["precision"] == pytest.approx(1 / 3, abs=1e-6)
    assert found["stories"]["recall"] == 0.5
    assert len(found["errors"]) == 3


def test_every_format_tells_the_same_scores(
    shipped_store: Cli, pairs: Path, scored: dict[str, Any]
) -> None:
    rows = csv.DictReader(io.StringIO(shipped_store("evaluate", pairs, "--format", "csv").out))
    first = next(rows)
    assert (first["split"], first["value"]) == ("all", "stories")
    assert float(first["f1"]) == scored["stories"]["f1"]
    (line,) = shipped_store("evaluate", pairs, "--format", "jsonl").lines()
    assert line["stories"] == scored["stories"]
    out = shipped_store("evaluate", pairs, "--errors", "--curve").out
    assert "disputed left out" in out
    assert f"not stored: {NOWHERE}" in out
    assert "put together from this score on" in out


def test_csv_holds_one_table_at_a_time(shipped_store: Cli, pairs: Path) -> None:
    out = shipped_store("evaluate", pairs, "--errors", "--format", "csv").out
    assert out.startswith("error,url_a,url_b,label,weight,")
    both = ("--errors", "--curve", "--format", "csv")
    assert "at a time" in shipped_store("evaluate", pairs, *both, code=2).err


def test_curves_are_drawn_where_matplotlib_is_installed(
    shipped_store: Cli, pairs: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "curves.png"
    installed = importlib.util.find_spec("matplotlib") is not None
    done = shipped_store("evaluate", pairs, "--plot", picture, code=0 if installed else 1)
    if installed:
        assert picture.read_bytes().startswith(b"\x89PNG")
    else:
        assert "install the extra `plot`" in done.err


GOOD = f"{FERRY},{CUT},same,1\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "line 1: the header must hold"),
        ("a,b\n1,2\n", "line 1: the header must hold"),
        ("url_a,url_b,label,weight\n", "no labelled pair"),
        (f"url_a,url_b,label,weight\n{GOOD}{FERRY},,same,1\n", "line 3: url_b is empty"),
        (f"url_a,url_b,label,weight\n{FERRY},{CUT},maybe,1\n", "line 2: label 'maybe'"),
        (f"url_a,url_b,label,weight\n{FERRY},{CUT},same,-1\n", "line 2: weight '-1'"),
        (f"url_a,url_b,label,weight\n{FERRY},{CUT},same,nan\n", "line 2: weight 'nan'"),
        (f"url_a,url_b,label,weight\n{FERRY},{CUT},same\n", "line 2: 3 cells"),
        (f"url_a,url_b,label,weight\n{FERRY},{FERRY},same,1\n", "line 2: url_a and url_b"),
        (f"url_a,url_b,label,weight\n{GOOD}{CUT},{FERRY},not,1\n", "line 3: this pair is 'not'"),
        (f'url_a,url_b,label,weight\n"{FERRY},{CUT}', "line 2: not CSV"),
        (f"url,cluster\n{FERRY},1\n{FERRY},2\n", "line 3: this address is in cluster '2'"),
        (b"url_a,url_b,label\n\xff\xfe,x,same\n", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_place_and_reason(
    shipped_store: Cli, tmp_path: Path, content: str | bytes, told: str
) -> None:
    path = labels(tmp_path, content)
    err = shipped_store("evaluate", path, code=2).err
    assert err.startswith(f"aggregator: {path}: ")
    assert told in err


def test_a_file_that_does_not_exist_is_named(shipped_store: Cli, tmp_path: Path) -> None:
    err = shipped_store("evaluate", tmp_path / "none.csv", code=2).err
    assert "none.csv: No such file" in err


def test_a_byte_order_mark_and_other_columns_do_no_harm(
    shipped_store: Cli, tmp_path: Path
) -> None:
    content = f"\ufefflabel,note,URL_A,url_b\nsame,a,{FERRY},{CUT}\n\n"
    found = shipped_store.json("evaluate", labels(tmp_path, content))
    assert found["stories"]["f1"] == 1
