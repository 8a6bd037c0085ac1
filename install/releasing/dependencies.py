"""What a target is made of, as cargo resolves it: the packages, who needs whom, and which are linked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .project import NAME, Refusal, run

TREE = ["cargo", "tree", "--locked", "--prefix", "none", "--format", "{p}", "--target"]
METADATA = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform"]


@dataclass(frozen=True)
class Graph:
    """The packages of a target by id, the edges between them, and those that end up in the binary."""

    root: str
    packages: dict[str, dict[str, Any]]
    edges: dict[str, list[str]]
    linked: frozenset[str]


@lru_cache(maxsize=None)
def graph(triple: str) -> Graph:
    """Edges from `cargo metadata`, which counts the tests' too; what is really there from `cargo tree`."""
    facts = json.loads(run([*METADATA, triple]))
    all_packages = {package["id"]: package for package in facts["packages"]}
    built, linked = tree(triple, "normal,build"), tree(triple, "normal,no-proc-macro")
    packages = {id: package for id, package in all_packages.items() if spelled(package) in built}
    if len(packages) != len(built):
        raise Refusal(f"cargo tree and cargo metadata tell of {len(built)} and {len(packages)} packages")
    root = next(id for id, package in packages.items() if package["name"] == NAME)
    edges = {
        node["id"]: needs(node, packages) for node in facts["resolve"]["nodes"] if node["id"] in packages
    }
    ends = frozenset(id for id, package in packages.items() if spelled(package) in linked)
    return Graph(root, packages, edges, ends)


def tree(triple: str, edges: str) -> set[str]:
    """`name version` of all packages along these edges."""
    lines = run([*TREE, triple, "--edges", edges]).splitlines()
    return {" ".join(line.split(" ")[:2]) for line in lines if line.strip()}


def spelled(package: dict[str, Any]) -> str:
    """A package as `cargo tree` names it."""
    return f"{package['name']} v{package['version']}"


def needs(node: dict[str, Any], packages: dict[str, dict[str, Any]]) -> list[str]:
    """Whom a package needs, apart from its tests."""
    wanted = (need for need in node["deps"] if any(kind["kind"] != "dev" for kind in need["dep_kinds"]))
    return sorted({need["pkg"] for need in wanted if need["pkg"] in packages})
