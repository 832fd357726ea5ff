"""
A table brought as a file: StatLine's CSV, CBS's bulk ZIP, or JSON saved from the feed.

Networks that CBS refuses let a browser through, for days at times. What such a file holds is put
into the shape of the feed and checked like a download; its date is that of the file, and its
provenance says who brought it. StatLine's CSV has labels where the feed has keys: they are
looked up in the lists of keys of the snapshot in use.
"""

import getpass
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, Self

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nltrade import registry
from nltrade.errors import SourceError, UnknownName
from nltrade.registry.entries import Table
from nltrade.sources import cbs_v4, store
from nltrade.sources.cbs_notation import FREQS, column_of, unnumbered, value_columns
from nltrade.sources.checks import Described
from nltrade.sources.plan import Piece, Plan, Request

LARGEST = 500_000_000  # bytes, unpacked: more than any table that is registered
Lists = dict[str, list[dict[str, Any]]]  # the keys and titles of each dimension


class Brought:
    """
    A file as a source, which `nltrade.sources.download.bring` takes as it takes CBS.

    Parameters
    ----------
    table : str
        Identifier of the table.
    path : pathlib.Path
        The file.
    """

    def __init__(self, table: str, path: Path):
        self.stop = Event()
        self.path, self.brought_by = path, getpass.getuser()
        self.table = of = registry.table(table)
        if of.source != "CBS":
            raise UnknownName(
                f"A file can be of a table of CBS, and {table} is of UN Comtrade. Leave the file "
                f"out: `{store.bringing(table)}`."
            )
        try:
            if path.stat().st_size > LARGEST:
                raise SourceError(f"{path.name} is larger than any table that nltrade knows.")
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            self._rows, lists = _read(path, of)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}. Check the path.") from None
        self._described = _as_registered(of, f"{changed:%Y-%m-%dT%H:%M:%S}", lists)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left open."""

    @property
    def via(self) -> str:
        """Where it comes from, as the provenance says it."""
        return f"the file {self.path.name}, brought by {self.brought_by}; its date is the file's"

    @property
    def request(self) -> Request:
        """What the file has, as a request would ask for it."""
        table, keys = self.table, self._described.keys
        years = sorted(key[:4] for key in keys[table.period])
        marks = {key[4:6] for key in keys[table.period]}
        products = registry.product_keys(table.id)
        return Request(
            table=table.id,
            partners=_part(keys[table.partner], registry.partner_keys(table.id)),
            products=_part(keys[table.product], products) if table.product else [],
            first=years[0],
            last=years[-1],
            freqs=[freq for freq, (mark, _) in FREQS.items() if mark in marks],
        )

    def modified(self, table: str) -> str:  # noqa: ARG002 (a file is of one table)
        """Give the date of the file."""
        return self._described.modified

    def describe(self, table: Table) -> Described:  # noqa: ARG002
        """Describe what the file has."""
        return self._described

    def pages(self, plan: Plan, piece: Piece, described: Described) -> Iterator[pa.Table]:  # noqa: ARG002
        """Give the rows of a piece."""
        rows = self._rows.select(plan.columns)
        for name, keys in piece.keys.items():
            rows = rows.filter(pc.is_in(rows[name], pa.array(keys)))
        if rows.num_rows != piece.rows:
            raise SourceError(
                f"{self.path.name} has {rows.num_rows} rows where its keys make {piece.rows}: "
                "it is not whole. Save it again, with all periods and partners chosen."
            )
        yield rows


def _as_registered(table: Table, modified: str, lists: Lists) -> Described:
    """Describe a file as the feed describes a table: its columns are the registered ones."""
    kinds = {table.period: "TimeDimension"}
    dimensions = [{"Type": kinds.get(n, "Dimension"), "Key": n} for n in table.dimensions]
    topics = [{"Type": "Topic", "Key": n, "Unit": table.unit} for n in value_columns(table)]
    return Described(
        title=table.nl,
        modified=modified,
        properties=[*dimensions, *topics],
        lists=lists,
        spelt={name: name for name in table.dimensions},
        measures={name: name for name in value_columns(table)},
    )


def _part(keys: list[str], known: Mapping[str, Any]) -> list[str]:
    """Name what a file has of a dimension; nothing where it has all of it, or a key not known."""
    ids = [known[key.strip()].id for key in keys if key.strip() in known]
    return ids if len(ids) == len(keys) < len(known) else []


def _read(path: Path, table: Table) -> tuple[pa.Table, Lists]:
    """Read a file of any of the three kinds, told by how it begins: its rows and lists of keys."""
    body = path.read_bytes()
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if body.startswith(b"PK"):
        return _bulk(path, table)
    if start.startswith(b"{"):
        return _feed(path.name, start, table)
    if b";" in start[:4_000]:
        return _statline(path.name, start, table)
    raise SourceError(
        f"{path.name} is neither a CSV of StatLine (with ;) nor a ZIP of CBS nor JSON of its feed."
    )


def _bulk(path: Path, table: Table) -> tuple[pa.Table, Lists]:
    """Read CBS's bulk ZIP: the long form of the newer service."""
    needed = ["Observations.csv", "MeasureCodes.csv"]
    needed += [f"{name}Codes.csv" for name in table.dimensions]
    cells, measures, *codes = (_csv(path.name, body) for body in _unpacked(path, needed, table))
    columns = value_columns(table)
    names = cbs_v4.codes_of(table, measures.to_dict("records"))
    lost = [name for name in columns if name not in names]
    if lost:
        raise SourceError(f"{path.name} has no measure {lost[0]}: is it the ZIP of {table.id}?")

    lists = {}
    for name, rows in zip(table.dimensions, codes, strict=True):
        # Only the periods and keys that have cells: a ZIP can be of a part.
        there = rows[rows["Identifier"].isin(cells[name])]
        kept = [column for column in ("Identifier", "Title", "Status") if column in there]
        lists[name] = there[kept].rename(columns={"Identifier": "Key"}).to_dict("records")

    value = pd.to_numeric(cells["Value"].str.replace(",", "."), errors="coerce")
    asked = cells["Measure"].isin(list(names.values()))
    long = pa.Table.from_pandas(cells.assign(Value=value)[asked], preserve_index=False)
    keys = {name: [row["Key"] for row in lists[name]] for name in table.dimensions}
    own = {name: name for name in table.dimensions}
    return cbs_v4.wide(long, own | names, keys, columns), lists


