"""The lines that a release writes into its installers: version, public key, one SHA-256 a file."""

from __future__ import annotations

import re
from typing import Mapping

from .project import Refusal

INSTALLERS = ("install.sh", "install.ps1")
VERSION = "PINNED_VERSION"
KEY = "PUBLIC_KEY"
BEGIN, END = "# pins: begin", "# pins: end"


def value(name: str, text: str, variable: str) -> str:
    """What an installer sets a variable to."""
    return assignment(name, text, variable).group(2)


def assignment(name: str, text: str, variable: str) -> re.Match[str]:
    """The one line `VARIABLE='…'` of a shell, `$VARIABLE = '…'` of PowerShell."""
    found = list(re.finditer(rf"^(\$?{variable} ?= ?')([^'\n]*)(')", text, re.MULTILINE))
    if len(found) != 1:
        raise Refusal(f"install/{name} sets {variable} {len(found)} times, and must once")
    return found[0]


def block(name: str, text: str) -> re.Match[str]:
    """What stands between the marks."""
    pattern = rf"^([ \t]*){re.escape(BEGIN)}\n(.*?)^[ \t]*{re.escape(END)}$"
    found = list(re.finditer(pattern, text, re.MULTILINE | re.DOTALL))
    if len(found) != 1:
        raise Refusal(f"install/{name} has no lines `{BEGIN}` and `{END}`, or more than one pair")
    return found[0]


def line(name: str, file: str, digest: str) -> str:
    """One pin in an installer's language."""
    return f"'{file}' = '{digest}'" if name.endswith(".ps1") else f"{file}) echo {digest} ;;"


def write(name: str, text: str, version: str, key: str, digests: Mapping[str, str]) -> str:
    """An installer with the pins of a release; twice the same gives the same bytes."""
    for variable, new in ((VERSION, version), (KEY, key)):
        found = assignment(name, text, variable)
        text = text[: found.start(2)] + new + text[found.end(2) :]
    marks = block(name, text)
    lines = [f"{marks.group(1)}{line(name, file, digest)}\n" for file, digest in digests.items()]
    return text[: marks.start(2)] + "".join(lines) + text[marks.end(2) :]


def read(name: str, text: str) -> dict[str, str]:
    """The pins of an installer, by file."""
    pattern = r"'(\S+)' = '([0-9a-f]{64})'" if name.endswith(".ps1") else r"(\S+)\) echo ([0-9a-f]{64}) ;;"
    found: dict[str, str] = {}
    for row in block(name, text).group(2).splitlines():
        match = re.fullmatch(pattern, row.strip())
        if match is None or match.group(1) in found:
            raise Refusal(f"install/{name} has a line between its marks that is no pin: {row.strip()}")
        found[match.group(1)] = match.group(2)
    return found
