"""
Bring CBS tables into the data folder: plan, pieces, checks, and only then a snapshot.

Pieces are written one by one to a folder that no reader looks at, each whole or not at all, so that
an interrupted download goes on where it stopped. When all are there and nothing speaks against
them, they become one file of a new snapshot, which is moved into place in one step. What fails the
checks is kept aside; the snapshots that were there stay as they are.
"""

import hashlib
import io
import logging
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from math import prod
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from tqdm.auto import tqdm

from nltrade import registry
from nltrade.errors import SourceError
from nltrade.files import write
from nltrade.sources import checks, comtrade_feed, snapshot, store
from nltrade.sources.asked import Questions, plan_of
from nltrade.sources.cbs_file import Brought
from nltrade.sources.cbs_v3 import OBSERVATIONS, Feed
from nltrade.sources.cbs_v4 import Datasets
from nltrade.sources.checks import Described
from nltrade.sources.losses import losses
from nltrade.sources.plan import Piece, Plan, Request, make_plan
from nltrade.sources.snapshot import Snapshot
from nltrade.sources.transport import AT_ONCE, NoAnswer, Patience

Source = Feed | Datasets | Brought
UNFIT = (
    "Nothing was downloaded. A newer nltrade may know it; else correct the entry in a file of your "
    "own (`nltrade fetch --tables FILE`), or keep the table as it is with `nltrade fetch TABLE "
    "--raw`."
)
ROUNDS = 3  # how often a download starts anew because CBS published the table meanwhile


class Download(NamedTuple):
    """A download under way: from where, what, and the folder of its pieces."""

    source: Source
    plan: Plan
    described: Described
    folder: Path

    @property
    def table(self) -> str:
        """Identifier of the table."""
        return self.plan.request.table

    @property
    def date(self) -> str:
        """Day on which the table was modified."""
        return self.described.modified[:10]

    @property
    def aside(self) -> Path:
        """Folder for what cannot be right."""
        return store.own_folder() / "aside" / self.table / self.date

    def pieces(self) -> list[tuple[Path, Piece]]:
        """List the pieces with the file that each is kept in."""
        numbered = enumerate(self.plan.pieces)
        return [(self.folder / f"{number:05}.parquet", piece) for number, piece in numbered]


def fetch(
    table: str,
    *,
    partner: str | Iterable[str] | None = None,
    product: str | Iterable[str] | None = None,
    years: str | int | tuple[int, int] | None = None,
    freq: str | Iterable[str] = "A",
    by: Literal["HS", "SITC"] = "HS",
    accept: bool = False,
    source: Literal["auto", "v3", "v4"] = "auto",
    timeout: float = Patience().seconds,
    tries: int = Patience().tries,
) -> Snapshot:
    """
    Bring a CBS table, or the part of it that is asked for, into the data folder.

    What partners or the Netherlands reported to UN Comtrade comes in the same way, from there.

    `nltrade.load` reads it from then on. Interrupted and called again, it asks only for what is
    missing; what is here already, in the state that CBS published last, is not asked for again.

    Parameters
    ----------
    table : str
        CBS's identifier.
    partner : str or iterable of str, optional
        ISO codes, slugs or names; all partners by default.
    product : str or iterable of str, optional
        SITC codes or classes of services, with which the total always comes; all by default.
    years : str, int or (int, int), optional
        ``2012``, ``"2008:2014"`` or ``(2008, 2014)``, both ends included, or ``"last:5"``; all by
        default.
    freq : {"A", "Q", "M"} or several
        Years, quarters, months.
    by : {"HS", "SITC"}
        For tables of UN Comtrade: chapters of the HS, or groups of the SITC.
    accept : bool
        Keep a download although much is gone from it that the snapshot in use has.
    source : {"auto", "v3", "v4"}
        CBS's older feed, its newer service, or the newer one where the older does not answer.
    timeout : float
        Seconds that one answer may take as a whole.
    tries : int
        How often one answer is asked for.

    Returns
    -------
    Snapshot
        The folder and its origin: the request, the time, CBS's modification date, the hash of each
        file.

    Raises
    ------
    UnknownName, NoData
        The request has an unknown name, or the table cannot answer it; the message names the table
        that can.
    SourceError
        CBS cannot be reached, or what it sent fails the checks. What came is kept, and named.

    Examples
    --------
    >>> import nltrade as nl
    >>> nl.fetch("7137shih", partner="Russia", years="2008:2014")  # doctest: +SKIP
    """
    patience = Patience(timeout, tries)
    planned = plan_of(
        table, partner=partner, product=product, years=years, freq=freq, by=by, source=source
    )
    if isinstance(planned, Questions):
        return comtrade_feed.fetch(planned, patience)

    request = planned.request
    if source != "v4":
        try:
            return bring(request, Feed(patience=patience), accept=accept)
        except NoAnswer:
            if source == "v3" or not registry.table(table).v4:
                raise
            logging.getLogger("nltrade").warning("The feed (v3) does not answer; asking v4.")
    return bring(request, Datasets(patience=patience), accept=accept)


