"""One way to a table: columns of texts, or of numbers and how they are written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from nltrade import registry
from nltrade.report import Numbers, Report, Table
from nltrade.words import Words

NONE = "–"


class Column(NamedTuple):
    """A column of numbers: what is read, and the numbers behind it."""

    texts: Sequence[str]
    numbers: Numbers


Columns = dict[str, Sequence[str] | Column]  # by the ids of their heads, or the heads themselves


def written(
    values: Iterable[Any],
    write: Callable[[float], str],
    unit: str = "",
    none: str | Sequence[str] = NONE,
) -> Column:
    """Write numbers; where there is none, what stands instead: in all rows, or in each."""
    numbers = [None if pd.isna(value) else float(value) for value in values]
    instead = [none] * len(numbers) if isinstance(none, str) else none
    texts = [
        other if number is None else write(number)
        for number, other in zip(numbers, instead, strict=True)
    ]
    return Column(texts, Numbers(numbers, unit))


def table_of(
    title: str,
    columns: Columns,
    say: Words,
    remarks: Sequence[str] = (),
    *,
    colours: Mapping[str, Sequence[str]] | None = None,
    one_line: bool = False,
) -> Table:
    """Set columns beside each other, each under the label of its id or under its own words."""
    texts, numbers = {}, {}
    for id, column in columns.items():
        head = known(id, say)
        texts[head] = column.texts if isinstance(column, Column) else column
        if isinstance(column, Column):
            numbers[head] = column.numbers

    coloured = {known(id, say): each for id, each in (colours or {}).items()}
    return Table(title, pd.DataFrame(texts), remarks, numbers, coloured, one_line)


def report_of(title: str, columns: Columns, say: Words, sources: Sequence[str] = ()) -> Report:
    """Present one table under the label of its title."""
    return Report([table_of(say.label(title), columns, say)], sources, say.lang)


def no_rows(say: Words) -> Report:
    """Say that a frame has no rows: nothing here is of what was asked for."""
    return Report([Table(say.label("no-rows"))], [], say.lang)


def known(id: str, say: Words) -> str:
    """Give the label of a code, or the code where it is of a frame of the user's own."""
    return say.label(id) if id in registry.texts() else str(id)


def amount(value: float, say: Words) -> str:
    """
    Write an amount of million euro, with decimals only where it is small.

    Examples
    --------
    >>> amount(20332.0, Words("en")), amount(7.5, Words("nl")), amount(0.042, Words("en"))
    ('20,332', '7,5', '0.042')
    """
    is_plain = value == round(value) or abs(value) >= 100
    return say.number(value, 0 if is_plain else 1 if abs(value) >= 1 else 3)


def amounts(values: Iterable[Any], say: Words, unit: str = "") -> Column:
    """Write amounts of million euro."""
    return written(values, partial(amount, say=say), unit)
