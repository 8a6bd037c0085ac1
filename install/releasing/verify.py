"""The check of a finished release, by other means than those that made it where there are any."""

from __future__ import annotations

import hashlib
import json
import tarfile
import time
from pathlib import Path
from typing import Any, Iterator

from . import keys, manifest, pins
from .project import NAME, Refusal, epoch, refuse
from .signing import at_front, comment, signatures


def verify(folder: Path) -> str:
    """Refuses with everything that is wrong with a release; says what it is otherwise."""
    if not any(comment(folder / manifest.FILE, public) for public in keys.trusted().values()):
        manifest.present(folder)
        raise Refusal(f"{manifest.FILE}: no good signature")
    facts = manifest.read(folder)
    version: str = facts["version"]
    # What is not as it was signed is not read any further.
    refuse([*signatures(folder, version), *manifest.differing(folder, facts), *bundled(folder, facts)])
    agree = [installers(folder, facts), parts_lists(folder, facts), bundle(folder, facts), front(folder)]
    refuse([*dates(facts), *(line for lines in agree for line in lines)])
    return f"{NAME} {version}: {len(manifest.files(folder))} files, all signed, until {facts['expires']}"


def bundled(folder: Path, facts: dict[str, Any]) -> Iterator[str]:
    """The bundle is there."""
    if not (folder / manifest.bundle_name(facts["version"])).is_file():
        yield f"{manifest.bundle_name(facts['version'])} is missing"


def dates(facts: dict[str, Any]) -> Iterator[str]:
    """It may still be believed."""
    if epoch(facts["expires"]) <= time.time():
        yield f"the manifest expired {facts['expires']}: install/release resign"


def installers(folder: Path, facts: dict[str, Any]) -> Iterator[str]:
    """The installers pin this version, these files, and a trusted key."""
    known = {row["file"]: row["sha256"] for row in facts["files"]}
    binaries = {row["file"] for row in facts["files"] if row["kind"] == "binary"}
    for name in pins.INSTALLERS:
        text = (folder / name).read_text("utf-8")
        found = pins.read(name, text)
        if any(known.get(file) != digest for file, digest in found.items()) or not binaries <= set(found):
            yield f"{name} does not pin what the manifest lists"
        if pins.value(name, text, pins.VERSION) != facts["version"]:
            yield f"{name} is of another version"
        if pins.value(name, text, pins.KEY) not in keys.trusted().values():
            yield f"{name} holds a key that install/keys.txt has not"


def parts_lists(folder: Path, facts: dict[str, Any]) -> Iterator[str]:
    """Each parts list is of the binary beside it."""
    digests = {row["target"]: row["sha256"] for row in facts["files"] if row["kind"] == "binary"}
    for row in facts["files"]:
        if row["kind"] == "sbom" and (folder / row["file"]).is_file():
            told = json.loads((folder / row["file"]).read_text("utf-8"))["metadata"]["component"]["hashes"]
            if told != [{"alg": "SHA-256", "content": digests.get(row["target"])}]:
                yield f"{row['file']} is of another binary"


def bundle(folder: Path, facts: dict[str, Any]) -> Iterator[str]:
    """The bundle holds the same manifest, signature and binaries."""
    path = folder / manifest.bundle_name(facts["version"])
    wanted = {row["file"] for row in facts["files"] if row["kind"] == "binary"}
    wanted |= {manifest.FILE, manifest.FILE + manifest.SIGNATURE}
    with tarfile.open(path) as tar:
        held = {name: digest(tar.extractfile(name)) for name in tar.getnames()}
    if held != {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in wanted}:
        yield f"{path.name} does not hold what lies beside it"


def digest(file: Any) -> str:
    """The SHA-256 of an open file."""
    return hashlib.sha256(file.read()).hexdigest()


def front(folder: Path) -> Iterator[str]:
    """What stands at the front of the site is this release's, unless a newer one is there."""
    if not at_front(folder):
        return
    for name in (manifest.FILE, *pins.INSTALLERS):
        for file in (name, name + manifest.SIGNATURE):
            copy = folder.parent / file
            if not copy.is_file() or copy.read_bytes() != (folder / file).read_bytes():
                yield f"{copy.name} at the front of the site is not this release's"


def folder_of(path: Path) -> Path:
    """A release folder, or the only one below a site."""
    if (path / manifest.FILE).is_file() and not any(path.glob("*/" + manifest.FILE)):
        return path
    found = [below.parent for below in path.glob("*/" + manifest.FILE)]
    if len(found) != 1:
        raise Refusal(f"{path} holds {len(found)} releases: name the folder of one")
    return found[0]
