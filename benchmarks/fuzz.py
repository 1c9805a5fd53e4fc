"""Mutated dumps through every reader, and mutated pages through the cleaner.

    python benchmarks/fuzz.py [--inputs 100000] [--seed 1] [--workers 2] [--shared ../shared]
        [--seconds 10] [--findings FOLDER] [--only NUMBER]

Every input is made of the project's fixtures (and of shared pages, where present) by the mutators
of `mutations.py`, is a function of seed and number, and is checked by the claims of
`fuzz_checks.py`: no exception, every entry counted once and told again the same, an end, no cut
unsaid, nothing that cannot be stored. An input that takes more than `--seconds` of processor time,
kills its process or takes 300 MB is a finding too. Findings are written to a folder, bytes and
report; `--only NUMBER` tries one input again. Exits 1 when there are findings.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fuzz_cases import Cases
from fuzz_workers import Plan, Result, results


@dataclass
class Row:
    """What the inputs of one reader gave."""

    inputs: int = 0
    records: int = 0
    ignored: int = 0
    findings: int = 0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)
    rejected: Counter[str] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        """Count one input."""
        self.inputs += 1
        self.records += result.checked.records
        self.ignored += result.checked.ignored
        self.findings += bool(result.checked.findings)
        self.rejected += result.checked.rejected
        self.seconds += result.seconds
        self.slowest = max(self.slowest, (result.seconds, result.number))


@dataclass
class Memory:
    """Resident memory of the workers (MiB): once they had settled, at last, and at most."""

    settled: dict[int, float] = field(default_factory=dict)
    last: dict[int, float] = field(default_factory=dict)
    seen: Counter[int] = field(default_factory=Counter)
    peak: float = 0.0

    def add(self, result: Result, settle: int) -> None:
        """Note what a worker holds; it has settled after `settle` inputs."""
        if not result.resident:  # it died
            return
        self.seen[result.process] += 1
        if self.seen[result.process] == settle:
            self.settled[result.process] = result.resident
        self.last[result.process] = result.resident
        self.peak = max(self.peak, result.peak)

    def __str__(self) -> str:
        grown = [
            f"{self.settled[each]:.0f} to {self.last[each]:.0f}" for each in sorted(self.settled)
        ]
        told = "resident MiB of each worker, settled to last"
        return f"{told}: {', '.join(grown)}; peak {self.peak:.0f}"


def save(folder: Path, result: Result, plan: Plan, data: bytes) -> None:
    """Write a finding's bytes and report."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"seed{plan.seed}-{result.number}-{result.target.replace(' ', '-')}"
    (folder / f"{name}.bin").write_bytes(data)
    again = f"python benchmarks/fuzz.py --seed {plan.seed} --only {result.number}"
    report = "\n".join([*result.checked.findings, "", again, ""])
    (folder / f"{name}.txt").write_text(report, "utf-8", "backslashreplace")


def print_rows(title: str, rows: dict[str, Row]) -> None:
    head = ("inputs", "records", "ignored", "findings", "inputs/cpu s", "slowest s", "input")
    print(f"\n{title:<12}" + "".join(f"{name:>13}" for name in head) + "  rejected")
    for name, row in sorted(rows.items()):
        rate = row.inputs / row.seconds if row.seconds else 0.0
        counts = (row.inputs, row.records, row.ignored, row.findings)
        cells = "".join(f"{count:>13}" for count in counts)
        cells += f"{rate:>13.0f}{row.slowest[0]:>13.2f}{row.slowest[1]:>13}"
        told = ", ".join(f"{reason} {count}" for reason, count in row.rejected.most_common())
        print(f"{name:<12}{cells}  {told}")


def run(plan: Plan, folder: Path) -> int:
    """Try all inputs and print the table; returns the number of findings."""
    readers: dict[str, Row] = {}
    packings: dict[str, Row] = {}
    total, memory, told = Row(), Memory(), Counter[str]()
    cases = Cases(plan.seed, plan.shared)
    start = time.monotonic()
    for result in results(plan):
        rows = [readers.setdefault(result.target, Row()), total]
        if not result.target.startswith("clean"):
            rows.append(packings.setdefault(result.packing or "plain", Row()))
        for row in rows:
            row.add(result)
        memory.add(result, max(100, plan.inputs // plan.workers // 10))
        if result.checked.findings:
            save(folder, result, plan, cases[result.number].data)
            told[result.checked.findings[0].strip().rpartition("\n")[2][:120]] += 1
        if total.inputs % 5_000 == 0:
            passed = time.monotonic() - start
            print(
                f"{total.inputs} inputs, {passed:.0f} s, {total.findings} findings",
                file=sys.stderr,
            )
    passed = time.monotonic() - start
    print_rows("reader", readers | {"total": total})
    print_rows("compression", packings)
    print(f"\n{total.inputs} inputs in {passed:.0f} s, {total.inputs / passed:.1f} inputs/s")
    print(memory)
    for what, count in told.most_common():
        print(f"finding, {count} times: {what}")
    print(f"{total.findings} findings" + (f", in {folder}" if total.findings else ""))
    return total.findings


def only(number: int, plan: Plan, folder: Path) -> int:
    """Try one input in this process; returns the number of its findings."""
    case = Cases(plan.seed, plan.shared)[number]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed{plan.seed}-{number}.bin").write_bytes(case.data)
    print(f"{case.target}, {len(case.data)} bytes {case.packing or 'plain'}: {case.data[:80]!r}")
    start = time.process_time()
    checked = case.check(folder)
    print(
        f"{checked.records} records, {checked.ignored} ignored, rejected {dict(checked.rejected)}"
    )
    print(f"{time.process_time() - start:.2f} s")
    print("\n".join(checked.findings) or "no finding")
    return len(checked.findings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[1] / "../shared")
    parser.add_argument("--findings", type=Path)
    parser.add_argument("--only", type=int)
    parsed = parser.parse_args()
    shared = parsed.shared if parsed.shared.is_dir() else None
    plan = Plan(parsed.inputs, parsed.seed, parsed.workers, parsed.seconds, shared)
    folder = parsed.findings or Path(tempfile.gettempdir()) / "fuzz-findings"
    found = run(plan, folder) if parsed.only is None else only(parsed.only, plan, folder)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
