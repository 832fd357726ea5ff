"""
A snapshot: the files of one CBS table as they were on one modification date, with their provenance.

Snapshots lie in ``raw/<table>/<modified>/``: the observations and dimension tables in CBS's own
column names and keys, and ``origin.json``, which says where they come from and what each file's
hash is. Some ship with the package; what `nltrade.fetch` brings lies in a folder of the user's own.
None is changed once written.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.errors import SnapshotError, UnknownName
from nltrade.files import sha256, write
from nltrade.registry.entries import Lang
from nltrade.report import Prints
from nltrade.sources.plan import Request
from nltrade.words import Words

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

    def holds(self, asked: Request | None) -> bool:
        """Tell whether all that is asked for was asked for here too; None is the whole table."""
        return self.request is None or (asked is not None and self.request.holds(asked))

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
        >>> import nltrade as nl
        >>> nl.origins(nl.load("83028NED"))[0].cite()[:57]
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

        # No keys have a type too: then there is no row.
        wanted = [(name, "in", pa.array(keys, pa.string())) for name, keys in only.items()]
        return pd.read_parquet(self.folder / self.origin.observations, filters=wanted or None)

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


def of_cbs(table: str, modified: str) -> dict[str, Any]:
    """Say what every snapshot of CBS says of itself."""
    date = modified[:10]
    return {
        "table": table,
        "modified": date,
        "modified_at": modified,
        "licence": "CC BY 4.0",
        "attribution": f"Source: CBS (StatLine {table}, modified {date})",
    }


def keep(folder: Path, rows: Mapping[str, int], **about: Any) -> Snapshot:
    """Write beside files what is known of them: their rows and hashes, the time, and a seal."""
    files = {name: File(number, sha256(folder / name)) for name, number in rows.items()}
    retrieved = datetime.now(UTC).isoformat(timespec="seconds")
    bare = Origin(files=files, retrieved=retrieved, selection="", **about)
    origin = msgspec.structs.replace(bare, selection=bare.told("en")).sealed()
    write(folder / "origin.json", msgspec.json.format(msgspec.json.encode(origin)) + b"\n")
    return Snapshot(folder, origin)


@cache
def _listed(folder: Path, name: str) -> dict[str, str]:
    """Read the keys and titles of a dimension; once, as a snapshot never changes."""
    rows = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
    return dict(zip(rows["Key"].str.strip(), rows["Title"], strict=True))


_RESTORE = (
    "Bring shipped files back with `git checkout -- data/raw`, or install the package again; "
    "remove a damaged snapshot of your own (`nltrade tables --remove TABLE`) and fetch it again."
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
    if origin.table != folder.parent.name:
        raise SnapshotError(f"{path} is of {origin.table}: it lies in the wrong folder. {_RESTORE}")
    return Snapshot(folder, origin)
