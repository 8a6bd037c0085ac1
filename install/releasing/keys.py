"""install/keys.txt: the public halves that the binary and the installers trust, and new pairs."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Mapping

from .project import ROOT, Refusal, run

KEYS = ROOT / "install" / "keys.txt"


def trusted() -> dict[str, str]:
    """`current` and `next` by name, as far as keys.txt has them."""
    found: dict[str, str] = {}
    for number, line in enumerate(lines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, key = line.strip().partition(" ")
        if name not in ("current", "next") or name in found or not whole(key.strip()):
            raise Refusal(f"install/keys.txt line {number} is neither `current RW…` nor `next RW…`")
        found[name] = key.strip()
    return found


def lines() -> list[str]:
    """The lines of keys.txt, none where it is missing."""
    return KEYS.read_text("utf-8").splitlines() if KEYS.exists() else []


def whole(key: str) -> bool:
    """Whether this is a minisign public key: algorithm, id and point, 42 bytes."""
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        return False
    return len(raw) == 42 and raw[:2] == b"Ed"


def key_id(key: str) -> str:
    """A key's id as minisign prints it."""
    return f"{int.from_bytes(base64.b64decode(key)[2:10], 'little'):016X}"


def make(folder: Path, rotate: bool, password: bool) -> dict[str, str]:
    """Makes pairs in a folder outside the checkout and trusts them; `rotate` makes the next the current."""
    old = trusted()
    outside(folder)
    if old and not rotate:
        raise Refusal("install/keys.txt has keys: `keys DIR --rotate` makes the next one the current")
    if rotate and "next" not in old:
        raise Refusal("install/keys.txt has no next key that could become the current one")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if rotate:
        kept = {"current": old["next"]}
        new = {"next": pair(folder, key_file_name(folder), password)}
    else:
        kept, new = {}, {name: pair(folder, name, password) for name in ("current", "next")}
    write({**kept, **new})
    return {**kept, **new}


def outside(folder: Path) -> None:
    """Secret keys never lie where git could take them."""
    if folder.resolve() == ROOT or ROOT in folder.resolve().parents:
        raise Refusal(f"{folder} is inside the checkout: name a folder elsewhere")


def key_file_name(folder: Path) -> str:
    """The first name of `next-2`, `next-3`, … that is free."""
    return next(
        name for name in (f"next-{n}" for n in range(2, 1000)) if not (folder / f"{name}.key").exists()
    )


def pair(folder: Path, name: str, password: bool) -> str:
    """One pair of minisign's, its public half as the answer."""
    secret, public = folder / f"{name}.key", folder / f"{name}.pub"
    if secret.exists() or public.exists():
        raise Refusal(f"{secret} exists: a key is never overwritten")
    command = ["minisign", "-G", "-s", str(secret), "-p", str(public)]
    if password:
        # minisign asks by itself, so its questions must reach the terminal.
        if os.spawnvp(os.P_WAIT, command[0], command) != 0:
            raise Refusal("minisign made no key")
    else:
        run([*command, "-W"])
    key = public.read_text("utf-8").split()[-1]
    if not whole(key):
        raise Refusal(f"{public} holds no minisign public key")
    return key


def write(keys: Mapping[str, str]) -> None:
    """Keeps the comments of keys.txt and replaces its keys."""
    comments = [line for line in lines() if not re.match(r"(current|next)\b", line)]
    text = "\n".join([*comments, *(f"{name} {key}" for name, key in keys.items())])
    KEYS.write_text(text.lstrip("\n") + "\n", "utf-8")
