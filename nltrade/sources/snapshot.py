"""
A snapshot: the files of one CBS table as they were on one modification date, with their provenance.

Snapshots lie in ``raw/<table>/<modified>/``: the observations and dimension tables in CBS's own
column names and keys, and ``origin.json``, which says where they come from and what each file's
hash is. Some ship with the package; what `nltrade.fetch` brings lies in a folder of the user's own.
A second download of the same date, of another part of the table, is ``<modified>.2``; the two
together are the snapshot of that date. None is changed once written.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Literal

import msgspec
import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from nltrade import registry
from nltrade.errors import SnapshotError, UnknownName
from nltrade.files import sha256, write
from nltrade.registry.entries import Lang
from nltrade.report import Prints, Results
from nltrade.sources import cbs_notation
from nltrade.sources.plan import Request
from nltrade.words import Words

CHECKOUT = Path(__file__).parents[2]
# Of a download, of what ships, of UN Comtrade, of a table as it is.
OBSERVATIONS = ("UntypedDataSet.parquet", "TypedDataSet.csv", "Comtrade.csv", "data.parquet")


class File(msgspec.Struct, frozen=True):
    """One file of a snapshot: how many rows it has and what its bytes hash to."""

    rows: int
    sha256: str


class Remark(msgspec.Struct, frozen=True):
    """What is odd about a snapshot: a text of the registry, and what its fields stand for."""

    text: str
    values: dict[str, str | int] = {}


class Origin(Prints, msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    modified_at: str | None = None
    request: Request | None = None
    counted: bool | None = None  # False where no count of the source confirms the rows
    remarks: list[Remark] = []
    brought_by: str | None = None  # of a file that was brought by hand
    seal: str | None = None

    @property
    def link(self) -> str:
        """Where the table stands on StatLine, or at the source."""
        if registry.table(self.table).source != "CBS":
            return "https://comtradeplus.un.org"
        return f"https://opendata.cbs.nl/statline/#/CBS/nl/dataset/{self.table}/table"

    @property
    def publisher(self) -> str:
        """Who publishes the table, as a citation names it."""
        return "CBS" if registry.table(self.table).source == "CBS" else "UN Comtrade"

    def told(self, lang: Lang) -> str:
        """Say what of the table is in the snapshot, and what is odd about it."""
        say = Words(lang)
        asked = self.request.told(lang) if self.request else say.label("as-cbs-has-it")
        odd = [say.text(remark.text, **remark.values) for remark in self.remarks]
        if self.counted is False:
            odd.append(say.label("uncounted"))
        return "; ".join([asked, *odd])

    def cite(self, style: Literal["text", "bibtex"] = "text") -> str:
        """
        Give a citation of the table, as text or for BibTeX.

        Examples
        --------
        >>> find("83028NED")[0].origin.cite()[:57]
        'CBS (2023). In-, (weder)uitvoer, SITC (1 digit), landen(g'
        """
        publisher, year = self.publisher, self.modified[:4]
        if style == "text":
            return (
                f"{publisher} ({year}). {self.title}. Table {self.table}, modified "
                f"{self.modified}, retrieved {self.retrieved}. {self.licence}. {self.link}"
            )
        if style != "bibtex":
            raise UnknownName(f"No style {style!r} of a citation. Write text or bibtex.")
        fields = {
            "author": f"{{{publisher}}}",
            "title": self.title,
            "year": year,
            "howpublished": f"\\url{{{self.link}}}",
            "note": f"Table {self.table}, modified {self.modified}, {self.licence}",
        }
        lines = [f"  {name} = {{{text}}}," for name, text in fields.items()]
        key = f"{publisher.rsplit(maxsplit=1)[-1].lower()}-{self.table}"
        return "\n".join([f"@misc{{{key},", *lines, "}"])

    def sealed(self) -> "Origin":
        """Give the origin with a hash of its own, which covers the hashes of all files."""
        bare = msgspec.structs.replace(self, seal=None)
        seal = hashlib.sha256(msgspec.json.encode(bare)).hexdigest()
        return msgspec.structs.replace(self, seal=seal)

    @property
    def observations(self) -> str:
        """Name of the file that holds the observations."""
        return next(name for name in OBSERVATIONS if name in self.files)

    @property
    def rows(self) -> int:
        """Rows of observations."""
        return self.files[self.observations].rows

    @property
    def sha256(self) -> str:
        """Hash of the observations."""
        return self.files[self.observations].sha256


class Snapshot(Prints, msgspec.Struct, frozen=True):
    """A folder of files with its origin."""

    folder: Path
    origin: Origin

    def read(self, name: str) -> pd.DataFrame:
        """
        Read one file as text: keys stay keys (``NA`` is Namibia), empty cells stay empty.

        Parameters
        ----------
        name : str
            A CSV file of the snapshot, such as ``"Perioden.csv"``.

        Returns
        -------
        pandas.DataFrame
            CBS's own columns, all of dtype ``str``.
        """
        return pd.read_csv(self.folder / name, dtype=str, keep_default_na=False)

    def cells(self, only: Mapping[str, Collection[str]]) -> pd.DataFrame:
        """
        Read the observations as text.

        Parameters
        ----------
        only : mapping of str to collection of str
            The keys to read, verbatim, of those columns of which not all are wanted.

        Returns
        -------
        pandas.DataFrame
            CBS's own columns, all of dtype ``str``.
        """
        if self.origin.observations.endswith(".csv"):
            cells = self.read(self.origin.observations)
            for name, keys in only.items():
                cells = cells[cells[name].isin(keys)]
            return cells
        import pyarrow as pa  # only downloads are in Parquet
        from pyarrow import parquet

        wanted = [(name, "in", pa.array(keys, pa.string())) for name, keys in only.items()]
        path = self.folder / self.origin.observations
        return parquet.read_table(path, filters=wanted or None).to_pandas()

    def listed(self, dimension: str) -> Mapping[str, str]:
        """Give the title of each key of a dimension, the keys without the spaces that pad some."""
        return _listed(self.folder, dimension) if f"{dimension}.csv" in self.origin.files else {}

    def verify(self) -> "Snapshot":
        """Compare every file, and ``origin.json`` itself, with its hash."""
        if self.origin.seal != self.origin.sealed().seal:
            fault = "changed" if self.origin.seal else "is missing"
            raise SnapshotError(
                f"{self.folder / 'origin.json'} is not as it was written: its hash {fault}. "
                f"{_RESTORE}"
            )
        for name, file in self.origin.files.items():
            path = self.folder / name
            if not path.is_file():
                raise SnapshotError(f"{path} is missing. {_RESTORE}")
            if sha256(path) != file.sha256:
                raise SnapshotError(
                    f"{path} is not what was retrieved: its hash changed. {_RESTORE}"
                )
        return self


def own_folder() -> Path:
    """Give the folder for downloads: ``NLTRADE_DATA``, else in the checkout, else the user's."""
    if os.environ.get("NLTRADE_DATA"):
        return Path(os.environ["NLTRADE_DATA"])
    if (CHECKOUT / "pyproject.toml").is_file():
        # Apart from data/raw, which is committed and goes into the package.
        return CHECKOUT / "data" / "fetched"
    # Asks the platform; not needed where one of the others is there.
    from platformdirs import user_data_path

    return user_data_path("nltrade")


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
    found = _available(table)
    if not found or modified not in {None, *found}:
        where = ", ".join(str(folder / "raw") for folder in folders()) or "no data folder"
        lacks = f"{table} is not on this computer (looked in {where})."
        if found:
            lacks = f"There is no version of {modified} of {table}; here: {', '.join(found)}."
        raise SnapshotError(f"{lacks} Bring that of today with `{bringing(table)}`.")
    parts = {date: _of_one_state(list(map(opened, paths))) for date, paths in found.items()}
    return Results(parts[modified or _in_use(parts)])


