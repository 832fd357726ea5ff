"""
Bring CBS tables into the data folder: plan, pieces, checks, and only then a snapshot.

Pieces are written one by one to a folder that no reader looks at, each whole or not at all, so that an interrupted
download goes on where it stopped. When all are there and nothing speaks against them, they become one file of a new
snapshot, which is moved into place in one step. What fails the checks is kept aside; the snapshots that were there
stay as they are.
"""

import hashlib
import io
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from tqdm.auto import tqdm

from nltrade import registry
from nltrade.errors import SourceError
from nltrade.files import sha256, write
from nltrade.sources import checks, snapshot
from nltrade.sources.cbs_v3 import AT_ONCE, OBSERVATIONS, Feed
from nltrade.sources.plan import Piece, Plan, Request, ask, make_plan, value_columns
from nltrade.sources.snapshot import File, Origin, Snapshot

ROUNDS = 3  # how often a download starts anew because CBS published the table meanwhile


class Described(NamedTuple):
    """A table as CBS describes it at one moment."""

    info: dict[str, Any]
    properties: list[dict[str, Any]]
    dimensions: dict[str, list[dict[str, Any]]]

    @property
    def keys(self) -> dict[str, list[str]]:
        """The keys of each dimension, verbatim."""
        return {name: [row["Key"] for row in rows] for name, rows in self.dimensions.items()}

    @property
    def full(self) -> bool:
        """Whether the table has a row for every combination of keys, by the count that comes with it."""
        return bool(self.info.get("RecordCount") == prod(map(len, self.dimensions.values())))


def fetch(
    table: str,
    *,
    partner: str | Iterable[str] | None = None,
    product: str | Iterable[str] | None = None,
    years: str | int | tuple[int, int] | None = None,
    freq: str | Iterable[str] = "A",
) -> Snapshot:
    """
    Bring a CBS table, or the part of it that is asked for, into the data folder.

    `nltrade.load` reads it from then on. Interrupted and called again, it asks only for what is missing; what is here
    already, in the state that CBS published last, is not asked for again.

    Parameters
    ----------
    table : str
        CBS's identifier.
    partner : str or iterable of str, optional
        ISO codes, slugs or names; all partners by default.
    product : str or iterable of str, optional
        SITC codes or classes of services, with which the total always comes; all by default.
    years : str, int or (int, int), optional
        ``2012``, ``"2008:2014"`` or ``(2008, 2014)``, both ends included; all by default.
    freq : {"A", "Q", "M"} or several
        Years, quarters, months.

    Returns
    -------
    Snapshot
        The folder and its origin: the request, the time, CBS's modification date, the hash of each file.

    Raises
    ------
    UnknownName, NoData
        The request has an unknown name, or the table cannot answer it; the message names the table that can.
    SourceError
        CBS cannot be reached, or what it sent fails the checks. What came is kept, and named.

    Examples
    --------
    >>> import nltrade as nl
    >>> nl.fetch("7137shih", partner="Russia", years="2008:2014")  # doctest: +SKIP
    """
    request = ask(table, partner=partner, product=product, years=years, freq=freq)
    home = snapshot.own_folder()
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home), Feed() as feed:
        for _ in range(ROUNDS):
            described = _describe(feed, request)
            if (found := _here(request, described)) is not None:
                return found
            plan = make_plan(request, described.keys)
            pieces = _workplace(home / "raw" / table, plan, described.info["Modified"])
            _bring(feed, plan, described, pieces)
            if feed.info(table)["Modified"] == described.info["Modified"]:
                return _keep(feed, plan, described, pieces)
            shutil.rmtree(pieces)  # what came may be a mixture of two states of the table
    raise SourceError(
        f"CBS published {table} anew {ROUNDS} times while it was downloaded. Try again later."
    )


def _alone(home: Path) -> AbstractContextManager[object]:
    """Wait until no other process downloads into this folder: together they would ask too much at a time."""
    file = home / ".fetch.lock"
    file.touch()  # a folder that takes no file is an error here; the lock would wait for one
    lock = FileLock(file)
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        logging.getLogger("nltrade").warning(
            "Another download into %s is under way; waiting for it to end.", home
        )
        return lock.acquire()


def _describe(feed: Feed, request: Request) -> Described:
    """Ask what the table looks like today, and refuse it where that is not what is registered."""
    table = registry.table(request.table)
    info, properties = feed.info(table.id), feed.metadata(table.id, "DataProperties")
    dimensions: dict[str, list[dict[str, Any]]] = {}
    faults = checks.schema_faults(table, properties, value_columns(request))
    if not faults:
        dimensions = {name: feed.metadata(table.id, name) for name in table.dimensions}
        faults = checks.key_faults(
            request, {name: [row["Key"] for row in rows] for name, rows in dimensions.items()}
        )
    if faults:
        raise SourceError(
            f"{table.id} (modified {info['Modified'][:10]}) is not the table that is registered: {'; '.join(faults)}. "
            "Nothing was downloaded. A newer nltrade may know it; else mend the files in nltrade/registry."
        )
    return Described(info, properties, dimensions)


