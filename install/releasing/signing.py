"""Signatures over every file of a release, by minisign, and the check of them."""

from __future__ import annotations

import getpass
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Iterator, Optional

from . import archive, keys, manifest, pins
from .project import NAME, Argument, Refusal, epoch, refuse, run

# The line that no signature covers is always the same, so that every byte of a release is signed or known.
UNTRUSTED = "signature from minisign secret key"


class Signer:
    """A secret key that was tried: its public half is in keys.txt."""

    def __init__(self, key: Path):
        self.key = key
        self.password = password_of(key)
        with tempfile.TemporaryDirectory() as folder:
            probe = Path(folder) / "probe"
            probe.write_bytes(b"whose key is this?")
            self.sign(probe, "probe")
            owners = [name for name, public in keys.trusted().items() if comment(probe, public) == "probe"]
        if not owners:
            raise Refusal(f"{key} belongs to no key of install/keys.txt: sign with one of those")
        self.public = keys.trusted()[owners[0]]

    def sign(self, path: Path, words: str) -> None:
        """Writes `<file>.minisig` beside a file."""
        signature = signature_of(path)
        command: list[Argument] = ["minisign", "-S", "-s", self.key, "-m", path, "-x", signature, "-t", words]
        run([*command, "-c", UNTRUSTED], text=self.password)


def password_of(key: Path) -> Optional[str]:
    """Asks for the password of an encrypted key, once for all files; an open key wants none."""
    try:
        lines = key.read_bytes().splitlines()
    except OSError as error:
        raise Refusal(f"cannot read the key {key}: {error.strerror}") from error
    if len(lines) < 2 or b"minisign" not in lines[0]:
        raise Refusal(f"{key} is no secret key of minisign's")
    # base64 of EdScB2: the key is wrapped by scrypt. Without a password zeros stand for "Sc".
    if not lines[1].startswith(b"RWRTY0Iy"):
        return None
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return getpass.getpass(f"password of {key}: ") + "\n"


def signature_of(path: Path) -> Path:
    """Where a file's signature lies."""
    return path.with_name(path.name + manifest.SIGNATURE)


def comment(path: Path, public: str) -> Optional[str]:
    """The trusted comment of a file's signature, when this key made it."""
    try:
        if not signature_of(path).read_bytes().startswith(f"untrusted comment: {UNTRUSTED}\n".encode()):
            return None
        return run(["minisign", "-V", "-Q", "-P", public, "-m", path, "-x", signature_of(path)]).rstrip("\n")
    except OSError:
        return None
    except Refusal as refusal:
        if "not installed" in str(refusal):
            raise
        return None


def signatures(folder: Path, version: str) -> Iterator[str]:
    """Each file has a signature of a trusted key, made for this file of this version."""
    trusted = keys.trusted()
    for path in manifest.files(folder):
        said = [comment(path, public) for public in trusted.values()] if signature_of(path).exists() else []
        if f"{NAME} {version} {path.name}" not in said:
            found = next((words for words in said if words is not None), None)
            yield f"{path.name}: " + (f"its signature is for `{found}`" if found else "no good signature")


def sign(folder: Path, signer: Signer) -> None:
    """Signs all of a release, makes the bundle, and puts the newest files to the front of the site."""
    facts = manifest.read(folder)
    agreed(folder, signer)
    refuse(list(manifest.differing(folder, facts)))
    for path in manifest.files(folder):
        signer.sign(path, f"{NAME} {facts['version']} {path.name}")
    finish(folder, signer)


def agreed(folder: Path, signer: Signer) -> None:
    """The installers check what this signer signs."""
    for name in pins.INSTALLERS:
        if pins.value(name, (folder / name).read_text("utf-8"), pins.KEY) != signer.public:
            raise Refusal(f"{name} holds another key: install/release assemble --signer current or next")


def finish(folder: Path, signer: Signer) -> None:
    """The bundle around a signed manifest, and the copies at the front."""
    facts = manifest.read(folder)
    names = [row["file"] for row in facts["files"] if row["kind"] == "binary"]
    names += [manifest.FILE, manifest.FILE + manifest.SIGNATURE]
    entries = {
        name: ((folder / name).read_bytes(), 0o755 if name.startswith(NAME) else 0o644) for name in names
    }
    bundle = folder / manifest.bundle_name(facts["version"])
    bundle.write_bytes(archive.packed(entries, epoch(facts["released"])))
    signer.sign(bundle, f"{NAME} {facts['version']} {bundle.name}")
    for name in (manifest.FILE, *pins.INSTALLERS) if at_front(folder) else ():
        for front in (name, name + manifest.SIGNATURE):
            shutil.copyfile(folder / front, folder.parent / front)


def at_front(folder: Path) -> bool:
    """Whether this release is what newcomers get: no pre-release, and no older one than stands there."""
    version = manifest.precedence(manifest.read(folder)["version"])
    front = folder.parent / manifest.FILE
    there = manifest.precedence(manifest.read(front.parent)["version"]) if front.is_file() else version
    return version[1] and version >= there


def resign(folder: Path, signer: Signer, now: int) -> None:
    """The same files with a manifest that lasts longer, if all of them are still what was signed."""
    facts = manifest.read(folder)
    agreed(folder, signer)
    refuse([*signatures(folder, facts["version"]), *manifest.differing(folder, facts)])
    path = folder / manifest.FILE
    with tempfile.TemporaryDirectory() as elsewhere:
        renewed = Path(elsewhere) / manifest.FILE
        renewed.write_bytes(manifest.renewed(folder, now))
        signer.sign(renewed, f"{NAME} {facts['version']} {path.name}")
        shutil.copyfile(renewed, path)
        shutil.copyfile(signature_of(renewed), signature_of(path))
    finish(folder, signer)
