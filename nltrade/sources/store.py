"""
The folders of data: which snapshots are here, which of them is in use, where a new one goes.

A second download of one date, of another part of the table, is ``<modified>.2``; the two together
are the snapshot of that date. In use is the newest date, unless an older one has more.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from nltrade import registry
from nltrade.errors import SnapshotError, SourceError
from nltrade.report import Results
from nltrade.sources.snapshot import Origin, Snapshot, opened

CHECKOUT = Path(__file__).parents[2]


def own_folder() -> Path:
    """Give the folder for downloads: ``NLTRADE_DATA``, else in the checkout, else the user's."""
    if given := os.environ.get("NLTRADE_DATA"):
        # Path.expanduser fails for an unknown user, here in every command.
        return Path(os.path.expanduser(given))
    if (CHECKOUT / "pyproject.toml").is_file():
        # Apart from data/raw, which is committed and goes into the package.
        return CHECKOUT / "data" / "fetched"
    # Asks the platform; not needed where one of the others is there.
    from platformdirs import user_data_path

    return user_data_path("nltrade")


def made_folder() -> Path:
    """Make the folder for downloads; where that cannot be is told before anything is asked."""
    home = own_folder()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise SourceError(
            f"Nothing can be written into {home} ({error.strerror}). Set NLTRADE_DATA to a folder "
            "of your own."
        ) from None
    return home


@contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """Give a folder to write a snapshot in; unless it is moved away from there, nothing stays."""
    place.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
    new.chmod(0o755)
    try:
        yield new
    except OSError as error:
        error.filename = error.filename or str(place)  # a full disk does not say where
        raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


def folders() -> list[Path]:
    """
    List the data folders that exist: the user's own, then the one that ships with the package.

    Returns
    -------
    list of pathlib.Path
        Each holds ``raw/``.
    """
    shipped = [CHECKOUT / "nltrade" / "data", CHECKOUT / "data"]  # in a wheel; in a checkout
    return [folder for folder in [own_folder(), *shipped] if (folder / "raw").is_dir()]


def find(table: str, modified: str | None = None) -> Results[Snapshot]:
    """
    Find the snapshot of a table that is in use, or a pinned one.

    In use is the newest, unless an older one has more of the table: a part must not stand for the
    whole.

    Parameters
    ----------
    table : str
        CBS's identifier.
    modified : str, optional
        The modification date of the snapshot wanted, ``"2023-01-04"``; the one in use by default.

    Returns
    -------
    list of Snapshot
        The downloads of that date, the latest first and what ships with the package last: each may
        hold another selection of the table. Their files are not verified yet.

    Raises
    ------
    UnknownName
        The table is not registered.
    SnapshotError
        No such snapshot is here, or its origin is damaged.

    Examples
    --------
    >>> [found.origin.modified for found in find("83028NED")]
    ['2023-01-04']
    """
    found = at_hand(table, modified)
    if found:
        return Results(found)

    where = ", ".join(str(folder / "raw") for folder in folders()) or "no data folder"
    lacks = f"{table} is not on this computer (looked in {where})."
    if there := dates(table):
        lacks = f"There is no version of {modified} of {table}; here: {', '.join(there)}."
    raise SnapshotError(f"{lacks} Bring that of today with `{bringing(table)}`.")


def bringing(table: str) -> str:
    """Give the command that brings a table; UN Comtrade is asked by partner and year."""
    by = "" if registry.table(table).source == "CBS" else " --partner TR --years 2012"
    return f"nltrade fetch {table}{by}"


def at_hand(table: str, modified: str | None = None) -> list[Snapshot]:
    """Give what `find` would, or nothing where no such snapshot is here."""
    found = _available(table)
    parts = {date: _of_one_state(list(map(opened, paths))) for date, paths in found.items()}
    return parts.get(_in_use(parts) if modified is None else modified, [])


def free(place: Path, date: str) -> Path:
    """Give the first folder for a snapshot of a date that is not taken."""
    names = (date if number == 1 else f"{date}.{number}" for number in count(1))
    return next(place / name for name in names if not (place / name).exists())


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


def downloads() -> list[Snapshot]:
    """List what was downloaded, in the order of the registry; not what ships with the package."""
    raw = own_folder() / "raw"
    paths = [
        path
        for table in registry.all_tables()
        for paths in _available(table).values()
        for path in paths
    ]
    return [opened(path) for path in paths if path.is_relative_to(raw)]


def remove(table: str, modified: str | None = None) -> list[Path]:
    """
    Remove downloads of a table, and what an interrupted one left; never what ships with the
    package.

    Parameters
    ----------
    table : str
        Identifier of the table.
    modified : str, optional
        Only those of this date, ``"2023-01-04"``.

    Returns
    -------
    list of pathlib.Path
        The folders that are gone.

    Raises
    ------
    SnapshotError
        There is no such download.
    """
    folder = own_folder() / "raw" / registry.table(table).id
    found = _available(table)
    asked = list(found) if modified is None else [modified]
    # Damaged ones too: that is how one gets rid of them.
    gone = [path for date in asked for path in found.get(date, []) if path.parent == folder]
    if modified is None:
        gone += [*folder.glob(".partial-*"), *folder.glob(".new-*")]
    if not gone:
        raise SnapshotError(
            f"No download of {table}{'' if modified is None else f' of {modified!r}'} in {folder}. "
            "See `nltrade tables --downloads`."
        )
    for path in gone:
        shutil.rmtree(path)
    return gone


def here() -> list[str]:
    """List the tables that have a snapshot, in the order of the registry."""
    return [table for table in registry.tables() if _available(table)]


def _available(table: str) -> dict[str, list[Path]]:
    """Find the folders of each snapshot by modification date, the latest download first."""
    registry.table(table)
    found: dict[str, list[Path]] = {}
    for folder in folders():
        of_folder = [
            origin.parent for origin in (folder / "raw" / table).glob("[0-9]*/origin.json")
        ]
        for path in sorted(of_folder, key=lambda path: (len(path.name), path.name), reverse=True):
            found.setdefault(path.name.partition(".")[0], []).append(path)
    return dict(sorted(found.items()))


def _of_one_state(parts: list[Snapshot]) -> list[Snapshot]:
    """Keep the downloads of the latest moment of a day: two states of one day are not mixed."""
    latest = max(part.origin.modified_at or "" for part in parts)
    return [part for part in parts if part.origin.modified_at in {latest, None}]


def _in_use(parts: Mapping[str, list[Snapshot]]) -> str:
    """Choose the newest date whose downloads hold what each older one asked for."""
    chosen = ""
    before: list[Origin] = []
    for date in sorted(parts):
        origins = [part.origin for part in parts[date]]
        if all(any(one.holds(old.request) for one in origins) for old in before):
            chosen = date
        before += origins
    return chosen