def fetch_file(table: str, path: str | Path, *, accept: bool = False) -> Snapshot:
    """
    Make a file that was saved by hand a snapshot, checked like a download.

    Parameters
    ----------
    table : str
        CBS's identifier.
    path : path
        StatLine's CSV, CBS's bulk ZIP, or JSON saved from the feed.
    accept : bool
        Keep it although much is gone from it that the snapshot in use has.

    Returns
    -------
    Snapshot

    Raises
    ------
    SourceError
        The file is of no such kind, is not whole, or fails the checks.
    """
    source = Brought(table, Path(path))
    return bring(source.request, source, accept=accept)


def bring(request: Request, source: Source, *, accept: bool = False) -> Snapshot:
    """Bring what is asked for from a source, and make it a snapshot."""
    home = store.made_folder()
    with _alone(home), source:
        for _ in range(ROUNDS):
            described = _describe(source, request)
            found = _here(request, described)
            if found is not None:
                return found

            plan = make_plan(request, described.keys)
            pieces = _workplace(home / "raw" / request.table, plan, described.modified)
            download = Download(source, plan, described, pieces)
            _bring(download)

            if source.modified(request.table) == described.modified:
                return _keep(download, accept=accept)
            shutil.rmtree(pieces)  # what came may be a mixture of two states of the table
    raise SourceError(
        f"CBS published {request.table} anew {ROUNDS} times while it was downloaded. Try again "
        "later."
    )


def _alone(home: Path) -> AbstractContextManager[object]:
    """Wait until no other process downloads into this folder: together they would ask too much."""
    lock = FileLock(home / ".fetch.lock")
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        logging.getLogger("nltrade").warning(
            "Another download into %s is under way; waiting for it to end.", home
        )
        return lock.acquire()


def _describe(source: Source, request: Request) -> Described:
    """Ask what the table looks like today, and refuse it where that is not what is registered."""
    described = source.describe(registry.table(request.table))
    faults = checks.table_faults(request, described)
    if faults:
        raise SourceError(
            f"{request.table} (modified {described.modified[:10]}) is not the table that "
            f"nltrade knows: {'; '.join(faults)}. " + _remedy(source, UNFIT)
        )
    return described


def _sender(source: Source) -> str:
    return f"{source.path.name} has" if isinstance(source, Brought) else "CBS sent"


def _remedy(source: Source, otherwise: str) -> str:
    """Say what to do about a fault: a file can be saved again, whatever helps with CBS."""
    if isinstance(source, Brought):
        return f"Is {source.path.name} of that table? Save it again, all of it."
    return otherwise


def _here(request: Request, described: Described) -> Snapshot | None:
    """Find a download that has all of this already, in the state that CBS published last."""
    date = described.modified[:10]
    for found in store.at_hand(request.table, date):
        if found.origin.holds(request) and found.origin.modified_at == described.modified:
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


