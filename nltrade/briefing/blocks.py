"""What a document consists of, whatever its format: sections of paragraphs, tables and pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from nltrade.charts import Chart
from nltrade.charts.series import by_years
from nltrade.claims import Verdict
from nltrade.registry.entries import Lang
from nltrade.report import Table
from nltrade.words import Words

MOST = 6  # series in a table, so that it fits a page
LONG = 120  # characters of a text that ask for more width
SHORT = 14  # characters of a cell that is a number
REASON = 18  # characters of one that says why there is none
DATED = re.compile(r"(^| )\d{4}$")
ICONS = {"supported": "✓", "contradicted": "✗", "depends": "≈", "cannot be checked": "?"}
# Colours of verdicts in office files.
TONES = {"supported": "1B6E3C", "contradicted": "B3261E", "depends": "7A5200"}
Part = Literal["summary", "body", "annex"]


class Said(str):
    """A text that says of itself in which language it is (`lang`), or which verdict (`verdict`)."""

    lang: str = ""
    verdict: str = ""


def quote(words: str, lang: str, say: Words) -> Said:
    """Put words between quotation marks and note their language."""
    said = Said(say.text("quoted", words=words))
    said.lang = lang
    return said


def verdict_mark(verdict: str, say: Words) -> Said:
    """Give the icon and the word of a verdict."""
    said = Said(f"{ICONS[verdict]}\N{NO-BREAK SPACE}{say.label(verdict)}")
    said.verdict = verdict.replace(" ", "-")
    return said


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

    @property
    def links(self) -> list[Link]:
        """The sentences, each with the address that it leads to or none."""
        links = [each if isinstance(each, Link) else Link(each, "") for each in self.items]
        return [each if each.safe else Link(each.text, "") for each in links]


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True)
class Figure:
    """A figure, what may be said with it, and in short what its numbers are from."""

    chart: Chart
    said: str
    source: str

    @property
    def caption(self) -> str:
        """What is measured, what the marks are, a note, and the source."""
        return self._told(self.chart.marks)

    @property
    def caption_of_values(self) -> str:
        """The caption where the drawing is not."""
        return self._told("")

    def _told(self, marks: str) -> str:
        measured = self.chart.subtitle.removesuffix(".") + "."
        return " ".join(filter(None, [measured, marks, self.chart.remark, self.source]))


Block = str | Points | Heading | Table | Figure


@dataclass(frozen=True)
class Section:
    """A stretch of a document; `id` names it in links, `part` says where it belongs."""

    id: str
    heading: str
    blocks: Sequence[Block]
    part: Part = "body"


@dataclass(frozen=True)
class Content:
    """A document: title and subtitle, sections, verdicts and facts as data, the line at its end."""

    name: str
    lang: Lang
    title: str
    subtitle: str
    modified: str
    sections: Sequence[Section]
    verdicts: Sequence[Verdict]
    facts: Sequence[dict[str, object]]
    end: str

    @property
    def figures(self) -> list[Figure]:
        """The figures, in order."""
        blocks = [block for section in self.sections for block in section.blocks]
        return [block for block in blocks if isinstance(block, Figure)]

    @property
    def charts(self) -> list[Chart]:
        """What they draw."""
        return [figure.chart for figure in self.figures]

    def number(self, chart: Chart) -> int:
        """Give the number of a figure."""
        return self.charts.index(chart) + 1


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], **more: object) -> Table:
    """Make a table of texts; the first column names the rows."""
    # of objects, as a column of pandas' own text would forget what a text says of itself
    return Table(title, pd.DataFrame(rows, columns=list(heads), dtype=object), **more)  # type: ignore[arg-type]


def grid(table: Table) -> tuple[list[str], list[list[str]]]:
    """Give the head and the rows of a table."""
    frame = pd.DataFrame() if table.frame is None else table.frame
    return list(map(str, frame.columns)), frame.to_numpy(dtype=object).tolist()


def numeric(table: Table) -> set[int]:
    """Give the places of the columns that hold numbers, which are set right and never broken."""
    head, rows = grid(table)
    if not rows:
        return set()
    columns = dict(enumerate(zip(*rows, strict=True)))
    del columns[0]  # it names the rows
    return {at for at, cells in columns.items() if head[at] in table.numbers or _are_numbers(cells)}


def _are_numbers(cells: Sequence[str]) -> bool:
    """Tell numbers, and why there is none, from texts; a year or a date is no number."""
    written = [cell for cell in cells if any(map(str.isdigit, cell))]
    if not written or any(len(cell) > SHORT or DATED.search(cell) for cell in written):
        return False
    return all(len(cell) <= REASON for cell in cells)


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
    years = all(str(point)[:4].isdigit() for point in whole.index)
    say = Words(chart.lang)
    head = say.start("year") if years else say.label("part-head")
    title = re.split("[.;] ", chart.subtitle)[0]  # what follows is of the drawing
    tables = []
    for start in range(0, len(whole.columns), MOST):
        part = whole.iloc[:, start : start + MOST]
        heads = [by_years(str(name)) for name in part.columns]
        part = part[(part != "").any(axis=1)]
        tables.append(table(title, [head, *heads], list(part.itertuples())))
    return tables


def widths(table: Table, room: float) -> list[float]:
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
    >>> listed = table("", ["year", "what"], [["2012", "a long sentence of words"]])
    >>> [round(part, 1) for part in widths(listed, 40)]
    [0.2, 0.8]
    """
    head, rows = grid(table)
    if not rows:
        return [1 / len(head)] * len(head)
    whole = numeric(table)  # a number is never broken
    least, more = [], []
    for at, (name, *cells) in enumerate(zip(head, *rows, strict=True)):
        words = name.split(" ")
        for cell in cells:
            words += [cell] if at in whole else cell.split(" ")
        word = 3 + 1.1 * max(map(len, words))
        longest = max(map(len, [name, *cells]))
        least.append(word)
        more.append(max(min(longest, LONG) + 2 - word, 0))

    spare, asked = max(room - sum(least), 0), sum(more) or 1
    wide = [word + spare * extra / asked for word, extra in zip(least, more, strict=True)]
    return [one / sum(wide) for one in wide]