def _unpacked(path: Path, needed: list[str], table: Table) -> list[bytes]:
    """Unpack the files of a ZIP that are needed, whichever folder in it they are in."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(member.file_size for member in packed.infolist()) > LARGEST:
                raise SourceError(
                    f"{path.name} unpacks to more than any table has that nltrade knows."
                )
            files = {Path(name).name: packed.read(name) for name in packed.namelist()}
    except zipfile.BadZipFile:
        raise SourceError(f"{path.name} is a ZIP that is cut or broken. Save it again.") from None
    absent = [name for name in needed if name not in files]
    if absent:
        raise SourceError(f"{path.name} has no {absent[0]}: is it the ZIP of {table.id}?")
    return [files[name] for name in needed]


def _feed(name: str, body: bytes, table: Table) -> tuple[pa.Table, Lists]:
    """Read rows as the feed gives them, keys and all."""
    try:
        page = msgspec.json.decode(body, type=dict[str, Any])
        rows = pd.DataFrame(page["value"])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, ValueError):
        raise SourceError(f"{name} is no JSON of the feed, or half of it. Save it again.") from None
    if "odata.nextLink" in page:
        raise SourceError(f"{name} is the first page of several. Save the bulk ZIP instead.")
    return _of_rows(name, rows, table, {})


def _statline(name: str, body: bytes, table: Table) -> tuple[pa.Table, Lists]:
    """Read StatLine's CSV: labels in place of keys, units behind the titles."""
    rows = _csv(name, body)
    rows = rows.rename(columns={label: _column(name, label, table) for label in rows.columns})

    titles = {}
    for dimension in [each for each in table.dimensions if each in rows]:
        keys = {_plain(title): key for key, title in _listed(table, dimension).items()}
        labels = rows[dimension].map(_plain)
        strange = sorted(set(labels) - set(keys))
        if strange:
            raise SourceError(
                f"{name}: {dimension} has labels that are in no list of keys here: "
                f"{', '.join(map(repr, strange[:5]))}."
            )
        titles[dimension] = dict(zip(labels.map(keys), rows[dimension], strict=True))
        rows[dimension] = labels.map(keys)
    return _of_rows(name, rows, table, titles)


