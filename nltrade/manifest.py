"""
What a folder of figures says of itself, in its ``manifest.json``: of what each file was made, and its hash.

A file is made of a question, CBS tables, code and libraries. Where those are the same, so are its bytes: whether a
figure would change is known without drawing it. Nothing here loads what draws.
"""

import hashlib
import zlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import msgspec

from nltrade.errors import ManifestError
from nltrade.files import sha256, write
from nltrade.sources import snapshot
from nltrade.version import __version__

NAME = "manifest.json"
FIGURES = (
    "reported",
    "over_time",
    "ranking",
    "composition",
    "fuels",
    "coverage",
    "sectors",
    "sectors_over_time",
    "services",
)
PACKAGE = Path(__file__).parent
SOURCES = (".py", ".toml", ".mplstyle")
BESIDE = (  # what no figure is made with
    "__main__.py",
    "cbs/checks.py",
    "cbs/download.py",
    "cbs/feed.py",
    "cbs/processed.py",
    "cli.py",
    "documents/",
    "explorer.py",
    "moves.py",
    "revisions.py",
    "terminal.py",
)
LIBRARIES = (
    "babel",
    "fonttools",
    "matplotlib",
    "msgspec",
    "narwhals",
    "numpy",
    "pandas",
    "pillow",
    "pyarrow",
)


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One download of a table: when CBS modified it, and the hash of each of its files."""

    modified: str
    files: dict[str, str]


class Made(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What files are made of.

    Attributes
    ----------
    partner, year, size : str, int, str
        The question, and how wide the figures are.
    claims, style : str or None
        Hash of a claims file and of a style file of the user's own.
    version, code : str
        Version of the package, and the hash of the sources that figures are made with.
    libraries : dict of str to str
        Version of each library that decides bytes.
    tables : dict of str to list of Part
        Every table at hand: which one a figure draws can depend on the others.
    """

    partner: str
    year: int
    size: str
    claims: str | None
    style: str | None
    version: str
    code: str
    libraries: dict[str, str]
    tables: dict[str, list[Part]]

    @property
    def key(self) -> str:
        """Short name: the same for the same content."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:12]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: its hash, that of the numbers it draws (its CSV), the tables they are from, and what it was made of."""

    sha256: str
    drawn: str
    tables: list[str]
    made: str


class Absence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that there are no data for: why, and of what that was found."""

    why: str
    made: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files by name, figures without data as ``<name>.<lang>``, and what they were made of by its key."""

    files: dict[str, Record] = {}
    without: dict[str, Absence] = {}
    made: dict[str, Made] = {}

    def __post_init__(self) -> None:
        """Check that each entry says of what it was made, and that this is what it was."""
        if changed := [key for key, made in self.made.items() if made.key != key]:
            raise ValueError(f"made {changed[0]!r} was changed by hand")
        if lost := self.used - set(self.made):
            raise ValueError(f"made {min(lost)!r} is not there")

    @property
    def used(self) -> set[str]:
        """Keys of what the files were made of."""
        return {record.made for record in self.files.values()} | {
            none.made for none in self.without.values()
        }


class Reason(NamedTuple):
    """Why a file would change: a text of the registry that begins with ``change-``, and what fills it in."""

    id: str
    values: dict[str, str | int]


def read(folder: Path) -> Manifest | None:
    """
    Read the manifest of a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of figures.

    Returns
    -------
    Manifest or None
        None where there is none.

    Raises
    ------
    ManifestError
        It is no JSON, or of another shape.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise ManifestError(
            f"{path} cannot be read: {error}. Bring it back (with git, say), or remove it and draw the figures again."
        ) from None


def save(folder: Path, manifest: Manifest) -> Path:
    """Write the manifest of a folder, the same bytes for the same content, without what nothing is made of any more."""
    kept = msgspec.structs.replace(
        manifest, made={key: manifest.made[key] for key in manifest.used}
    )
    return write(
        folder / NAME, msgspec.json.format(msgspec.json.encode(kept, order="sorted")) + b"\n"
    )


def now(
    *, partner: str, year: int, size: str, claims: Path | None, style: Path | str | None
) -> Made:
    """
    Say what a figure would be made of, here and now.

    Parameters
    ----------
    partner, year, size
        ISO code, year and size.
    claims, style : path, optional
        Files of the user's own.

    Returns
    -------
    Made

    Raises
    ------
    SnapshotError
        A byte of the tables at hand is not what was retrieved.
    """
    return Made(
        partner=partner,
        year=year,
        size=size,
        claims=_hash(claims),
        style=_hash(style),
        version=__version__,
        code=code_hash(),
        libraries=library_versions(),
        tables={
            id: [_part(found.verify()) for found in snapshot.find(id)] for id in snapshot.here()
        },
    )


def code_hash(folder: Path = PACKAGE) -> str:
    """
    Hash the sources that figures are made with, whatever their line endings.

    Parameters
    ----------
    folder : pathlib.Path
        The package.

    Returns
    -------
    str
    """
    of_all = hashlib.sha256()
    sources = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.suffix in SOURCES
    }
    for name in sorted(name for name in sources if not name.startswith(BESIDE)):
        content = sources[name].read_bytes().replace(b"\r\n", b"\n")
        of_all.update(f"{name} {len(content)}\n".encode() + content)
    return of_all.hexdigest()


def library_versions() -> dict[str, str]:
    """Give the version of each library that decides bytes, and is installed; zlib is the one that Python has."""
    found = {"zlib": zlib.ZLIB_RUNTIME_VERSION}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def differences(old: Made, new: Made, tables: Iterable[str]) -> list[Reason]:
    """
    Say what differs between two makings.

    Parameters
    ----------
    old, new : Made
        What a file was made of, and would be made of.
    tables : iterable of str
        Tables that it draws; the others are named only where none of these differs.

    Returns
    -------
    list of Reason
        Question, data, code, libraries.
    """
    asked = [(name, getattr(old, name), getattr(new, name)) for name in ("partner", "year", "size")]
    found = [
        Reason(f"change-{name}", {"old": was, "new": is_}) for name, was, is_ in asked if was != is_
    ]
    own = [
        Reason(f"change-{name}", {})
        for name in ("claims", "style")
        if getattr(old, name) != getattr(new, name)
    ]
    changed = [
        id for id in sorted({*old.tables, *new.tables}) if old.tables.get(id) != new.tables.get(id)
    ]
    data = [_of_table(id, old, new) for id in sorted(set(tables).intersection(changed)) or changed]
    code = (
        [Reason("change-code", {"old": old.version, "new": new.version})]
        if old.code != new.code
        else []
    )
    names = sorted({*old.libraries, *new.libraries})
    versions = [
        (name, old.libraries.get(name, "–"), new.libraries.get(name, "–")) for name in names
    ]
    libraries = [
        Reason("change-library", {"name": name, "old": was, "new": is_})
        for name, was, is_ in versions
        if was != is_
    ]
    return [*found, *own, *data, *code, *libraries]


def _of_table(id: str, old: Made, new: Made) -> Reason:
    was, is_ = (
        " + ".join(part.modified for part in made.tables.get(id, [])) or "–" for made in (old, new)
    )
    return Reason(
        "change-bytes" if was == is_ else "change-data", {"table": id, "old": was, "new": is_}
    )


def _part(found: snapshot.Snapshot) -> Part:
    return Part(
        found.origin.modified, {name: file.sha256 for name, file in found.origin.files.items()}
    )


def _hash(own: Path | str | None) -> str | None:
    if own is None:
        return None
    return (
        sha256(Path(own)) if Path(own).is_file() else "none"
    )  # what reads it says what is wrong with it
