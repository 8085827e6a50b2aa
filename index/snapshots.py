"""Derived files: indexes written beside the store, each set in a folder of its own that is never changed.

A manifest says which store and which generation of it they were made from, and the checksums of every file. A set that
is damaged or of another store is not used, and removed when the next one is written. Files that two sets share are one
file in two folders. Big files are looked at here and there when they are opened, and whole when they are checked.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

DERIVED = "derived"
"""The folder of all sets, within the library's."""

MANIFEST = "manifest.json"
FORMAT = 3

_BUILDING = "building"
_ABANDONED_AFTER = 3600
"""Seconds: a set that is being written for longer was cut off, where its process cannot be asked for."""

_LOCKS = ".tantivy"
"""What tantivy's lock files start with. They hold nothing."""

_CHUNK = 1 << 22

_BIG = 64 << 20
"""Bytes: of a bigger file only samples are read when it is opened. All of a million passages' took two seconds."""

_SAMPLES, _SAMPLE = 64, 1 << 16
"""How many samples, evenly spread, with the first and the last bytes; and the bytes of each."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Maker:
    """What a set of derived files is made from, its generation aside: those of another are of no use."""

    library: str
    fingerprint: str
    dimension: int
    programs: str = ""

    @classmethod
    def of(cls, library: str, fingerprint: str, dimension: int) -> Maker:
        """With the programs that write the files: a later one may write them otherwise."""
        programs = [f"{name} {version(name)}" for name in ("faiss-cpu", "tantivy")]
        return cls(library, fingerprint, dimension, ", ".join((f"format {FORMAT}", *programs)))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A set of derived files."""

    folder: Path
    maker: Maker
    generation: int
    files: Mapping[str, int]
    """The checksum of each, by its path in the folder."""
    samples: Mapping[str, int]
    """The checksum of samples of each big file."""

    def is_there(self) -> bool:
        """Whether no file of it has been removed, as when another takes its place."""
        return all((self.folder / name).exists() for name in (*self.files, MANIFEST))

    def is_whole(self) -> bool:
        """Whether its files are still what was written."""
        return _is_whole(self.folder)


def find_snapshot(library: Path, maker: Maker, *, newest: int, whole: bool = False) -> Snapshot | None:
    """Return the newest set that is of this maker, of a generation up to ``newest``, and undamaged.

    ``whole``: look at all of the big files as well.
    """
    for folder in reversed(_sets(library)):
        try:
            found = _read(folder)
            if found.maker != maker or found.generation > newest:
                continue
            sampled, big = ({}, None) if whole else (found.samples, _checksum_of_samples)
            if {**found.files, **sampled} == _checksums(folder, big=big):
                return found
            log.warning("%s is damaged: it is made anew", folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s cannot be used (%s): it is made anew", folder, error)
    return None


def newest_snapshot(library: Path) -> Snapshot | None:
    """Return the newest set of any maker, unchecked; None where there is none. ValueError where it tells nothing."""
    folders = _sets(library)
    try:
        return _read(folders[-1]) if folders else None
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(f"{folders[-1]} has no manifest that can be read ({error})") from error


def has_damage(library: Path) -> bool:
    """Whether any set is not what was written."""
    return any(not _is_whole(folder) for folder in _sets(library))


@contextmanager
def writing_snapshot(library: Path, maker: Maker, generation: int, *, like: Snapshot | None = None) -> Iterator[Path]:
    """A new folder to write a set into, which takes the place of all others when the block ends.

    ``like``: a set that it may have links to files of, at the same places: those are not read to tell their checksums.
    Where the block ends with an error nothing is changed. OSError where there is no room.
    """
    derived = library / DERIVED
    name = f"{generation:012}-{secrets.token_hex(4)}"
    building = derived / f"{_BUILDING}-{os.getpid()}-{name}"
    building.mkdir(parents=True)
    try:
        yield building
        linked = _linked(building, like)
        files = _checksums(building, known=linked)
        for file in files.keys() - linked.keys():
            _flush(building / file)
        samples = {file: _checksum_of_samples(building / file) for file in files if _is_big(building / file)}
        manifest = {"maker": asdict(maker), "generation": generation, "files": files, "samples": samples}
        _write_through(building / MANIFEST, json.dumps(manifest).encode())
        building.rename(derived / name)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    drop_snapshots(library, but=name)


def drop_snapshots(library: Path, *, but: str = "") -> None:
    """Remove all sets but one, and what was left of those that were never finished."""
    for folder in [*_sets(library), *_abandoned(library)]:
        if folder.name != but:
            # Whoever still reads them goes on doing so, or, on Windows, keeps them from being removed until later.
            shutil.rmtree(folder, ignore_errors=True)


def _sets(library: Path) -> list[Path]:
    """The folders of finished sets, oldest first."""
    try:
        return sorted(each for each in (library / DERIVED).iterdir() if each.name[:1].isdigit())
    except OSError:
        return []


def _abandoned(library: Path) -> list[Path]:
    try:
        building = list((library / DERIVED).glob(f"{_BUILDING}-*"))
    except OSError:
        return []
    return [folder for folder in building if not _is_being_written(folder)]


def _is_being_written(folder: Path) -> bool:
    writer = int(folder.name.split("-")[1])
    if os.name == "posix":
        try:
            os.kill(writer, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
    try:
        return time.time() - folder.stat().st_mtime < _ABANDONED_AFTER
    except OSError:
        return False


def _read(folder: Path) -> Snapshot:
    """What a set's manifest says. OSError, ValueError, KeyError or TypeError where it is none."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    maker, generation = Maker(**manifest["maker"]), manifest["generation"]
    if not isinstance(generation, int):
        raise TypeError(f"{generation!r} is no generation")
    return Snapshot(folder, maker, generation, dict(manifest["files"]), dict(manifest["samples"]))


def _is_whole(folder: Path) -> bool:
    try:
        return _read(folder).files == _checksums(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _checksums(
    folder: Path, *, big: Callable[[Path], int] | None = None, known: Mapping[str, int] | None = None
) -> dict[str, int]:
    """The CRC-32 of each file of a set but its manifest, by its path in the folder.

    ``big``: instead, of big files. ``known``: those that need not be read.
    """
    found = dict(known or {})
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name not in found and path.is_file() and path.name != MANIFEST and not path.name.startswith(_LOCKS):
            found[name] = (big if big and _is_big(path) else _checksum)(path)
    return found


def _linked(folder: Path, like: Snapshot | None) -> dict[str, int]:
    """The checksums of those files of a folder that are files of another set, in a second place."""
    if like is None:
        return {}
    linked = {}
    for name, crc in like.files.items():
        with suppress(OSError):
            if (folder / name).samefile(like.folder / name):
                linked[name] = crc
    return linked


def _checksum(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc


def _checksum_of_samples(path: Path) -> int:
    """Of a big file's size, and of samples of it."""
    size = path.stat().st_size
    crc = zlib.crc32(str(size).encode())
    with path.open("rb") as file:
        for number in range(_SAMPLES):
            file.seek((size - _SAMPLE) * number // (_SAMPLES - 1))
            crc = zlib.crc32(file.read(_SAMPLE), crc)
    return crc


def _is_big(path: Path) -> bool:
    return path.stat().st_size > _BIG


def _flush(path: Path) -> None:
    """Have a file on the disk before anything says that it is there."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
