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
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from math import prod
from pathlib import Path
from typing import Any, Literal

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from tqdm.auto import tqdm

from nltrade import registry
from nltrade.errors import SourceError, UnknownName
from nltrade.files import sha256, write
from nltrade.sources import checks, comtrade_feed, snapshot
from nltrade.sources.cbs_file import Brought
from nltrade.sources.cbs_v3 import OBSERVATIONS, Feed
from nltrade.sources.cbs_v4 import Datasets
from nltrade.sources.checks import Described
from nltrade.sources.losses import losses
from nltrade.sources.plan import Piece, Plan, Request, ask, make_plan
from nltrade.sources.snapshot import File, Origin, Snapshot
from nltrade.sources.transport import AT_ONCE, NoAnswer, Patience

Source = Feed | Datasets | Brought
ROUNDS = 3  # how often a download starts anew because CBS published the table meanwhile


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
    if registry.table(table).source == "Comtrade":
        return comtrade_feed.fetch(
            table, partner=partner or (), years=years or "", by=by, patience=patience
        )

    request = ask(table, partner=partner, product=product, years=years, freq=freq)
    if source not in {"auto", "v3", "v4"}:
        raise UnknownName(f"No source {source!r}. Write auto, v3 or v4.")
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
    home = snapshot.own_folder()
    _make(home)
    with _alone(home), source:
        for _ in range(ROUNDS):
            described = _describe(source, request)
            found = _here(request, described)
            if found is not None:
                return found

            plan = make_plan(request, described.keys)
            pieces = _workplace(home / "raw" / request.table, plan, described.modified)
            _bring(source, plan, described, pieces)

            if source.modified(request.table) == described.modified:
                return _keep(source, plan, described, pieces, accept=accept)
            shutil.rmtree(pieces)  # what came may be a mixture of two states of the table
    raise SourceError(
        f"CBS published {request.table} anew {ROUNDS} times while it was downloaded. Try again "
        "later."
    )


