"""manifest.json: what a release consists of, and until when that may be believed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Iterator, Optional

from .project import NAME, Project, Refusal, pretty, rfc3339

FILE = "manifest.json"
SIGNATURE = ".minisig"
LIFE = 180 * 86400
COMPLETIONS = {
    "bash": "stratos.bash",
    "zsh": "_stratos",
    "fish": "stratos.fish",
    "powershell": "_stratos.ps1",
    "elvish": "stratos.elv",
}
MAN = "stratos.1"


def bundle_name(version: str) -> str:
    """What an air-gapped machine is given."""
    return f"{NAME}-{version}-bundle.tar"


def manifest(made: Project, folder: Path, labels: list[str]) -> bytes:
    """The manifest of the files that lie in a folder."""
    rows = [row(folder / file, kind, target) for file, kind, target in contents(made, labels)]
    return pretty(
        {
            "schema": 1,
            "name": NAME,
            "version": made.version,
            "commit": made.commit,
            "released": rfc3339(made.time),
            "expires": rfc3339(made.time + LIFE),
            "files": rows,
        }
    )


def contents(made: Project, labels: list[str]) -> list[tuple[str, str, Optional[str]]]:
    """File, kind and target, in the order of the manifest."""
    rows: list[tuple[str, str, Optional[str]]] = []
    for label in labels:
        ending = ".exe" if "windows" in label else ""
        rows += [
            (made.file(label, ending), "binary", label),
            (made.file(label, ".tar.gz"), "archive", label),
            (made.file(label, ".cdx.json"), "sbom", label),
        ]
    rows.append((MAN, "man", None))
    rows += [(file, "completion", None) for file in COMPLETIONS.values()]
    rows += [("install.sh", "installer", None), ("install.ps1", "installer", None)]
    return rows


def row(path: Path, kind: str, target: Optional[str]) -> dict[str, Any]:
    """One file."""
    content = path.read_bytes()
    return {
        "file": path.name,
        "kind": kind,
        "target": target,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def present(folder: Path) -> Path:
    """The manifest's place, when it is there."""
    path = folder / FILE
    if not path.is_file():
        raise Refusal(f"{folder} has no {FILE}: it is no release, make one with install/release assemble")
    return path


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a release folder, which somebody trusted wrote."""
    path = present(folder)
    facts = json.loads(path.read_text("utf-8"))
    if facts.get("schema") != 1 or facts.get("name") != NAME:
        raise Refusal(f"{path} is not a manifest of {NAME} that this tool knows")
    return dict(facts)


def files(folder: Path) -> list[Path]:
    """What is signed: every file of the release, the manifest and the bundle too."""
    return sorted(path for path in folder.iterdir() if path.suffix != SIGNATURE)


def differing(folder: Path, facts: dict[str, Any]) -> Iterator[str]:
    """What does not lie in the folder as the manifest says, and what it does not know."""
    known = {FILE, bundle_name(facts["version"])} | {listed["file"] for listed in facts["files"]}
    for listed in facts["files"]:
        path = folder / listed["file"]
        if not path.is_file():
            yield f"{listed['file']} is missing"
        elif row(path, listed["kind"], listed["target"]) != listed:
            yield f"{listed['file']} is not the file that the manifest lists"
    yield from (f"{path.name} is not in the manifest" for path in files(folder) if path.name not in known)


def precedence(version: str) -> tuple[Any, ...]:
    """A version as something to compare by: a pre-release comes before its release (semver.org, 11)."""
    core, _, before = version.partition("+")[0].partition("-")
    words = [(0, int(word), "") if word.isdigit() else (1, 0, word) for word in before.split(".") if word]
    return ([int(number) for number in core.split(".")], not before, words)


def renewed(folder: Path, now: int) -> bytes:
    """The same release, to be believed for another while."""
    facts = read(folder)
    if rfc3339(now + LIFE) <= facts["expires"]:
        raise Refusal(f"{folder / FILE} lasts until {facts['expires']} already: nothing to renew")
    facts["expires"] = rfc3339(now + LIFE)
    return pretty(facts)
