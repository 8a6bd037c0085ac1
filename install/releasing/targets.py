"""The targets of a release: label, triple, and what a compiler is told for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .project import Refusal, run

STATIC = "-static"
KNOWN = (
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-unknown-linux-gnu-static",
    "aarch64-unknown-linux-gnu-static",
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)


@dataclass(frozen=True)
class Target:
    """One binary of a release."""

    label: str

    @property
    def triple(self) -> str:
        """What cargo calls it."""
        return self.label.removesuffix(STATIC)

    @property
    def ending(self) -> str:
        """What its programs end with."""
        return ".exe" if "windows" in self.label else ""

    @property
    def flags(self) -> list[str]:
        """What rustc is told besides the paths."""
        if self.label.endswith(STATIC) or self.label.endswith("-musl"):
            return ["-C", "target-feature=+crt-static"]
        # Without it the linker writes the time into the header.
        return ["-C", "link-arg=/Brepro"] if self.label.endswith("-msvc") else []


def named(label: str) -> Target:
    """A target by its label."""
    if label not in KNOWN:
        raise Refusal(f"{label} is no target of a release; there are {', '.join(KNOWN)}")
    return Target(label)


def host() -> str:
    """The triple of this machine."""
    lines = run(["rustc", "-vV"]).splitlines()
    return next(line[len("host: ") :] for line in lines if line.startswith("host: "))


def installed(triple: str) -> bool:
    """Whether the standard library of a triple is here."""
    return Path(run(["rustc", "--print", "target-libdir", "--target", triple]).strip()).is_dir()


def here() -> list[Target]:
    """What this machine can build: itself, and on Linux a static one."""
    triple = host()
    labels = [triple]
    if triple.endswith("-linux-gnu"):
        musl = triple[: -len("gnu")] + "musl"
        labels.append(musl if installed(musl) else triple + STATIC)
    return [named(label) for label in labels]
