"""THIRD-PARTY.txt: who wrote what is in a binary, and the licences they gave it under."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .dependencies import Graph
from .project import Refusal

NAMES = re.compile(r"(LICEN[CS]E|UNLICENSE|COPYING|COPYRIGHT|NOTICE)", re.IGNORECASE)
RULE = "=" * 78

# For crates that say MIT and ship no text of it.
MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def third_party(graph: Graph) -> str:
    """One text, each licence once, with the packages that it stands for."""
    holders: dict[str, list[str]] = {}
    for id in sorted(graph.linked - {graph.root}, key=lambda id: order(graph.packages[id])):
        package = graph.packages[id]
        for text in texts(package):
            holders.setdefault(text, []).append(title(package))
    parts = [f"{RULE}\n{chr(10).join(names)}\n{RULE}\n\n{text}" for text, names in holders.items()]
    return "The binary holds the work of others, under these licences.\n\n" + "\n".join(parts)


def order(package: dict[str, Any]) -> tuple[str, str]:
    """By name, then version."""
    return (package["name"], package["version"])


def title(package: dict[str, Any]) -> str:
    """One line about a package."""
    place = package["repository"] or package["homepage"] or ""
    return f"{package['name']} {package['version']} ({expression(package)}) {place}".rstrip()


def expression(package: dict[str, Any]) -> str:
    """The licence as SPDX writes it today; the slash is an older `OR`."""
    if not package["license"]:
        raise Refusal(f"{package['name']} {package['version']} names no licence: see install/deny.toml")
    return str(package["license"]).replace("/", " OR ")


def texts(package: dict[str, Any]) -> list[str]:
    """The licence files of a package, beside its manifest or one folder below."""
    folder = Path(package["manifest_path"]).parent
    found = sorted(path for path in folder.iterdir() if NAMES.match(path.name))
    files = [path for path in found if path.is_file()]
    files += sorted(path for below in found if below.is_dir() for path in below.rglob("*") if path.is_file())
    contents = [tidy(path.read_text("utf-8", "replace")) for path in files if path.suffix != ".rs"]
    return contents or [written(package)]


def tidy(text: str) -> str:
    """The same text from every system's line ends and editors."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


def written(package: dict[str, Any]) -> str:
    """The text that a package names and does not ship, with its authors' names."""
    choices = re.split(r" OR ", expression(package))
    if "MIT" not in choices:
        raise Refusal(
            f"{package['name']} {package['version']} ships no text of its licence ({expression(package)}): "
            "add the text to install/releasing/licences.py"
        )
    authors = ", ".join(re.sub(r" *<[^>]*>", "", name) for name in package["authors"])
    return f"MIT License\n\nCopyright (c) {authors or 'the authors of ' + package['name']}\n\n{MIT}"
