"""The checkout that a release is made of: version, commit, time, and how programs are run in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Union

ROOT = Path(__file__).resolve().parents[2]
NAME = "stratos"
Argument = Union[str, Path]


class Refusal(Exception):
    """Why nothing is released, and what to do."""


@dataclass(frozen=True)
class Project:
    """What every file of a release agrees on."""

    version: str
    commit: Optional[str]
    time: int

    def file(self, label: str, ending: str = "") -> str:
        """The name of a target's file: `stratos-0.1.0-x86_64-unknown-linux-gnu.tar.gz`."""
        return f"{NAME}-{self.version}-{label}{ending}"


def refuse(wrong: list[str]) -> None:
    """Refuses when there is a reason."""
    if wrong:
        raise Refusal("\n".join(wrong))


def run(
    command: Sequence[Argument], env: Optional[Mapping[str, str]] = None, text: Optional[str] = None
) -> str:
    """Runs a program in the checkout and gives what it printed; its failure is a refusal."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, cwd=ROOT, env=env, input=text, capture_output=True, encoding="utf-8")
    except FileNotFoundError as error:
        raise Refusal(f"{words[0]} is not installed") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Refusal(f"{' '.join(words[:3])} … failed: {said[-1] if said else done.returncode}")
    return done.stdout


def show(command: Sequence[Argument], env: Mapping[str, str]) -> None:
    """Runs a program whose progress belongs on the terminal."""
    words = [str(word) for word in command]
    if subprocess.run(words, cwd=ROOT, env=env, stdin=subprocess.DEVNULL).returncode != 0:
        raise Refusal(f"{' '.join(words[:3])} … failed, see above")


def project() -> Project:
    """Version from Cargo.toml, commit from git, time from SOURCE_DATE_EPOCH or the commit."""
    commit = head()
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None and commit is None:
        raise Refusal("this is no git checkout: set SOURCE_DATE_EPOCH to the time of the release")
    if given is not None and not re.fullmatch(r"\d{1,12}", given):
        raise Refusal(f"SOURCE_DATE_EPOCH is not a number of seconds: {given}")
    time = int(given) if given is not None else int(run(["git", "log", "-1", "--format=%ct"]))
    return Project(package()["version"], commit, time)


def head() -> Optional[str]:
    """The commit that is checked out, when this is the root of a checkout."""
    if not (ROOT / ".git").exists():
        return None
    return run(["git", "rev-parse", "HEAD"]).strip()


def package() -> dict[str, Any]:
    """What cargo reads from Cargo.toml: version, features."""
    facts = run(["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"])
    return next(package for package in json.loads(facts)["packages"] if package["name"] == NAME)


def locked() -> dict[tuple[str, str], Optional[str]]:
    """Name and version of each package of Cargo.lock, with its checksum where it has one."""
    found: dict[tuple[str, str], Optional[str]] = {}
    for block in (ROOT / "Cargo.lock").read_text("utf-8").split("[[package]]")[1:]:
        fields = dict(re.findall(r'^(name|version|checksum) = "(.*)"$', block, re.MULTILINE))
        found[(fields["name"], fields["version"])] = fields.get("checksum")
    return found


def rfc3339(time: int) -> str:
    """`2026-11-21T12:00:00Z`."""
    return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str) -> int:
    """The seconds of `2026-11-21T12:00:00Z`."""
    read = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return int(read.replace(tzinfo=timezone.utc).timestamp())


def pretty(value: Any) -> bytes:
    """JSON as a release has it: UTF-8, two spaces, a line end, keys in their order."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
