"""Everything that must agree before a release is made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator, Optional

from . import keys, pins
from .project import NAME, ROOT, Refusal, head, locked, package, run

# The feature that breaks promises on purpose, and the variable that only such a build reads.
PLANTED = "planted"
PLANT_MARK = b"STRATOS_PLANT"


def check(binary: Optional[Path] = None, tag: Optional[str] = None) -> str:
    """Refuses with every disagreement at once; gives the version otherwise."""
    facts = package()
    version: str = facts["version"]
    wrong = [
        *lockfile(version),
        *changelog(version),
        *installers(version),
        *key_file(),
        *planted(facts["features"]),
        *tree(),
        *([] if tag in (None, f"v{version}") else [f"the tag {tag} is not v{version}: correct one of them"]),
        *([] if binary is None else program(binary, version)),
    ]
    if wrong:
        raise Refusal("\n".join(wrong))
    return version


def lockfile(version: str) -> Iterator[str]:
    """Cargo.lock names this version of the package."""
    found = [number for name, number in locked() if name == NAME]
    if found != [version]:
        yield f"Cargo.lock says {' and '.join(found) or 'nothing'}, Cargo.toml {version}: run cargo check"


def changelog(version: str) -> Iterator[str]:
    """CHANGELOG.md has a dated section of this version, above those of other versions."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heads = re.findall(r"^## \[(?!Unreleased\])([^\]]*)\](.*)$", text, re.MULTILINE)
    if not heads or heads[0][0] != version:
        newest = heads[0][0] if heads else "none"
        yield f"CHANGELOG.md's newest section is {newest}, Cargo.toml says {version}: add a section"
    elif not re.fullmatch(r" - \d{4}-(0\d|1[0-2])-([0-2]\d|3[01])", heads[0][1]):
        yield f"CHANGELOG.md's section of {version} has no date: write ## [{version}] - YYYY-MM-DD"


def installers(version: str) -> Iterator[str]:
    """Both installers are of this version and of these keys."""
    for name in pins.INSTALLERS:
        text = (ROOT / "install" / name).read_text("utf-8")
        found = pins.value(name, text, pins.VERSION)
        if found != version:
            yield f"install/{name} pins {found or 'nothing'}, Cargo.toml {version}: correct PINNED_VERSION"
        key = pins.value(name, text, pins.KEY)
        if key and key not in keys.trusted().values():
            yield f"install/{name} holds a key that install/keys.txt has not: run install/release pin"


def key_file() -> Iterator[str]:
    """There is a key, or nobody could check what is released."""
    if "current" not in keys.trusted():
        yield "install/keys.txt has no current key: make a pair with install/release keys DIR"


def planted(features: dict[str, list[str]]) -> Iterator[str]:
    """No fault on purpose is on by default."""
    reached, open_ends = set(), ["default"]
    while open_ends:
        name = open_ends.pop()
        if name not in reached:
            reached.add(name)
            open_ends.extend(features.get(name, []))
    if PLANTED in reached:
        yield f"Cargo.toml turns the feature `{PLANTED}` on, which breaks promises on purpose: take it out"


def tree() -> Iterator[str]:
    """What is released is what is committed."""
    if head() is None:
        yield "this is no git checkout: a release is made of a commit"
        return
    changed = run(["git", "status", "--porcelain"]).splitlines()
    if changed:
        yield f"{len(changed)} files are not committed ({changed[0][3:]} …): commit or remove them"


def program(binary: Path, version: str) -> Iterator[str]:
    """A binary that runs here says the same version in its line, its facts and its manual."""
    yield from clean(binary)
    said = run([binary, "version"]).strip()
    if said != f"{NAME} v{version}":
        yield f"{binary} says {said}, Cargo.toml {version}: build it again"
    heads = [line for line in run([binary, "man"]).splitlines() if line.startswith(".TH ")]
    if not heads or f'"{NAME} {version}"' not in heads[0]:
        yield f"the man page of {binary} is not of {version}: build it again"


def clean(binary: Path) -> Iterator[str]:
    """Nothing of the feature `planted` is in a binary, wherever it was built."""
    if PLANT_MARK in binary.read_bytes():
        yield f"{binary} has the feature `{PLANTED}`, which breaks promises on purpose: build it without"