def bringing(table: str) -> str:
    """Give the command that brings a table; UN Comtrade is asked by partner and year."""
    by = "" if registry.table(table).source == "CBS" else " --partner TR --years 2012"
    return f"nltrade fetch {table}{by}"


def at_hand(table: str, modified: str | None = None) -> list[Snapshot]:
    """Give what `find` would, or nothing where no such snapshot is here."""
    there = dates(table)
    return find(table, modified) if there and modified in {None, *there} else []


def free(place: Path, date: str) -> Path:
    """Give the first folder for a snapshot of a date that is not taken."""
    names = (date if number == 1 else f"{date}.{number}" for number in count(1))
    return next(place / name for name in names if not (place / name).exists())


def keep(folder: Path, rows: Mapping[str, int], **about: Any) -> Snapshot:
    """Write beside files what is known of them: their rows and hashes, the time, and a seal."""
    files = {name: File(number, sha256(folder / name)) for name, number in rows.items()}
    retrieved = datetime.now(UTC).isoformat(timespec="seconds")
    bare = Origin(files=files, retrieved=retrieved, selection="", **about)
    origin = msgspec.structs.replace(bare, selection=bare.told("en")).sealed()
    write(folder / "origin.json", msgspec.json.format(msgspec.json.encode(origin)) + b"\n")
    return Snapshot(folder, origin)


def _of_one_state(parts: list[Snapshot]) -> list[Snapshot]:
    """Keep the downloads of the latest moment of a day: two states of one day are not mixed."""
    latest = max(part.origin.modified_at or "" for part in parts)
    return [part for part in parts if part.origin.modified_at in {latest, None}]


def _in_use(parts: Mapping[str, list[Snapshot]]) -> str:
    """Choose the newest date whose downloads hold what each older one asked for."""
    chosen = ""
    asked_before: list[Request | None] = []
    for date in sorted(parts):
        requests = [part.origin.request for part in parts[date]]
        if all(_hold(requests, asked) for asked in asked_before):
            chosen = date
        asked_before += requests
    return chosen


