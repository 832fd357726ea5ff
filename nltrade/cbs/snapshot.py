"""
A snapshot: the files of one CBS table as they were on one modification date, with their provenance.

Snapshots lie in ``raw/<table>/<modified>/``: the observations and dimension tables in CBS's own column names and
keys, and ``origin.json``, which says where they come from and what each file's hash is. They ship with the package;
a folder of the user's own (``NLTRADE_DATA``, else the platform's data folder) is looked at as well.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.errors import SnapshotError

OBSERVATIONS = "TypedDataSet.csv"


class File(msgspec.Struct, frozen=True):
    """One file of a snapshot: how many rows it has and what its bytes hash to."""

    rows: int
    sha256: str


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a snapshot comes from, as told by its ``origin.json``."""

    table: str
    title: str
    modified: str
    retrieved: str
    via: str
    selection: str
    files: dict[str, File]
    licence: str
    attribution: str

    @property
    def sha256(self) -> str:
        """Hash of the observations."""
        return self.files[OBSERVATIONS].sha256


class Snapshot(msgspec.Struct, frozen=True):
    """A folder of verified files with its origin."""

    folder: Path
    origin: Origin

    def read(self, name: str) -> pd.DataFrame:
        """
        Read one file as text: keys stay keys (``NA`` is Namibia), empty cells stay empty.

        Parameters
        ----------
        name : str
            A file of the snapshot, such as ``"TypedDataSet.csv"``.

        Returns
        -------
        pandas.DataFrame
            CBS's own columns, all of dtype ``str``.
        """
        return pd.read_csv(self.folder / name, dtype=str, keep_default_na=False)


def folders() -> list[Path]:
    """
    List the data folders that exist: the user's own, then the one that ships with the package.

    Returns
    -------
    list of pathlib.Path
        Each holds ``raw/``.
    """
    package = Path(__file__).parents[1]
    shipped = [package / "data", package.parent / "data"]  # in a wheel; in a checkout
    return [folder for folder in [_own(), *shipped] if (folder / "raw").is_dir()]


def _own() -> Path:
    if os.environ.get("NLTRADE_DATA"):
        return Path(os.environ["NLTRADE_DATA"])
    from platformdirs import user_data_path  # asks the platform; not needed where the variable is set

    return user_data_path("nltrade")


def find(table: str, modified: str | None = None) -> Snapshot:
    """
    Find the newest snapshot of a table, or a pinned one, and verify every byte of it.

    Parameters
    ----------
    table : str
        CBS's identifier.
    modified : str, optional
        The modification date of the snapshot wanted, ``"2023-01-04"``; the newest by default.

    Returns
    -------
    Snapshot

    Raises
    ------
    UnknownName
        The table is not registered.
    SnapshotError
        No such snapshot is here, or a file of it is missing or was changed.

    Examples
    --------
    >>> find("83028NED").origin.modified
    '2023-01-04'
    """
    found = _available(table)
    if not found or modified not in {None, *found}:
        wanted = f" modified {modified}" if modified else ""
        where = ", ".join(str(folder / "raw") for folder in folders()) or "no data folder"
        here = ", ".join(found) or "none"
        raise SnapshotError(f"No snapshot of {table}{wanted} in {where}. Here: {here}. {_RESTORE}")
    folder = found[modified or max(found)]
    return Snapshot(folder, _verified(folder))


def dates(table: str) -> list[str]:
    """
    List the modification dates of the snapshots of a table, the oldest first.

    Parameters
    ----------
    table : str
        CBS's identifier.

    Returns
    -------
    list of str

    Examples
    --------
    >>> dates("83028NED")
    ['2023-01-04']
    """
    return list(_available(table))


def origins(table_ids: Iterable[str]) -> list[Origin]:
    """
    Give the provenance of the newest snapshot of some tables.

    Parameters
    ----------
    table_ids : iterable of str
        CBS identifiers; those without a snapshot (of a frame of your own) are left out.

    Returns
    -------
    list of Origin
        In the order of the registry.
    """
    wanted = set(table_ids)
    return [find(id).origin for id in registry.tables() if id in wanted]


def _available(table: str) -> dict[str, Path]:
    """Find the folder of each snapshot, the user's own before the shipped one, by modification date."""
    registry.table(table)
    found: dict[str, Path] = {}
    for folder in folders():
        for origin in (folder / "raw" / table).glob("*/origin.json"):
            found.setdefault(origin.parent.name, origin.parent)
    return dict(sorted(found.items()))


_RESTORE = (
    "Bring shipped files back with `git checkout -- data/raw`, or install the package again; remove a damaged "
    "snapshot of your own."
)


def _verified(folder: Path) -> Origin:
    try:
        origin = msgspec.json.decode((folder / "origin.json").read_bytes(), type=Origin)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"{folder / 'origin.json'} is damaged: {error}. {_RESTORE}") from None
    if OBSERVATIONS not in origin.files:
        raise SnapshotError(f"{folder / 'origin.json'} is damaged: it does not list {OBSERVATIONS}. {_RESTORE}")
    for name, file in origin.files.items():
        path = folder / name
        if not path.is_file():
            raise SnapshotError(f"{path} is missing. {_RESTORE}")
        if hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            raise SnapshotError(f"{path} is not what was retrieved: its hash changed. {_RESTORE}")
    return origin
