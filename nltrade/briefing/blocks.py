"""What a document consists of, whatever its format: sections of paragraphs, points, tables and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from nltrade.charts import Chart
from nltrade.registry.entries import Lang
from nltrade.words import Words

MOST = 6  # series in a table, so that it fits a page


@dataclass(frozen=True)
class Link:
    """A text with an address; only ``http`` and ``https`` addresses become links."""

    text: str
    address: str

    @property
    def safe(self) -> bool:
        """Whether the address may be followed."""
        return self.address.startswith(("http://", "https://"))


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: Sequence[str | Link]


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table of texts; the first column names the rows."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Figure:
    """A figure, with its headline above it, and what is measured, notes and source under it."""

    chart: Chart


Block = str | Points | Heading | Table | Figure


@dataclass(frozen=True)
class Section:
    """A part of a document with a heading; `id` names it in links."""

    id: str
    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Content:
    """A document: title, what stands under it, sections, and the line at its end."""

    name: str
    lang: Lang
    title: str
    subtitle: str
    modified: str
    sections: Sequence[Section]
    end: str

    @property
    def charts(self) -> list[Chart]:
        """The figures, in order."""
        return [
            block.chart
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Figure)
        ]


def values_of(chart: Chart, *, main: bool = False) -> list[Table]:
    """
    Put the values that a figure draws in tables.

    Parameters
    ----------
    chart : Chart
        The figure.
    main : bool
        Only the series that its text alternative tells.

    Returns
    -------
    list of Table
        Of at most six series each, without the years or parts that none of them has.
    """
    whole = chart.table(main=main)
    tables = []
    for start in range(0, len(whole.columns), MOST):
        part = whole.iloc[:, start : start + MOST]
        part = part[(part != "").any(axis=1)]
        head = [Words(chart.lang).label("period-or-partner"), *part.columns]
        rows = [
            [point, *row] for point, row in zip(part.index, part.to_numpy().tolist(), strict=True)
        ]
        tables.append(Table(chart.subtitle, head, rows))
    return tables


def shares(table: Table, room: float) -> list[float]:
    """
    Share out the width of a table over its columns.

    Each has room for its longest word; the rest goes to those with longer texts.

    Parameters
    ----------
    table : Table
        A table of texts.
    room : float
        Characters that go beside each other in the whole width.

    Returns
    -------
    list of float
        Parts of one.

    Examples
    --------
    >>> [round(part, 1) for part in shares(Table("", ["year", "what"], [["2012", "a long sentence of words"]]), 40)]
    [0.2, 0.8]
    """
    columns = list(zip(table.head, *table.rows, strict=True))
    least = [
        3 + 1.1 * max(len(word) for cell in column for word in cell.split(" "))
        for column in columns
    ]
    more = [
        max(min(max(len(cell) for cell in column), 60) + 2 - word, 0)
        for column, word in zip(columns, least, strict=True)
    ]
    spare = max(room - sum(least), 0)
    wide = [
        word + spare * extra / (sum(more) or 1) for word, extra in zip(least, more, strict=True)
    ]
    return [one / sum(wide) for one in wide]
