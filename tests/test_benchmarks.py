"""The benchmarks follow the package, and refuse arguments that give no figures."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
ARTICLE = '{"url": "https://a.example/1", "text": "Two ships met."}\n'
WITHOUT = """
import runpy, sys
sys.modules["psutil"] = None
sys.argv = sys.argv[1:]
sys.path.insert(0, sys.argv[0].rpartition("/")[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a script as if a package of the benchmarks were not installed."""


def refused(*command: str) -> str:
    """The line that a command ends with, after it has ended with 2 and without a traceback."""
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a script defines, without running."""
    monkeypatch.setattr(sys, "path", [str(FOLDER), str(FOLDER.parent), *sys.path])
    return runpy.run_path(str(FOLDER / name), run_name="loaded")


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.py")))
def test_a_benchmark_can_be_loaded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every script finds what it imports, without running."""
    assert script(name, monkeypatch)["__doc__"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("throughput.py --articles 0", "argument --articles: 0 is less than 1"),
        ("throughput.py --articles -5", "argument --articles: -5 is less than 1"),
        ("throughput.py --articles many", "argument --articles: many is not a whole number"),
        ("throughput.py --copies 2", "argument --copies: 2 is not between 0 and 1"),
        ("throughput.py --texts nowhere", "argument --texts: there is no folder nowhere"),
        ("throughput.py --cores 0", "argument --cores: 0 is less than 1"),
        ("throughput.py --cores 1 99999", "argument --cores: 99999 is more than there are"),
        ("throughput.py --python no-python", "argument --python: there is no program no-python"),
        ("throughput.py --json nowhere/x", "argument --json: there is no folder nowhere"),
        ("throughput.py nofile.jsonl", "argument corpus: there is no file nofile.jsonl"),
        ("growth.py grown --every 0", "argument --every: 0 is less than 1"),
        ("growth.py grown --articles -1", "argument --articles: -1 is less than 1"),
        ("growth.py grown --database x", "argument --database: it is not the URL of a database"),
        ("pages_to_store.py --rounds 0", "argument --rounds: 0 is less than 1"),
    ],
)
def test_wrong_arguments_are_refused_by_name(
    command: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An argument that can give no figures ends the script before any work, and is named."""
    monkeypatch.chdir(tmp_path)
    name, *arguments = command.split()
    assert said in refused(str(FOLDER / name), *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it is empty"),
        (ARTICLE + "{\n", "line 2 is not JSON"),
        (ARTICLE + '{"title": "Ships"}\n', "line 2 is no article with a text"),
        (ARTICLE + '{"text": " "}\n', "line 2 is no article with a text"),
        ("[1]\n", "line 1 is no article with a text"),
    ],
)
def test_a_corpus_without_texts_is_refused(content: str, said: str, tmp_path: Path) -> None:
    """Lines that a contestant could not read are told before any of them runs."""
    path = tmp_path / "corpus.jsonl"
    path.write_text(content)
    assert refused(str(FOLDER / "throughput.py"), str(path)).endswith(f"corpus.jsonl: {said}")


def test_a_corpus_with_texts_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said against a file of articles."""
    path = tmp_path / "corpus.jsonl"
    path.write_text(ARTICLE)
    assert script("corpus.py", monkeypatch)["flaw"](path) is None


@pytest.mark.parametrize("command", ["throughput.py", "growth.py grown", "soak.py"])
def test_a_missing_package_is_told_with_its_lock_file(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the packages of the benchmarks one line says where they are."""
    monkeypatch.chdir(tmp_path)
    name, *arguments = command.split()
    said = refused("-c", WITHOUT, str(FOLDER / name), *arguments)
    assert "not installed: psutil" in said
    assert "requirements-bench.lock" in said


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("quality.py", "news-pairs/pairs.csv"),
        ("quality_thresholds.py --database store", "news-pairs/pairs.csv"),
        ("pages_to_store.py", "article-extraction"),
        ("pages_to_store.py --set news-pairs", "news-pairs/pages.warc.gz"),
        ("extraction.py", "article-extraction"),
        ("extraction.py --set pairs", "news-pairs/pages.warc.gz"),
    ],
)
def test_missing_data_are_told_with_their_option(
    command: str, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the shared data one line names what is missing and the option that tells where."""
    monkeypatch.chdir(tmp_path)
    Path("store").touch()
    name, *arguments = command.split()
    said = refused(str(FOLDER / name), *arguments, "--shared", "elsewhere")
    assert f"there is no elsewhere/data/{missing}:" in said
    assert "--shared" in said


def chosen(folder: Path, **other: Any) -> Namespace:
    """A command line of growth.py."""
    usual = {"case": "corpus", "every": 10, "mean_words": 120, "database": None}
    return Namespace(folder=folder, **{**usual, **other})


@pytest.mark.parametrize(
    "other",
    [
        {"case": "star"},
        {"every": 20},
        {"mean_words": 60},
        {"database": "postgresql://me:secret@db.example/news"},
    ],
)
def test_growth_goes_on_only_with_its_own_run(
    other: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder is gone on with by the same call, and by no other."""
    growth = script("growth.py", monkeypatch)
    of, other_run = growth["run_of"], growth["other_run"]
    before = of(chosen(tmp_path, **other))
    (tmp_path / "run.json").write_text(json.dumps(before))
    assert other_run(tmp_path, before) is None
    (name,) = other
    assert f"is of another run: {name} {before[name]}" in other_run(tmp_path, of(chosen(tmp_path)))
    assert "secret" not in str(before)


@pytest.mark.parametrize("name", ["figures.jsonl", "store.sqlite3"])
def test_growth_refuses_figures_of_it_does_not_know_what(name: str, tmp_path: Path) -> None:
    """A folder of a run that noted nothing is not gone on with, and stays as it is."""
    (tmp_path / name).touch()
    assert "did not note what it was of" in refused(str(FOLDER / "growth.py"), str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_growth_refuses_what_cannot_be_a_folder(tmp_path: Path) -> None:
    """A folder below a file ends with one line."""
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "grown"
    assert refused(str(FOLDER / "growth.py"), str(below)).endswith(f"{below}: Not a directory")