def _here(request: Request, described: Described) -> Snapshot | None:
    """Find a download that has all of this already, in the state that CBS published last."""
    date = described.info["Modified"][:10]
    for found in (
        snapshot.find(request.table, date) if date in snapshot.dates(request.table) else []
    ):
        origin = found.origin
        if (
            origin.request
            and origin.request.holds(request)
            and origin.modified_at == described.info["Modified"]
        ):
            return found.verify()
    return None


def _workplace(folder: Path, plan: Plan, modified: str) -> Path:
    """Give the folder for the pieces of a plan, and clear away what can be of no use any more."""
    digest = hashlib.sha256(msgspec.json.encode([plan, modified])).hexdigest()[:12]
    chosen = folder / f".partial-{modified[:10]}-{digest}"
    for left in [*folder.glob(".new-*"), *folder.glob(".partial-*")]:
        if not left.name.startswith(f".partial-{modified[:10]}"):
            shutil.rmtree(left)
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def _bring(feed: Feed, plan: Plan, described: Described, folder: Path) -> None:
    """Bring the pieces that are not there yet, a few at a time."""
    todo = {path: piece for path, piece in _pieces(plan, folder) if not _is_whole(path)}
    there = plan.rows - sum(piece.rows for piece in todo.values())
    look: dict[str, Any] = {
        "unit": " rows",
        "unit_scale": True,
        "desc": plan.request.table,
        "disable": None,
    }
    with tqdm(total=plan.rows, initial=there, **look) as bar, ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            pool.submit(_bring_piece, feed, plan, one, described, path, bar.update)
            for path, one in todo.items()
        ]
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException:
            feed.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _bring_piece(
    feed: Feed,
    plan: Plan,
    piece: Piece,
    described: Described,
    path: Path,
    tell: Callable[[int], object],
) -> None:
    pages = []
    for page in feed.pages(plan, piece, full=described.full):
        pages.append(page)
        tell(page.num_rows)
    cells = pa.concat_tables(pages)
    faults = checks.cell_faults(plan.request, piece, cells, described.keys)
    if faults:
        aside = (
            snapshot.own_folder()
            / "aside"
            / plan.request.table
            / described.info["Modified"][:10]
            / path.name
        )
        write(aside, _as_parquet(cells))
        raise SourceError(
            f"What CBS sent of {plan.request.table} ({piece.filter or 'all'}) cannot be right: {'; '.join(faults)}. "
            f"It is kept aside in {aside}; the snapshots that were here stay in use. Try again later, or tell CBS."
        )
    write(path, _as_parquet(cells))


def _keep(feed: Feed, plan: Plan, described: Described, pieces: Path) -> Snapshot:
    """Make the pieces a snapshot, moved into its place in one step."""
    table, info = plan.request.table, described.info
    place = pieces.parent
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
    rows = _join([path for path, _ in _pieces(plan, pieces)], new / f"{OBSERVATIONS}.parquet")
    files = {f"{OBSERVATIONS}.parquet": rows}
    for name, listed in {"DataProperties": described.properties, **described.dimensions}.items():
        pd.DataFrame(listed).to_csv(new / f"{name}.csv", index=False, lineterminator="\n")
        files[f"{name}.csv"] = len(listed)
    origin = Origin(
        table=table,
        title=" ".join(info["Title"].split()),
        modified=info["Modified"][:10],
        modified_at=info["Modified"],
        retrieved=datetime.now(UTC).isoformat(timespec="seconds"),
        via=f"the CBS open data feed (OData v3, {OBSERVATIONS}) at {feed.address}",
        request=plan.request,
        selection=plan.request.says,
        files={name: File(rows, sha256(new / name)) for name, rows in files.items()},
        licence="CC BY 4.0",
        attribution=f"Source: CBS (StatLine {table}, modified {info['Modified'][:10]})",
    )
    write(new / "origin.json", msgspec.json.format(msgspec.json.encode(origin)) + b"\n")
    new.chmod(0o755)
    names = [
        info["Modified"][:10],
        *(f"{info['Modified'][:10]}.{number}" for number in range(2, 1000)),
    ]
    kept = new.rename(next(place / name for name in names if not (place / name).exists()))
    shutil.rmtree(pieces)
    return Snapshot(kept, origin)


def _pieces(plan: Plan, folder: Path) -> list[tuple[Path, Piece]]:
    return [(folder / f"{number:05}.parquet", piece) for number, piece in enumerate(plan.pieces)]


def _is_whole(path: Path) -> bool:
    try:
        return bool(pq.ParquetFile(path).metadata.num_rows)
    except (FileNotFoundError, pa.ArrowInvalid):
        return False


def _as_parquet(cells: pa.Table) -> bytes:
    content = io.BytesIO()
    pq.write_table(cells, content, compression="none")
    return content.getvalue()


def _join(paths: Sequence[Path], whole: Path) -> int:
    """Put the pieces into one file, each as a group of rows: a question reads only the groups that it needs."""
    rows = 0
    with pq.ParquetWriter(whole, pq.read_schema(paths[0]), compression="zstd") as target:
        for path in paths:
            piece = pq.read_table(path)
            target.write_table(piece)
            rows += piece.num_rows
    return rows
