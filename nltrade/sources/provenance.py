"""
What a frame is from: the snapshots that were loaded, and what they say of themselves.

A row of the tidy frame names its table and date, and no file. Most often there is one of a date.
Where rows of two were loaded in this process, as of a part and of the whole or from two folders,
both are named as the source of either: the right file always is, with its hash, which it would not
be if the last one loaded stood for all. A download that gave no row is no source.
"""

import logging
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from nltrade import registry
from nltrade.report import Results
from nltrade.sources import cbs_notation, store
from nltrade.sources.snapshot import Origin, Snapshot

CELL = ["table", "flow", "partner", "product", "period"]
# What gave rows to a frame in this process, by table and date, the last loaded first.
LOADED: dict[tuple[str, str], list[Snapshot]] = {}


def origins(frame: IntoFrame) -> Results[Origin]:
    """
    Give the provenance of a frame: the snapshot that each of its rows is from.

    The frame itself says so, in the columns `table` and `modified`; what lies on disk beside that
    snapshot makes no difference. Of two downloads of one date that both gave rows to frames loaded
    in this process, the columns do not tell which a row is from: both are named.

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


def joined(found: Sequence[tuple[Snapshot, pd.DataFrame]]) -> pd.DataFrame:
    """Join the rows of snapshots to one frame, each cell from the first that has it."""
    full = [(part, rows) for part, rows in found if len(rows)] or found[:1]
    frame = pd.concat([rows for _, rows in full], ignore_index=True)

    tables = [part.origin.table for part, _ in full]
    if len(tables) > len(set(tables)):
        number = np.repeat(range(len(full)), [len(rows) for _, rows in full])
        is_first = ~frame.duplicated(CELL)
        full = [full[at] for at in np.unique(number[is_first])]
        frame = frame[is_first].reset_index(drop=True)

    for part, rows in reversed(full):
        if len(rows):
            _remember(part)
    return frame


def _remember(part: Snapshot) -> None:
    """Keep what a snapshot says of itself: nothing has to be read to draw or print."""
    origin = part.origin
    for dimension in registry.table(origin.table).dimensions:
        part.listed(dimension)

    pair = origin.table, origin.modified
    before = LOADED.get(pair, [])
    if origin.counted is False and part not in before:
        logging.getLogger("nltrade").warning(
            "Of %s (modified %s) no count of CBS confirms that all rows came.", *pair
        )
    LOADED[pair] = [part, *(other for other in before if other != part)]


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
    return LOADED.get((table, modified)) or store.at_hand(table, modified)
