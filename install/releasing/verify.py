"""The check of a finished release, by other means than those that made it where there are any."""

from __future__ import annotations

import hashlib
import json
import tarfile
import time
from pathlib import Path
from typing import Any, Iterator

from . import keys, manifest, pins
from .project import NAME, Refusal, epoch
from .signing import comment, files, signature_of


def verify(folder: Path) -> str:
    """Refuses with everything that is wrong with a release; says what it is otherwise."""
    if not any(comment(folder / manifest.FILE, public) for public in keys.trusted().values()):
        manifest.present(folder)
        raise Refusal(f"{manifest.FILE}: no good signature")
    facts = manifest.read(folder)
    version: str = facts["version"]
    # What is not as it was signed is not read any further.
    refuse([*signatures(folder, version), *listed(folder, facts)])
    agree = [installers(folder, facts), parts_lists(folder, facts), bundle(folder, facts), front(folder)]
    refuse([*dates(facts), *(line for lines in agree for line in lines)])
    return f"{NAME} {version}: {len(files(folder))} files, all signed, until {facts['expires']}"


def refuse(wrong: list[str]) -> None:
    """Refuses when there is a reason."""
    if wrong:
        raise Refusal("\n".join(wrong))


def signatures(folder: Path, version: str) -> Iterator[str]:
    """Each file has a signature of a trusted key, made for this file of this version."""
    trusted = keys.trusted()
    for path in files(folder):
        said = [comment(path, public) for public in trusted.values()] if signature_of(path).exists() else []
        if f"{NAME} {version} {path.name}" not in said:
            found = next((words for words in said if words is not None), None)
            yield f"{path.name}: " + (f"its signature is for `{found}`" if found else "no good signature")


def listed(folder: Path, facts: dict[str, Any]) -> Iterator[str]:
    """The manifest's files are there as it says, and no others."""
    names = {row["file"] for row in facts["files"]}
    for row in facts["files"]:
        path = folder / row["file"]
        if not path.is_file():
            yield f"{row['file']} is missing"
        elif manifest.row(path, row["kind"], row["target"]) != row:
            yield f"{row['file']} is not the file that the manifest lists"
    for path in files(folder):
        if path.name not in names | {manifest.FILE, manifest.bundle_name(facts["version"])}:
            yield f"{path.name} is not in the manifest"
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
    """What stands at the front of the site is this release's, when it is the newest there."""
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
