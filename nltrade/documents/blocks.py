"""What a document consists of, whatever its format: sections of paragraphs, points, tables and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from nltrade import wording
from nltrade.charts import Chart
from nltrade.registry.entries import Lang


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
class Picture:
    """A figure, with its headline above it, and what is measured, notes and source under it."""

    chart: Chart


Block = str | Points | Heading | Table | Picture


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
        return [block.chart for section in self.sections for block in section.blocks if isinstance(block, Picture)]


def values_of(chart: Chart, *, main: bool = False) -> Table:
    """Put the values that a figure draws in a table; `main`: only those that its text alternative tells."""
    frame = chart.table(main=main)
    head = [wording.label("period-or-partner", chart.lang), *frame.columns]
    return Table(
        chart.subtitle, head, [[point, *row] for point, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)]
    )


def widths(table: Table) -> list[int]:
    """Weigh the columns of a table by their longest text, so that none is too narrow or takes all."""
    columns = zip(table.head, *table.rows, strict=True)
    return [min(max(max(len(cell) for cell in column), 8), 60) for column in columns]
