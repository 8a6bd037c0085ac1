"""Archives whose bytes depend on nothing but names and contents."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import Mapping, Tuple

Entry = Tuple[bytes, int]


def packed(entries: Mapping[str, Entry], time: int) -> bytes:
    """A tar of files by name, each with its content and mode: sorted, nobody's, one time."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in folders(entries):
            tar.addfile(row(name, 0o755, time, tarfile.DIRTYPE))
        for name in sorted(entries):
            content, mode = entries[name]
            info = row(name, mode, time, tarfile.REGTYPE)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def folders(entries: Mapping[str, Entry]) -> list[str]:
    """Every folder above the files, parents first."""
    above = {parent.as_posix() for name in entries for parent in Path(name).parents}
    return sorted(above - {"."})


def row(name: str, mode: int, time: int, kind: bytes) -> tarfile.TarInfo:
    """A header that says nothing of the machine."""
    info = tarfile.TarInfo(name)
    info.mode, info.mtime, info.type = mode, time, kind
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def zipped(content: bytes) -> bytes:
    """gzip without a name, a time, or a word of the system, which `gzip.compress` writes in some versions."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as file:
        file.write(content)
    return out.getvalue()