def _hold(requests: list[Request | None], asked: Request | None) -> bool:
    """Tell whether one of the requests has all of another; what ships asked for none."""
    return asked is None or any(one is None or one.holds(asked) for one in requests)


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
    gone = [part.folder for part in downloads() if part.origin.table == table]
    if modified is None:
        gone += [*folder.glob(".partial-*"), *folder.glob(".new-*")]
    else:
        gone = [path for path in gone if path.name.partition(".")[0] == modified]
    if not gone:
        raise SnapshotError(
            f"No download of {table}{f' of {modified}' if modified else ''} in {folder}. "
            "See `nltrade tables --downloads`."
        )
    for path in gone:
        shutil.rmtree(path)
    return gone


def here() -> list[str]:
    """List the tables that have a snapshot, in the order of the registry."""
    return [table for table in registry.tables() if _available(table)]


def origins(frame: IntoFrame) -> Results[Origin]:
    """
    Give the provenance of a frame: the snapshot that each of its rows is from.

    The frame itself says so, in the columns `table` and `modified`; what lies on disk beside that
    snapshot makes no difference.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine, or what the functions of this package made of one.

    Returns
    -------
    list of Origin
        One for each download, in the order of the registry. A frame of your own has none.

    Examples
    --------
    >>> import nltrade as nl
    >>> [origin.modified for origin in nl.origins(nl.load("83028NED", period=2012))]
    ['2023-01-04']
    """
    return Results(part.origin for pair in pairs(frame) for part in parts(*pair))


def months_of(frame: IntoFrame, table: str, year: str) -> tuple[int, int] | None:
    """
    Give the months that a part-year has, from CBS's own title of the period.

    Parameters
    ----------
    frame : frame
        Tidy frame, which says of which snapshot of the table it is.
    table : str
        Identifier of the table; one of your own has no months.
    year : str
        ``"2022"``.

    Returns
    -------
    (int, int) or None
        First and last month; None for a whole year, and where no title tells.

    Examples
    --------
    >>> import nltrade as nl
    >>> months_of(nl.load("83028NED"), "83028NED", "2022")
    (1, 10)
    """
    for pair in pairs(frame):
        for part in parts(*pair) if pair[0] == table else []:
            title = part.listed(registry.table(table).period).get(f"{year}JJ00")
            if title:
                return cbs_notation.months_of(title)
    return None


def remember(parts: Sequence[Snapshot]) -> None:
    """Keep what loaded snapshots say of themselves: nothing has to be read to draw or print."""
    by_date: dict[tuple[str, str], list[Snapshot]] = {}
    for part in parts:
        origin = part.origin
        for dimension in registry.table(origin.table).dimensions:
            part.listed(dimension)
        pair = origin.table, origin.modified
        by_date.setdefault(pair, []).append(part)
        if origin.counted is False and part not in _LOADED.get(pair, []):
            logging.getLogger("nltrade").warning(
                "Of %s (modified %s) no count of CBS confirms that all rows came.", *pair
            )
    _LOADED.update(by_date)


_LOADED: dict[tuple[str, str], list[Snapshot]] = {}


def pairs(frame: IntoFrame) -> list[tuple[str, str]]:
    """List the registered tables of a frame with the dates of the snapshots, in order."""
    rows: Any = nw.from_native(frame)
    if not {"table", "modified"} <= set(rows.collect_schema().names()):
        return []
    pairs = rows.select("table", "modified").unique()
    pairs = pairs.collect() if isinstance(pairs, nw.LazyFrame) else pairs
    found = {(str(table), str(modified)) for table, modified in pairs.rows()}
    order = list(registry.all_tables())
    known = [pair for pair in found if pair[0] in order]
    return sorted(known, key=lambda pair: (order.index(pair[0]), pair[1]))


def parts(table: str, modified: str) -> list[Snapshot]:
    """Give the downloads of one date: as loaded, else (a frame kept in a file) from disk."""
    if (table, modified) in _LOADED:
        return _LOADED[table, modified]
    return at_hand(table, modified)


@cache
def _listed(folder: Path, name: str) -> dict[str, str]:
    """Read the keys and titles of a dimension; once, as a snapshot never changes."""
    rows = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
    return dict(zip(rows["Key"].str.strip(), rows["Title"], strict=True))


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


_RESTORE = (
    "Bring shipped files back with `git checkout -- data/raw`, or install the package again; "
    "remove a damaged snapshot of your own and fetch it again."
)


def opened(folder: Path) -> Snapshot:
    """Read the origin of a folder; its files are not verified yet."""
    path = folder / "origin.json"
    try:
        origin = msgspec.json.decode(path.read_bytes(), type=Origin)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"{path} is damaged: {error}. {_RESTORE}") from None
    if not set(OBSERVATIONS) & set(origin.files):
        raise SnapshotError(f"{path} is damaged: it lists no observations. {_RESTORE}")
    return Snapshot(folder, origin)
