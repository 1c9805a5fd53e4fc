"""The files in deploy/ fit the program: its options, its settings, its exit codes."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from aggregator.core.operation import DaemonOptions
from aggregator.scheduler.schedule import parse_schedule, parse_zone
from aggregator.scheduler.sources import checked_sources
from aggregator.settings import load_settings

DEPLOY = Path(__file__).parents[1] / "deploy"
UNIT = (DEPLOY / "aggregator.service").read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    """The unit is what systemd understands, but for the program's place."""
    unit = tmp_path / "aggregator.service"
    unit.write_text(UNIT.replace("/opt/aggregator/bin/aggregator", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_everyone_waits_longer_for_the_end_than_the_daemon_takes() -> None:
    """systemd and Docker kill after the daemon has given up a batch, not before."""
    limit = re.search(r"^TimeoutStopSec=(\d+)$", UNIT, re.M)
    assert limit is not None
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    grace = compose["services"]["aggregator"]["stop_grace_period"]
    assert min(int(limit[1]), int(grace.rstrip("s"))) > DaemonOptions().stop_seconds


def test_the_crontab_line_is_five_fields_and_a_round(tmp_path: Path) -> None:
    """cron calls one round, by a schedule that exists; % would be a line end in a crontab."""
    line, weekly = (
        line
        for line in (DEPLOY / "crontab").read_text().splitlines()
        if line and not line.startswith("#") and not re.match(r"\w+=", line)
    )
    fields = line.split(maxsplit=5)
    assert parse_schedule(" ".join(fields[:5]), parse_zone("UTC"))
    assert "%" not in line
    words = shlex.split(fields[5])
    assert weekly.endswith("aggregator --config /etc/aggregator/config.yaml db purge")
    assert words[words.index("run") : words.index("run") + 2] == ["run", "--once"]


def test_the_settings_of_the_containers_can_be_used() -> None:
    settings = load_settings(DEPLOY / "compose-config.yaml")
    assert len(checked_sources(settings.sources)) == 1
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert compose["services"]["aggregator"]["ports"] == [
        f"127.0.0.1:{settings.metrics.port}:{settings.metrics.port}"
    ]


def test_no_file_holds_a_password() -> None:
    """Passwords come from the environment, and the compose file refuses to start without."""
    text = (DEPLOY / "compose.yaml").read_text()
    assert text.count("${POSTGRES_PASSWORD:?") == text.count("${POSTGRES_PASSWORD")
    assert not re.search(r"://\w+:(?!\$\{)[^@\s]+@", text + UNIT)
