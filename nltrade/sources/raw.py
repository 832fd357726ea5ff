"""
Any CBS table as CBS has it, registered or not: keys, labels, units and statuses beside the values.

Nothing of it is checked against the registry or turned into the tidy frame: it is for questions
that this package does not ask.
"""

import re
import shutil
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from nltrade.errors import SnapshotError, SourceError, UnknownName
from nltrade.sources import snapshot, store
from nltrade.sources.cbs_notation import NO_VALUE
from nltrade.sources.cbs_v3 import OBSERVATIONS, Feed, decoded
from nltrade.sources.snapshot import Snapshot
from nltrade.sources.transport import Again, Patience

FILE = "data.parquet"
Row = dict[str, Any]  # of metadata
ROWS = 20_000_000  # of one table; the largest here have 7.5 million


def fetch_raw(table: str, *, timeout: float = 60.0, tries: int = 6) -> Snapshot:
    """
    Bring any CBS table as it is, and keep it as Parquet.

    Parameters
    ----------
    table : str
        CBS's identifier, of a registered table or of any other.
    timeout : float
        Seconds that one answer may take.
    tries : int
        How often one answer is asked for.

    Returns
    -------
    Snapshot
        The folder, with ``data.parquet``, and its origin.

    Raises
    ------
    SourceError
        CBS cannot be reached, has no such table, or sends what cannot be right.
    """
    if not re.fullmatch(r"[A-Za-z0-9]{3,20}", table):
        raise UnknownName(f"No table {table!r}. See `nltrade tables --search WORD`.")

    home = store.made_folder()
    with Feed(patience=Patience(timeout, tries)) as feed:
        title, modified, properties = feed.about(table)
        kinds = {str(row.get("Key")): str(row.get("Type")) for row in properties}
        dimensions = [key for key, kind in kinds.items() if kind.endswith("Dimension")]
        topics = {str(row["Key"]): row for row in properties if row.get("Type") == "Topic"}
        lists = {name: feed.entity(table, name) for name in dimensions}
        rows = _rows(feed, table, [*dimensions, *topics])

    long = pa.Table.from_pandas(_long(rows, lists, topics), preserve_index=False)
    kept = home / "as-it-is" / table / modified[:10]
    with store.new_folder(kept.parent) as new:
        pq.write_table(long, new / FILE)
        found = snapshot.keep(
            new,
            {FILE: long.num_rows},
            **snapshot.of_cbs(table, modified),
            title=title,
            via=feed.via,
        )
        shutil.rmtree(kept, ignore_errors=True)
        new.rename(kept)
    return Snapshot(kept, found.origin)


def load_raw(table: str) -> pd.DataFrame:
    """
    Load a CBS table that was fetched as it is, with `nltrade fetch TABLE --raw`.

    Parameters
    ----------
    table : str
        CBS's identifier.

    Returns
    -------
    pandas.DataFrame
        A row for each cell: the keys of each dimension in CBS's own names, their labels
        (``…_label``) and statuses (``…_status``), `column`, `title` and `unit` of the measure, its
        `value` as CBS gives it (in `unit`), and why there is none (`missing`).

    Raises
    ------
    SnapshotError
        The table was not fetched so, or its file changed.

    Examples
    --------
    >>> import nltrade as nl
    >>> nl.load_raw("81261ned")  # doctest: +SKIP
    """
    found = sorted((store.own_folder() / "as-it-is" / table).glob("[0-9]*/origin.json"))
    if not found:
        raise SnapshotError(
            f"{table} is not here as CBS has it. Bring it with `nltrade fetch {table} --raw`."
        )
    return snapshot.opened(found[-1].parent).verify().cells({})


def _rows(feed: Feed, table: str, columns: list[str]) -> pd.DataFrame:
    """Bring all rows, page after page; as many as the catalogue tells of, where it does."""
    url = f"{feed.address}/ODataFeed/odata/{table}/{OBSERVATIONS}"
    question = {"$format": "json", "$select": ",".join(columns)}

    def read(body: bytes, start: int) -> tuple[pa.Table, str | None]:
        page, link = decoded(body, columns)
        if link is not None and page.num_rows == 0:
            raise Again("a page has no rows, and a link to another")
        if start + page.num_rows > ROWS:
            raise SourceError(f"{table} has more than {ROWS:,} rows: ask for a part of it instead.")
        return page, link

    rows = pa.concat_tables(feed.follow(f"the rows of {table}", url, question, read))
    count, records = rows.num_rows, feed.records(table)
    if records not in {None, count}:
        raise SourceError(
            f"{count:,} rows of {table} came, and the catalogue of CBS tells of {records:,}. "
            "Nothing was kept. Try again later."
        )
    return rows.to_pandas()


def _long(
    rows: pd.DataFrame, lists: Mapping[str, list[Row]], topics: Mapping[str, Row]
) -> pd.DataFrame:
    """Give each cell a row, with the labels of its keys and the title and unit of its topic."""
    for name, listed in lists.items():
        labels = {str(row["Key"]): str(row.get("Title")).strip() for row in listed}
        rows[f"{name}_label"] = rows[name].map(labels)
        states = {str(row["Key"]): row["Status"] for row in listed if row.get("Status")}
        if states:
            rows[f"{name}_status"] = rows[name].map(states)

    kept = [name for name in rows.columns if name not in topics]
    long = rows.melt(kept, var_name="column", value_name="text")
    for part in ("Title", "Unit"):
        texts = {key: " ".join(str(row.get(part) or "").split()) for key, row in topics.items()}
        long[part.lower()] = long["column"].map(texts)

    text = long.pop("text").str.strip()
    long["missing"] = text.map(NO_VALUE).fillna("")
    long["value"] = pd.to_numeric(text.mask(text.isin(list(NO_VALUE))), errors="coerce")
    return long
