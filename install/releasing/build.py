"""The binary of a target, in which nothing tells where or by whom it was built."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

from .check import clean
from .project import NAME, ROOT, Project, Refusal, refuse, rfc3339, run, show
from .targets import Target

# What a caller's environment may not decide about the bytes.
DROPPED = ("RUSTFLAGS", "RUSTDOCFLAGS", "RUSTC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_BOOTSTRAP")
DROPPED_PREFIXES = ("CARGO_PROFILE_", "CARGO_BUILD_RUST", "CARGO_BUILD_TARGET", "CARGO_ENCODED_", "CFLAGS", "CXXFLAGS", "STRATOS_")
DROPPED_ENDINGS = ("_RUSTFLAGS", "_RUNNER", "_CFLAGS", "_CXXFLAGS")
# What the folders of a builder are called in a binary.
NAMES = CHECKOUT, CARGO, CRATES, TARGET = "/stratos", "/cargo", "/crates", "/target"


@dataclass(frozen=True)
class Wishes:
    """What may be left out of a build, and is then said."""

    auditable: bool
    lto: bool
    built: Optional[Path] = None


def build(made: Project, target: Target, folder: Path, wishes: Wishes) -> Path:
    """Builds one target, or takes what was built otherwise, and puts the binary into `folder`."""
    work = folder / "build"
    built = wishes.built or compiled(made, target, work, wishes)
    wrong = [*clean(built), *paths_in(built, work)]
    refuse(wrong)
    kept = folder / f"{NAME}{target.ending}"
    shutil.copyfile(built, kept)
    kept.chmod(0o755)
    return kept


def compiled(made: Project, target: Target, work: Path, wishes: Wishes) -> Path:
    """What cargo makes of a target."""
    # Unpacks the sources, so that their folder is there to be given another name.
    run(["cargo", "fetch", "--locked", "--target", target.triple])
    cargo = ["cargo", "auditable"] if wishes.auditable else ["cargo"]
    what = ["build", "--locked", "--profile", "dist", "--bin", NAME]
    where = ["--target", target.triple, "--target-dir", str(work)]
    show([*cargo, *what, *where], environment(made, target, work, wishes.lto))
    return work / target.triple / "dist" / f"{NAME}{target.ending}"


def auditable_here() -> bool:
    """Whether `cargo auditable`, which puts the list of dependencies into the binary, is installed."""
    return shutil.which("cargo-auditable") is not None


def environment(made: Project, target: Target, work: Path, lto: bool) -> dict[str, str]:
    """The caller's, without what would change the bytes, and with what keeps them the same."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in DROPPED and not name.startswith(DROPPED_PREFIXES) and not name.endswith(DROPPED_ENDINGS)
    }
    moved = remapped(work)
    rust = [f"--remap-path-prefix={old}={new}" for old, new in moved]
    kept["CARGO_ENCODED_RUSTFLAGS"] = "\x1f".join([*rust, *target.flags])
    kept["SOURCE_DATE_EPOCH"] = str(made.time)
    kept["CARGO_INCREMENTAL"] = "0"
    if made.commit is not None:
        kept["STRATOS_COMMIT"] = made.commit
    if not lto:
        kept["CARGO_PROFILE_DIST_LTO"] = "off"
    if not target.label.endswith("-msvc"):
        c_flags = " ".join(f"-ffile-prefix-map={old}={new}" for old, new in moved)
        kept["CFLAGS_" + target.triple.replace("-", "_")] = c_flags
    return kept


def remapped(work: Path) -> list[tuple[str, str]]:
    """Folders of this machine and what a binary calls them; of two that fit, the last one counts."""
    cargo = cargo_home()
    sources = sorted((cargo / "registry" / "src").glob("*"))
    if not sources:
        raise Refusal(f"{cargo} has no sources of dependencies: is CARGO_HOME where cargo keeps them?")
    pairs = [
        (str(ROOT), CHECKOUT),
        (str(cargo), CARGO),
        *((str(source), CRATES) for source in sources),
        (str(library()), f"/rustc/{compiler()}"),
        (str(work), TARGET),
    ]
    spaced = [old for old, _ in pairs if " " in old or "=" in old]
    if spaced:
        raise Refusal(
            f"{spaced[0]} has a space or = in it, where compilers split: build below another folder"
        )
    return pairs


def cargo_home() -> Path:
    """Where cargo keeps the sources of dependencies."""
    given = os.environ.get("CARGO_HOME")
    return Path(given) if given else Path.home() / ".cargo"


def library() -> Path:
    """Where the sources of the standard library lie when they are installed."""
    return Path(run(["rustc", "--print", "sysroot"]).strip()) / "lib" / "rustlib" / "src" / "rust"


def compiler() -> str:
    """The commit of rustc, under which its own binaries name the standard library."""
    lines = run(["rustc", "-vV"]).splitlines()
    return next(line[len("commit-hash: ") :] for line in lines if line.startswith("commit-hash: "))


def paths_in(binary: Path, work: Path) -> Iterator[str]:
    """The folders of this machine that a binary tells of."""
    content = binary.read_bytes()
    folders = {str(ROOT), str(work), str(cargo_home()), str(Path.home()), str(library())}
    for folder in sorted(folders - set(NAMES)):
        if told(folder, content):
            yield f"{binary} holds the path {folder}: the build is not to be told from another machine's"


def told(folder: str, content: bytes) -> bool:
    """Whether a path is there; one of a single name, like /src, may be the middle of another path."""
    before = b"" if folder.count("/") > 1 else rb"(?<![\w.+-])"
    return folder != "/" and re.search(before + re.escape(folder.encode()), content) is not None


def describe(made: Project, target: Target, wishes: Wishes) -> str:
    """One line about what is being built."""
    if wishes.built is not None:
        return f"taking {wishes.built} as {made.file(target.label)}"
    notes = [rfc3339(made.time), f"commit {(made.commit or 'unknown')[:12]}"]
    notes += [] if wishes.auditable else ["without the list of dependencies (cargo auditable)"]
    notes += [] if wishes.lto else ["without link-time optimisation: not for a release"]
    return f"building {made.file(target.label)}: {', '.join(notes)}"