def _make(home: Path) -> None:
    """Make the folder for downloads; where that cannot be is told before anything is asked."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise SourceError(
            f"Nothing can be written into {home} ({error.strerror}). Set NLTRADE_DATA to a folder "
            "of your own."
        ) from None


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
            f"nltrade knows: {'; '.join(faults)}. Nothing was downloaded. A newer nltrade may know "
            "it; else correct the entry in a file of your own (`nltrade fetch --tables FILE`), or "
            f"keep the table as it is with `nltrade fetch {request.table} --raw`."
        )
    return described


def _here(request: Request, described: Described) -> Snapshot | None:
    """Find a download that has all of this already, in the state that CBS published last."""
    date = described.modified[:10]
    for found in snapshot.at_hand(request.table, date):
        origin = found.origin
        holds = origin.request is not None and origin.request.holds(request)
        if holds and origin.modified_at == described.modified:
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


def _bring(source: Source, plan: Plan, described: Described, folder: Path) -> None:
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
            pool.submit(_bring_piece, source, plan, one, described, path, bar.update)
            for path, one in todo.items()
        ]
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException:
            source.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _bring_piece(
    source: Source,
    plan: Plan,
    piece: Piece,
    described: Described,
    path: Path,
    tell: Callable[[int], object],
) -> None:
    """Bring one piece, check it, and write it; what cannot be right is kept aside."""
    pages = []
    for page in source.pages(plan, piece, described):
        pages.append(page)
        tell(page.num_rows)

    cells = pa.concat_tables(pages)
    faults = checks.cell_faults(plan.request, piece, cells, described.keys)
    if faults:
        aside = snapshot.own_folder() / "aside" / plan.request.table / described.modified[:10]
        write(aside / path.name, _as_parquet(cells))
        raise SourceError(
            f"What CBS sent of {plan.request.table} ({piece.filter or 'all'}) cannot be right: "
            f"{'; '.join(faults)}. It is kept aside in {aside / path.name}; the snapshots that "
            "were here stay in use. Try again later, or tell CBS."
        )
    write(path, _as_parquet(cells))


def _keep(
    source: Source, plan: Plan, described: Described, pieces: Path, *, accept: bool
) -> Snapshot:
    """Make the pieces a snapshot, moved into its place in one step."""
    table, date, place = plan.request.table, described.modified[:10], pieces.parent
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
    observations = f"{OBSERVATIONS}.parquet"
    files = {observations: _join([path for path, _ in _pieces(plan, pieces)], new / observations)}
    for name, listed in {"DataProperties": described.properties, **described.lists}.items():
        pd.DataFrame(listed).to_csv(new / f"{name}.csv", index=False, lineterminator="\n")
        files[f"{name}.csv"] = len(listed)

    counted = _is_counted(plan, described, files[observations])
    origin = Origin(
        table=table,
        title=described.title,
        modified=date,
        modified_at=described.modified,
        retrieved=datetime.now(UTC).isoformat(timespec="seconds"),
        via=source.via,
        request=plan.request,
        selection=plan.request.says + ("" if counted is None else "; no count confirms the rows"),
        files={name: File(rows, sha256(new / name)) for name, rows in files.items()},
        licence="CC BY 4.0",
        attribution=f"Source: CBS (StatLine {table}, modified {date})",
        counted=counted,
        brought_by=getattr(source, "brought_by", None),
    )
    written = snapshot.keep(new, origin)
    new.chmod(0o755)

    faults = [] if accept else losses(written, described)
    if faults:
        aside = snapshot.free(snapshot.own_folder() / "aside" / table, date)
        aside.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(new, aside)
        shutil.rmtree(pieces)
        raise SourceError(
            f"Held against the snapshot in use, {table} (modified {date}) has lost too much: "
            f"{'; '.join(faults)}. It is kept aside in {aside}; the snapshots that were here stay "
            "in use. If CBS really withdrew that, fetch again with --accept (accept=True)."
        )

    kept = new.rename(snapshot.free(place, date))
    shutil.rmtree(pieces)
    return Snapshot(kept, written.origin)


def _is_counted(plan: Plan, described: Described, rows: int) -> bool | None:
    """
    Tell whether a count of CBS's own confirms the rows; None, the usual case, that one does.

    Rows that make the product of the keys are as many as there can be, if the lists of keys are
    whole: that is what the number of all rows in the catalogue shows.
    """
    every = prod(len(keys) for keys in described.keys.values())
    if described.records is not None and described.records > every:
        raise SourceError(
            f"{plan.request.table} has {described.records:,} rows by the catalogue of CBS, and its "
            f"lists of keys make {every:,}: they are not whole. Nothing was kept. Try again later."
        )
    # Fewer rows than the keys make were let in by a count alone.
    return None if described.records is not None or rows < plan.rows else False


def _pieces(plan: Plan, folder: Path) -> list[tuple[Path, Piece]]:
    return [(folder / f"{number:05}.parquet", piece) for number, piece in enumerate(plan.pieces)]


def _is_whole(path: Path) -> bool:
    try:
        return bool(pq.ParquetFile(path).metadata.num_rows)
    except (FileNotFoundError, pa.ArrowInvalid):
        return False


def _as_parquet(cells: pa.Table) -> bytes:
    content = io.BytesIO()
    # Nobody looks for single rows in a piece.
    pq.write_table(cells, content, compression="none", write_statistics=False)
    return content.getvalue()


def _join(paths: Sequence[Path], whole: Path) -> int:
    """Put the pieces into one file, a group of rows each: a question reads the groups it needs."""
    rows = 0
    with pq.ParquetWriter(whole, pq.read_schema(paths[0]), compression="zstd") as target:
        for path in paths:
            piece = pq.read_table(path)
            target.write_table(piece)
            rows += piece.num_rows
    return rows
