"""From parts to a release: `parts/<label>/` is what a machine built, `dist/` mirrors the download site."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import archive, check, dependencies, keys, licences, manifest, pins, sbom
from .build import Wishes, build, describe
from .project import NAME, ROOT, Project, Refusal, refuse, run
from .targets import Target, host, named

OWN_TEXTS = ("LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md")
SBOM, THIRD_PARTY = "sbom.cdx.json", "THIRD-PARTY.txt"


@dataclass(frozen=True)
class Layout:
    """Where things lie below the output folder."""

    out: Path

    def part(self, label: str) -> Path:
        """What one machine built for a target."""
        return self.out / "parts" / label

    @property
    def site(self) -> Path:
        """What is uploaded."""
        return self.out / "dist"

    def release(self, version: str) -> Path:
        """All of one version."""
        return self.site / version


def make_part(made: Project, layout: Layout, target: Target, wishes: Wishes) -> None:
    """Builds a target and notes, on the machine that built it, what it is made of."""
    print(describe(made, target, wishes), flush=True)
    folder = layout.part(target.label)
    folder.mkdir(parents=True, exist_ok=True)
    binary = build(made, target, folder, wishes)
    (folder / SBOM).write_bytes(sbom.sbom(made, target, binary.read_bytes()))
    texts = licences.third_party(dependencies.graph(target.triple))
    (folder / THIRD_PARTY).write_bytes(texts.encode())


def gather(layout: Layout, folders: list[Path]) -> None:
    """Copies the parts of other machines."""
    for folder in folders:
        found = [path for path in sorted(folder.iterdir()) if (path / SBOM).is_file()]
        if not found:
            raise Refusal(f"{folder} holds no parts: it should have <target>/{SBOM} and the binary beside it")
        for part in found:
            target, into = named(part.name), layout.part(part.name)
            into.mkdir(parents=True, exist_ok=True)
            for name in (f"{NAME}{target.ending}", SBOM, THIRD_PARTY):
                if not (part / name).is_file():
                    raise Refusal(f"{part} has no {name}: build the target again")
                shutil.copyfile(part / name, into / name)


def assemble(made: Project, layout: Layout, signer: str) -> Path:
    """Every file of a release but its signatures, from all parts that are there."""
    labels = parts(layout)
    folder = layout.release(made.version)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    pages = folder / manifest.MAN, *(folder / file for file in manifest.COMPLETIONS.values())
    write_pages(made, program(layout, labels), folder)
    for label in labels:
        place(made, layout, named(label), folder, [page.name for page in pages])
    write_installers(made, labels, folder, signer)
    (folder / manifest.FILE).write_bytes(manifest.manifest(made, folder, labels))
    return folder


def parts(layout: Layout) -> list[str]:
    """The targets that were built, by name."""
    above = layout.out / "parts"
    found = sorted(path.parent.name for path in above.glob(f"*/{SBOM}"))
    if not found:
        raise Refusal(f"{above} is empty: build a target first, or name a folder with --from")
    return found


def program(layout: Layout, labels: list[str]) -> Path:
    """A binary that runs here, to write the manual and the completions."""
    ours = [label for label in labels if named(label).triple.replace("musl", "gnu") == host()]
    if not ours:
        raise Refusal(f"none of the parts runs here: build {host()} too, which writes the man page")
    binary = layout.part(ours[0]) / f"{NAME}{named(ours[0]).ending}"
    binary.chmod(0o755)
    return binary


def write_pages(made: Project, binary: Path, folder: Path) -> None:
    """The manual and the completions, as the binary gives them."""
    wrong = list(check.program(binary, made.version))
    refuse(wrong)
    (folder / manifest.MAN).write_bytes(run([binary, "man"]).encode())
    for shell, file in manifest.COMPLETIONS.items():
        script = run([binary, "completion", shell])
        if (ROOT / "completions" / file).read_text("utf-8") != script:
            raise Refusal(f"completions/{file} is not what the binary writes: {NAME} completion {shell}")
        (folder / file).write_bytes(script.encode())


def place(made: Project, layout: Layout, target: Target, folder: Path, pages: list[str]) -> None:
    """One target's binary, parts list and archive."""
    part, name = layout.part(target.label), f"{NAME}{target.ending}"
    wrong = list(check.clean(part / name))
    content = (part / name).read_bytes()
    listed = (part / SBOM).read_bytes()
    if hashlib.sha256(content).hexdigest().encode() not in listed:
        wrong.append(f"{part / SBOM} is of another binary than the one beside it: build the target again")
    if f'"version": "{made.version}"'.encode() not in listed:
        wrong.append(f"{part} is of another version than {made.version}: build the target again")
    if not sbom.is_of(listed, made.commit):
        wrong.append(f"{part} is of another commit than {made.commit}: build the target again, or remove it")
    refuse(wrong)
    bare = folder / made.file(target.label, target.ending)
    bare.write_bytes(content)
    bare.chmod(0o755)
    (folder / made.file(target.label, ".cdx.json")).write_bytes(listed)
    entries = archived(made, target, content, (part / THIRD_PARTY).read_bytes(), folder, pages)
    packed = archive.zipped(archive.packed(entries, made.time))
    (folder / made.file(target.label, ".tar.gz")).write_bytes(packed)


def archived(
    made: Project, target: Target, binary: bytes, texts: bytes, folder: Path, pages: list[str]
) -> dict[str, archive.Entry]:
    """What packagers get: all below one folder."""
    top = made.file(target.label)
    entries = {f"{top}/{NAME}{target.ending}": (binary, 0o755), f"{top}/{THIRD_PARTY}": (texts, 0o644)}
    for name in OWN_TEXTS:
        entries[f"{top}/{name}"] = ((ROOT / name).read_bytes(), 0o644)
    for name in pages:
        place = name if name == manifest.MAN else f"completions/{name}"
        entries[f"{top}/{place}"] = ((folder / name).read_bytes(), 0o644)
    return entries


def digests(made: Project, folder: Path, labels: list[str]) -> dict[str, str]:
    """What an installer is told: the binaries first, then what it puts beside them."""
    names = [made.file(label, named(label).ending) for label in labels]
    names += [manifest.MAN, *manifest.COMPLETIONS.values()]
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def write_installers(made: Project, labels: list[str], folder: Path, signer: str) -> None:
    """Copies of both installers with the pins of this release."""
    found = keys.trusted()
    if signer not in found:
        raise Refusal(f"install/keys.txt has no {signer} key: make a pair with install/release keys DIR")
    for name in pins.INSTALLERS:
        text = (ROOT / "install" / name).read_text("utf-8")
        new = pins.write(name, text, made.version, found[signer], digests(made, folder, labels))
        (folder / name).write_bytes(new.encode())
        (folder / name).chmod(0o755 if name.endswith(".sh") else 0o644)


def pin(folder: Path) -> None:
    """Takes the installers of a release into the repository."""
    manifest.read(folder)
    for name in pins.INSTALLERS:
        ours, theirs = ROOT / "install" / name, folder / name
        pins.read(name, theirs.read_text("utf-8"))
        ours.write_bytes(theirs.read_bytes())
