"""``aggregator export``."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from tests.running import Cli

FIELDS = [
    "article_id",
    "cluster_id",
    "is_canonical",
    "role",
    "page_url",
    "url",
    "title",
    "outlet",
    "published_at",
    "language",
    "text",
]


def test_there_is_one_object_for_each_article_in_the_order_of_ids(shipped_store: Cli) -> None:
    rows = shipped_store("export").lines()
    assert [list(row) for row in rows] == [FIELDS] * 107
    ids = [row["article_id"] for row in rows]
    assert ids == sorted(ids)
    assert all(row["text"].strip() for row in rows)


def test_canonical_only_is_one_article_for_each_story(shipped_store: Cli) -> None:
    everything = shipped_store("export").lines()
    canonical = shipped_store("export", "--canonical-only").lines()
    assert canonical == [row for row in everything if row["is_canonical"]]
    assert {row["cluster_id"] for row in canonical} == {row["cluster_id"] for row in everything}
    assert len(canonical) == len({row["cluster_id"] for row in everything})


def test_a_file_holds_what_standard_output_would(shipped_store: Cli, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    assert shipped_store("export", "-o", file).out == ""
    assert file.read_text("utf-8") == shipped_store("export").out
    assert list(tmp_path.iterdir()) == [file]


def test_a_pipe_is_written_and_a_link_is_followed(shipped_store: Cli, tmp_path: Path) -> None:
    """What stands under the name stays what it is."""
    whole = shipped_store("export").out
    pipe, link, target = (tmp_path / name for name in ("pipe", "link.jsonl", "target.jsonl"))
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text("utf-8")), daemon=True)
    reader.start()
    shipped_store("export", "-o", pipe)
    reader.join(60)
    assert got == [whole]
    assert pipe.is_fifo()
    link.symlink_to(target.name)
    for _ in range(2):
        shipped_store("export", "-o", link)
        assert link.is_symlink()
        assert target.read_text("utf-8") == whole
    loop = tmp_path / "loop"
    loop.symlink_to(loop.name)
    assert f"{loop}: " in shipped_store("export", "-o", loop, code=1).err
    assert loop.is_symlink()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no system with /proc")
def test_what_a_shell_has_opened_is_written_on(shipped_store: Cli, tmp_path: Path) -> None:
    """What stands there already stays."""
    (tmp_path / "all.jsonl").write_text("before\n")
    command = f'"{sys.executable}" -m aggregator export -o /proc/self/fd/1 >> all.jsonl'
    environment = shipped_store.environment()
    subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, check=True)
    whole = (tmp_path / "all.jsonl").read_text("utf-8")
    assert whole == "before\n" + shipped_store("export").out


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no file system there")
def test_a_file_in_shared_memory_is_replaced_as_any_other(shipped_store: Cli) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        path = Path(folder) / "all.jsonl"
        for _ in range(2):
            shipped_store("export", "-o", path)
        assert path.read_text("utf-8") == shipped_store("export").out


def test_an_export_that_fails_leaves_the_file_as_it_was(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_text("before")
    cli("export", "-o", file, code=2)
    assert [path.name for path in tmp_path.iterdir()] == ["all.jsonl"]
    assert file.read_text() == "before"


def test_a_folder_that_does_not_exist_is_told(shipped_store: Cli, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "all.jsonl"
    done = shipped_store("export", "-o", file, code=1)
    assert done.err == f"aggregator: {file}: No such file or directory\n"


def test_csv_keeps_texts_of_several_lines(shipped_store: Cli) -> None:
    text = shipped_store("export", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["text"] for row in rows] == [
        row["text"] for row in shipped_store("export").lines()
    ]


def test_parquet_has_the_same_rows(shipped_store: Cli, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "all.parquet"
    shipped_store("export", "--format", "parquet", "-o", file)
    assert parquet.read_table(file).to_pylist() == shipped_store("export").lines()


def test_parquet_needs_a_file(shipped_store: Cli) -> None:
    assert "--output" in shipped_store("export", "--format", "parquet", code=2).err


@pytest.mark.parametrize("command", [["export"], ["clusters", "list"], ["articles", "list"]])
def test_a_reader_that_goes_away_is_no_trouble(shipped_store: Cli, command: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", *command],
        env=shipped_store.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), errors) == (141, b"")
