"""
The CBS open data feed (OData v3): metadata, and observations page by page, straight into columns.

The feed gives 10,000 rows a page and the address of the next one. How many rows a table has stands
in the catalogue alone; some services count when asked, with a byte order mark before the number or
not at all. So each piece is held against the product of its keys, and fewer rows are believed only
where a count confirms them.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import msgspec
import pyarrow as pa
from pyarrow import json

from nltrade.errors import NoData, SourceError
from nltrade.registry.entries import Table
from nltrade.sources.cbs_notation import measure_columns, spelt
from nltrade.sources.checks import Described
from nltrade.sources.plan import Piece, Plan
from nltrade.sources.transport import Again, Transport, checked

# Tells "unknown or secret" from "impossible"; the typed one does not.
OBSERVATIONS = "UntypedDataSet"
LINK = "odata.nextLink"
REFUSED = (
    "CBS answers so to networks that it does not let in (clouds, some companies): try from another "
    "network. In a browser on yours, save the table as CSV and use `nltrade fetch TABLE --from "
    "FILE`."
)
CATALOGUE = "Identifier,Title,Period,Modified,OutputStatus"


class Info(msgspec.Struct):
    """What is used of the row of TableInfos."""

    Identifier: str
    Title: str
    Modified: str


class Feed(Transport):
    """One way into the feed, for one download; a context that closes its connections."""

    variable = "NLTRADE_CBS"
    home = "https://opendata.cbs.nl"
    remedy = REFUSED

    @property
    def via(self) -> str:
        """Where a download comes from, as its provenance says it."""
        return f"the CBS open data feed (OData v3, {OBSERVATIONS}) at {self.shown}"

    def modified(self, table: str) -> str:
        """Ask when a table was modified last."""
        return read_modified(table, self._info(table).Modified)

    def records(self, table: str) -> int | None:
        """Ask the catalogue how many rows a table has; None where it does not tell."""
        question = {"$format": "json", "$filter": f"Identifier eq '{table}'"}
        try:
            found = self.rows(
                f"{table} in the catalogue", f"{self.address}/ODataCatalog/Tables", question
            )
        except SourceError:
            return None
        counts = [row.get("RecordCount") for row in found if row.get("Identifier") == table]
        return counts[0] if counts and isinstance(counts[0], int) and counts[0] > 0 else None

    def describe(self, table: Table) -> Described:
        """Ask what a table looks like today: its title and date, its columns, its keys."""
        title, modified, properties = self.about(table.id)
        there = [str(row.get("Key")) for row in properties]
        names = spelt(table, there)
        lists = {name: self.entity(table.id, own) for name, own in names.items() if own in there}
        return Described(
            title=title,
            modified=modified,
            properties=properties,
            lists=lists,
            spelt=names,
            measures=measure_columns(table, properties),
            records=self.records(table.id),
        )

    def about(self, table: str) -> tuple[str, str, list[dict[str, Any]]]:
        """Ask for the title, the date and the columns of any table."""
        info = self._info(table)
        modified = read_modified(table, info.Modified)
        return " ".join(info.Title.split()), modified, self.entity(table, "DataProperties")

    def pages(self, plan: Plan, piece: Piece, described: Described) -> Iterator[pa.Table]:
        """Give the rows of a piece page by page, each column as the text that CBS wrote."""
        columns = [described.names[name] for name in plan.columns]
        question = {"$format": "json", "$select": ",".join(columns)}
        if piece.keys:
            question["$filter"] = piece.asks(described.names)
        what = f"{plan.request.table} ({piece.filter or 'all'})"
        most = 20 + piece.rows // 1_000  # pages: a tenth of the usual size is small enough
        seen: set[tuple[str, ...]] = set()

        def read(body: bytes, start: int) -> tuple[pa.Table, str | None]:
            found, link = decoded(body, columns)
            end = start + found.num_rows

            keys = found.columns[: len(plan.dimensions)]
            first = tuple(str(key[0]) for key in keys) if found.num_rows else ()
            if first in seen:
                raise Again("a page came twice")
            skip = re.search(r"\$skip=(\d+)", unquote(link or ""))
            if skip and int(skip[1]) != end:
                raise Again(f"after row {end} its link leads to row {skip[1]}")
            if link is None or end > piece.rows:
                self._settle(plan, piece, described, end)

            seen.add(first)
            return found, link

        for found in self.follow(what, self._url(plan), question, read):
            if len(seen) > most:
                raise SourceError(f"{what}: the pages of {self.shown} have no end.")
            yield found.rename_columns(plan.columns)

    def _settle(self, plan: Plan, piece: Piece, described: Described, rows: int) -> None:
        """Refuse another number of rows than the keys make, unless a count confirms it."""
        if rows in {0, piece.rows}:
            return  # no row at all is another fault, which the checks know
        question = {"$filter": piece.asks(described.names)} if piece.keys else {}
        is_less = rows < piece.rows
        counted = self.counted(f"{self._url(plan)}/$count", question) if is_less else None
        if counted != rows:
            expected = piece.rows if counted is None else counted
            raise Again(f"{rows} rows came where there are {expected}")

    def _info(self, table: str) -> Info:
        (row, *_) = self.entity(table, "TableInfos")
        try:
            return msgspec.convert(row, Info)
        except msgspec.ValidationError as error:
            raise SourceError(
                f"{table}: its description is not as CBS writes it: {error}."
            ) from None

    def entity(self, table: str, entity: str) -> list[dict[str, Any]]:
        """Ask for a list of metadata, which is never empty."""
        what = f"{entity} of {table}"
        url = f"{self.address}/ODataFeed/odata/{table}/{entity}"

        def once() -> list[dict[str, Any]]:
            found = self.rows(what, url, {"$format": "json"}, LINK)
            if not found:
                raise Again("the answer is empty")
            return found

        return self.attempt(what, once)

    def _url(self, plan: Plan) -> str:
        return f"{self.address}/ODataFeed/odata/{plan.request.table}/{OBSERVATIONS}"


def find_tables(word: str) -> list[dict[str, Any]]:
    """
    Find tables in the catalogue of CBS by a word in their title.

    Parameters
    ----------
    word : str
        Part of a title, in upper or lower case; titles are in Dutch, or in English for tables with
        an id on ENG.

    Returns
    -------
    list of dict
        What the catalogue says of each: Identifier, Title, Period, Modified, OutputStatus.

    Raises
    ------
    SourceError
        CBS cannot be reached.
    NoData
        No title has the word.
    """
    # The server looks for it, and minds the case.
    quoted = word.replace("'", "''")
    spellings = dict.fromkeys([quoted, quoted.lower(), quoted.capitalize()])
    terms = [f"substringof('{spelling}',Title)" for spelling in spellings]
    question = {"$format": "json", "$select": CATALOGUE, "$filter": " or ".join(terms)}
    with Feed() as feed:
        found = feed.rows("the catalogue", f"{feed.address}/ODataCatalog/Tables", question, LINK)
    if found:
        return found
    raise NoData(f"No table of CBS has {word!r} in its title. Most titles are in Dutch.")


def read_modified(table: str, text: str) -> str:
    """Check that a modification date is one: it names the folder of the snapshot."""
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        day = datetime.min
    day = day.replace(tzinfo=None)
    tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    if not (re.match(r"\d{4}-\d\d-\d\d(T|$)", text) and datetime(1990, 1, 1) < day < tomorrow):
        raise SourceError(
            f"{table}: its date of modification is {text[:40]!r}, which cannot be right. Nothing "
            "was downloaded."
        )
    return text


def decoded(body: bytes, columns: Sequence[str]) -> tuple[pa.Table, str | None]:
    """Read the columns of a page, and the link to the next, without an object for every value."""
    found, link = page_of(body, pa.struct([(name, pa.string()) for name in columns]), LINK)
    absent = [name for name in columns if f'"{name}"'.encode() not in body]
    if absent and found.num_rows:
        raise SourceError(
            f"The rows have no {', '.join(absent)}, though the table lists "
            "it. CBS may be changing the table: try again later, or mend tables.toml."
        )
    return found, link


def page_of(body: bytes, row: pa.StructType, link: str) -> tuple[pa.Table, str | None]:
    """Read a page of rows of one form, and what stands under the name of the link to the next."""
    schema = pa.schema([("value", pa.list_(row)), (link, pa.string())])
    parse = json.ParseOptions(
        explicit_schema=schema, newlines_in_values=True, unexpected_field_behavior="ignore"
    )
    body = checked(body)
    read = json.ReadOptions(use_threads=False, block_size=len(body) + 1)
    try:
        (page,) = json.read_json(pa.BufferReader(body), read, parse).to_batches()
        rows = page["value"].flatten()
        if page.num_rows != 1 or page["value"].null_count or rows.null_count:
            raise pa.ArrowInvalid("it has no rows")
    except (pa.ArrowInvalid, ValueError) as error:
        head = body[:40].decode(errors="replace").strip()
        raise Again(
            f"the answer is no JSON or half of it: {error} (it begins with {head!r})"
        ) from error
    return pa.Table.from_struct_array(rows), page[link][0].as_py()
