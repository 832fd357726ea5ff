"""
Faults that the replica shows on demand.

Every fault says where it happens (`table` and `entity` are patterns, `page` counts from 0; all
pages by default) and how often (`times`; None is always). Of the faults on the wire only the first
that applies happens in one request, so a list of them, each once, is what a client meets in a row
when it tries again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from cbs_replica.rows import Changed, Row
from cbs_replica.shape import Table

PAGE = 10_000  # rows of a page of CBS's


@dataclass
class Answer:
    """What goes over the wire, and how."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stop_after: int | None = None  # bytes of the body, then the connection ends
    reset: bool = False
    chunk: int | None = None
    pause: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Where and how often something goes wrong."""

    table: str = "*"
    entity: str = "*DataSet"
    page: int | None = None
    times: int | None = 1

    def applies(self, table: str, entity: str, page: int) -> bool:
        return (
            fnmatchcase(table, self.table)
            and fnmatchcase(entity, self.entity)
            and self.page in {None, page}
        )


@dataclass(frozen=True)
class OnTheWire(Fault):
    """A fault of the connection or of the answer as a whole."""

    def answer(self, answer: Answer) -> Answer:
        raise NotImplementedError


@dataclass(frozen=True)
class Reset(OnTheWire):
    """Reset the connection after so many bytes of the body; at 0 nothing is answered at all."""

    after: int = 0

    def answer(self, answer: Answer) -> Answer:
        return replace(answer, stop_after=self.after, reset=True)


@dataclass(frozen=True)
class PrematureEnd(OnTheWire):
    """Close the connection in good order, but before the announced length is reached."""

    after: int = 1000

    def answer(self, answer: Answer) -> Answer:
        return replace(answer, stop_after=self.after)


@dataclass(frozen=True)
class Truncated(OnTheWire):
    """Send the first bytes of the JSON as if they were all."""

    after: int = 1000

    def answer(self, answer: Answer) -> Answer:
        return replace(answer, body=answer.body[: self.after])


@dataclass(frozen=True)
class Html(OnTheWire):
    """Answer a page for people, with status 200."""

    text: str = "<!DOCTYPE html><html><head><title>Onderhoud</title></head><body><p>Even geduld.</p></body></html>"

    def answer(self, answer: Answer) -> Answer:
        return replace(
            answer, body=self.text.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
        )


@dataclass(frozen=True)
class Status(OnTheWire):
    """Answer with an error status, and with the seconds (or the date) of Retry-After if given."""

    status: int = 503
    retry_after: int | str | None = None

    def answer(self, answer: Answer) -> Answer:
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        body = f"<html><body><h1>{self.status}</h1></body></html>".encode()
        return replace(answer, body=body, status=self.status, headers=headers)


@dataclass(frozen=True)
class Trickle(OnTheWire):
    """Send the body bit by bit, with a pause after each."""

    chunk: int = 64
    pause: float = 0.05

    def answer(self, answer: Answer) -> Answer:
        return replace(answer, chunk=self.chunk, pause=self.pause)


@dataclass(frozen=True)
class Paging(Fault):
    """A fault in which rows a page holds, or in which page follows."""

    def start(self, skip: int, page: int) -> int:  # noqa: ARG002
        return skip

    def following(self, skip: int, following: int | None, page: int) -> int | None:  # noqa: ARG002
        return following


@dataclass(frozen=True)
class PageTwice(Paging):
    """Link from a page to itself: who follows the link gets it twice, and then the rest."""

    def following(self, skip: int, following: int | None, page: int) -> int | None:  # noqa: ARG002
        return skip


@dataclass(frozen=True)
class PageOfBefore(Paging):
    """
    Answer with the rows of the page before: one page comes twice and one is lost, though every link
    is right.
    """

    def start(self, skip: int, page: int) -> int:
        return max(0, skip - page)


@dataclass(frozen=True)
class PageMissing(Paging):
    """Link past the next page, so that its rows are never seen."""

    def following(self, skip: int, following: int | None, page: int) -> int | None:  # noqa: ARG002
        return following and following + page


@dataclass(frozen=True)
class EndsEarly(Paging):
    """Give a page as if it were the last: what follows it is never seen."""

    def following(self, skip: int, following: int | None, page: int) -> int | None:  # noqa: ARG002
        return None


@dataclass(frozen=True, kw_only=True)
class Schema(Fault):
    """A fault in what the table says of itself or in how its rows look, for as long as it lasts."""

    entity: str = "*"
    times: int | None = None

    def change(self, table: Table) -> Table:
        raise NotImplementedError


def _mapped(rows: list[dict[str, Any]], key: str, **new: Any) -> list[dict[str, Any]]:
    return [row | new if row["Key"] == key else row for row in rows]


@dataclass(frozen=True)
class RenamedMeasure(Schema):
    """Rename the column of a measure in the properties and in the rows."""

    old: str
    new: str

    def change(self, table: Table) -> Table:
        def renamed(row: Row) -> Row:
            return {self.new if name == self.old else name: value for name, value in row.items()}

        properties = _mapped(table.properties, self.old, Key=self.new)
        return replace(
            table,
            properties=properties,
            rows=Changed(table.rows, renamed, frozenset([self.old, self.new])),
        )


@dataclass(frozen=True)
class DroppedColumn(Schema):
    """Drop a measure from the properties and from the rows."""

    name: str

    def change(self, table: Table) -> Table:
        return replace(
            table, properties=[row for row in table.properties if row["Key"] != self.name]
        )


@dataclass(frozen=True)
class NewKey(Schema):
    """
    Add a row with a key that was not there, and the key to its dimension table unless `listed` is
    False.
    """

    dimension: str
    key: str
    title: str = "Nieuw"
    listed: bool = True

    def change(self, table: Table) -> Table:
        dimensions = dict(table.dimensions)
        if self.listed:
            like = dict.fromkeys(dimensions[self.dimension][0])
            dimensions[self.dimension] = [
                *dimensions[self.dimension],
                like | {"Key": self.key, "Title": self.title},
            ]
        (first,) = table.rows.read(None, 0, 1)
        row = {name: value for name, value in first.items() if name != "ID"} | {
            self.dimension: self.key
        }
        return replace(table, dimensions=dimensions, rows=Changed(table.rows, more=[row]))


@dataclass(frozen=True)
class WrongUnit(Schema):
    """Give a measure, or all of them, another unit."""

    unit: str
    measure: str = "*"

    def change(self, table: Table) -> Table:
        properties = [
            row | {"Unit": self.unit}
            if row["Type"] == "Topic" and fnmatchcase(row["Key"], self.measure)
            else row
            for row in table.properties
        ]
        return replace(table, properties=properties)


@dataclass(frozen=True)
class PartYear(Schema):
    """Let the title of a year say that it is not complete."""

    key: str = "2022JJ00"
    title: str = "2022 januari-oktober"

    def change(self, table: Table) -> Table:
        periods = _mapped(table.dimensions["Perioden"], self.key, Title=self.title)
        return replace(table, dimensions=table.dimensions | {"Perioden": periods})


@dataclass(frozen=True)
class StraySpaces(Schema):
    """Put spaces behind the keys of a dimension; in its rows as well unless `in_rows` is False."""

    dimension: str
    spaces: int = 2
    in_rows: bool = True

    def change(self, table: Table) -> Table:
        def padded(row: Row) -> Row:
            return row | {self.dimension: row[self.dimension] + " " * self.spaces}

        keys = [
            row | {"Key": row["Key"] + " " * self.spaces}
            for row in table.dimensions[self.dimension]
        ]
        rows = (
            Changed(table.rows, padded, frozenset([self.dimension])) if self.in_rows else table.rows
        )
        return replace(table, dimensions=table.dimensions | {self.dimension: keys}, rows=rows)


def _nothing_else(_: Table) -> None: ...


@dataclass(frozen=True)
class ModifiedHalfway(Fault):
    """
    Publish the table anew the moment a page is asked for: from then on another date, and `revise`
    done to it.
    """

    modified: str
    revise: Callable[[Table], None] = _nothing_else

    def happen(self, table: Table) -> None:
        table.info["Modified"] = self.modified
        self.revise(table)


def changed(table: Table, faults: list[Fault]) -> Table:
    """Give the table as the faults show it; the table itself stays as it is."""
    for fault in faults:
        if isinstance(fault, Schema):
            table = fault.change(table)
    return table
