"""
Where the observations of a table come from: a list that a test can change, or a cube that makes
pages when asked.

A cell holds a number, None (unknown or secret) or IMPOSSIBLE. `count` and `read` take a condition,
or None for all rows.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from cbs_replica.query import Where, together

IMPOSSIBLE = ""

Row = dict[str, Any]


class Rows(Protocol):
    """What the server asks of the observations of a table."""

    def count(self, where: Where | None = None) -> int: ...

    def read(self, where: Where | None, start: int, stop: int) -> list[Row]: ...


def _scan(rows: Iterator[Row], where: Where | None) -> Iterator[Row]:
    return rows if where is None else (row for row in rows if where.test(row))


@dataclass
class Listed:
    """Cells in a list: dimension keys and values by column, changed freely between requests."""

    cells: list[Row]

    def count(self, where: Where | None = None) -> int:
        return sum(1 for _ in _scan(self._rows(), where))

    def read(self, where: Where | None, start: int, stop: int) -> list[Row]:
        return list(islice(_scan(self._rows(), where), start, stop))

    def _rows(self) -> Iterator[Row]:
        return ({"ID": place, **cell} for place, cell in enumerate(self.cells))


@dataclass
class Cube:
    """
    Every combination of keys, the last dimension fastest, made when asked for.

    A condition on one dimension narrows its keys, so a question about one partner in ten million
    rows costs what its answer costs; only a condition across dimensions or on a value is tried row
    by row.
    """

    keys: dict[str, list[str]]
    measures: list[str]
    cell: Callable[..., tuple[Any, ...]]
    limit: int | None = None
    _names: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = ["ID", *self.keys, *self.measures]

    def count(self, where: Where | None = None) -> int:
        chosen, rest = self._narrow(where)
        total = self._within_limit(chosen)
        return total if rest is None else sum(1 for _ in _scan(self._rows(chosen, 0, total), rest))

    def read(self, where: Where | None, start: int, stop: int) -> list[Row]:
        chosen, rest = self._narrow(where)
        total = self._within_limit(chosen)
        if rest is None:
            return list(self._rows(chosen, start, min(stop, total)))
        return list(islice(_scan(self._rows(chosen, 0, total), rest), start, stop))

    def _narrow(self, where: Where | None) -> tuple[list[list[int]], Where | None]:
        chosen = {name: list(range(len(keys))) for name, keys in self.keys.items()}
        rest = []
        for part in where.conjuncts() if where else []:
            if len(part.columns) == 1 and (name := next(iter(part.columns))) in chosen:
                chosen[name] = [
                    place for place in chosen[name] if part.test({name: self.keys[name][place]})
                ]
            else:
                rest.append(part)
        return list(chosen.values()), together(rest)

    def _within_limit(self, chosen: list[list[int]]) -> int:
        total = math.prod(map(len, chosen))
        if self.limit is None:
            return total
        return bisect_left(range(total), self.limit, key=lambda place: self._id(chosen, place))

    def _id(self, chosen: list[list[int]], place: int) -> int:
        id, size = 0, 1
        for keys, places in zip(reversed(self.keys.values()), reversed(chosen), strict=True):
            place, at = divmod(place, len(places))
            id += places[at] * size
            size *= len(keys)
        return id

    def _rows(self, chosen: list[list[int]], start: int, stop: int) -> Iterator[Row]:
        *outer, last = chosen
        *names, fastest = self.keys.values()
        cell, columns = self.cell, self._names
        while start < stop:
            block, first = divmod(start, len(last))
            at = []
            for places in reversed(outer):
                block, here = divmod(block, len(places))
                at.append(places[here])
            head = [keys[place] for keys, place in zip(names, reversed(at), strict=True)]
            base = self._id(chosen, start) - last[first]
            for place in last[first : first + stop - start]:
                key = fastest[place]
                yield dict(zip(columns, (base + place, *head, key, *cell(*head, key)), strict=True))
            start += len(last) - first


@dataclass
class Changed:
    """The rows of another source after a change of some columns, with more rows behind them."""

    inner: Rows
    change: Callable[[Row], Row] = dict
    touched: frozenset[str] = frozenset()
    more: list[Mapping[str, Any]] = field(default_factory=list)

    def count(self, where: Where | None = None) -> int:
        before, after = self._split(where)
        if after is None:
            return self.inner.count(before) + len(self._behind(where))
        return sum(1 for _ in _scan(self._rows(before), after)) + len(self._behind(where))

    def read(self, where: Where | None, start: int, stop: int) -> list[Row]:
        before, after = self._split(where)
        if after is not None:
            rows = list(islice(_scan(self._rows(before), after), stop))
            return (rows + self._behind(where))[start:stop]
        total = self.inner.count(before)
        rows = (
            [self.change(row) for row in self.inner.read(before, start, stop)]
            if start < total
            else []
        )
        return rows + self._behind(where)[max(0, start - total) : max(0, stop - total)]

    def _split(self, where: Where | None) -> tuple[Where | None, Where | None]:
        parts = where.conjuncts() if where else []
        early = [part for part in parts if not part.columns & self.touched]
        return together(early), together([part for part in parts if part.columns & self.touched])

    def _behind(self, where: Where | None) -> list[Row]:
        total = self.inner.count()
        return list(
            _scan(({"ID": total + place, **row} for place, row in enumerate(self.more)), where)
        )

    def _rows(self, where: Where | None) -> Iterator[Row]:
        start = 0
        while rows := self.inner.read(where, start, start + 10_000):
            yield from map(self.change, rows)
            start += len(rows)