def _column(name: str, label: str, table: Table) -> str:
    """Find the column that a label such as 'Invoerwaarde (mln euro)' stands for; else itself."""
    for dimension in table.dimensions:
        if column_of(label).lower() == dimension.lower():
            return dimension

    title, _, unit = label.partition(" (")
    for column in value_columns(table):
        if unnumbered(column) == column_of(title).lower():
            if unit and unit.rstrip(")") != table.unit:
                raise SourceError(
                    f"{name}: the unit of {title} is {unit.rstrip(')')!r}, expected was "
                    f"{table.unit!r}."
                )
            return column
    return label


def _of_rows(
    name: str, rows: pd.DataFrame, table: Table, titles: Mapping[str, Mapping[str, str]]
) -> tuple[pa.Table, Lists]:
    """Put rows that have a column for each measure into the shape of the feed."""
    columns = [*table.dimensions, *value_columns(table)]
    absent = [column for column in columns if column not in rows]
    if absent or not len(rows):
        raise SourceError(f"{name} has no {', '.join(absent[:3]) or 'rows'}: is it {table.id}?")

    text = rows[columns].astype(object)
    for column in value_columns(table):
        text[column] = [_as_text(value) for value in text[column]]
    lists = {}
    for dimension in table.dimensions:
        text[dimension] = [str(key) for key in rows[dimension]]
        known = {**_listed(table, dimension), **titles.get(dimension, {})}
        lists[dimension] = [
            {"Key": key, "Title": known.get(key.strip(), key.strip()[:4])}
            for key in text[dimension].unique()
        ]
    return pa.Table.from_pandas(text, preserve_index=False), lists


def _as_text(value: Any) -> str:
    """Write a value as the untyped rows do; the typed ones have numbers, and null for none."""
    if pd.isna(value):
        return cbs_v4.UNKNOWN
    if isinstance(value, float):
        return cbs_v4.as_text(value)
    return str(value).strip().replace(",", ".")


def _listed(table: Table, dimension: str) -> dict[str, str]:
    """Give the titles of the keys of a dimension: those at hand, else the registered names."""
    for part in store.at_hand(table.id):
        if part.listed(dimension):
            return dict(part.listed(dimension))
    if dimension == table.partner:
        return {key: p.name("nl") for key, p in registry.partner_keys(table.id).items()}
    if dimension == table.product:
        return {key: p.nl for key, p in registry.product_keys(table.id).items()}
    years = range(int(table.first), int(table.last) + 1)
    return {f"{year}JJ00": str(year) for year in years} if dimension == table.period else {}


def _csv(name: str, body: bytes) -> pd.DataFrame:
    try:
        return pd.read_csv(
            io.BytesIO(body), sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except (ValueError, pd.errors.ParserError) as error:
        said = " ".join(str(error).split())
        raise SourceError(
            f"{name} is not as StatLine saves a CSV, with a semicolon between columns: {said}. "
            "Save it again."
        ) from None


def _plain(title: str) -> str:
    return re.sub(r"[\s*]+", " ", title).strip().lower()
