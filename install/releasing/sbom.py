"""The parts list of a binary, CycloneDX 1.5: the same bytes from the same Cargo.lock and compiler."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any, Optional

from .dependencies import Graph, graph
from .licences import expression, order
from .project import NAME, Project, locked, pretty, rfc3339, run
from .targets import Target


def sbom(made: Project, target: Target, binary: bytes) -> bytes:
    """The parts list of one target's binary."""
    parts = graph(target.triple)
    checksums = locked()
    others = sorted(set(parts.packages) - {parts.root}, key=lambda id: order(parts.packages[id]))
    body = {
        "metadata": {
            "timestamp": rfc3339(made.time),
            "tools": {"components": [{"type": "application", "name": f"{NAME} install/release"}]},
            "component": subject(made, target, parts, binary),
        },
        "components": [component(parts, id, checksums) for id in others],
        "dependencies": [edges(parts, id) for id in [parts.root, *others]],
    }
    head = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial(pretty(body))}",
        "version": 1,
    }
    return pretty({**head, **body})


def is_of(listed: bytes, commit: Optional[str]) -> bool:
    """Whether a parts list was made of this commit."""
    properties = json.loads(listed)["metadata"]["component"]["properties"]
    return {"name": f"{NAME}:commit", "value": commit or ""} in properties


def serial(content: bytes) -> uuid.UUID:
    """A number that only this content has."""
    return uuid.UUID(bytes=hashlib.sha256(content).digest()[:16], version=4)


def reference(package: dict[str, Any]) -> str:
    """A package's address in the way of package URLs."""
    return f"pkg:cargo/{package['name']}@{package['version'].replace('+', '%2B')}"


def subject(made: Project, target: Target, parts: Graph, binary: bytes) -> dict[str, Any]:
    """The binary itself."""
    package = parts.packages[parts.root]
    facts = {
        "target": target.label,
        "profile": "dist",
        "commit": made.commit or "",
        "rustc": run(["rustc", "-V"]).strip(),
    }
    return {
        "type": "application",
        "bom-ref": reference(package),
        "name": NAME,
        "version": made.version,
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(binary).hexdigest()}],
        "licenses": [{"expression": expression(package)}],
        "purl": reference(package),
        "properties": [{"name": f"{NAME}:{name}", "value": value} for name, value in facts.items()],
    }


def component(parts: Graph, id: str, checksums: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """A dependency; what only helps to build is `excluded` from the binary."""
    package = parts.packages[id]
    checksum = checksums[(package["name"], package["version"])]
    row: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference(package),
        "name": package["name"],
        "version": package["version"],
        "scope": "required" if id in parts.linked else "excluded",
    }
    if checksum is not None:
        row["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    row["licenses"] = [{"expression": expression(package)}]
    row["purl"] = reference(package)
    if package["repository"]:
        row["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return row


def edges(parts: Graph, id: str) -> dict[str, Any]:
    """Whom a package needs."""
    needed = sorted(parts.edges[id], key=lambda id: order(parts.packages[id]))
    return {
        "ref": reference(parts.packages[id]),
        "dependsOn": [reference(parts.packages[need]) for need in needed],
    }
