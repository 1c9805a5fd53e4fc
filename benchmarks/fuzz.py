"""Mutated dumps through every reader, and mutated pages through the cleaner.

    python benchmarks/fuzz.py [--inputs 100000] [--seed 1] [--workers 2] [--shared ../shared]
        [--seconds 10] [--findings FOLDER] [--only NUMBER]

Every input is made of the project's fixtures (and of shared pages, where present) by the mutators
of `mutations.py`, is a function of seed and number, and is checked by the claims of
`fuzz_checks.py`: no exception, every entry counted once and told again the same, an end, no cut
unsaid, nothing that cannot be stored. An input that takes more than `--seconds` of processor time,
kills its process or takes 300 MB is a finding too. Findings are written to a folder, bytes and
report; `--only NUMBER` tries one input again. Exits 1 when there are findings, 130 when it was
interrupted (it prints what it has seen until then).
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

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


class Tally:
    """What the inputs of a run gave so far."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.readers: dict[str, Row] = {}
        self.packings: dict[str, Row] = {}
        self.total = Row()
        self.memory = Memory()
        self.told: Counter[str] = Counter()
        self.cases = Cases(plan.seed, plan.shared)
        self.start = time.monotonic()

    def add(self, result: Result) -> None:
        """Count one input, and write it to the folder if it is a finding."""
        rows = [self.readers.setdefault(result.target, Row()), self.total]
        if not result.target.startswith("clean"):
            rows.append(self.packings.setdefault(result.packing or "plain", Row()))
        for row in rows:
            row.add(result)
        self.memory.add(result, max(100, self.plan.inputs // self.plan.workers // 10))
        if result.checked.findings:
            save(self.folder, result, self.plan, self.cases[result.number].data)
            self.told[result.checked.findings[0].strip().rpartition("\n")[2][:120]] += 1
        if self.total.inputs % 5_000 == 0:
            passed = time.monotonic() - self.start
            told = f"{self.total.inputs} inputs, {passed:.0f} s, {self.total.findings} findings"
            print(told, file=sys.stderr, flush=True)

    def print(self) -> None:
        """The tables, the rate, the memory and the findings."""
        passed = time.monotonic() - self.start
        inputs = self.total.inputs
        print_rows("reader", self.readers | {"total": self.total})
        print_rows("compression", self.packings)
        rate = inputs / passed
        print(f"\n{inputs} of {self.plan.inputs} inputs in {passed:.0f} s, {rate:.1f} inputs/s")
        print(self.memory)
        for what, count in self.told.most_common():
            print(f"finding, {count} times: {what}")
        where = f", in {self.folder}" if self.total.findings else ""
        print(f"{self.total.findings} findings{where}", flush=True)


def run(plan: Plan, folder: Path) -> int:
    """Try all inputs, print what they gave, and return the number of findings.

    An interrupted run (SIGINT, SIGTERM) prints what it has seen so far, and exits with 130.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally = Tally(plan, folder)
    try:
        for result in results(plan):
            tally.add(result)
    except KeyboardInterrupt:
        print("\ninterrupted: what was tried until now", flush=True)
        tally.print()
        sys.exit(130)
    tally.print()
    return tally.total.findings


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
