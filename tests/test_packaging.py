"""What is shipped is whole: the wheel with its migrations, the lock with its hashes."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NEWER_STDLIB = {"compression"}
"""In the standard library of a later Python (3.14)."""
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"]


def pinned(lock: str) -> dict[str, set[str]]:
    """Versions that a lock file pins, by package (one for each Python where they differ)."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text(), re.M):
        versions.setdefault(name, set()).add(version)
    return versions


def test_the_wheel_holds_the_package_and_its_migrations(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        check=True,
        cwd=ROOT,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    package = {f"aggregator/{path.relative_to(ROOT / 'aggregator')}" for path in sources()}
    migrations = {f"aggregator/{path.relative_to(ROOT)}" for path in migration_files()}
    assert migrations
    assert package | migrations <= packed
    assert not [name for name in packed if name.startswith(("tests/", "migrations/"))]


def sources() -> list[Path]:
    return [p for p in (ROOT / "aggregator").rglob("*") if p.is_file() and p.suffix != ".pyc"]


def migration_files() -> list[Path]:
    return [*(ROOT / "migrations").rglob("*.py"), *(ROOT / "migrations").rglob("*.mako")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes_and_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=sha256:)", text, re.M)
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert requirements
    assert [r for r in requirements if not re.search(r"--hash=sha256:[0-9a-f]{64}", r)] == []


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_the_lock_files_agree_with_each_other(lock: str) -> None:
    """One environment can hold what any two of them name."""
    larger = pinned(lock)
    for name, versions in pinned("requirements.lock").items():
        assert larger[name] == versions


@pytest.mark.parametrize(
    ("tool", "code", "said"),
    [
        ("exit 0", 0, ""),
        ('echo "$6: a known weakness" >"$6"; exit 1', 1, "KNOWN WEAKNESSES in: requirements.lock"),
        ("exit 1", 3, "NOT AUDITED, the service gave no answer: requirements.lock"),
        (None, 3, "not audited: pip-audit is not installed"),
    ],
)
def test_an_audit_tells_weaknesses_from_no_answer(
    tmp_path: Path, tool: str | None, code: int, said: str
) -> None:
    """Only where the tool has answered, and found nothing, is the exit code 0."""
    for name in ("sh", "dirname", "mktemp", "rm", "cat"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    if tool is not None:
        (tmp_path / "pip-audit").write_text(f"#!/bin/sh\n{tool}\n")
        (tmp_path / "pip-audit").chmod(0o755)
    done = subprocess.run(
        ["sh", ROOT / "scripts" / "audit"],
        env={"PATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code
    assert said in done.stderr
    assert bool(done.stderr) == bool(code)


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def names(requirements: list[str]) -> set[str]:
    return {normalised(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}


def normalised(name: str) -> str:
    """A distribution's name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_of_the_project_is_locked() -> None:
    extras = project()["optional-dependencies"]
    locked = {
        "requirements.lock": project()["dependencies"],
        "requirements-dev.lock": extras["dev"] + extras["parquet"] + extras["metrics"],
        "requirements-bench.lock": extras["bench"] + extras["plot"],
    }
    for lock, requirements in locked.items():
        assert names(requirements) - set(map(normalised, pinned(lock))) == set()


def test_every_library_that_the_package_imports_is_a_dependency_of_its_own() -> None:
    """What another dependency happens to bring may be gone with its next version."""
    extras = project()["optional-dependencies"]
    optional = extras["parquet"] + extras["metrics"] + extras["plot"]
    declared = names(project()["dependencies"] + optional)
    providers = packages_distributions()
    for module in sorted(
        imported_modules() - sys.stdlib_module_names - NEWER_STDLIB - {"aggregator"}
    ):
        distributions = {normalised(name) for name in providers.get(module, [module])}
        assert distributions & declared, module


def imported_modules() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "aggregator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).partition(".")[0])
    return found
