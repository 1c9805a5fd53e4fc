"""The files in deploy/ fit the program: its options, its settings, its exit codes."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from aggregator.core.operation import DaemonOptions, LogFormat
from aggregator.scheduler.schedule import parse_schedule, parse_zone
from aggregator.scheduler.sources import checked_sources
from aggregator.settings import load_settings

DEPLOY = Path(__file__).parents[1] / "deploy"
UNIT = (DEPLOY / "aggregator.service").read_text()
SERVICE_KEYS = set(
    """build cap_drop depends_on environment healthcheck image init mem_limit networks ports
    read_only restart security_opt shm_size stop_grace_period tmpfs volumes""".split()
)
"""Those keys of a service in the compose specification that we use."""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    """The unit is what systemd understands, but for the program's place."""
    unit = tmp_path / "aggregator.service"
    unit.write_text(UNIT.replace("/opt/aggregator/bin/aggregator", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def tool(name: str) -> str:
    """A linter of the extra `dev`; skips the test where it is not installed."""
    found = shutil.which(
        name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    return found or pytest.skip(f"no {name} here")


def lint(*command: str | Path) -> str:
    """What a linter says of the files; nothing is well."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


def test_the_linter_finds_no_fault_with_the_dockerfile() -> None:
    assert lint(tool("hadolint"), "--no-color", DEPLOY / "Dockerfile") == ""


@pytest.mark.parametrize("file", [*sorted(DEPLOY.glob("*.yaml")), DEPLOY.parent / "config.yaml"])
def test_the_linter_finds_no_fault_with_a_yaml_file(file: Path) -> None:
    """All of yamllint's rules, but lines may be long and no file holds several documents."""
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"
    assert lint(tool("yamllint"), "--strict", "--format", "parsable", "-d", rules, file) == ""


def test_the_compose_file_says_what_compose_understands() -> None:
    """Its keys are those of the compose specification; services name each other, their networks
    and volumes rightly."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert compose.keys() <= {"name", "services", "volumes", "networks"}
    services = compose["services"]
    for service in services.values():
        assert service.keys() <= SERVICE_KEYS
        assert {"image", "build"} & service.keys()
        assert set(service.get("depends_on", {})) <= services.keys()
        assert set(service["networks"]) <= compose["networks"].keys()
        for volume in service["volumes"]:
            place = volume.partition(":")[0]
            assert place in compose["volumes"] or place.startswith("./")
        assert service["restart"] == "unless-stopped"
    build = services["aggregator"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")
    assert services["database"]["healthcheck"]["test"][0] == "CMD"


def test_the_dockerfile_copies_what_there_is_and_runs_the_command() -> None:
    """What it copies from the repository stands there; its command line is one of ours."""
    text = (DEPLOY / "Dockerfile").read_text()
    for places in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M):
        assert all((DEPLOY.parent / place).exists() for place in places.split())
    parts = [
        json.loads(found) for found in re.findall(r"^(?:ENTRYPOINT|CMD) (\[.+\])$", text, re.M)
    ]
    words = [*parts[0], *parts[1]]
    assert words[0] == "aggregator"
    assert words[-3:] == ["run", "--log-format", LogFormat.JSON]


def test_the_unit_is_shut_in_and_watched() -> None:
    """The daemon's messages are wanted and waited for, and nothing is open that need not be."""
    for line in (
        "Type=notify",
        "WatchdogSec=2min",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "CapabilityBoundingSet=",
        "RestartPreventExitStatus=2",
    ):
        assert re.search(rf"^{re.escape(line)}$", UNIT, re.M), line


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
