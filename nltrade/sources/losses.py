"""
What a new download has lost against the snapshot in use: counted by year, not cell by cell.

A table that comes empty, full of zeros, without a year or without a tenth of its values is likelier
a fault of the service than a decision of CBS.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nltrade import registry
from nltrade.sources import store
from nltrade.sources.cbs_notation import NO_VALUE
from nltrade.sources.checks import Described
from nltrade.sources.plan import chosen_keys
from nltrade.sources.snapshot import Snapshot

LOST = 0.1  # the part of the cells with a value that may be gone since the snapshot before


def losses(new: Snapshot, described: Described) -> list[str]:
    """Find what the snapshot in use has and a new one has lost."""
    request = new.origin.request
    assert request is not None
    # Batch after batch, so that the first one with a value is enough.
    any_value = any(years.total() for years in _published(new, {}, zeros=False))
    ours = chosen_keys(request, described.keys)

    before, now = Counter[str](), Counter[str]()
    for old in store.at_hand(request.table):
        theirs = chosen_keys(old.origin.request or request, described.keys)
        both = {name: sorted({*ours[name]} & {*theirs[name]}) for name in ours}
        if all(both.values()) and not before.total():
            before = sum(_published(old, both), Counter())
            now = sum(_published(new, both), Counter())
    return loss_faults(before, now, any_value=any_value)


def _published(
    part: Snapshot, only: Mapping[str, Sequence[str]], *, zeros: bool = True
) -> Iterator[Counter[str]]:
    """Count the cells with a value by year, batch after batch."""
    table = registry.table(part.origin.table)
    path = part.folder / part.origin.observations
    if path.suffix == ".csv":
        batches: Iterable[Any] = [pa.Table.from_pandas(part.cells({}), preserve_index=False)]
    else:
        batches = pq.ParquetFile(path).iter_batches()

    none = [*NO_VALUE, *([] if zeros else ["0"])]
    for batch in batches:
        rows = batch
        for name, keys in only.items():
            short = pa.array([key.strip() for key in keys])
            rows = rows.filter(pc.is_in(pc.utf8_trim_whitespace(rows[name]), short))
        years = pc.utf8_slice_codeunits(rows[table.period], 0, 4)
        counted: Counter[str] = Counter()
        for name in rows.schema.names:
            if name not in table.dimensions:
                empty = pc.is_in(pc.utf8_trim_whitespace(rows[name]), pa.array(none))
                full = pc.and_(pc.is_valid(rows[name]), pc.invert(empty))
                for row in pc.value_counts(years.filter(full)).to_pylist():
                    counted[row["values"]] += row["counts"]
        yield counted


def loss_faults(before: Mapping[str, int], now: Mapping[str, int], *, any_value: bool) -> list[str]:
    """
    Hold a download against the snapshot in use, year by year: how many cells have a value.

    Parameters
    ----------
    before, now : mapping of str to int
        Cells with a value in each year, of what both have; empty where nothing was here.
    any_value : bool
        Whether any cell of the download has a value that is not zero.

    Returns
    -------
    list of str

    Examples
    --------
    >>> loss_faults({"2011": 500, "2012": 500}, {"2012": 300}, any_value=True)
    ['the year 2011 is gone', '700 of 1,000 values are gone']
    """
    if not any_value:
        return ["every value is empty or zero"]
    gone = [year for year, count in sorted(before.items()) if count and not now.get(year)]
    faults = [f"the year {year} is gone" for year in gone]

    had, have = sum(before.values()), sum(now.get(year, 0) for year in before)
    if have < (1 - LOST) * had:
        faults.append(f"{had - have:,} of {had:,} values are gone")
    return faults