def _bring(download: Download) -> None:
    """Bring the pieces that are not there yet, a few at a time."""
    rows = download.plan.rows
    todo = {path: piece for path, piece in download.pieces() if not path.is_file()}
    there = rows - sum(piece.rows for piece in todo.values())
    bar = tqdm(
        total=rows,
        initial=there,
        desc=download.table,
        unit=" rows",
        unit_scale=True,
        disable=None,  # shown in a terminal, and nowhere else
    )
    with bar, ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            pool.submit(_bring_piece, download, piece, path, bar.update)
            for path, piece in todo.items()
        ]
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException:
            download.source.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _bring_piece(
    download: Download, piece: Piece, path: Path, tell: Callable[[int], object]
) -> None:
    """Bring one piece, check it, and write it; what cannot be right is kept aside."""
    source, plan, described, _ = download
    pages = []
    for page in source.pages(plan, piece, described):
        pages.append(page)
        tell(page.num_rows)

    cells = pa.concat_tables(pages)
    content = io.BytesIO()
    # Nobody looks for single rows in a piece.
    pq.write_table(cells, content, compression="none", write_statistics=False)

    faults = checks.cell_faults(plan.request, piece, cells, described.keys)
    if faults:
        aside = write(download.aside / path.name, content.getvalue())
        raise SourceError(
            f"What {_sender(source)} of {download.table} ({piece.filter or 'all'}) cannot be "
            f"right: {'; '.join(faults)}. It is kept aside in {aside}; the snapshots that "
            "were here stay in use. " + _remedy(source, "Try again later, or tell CBS.")
        )
    write(path, content.getvalue())


def _keep(download: Download, *, accept: bool) -> Snapshot:
    """Make the pieces a snapshot, moved into its place in one step."""
    place = download.folder.parent
    with store.new_folder(place) as new:
        written = _written(download, new)
        faults = [] if accept else losses(written, download.described)
        if faults:
            place = download.aside.parent
            place.mkdir(parents=True, exist_ok=True)
        kept = new.rename(store.free(place, download.date))

    shutil.rmtree(download.folder)
    if faults:
        raise SourceError(
            f"Held against the snapshot in use, {download.table} (modified {download.date}) has "
            f"lost too much: {'; '.join(faults)}. It is kept aside in {kept}; the snapshots that "
            "were here stay in use. If CBS really withdrew that, fetch again with --accept "
            "(accept=True)."
        )
    return Snapshot(kept, written.origin)


def _written(download: Download, folder: Path) -> Snapshot:
    """Write the files of a snapshot: the observations in one, what describes them, the origin."""
    source, plan, described, _ = download
    observations = f"{OBSERVATIONS}.parquet"
    rows = {observations: _join([path for path, _ in download.pieces()], folder / observations)}
    for name, listed in {"DataProperties": described.properties, **described.lists}.items():
        pd.DataFrame(listed).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        rows[f"{name}.csv"] = len(listed)

    return snapshot.keep(
        folder,
        rows,
        **snapshot.of_cbs(download.table, described.modified),
        title=described.title,
        via=source.via,
        request=plan.request,
        counted=_is_counted(download, rows[observations]),
        brought_by=getattr(source, "brought_by", None),
    )


def _is_counted(download: Download, rows: int) -> bool | None:
    """
    Tell whether a count of CBS's own confirms the rows; None, the usual case, that one does.

    Rows that make the product of the keys are as many as there can be, if the lists of keys are
    whole: that is what the number of all rows in the catalogue shows.
    """
    records = download.described.records
    every = prod(len(keys) for keys in download.described.keys.values())
    if records is not None and records > every:
        raise SourceError(
            f"{download.table} has {records:,} rows by the catalogue of CBS, and its lists of keys "
            f"make {every:,}: they are not whole. Nothing was kept. Try again later."
        )
    # Fewer rows than the keys make were let in by a count alone.
    return None if records is not None or rows < download.plan.rows else False


def _join(paths: Sequence[Path], whole: Path) -> int:
    """Put the pieces into one file, a group of rows each: a question reads the groups it needs."""
    rows = 0
    with pq.ParquetWriter(whole, pq.read_schema(paths[0]), compression="zstd") as target:
        for path in paths:
            piece = pq.read_table(path)
            target.write_table(piece)
            rows += piece.num_rows
    return rows
