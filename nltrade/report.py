"""
How results print: titled tables with their remarks and sources, in a terminal and in a notebook.

What presents a kind of result registers here (`present`, `presents`), so that a result can print
itself without knowing the tables of readers, which stand above it.
"""

import io
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from nltrade.errors import UnknownName, needs
from nltrade.files import as_csv, write
from nltrade.registry.entries import Lang

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table as Grid
    from xlsxwriter.workbook import Workbook

T = TypeVar("T")
C = TypeVar("C", bound=Callable[[list[Any], Lang], "Report"])

# Characters of a column in a terminal, the first that fits; longer texts are wrapped.
WIDEST = (44, 36, 28, 22)
SHORT = 12  # characters of a head that is not wrapped
NO_VALUE = ("", "–")
# Heads of what the files say beside the tables, which print without them.
HEADS: dict[Lang, tuple[str, str, str]] = {
    "en": ("table", "source", "sources"),
    "nl": ("tabel", "bron", "bronnen"),
}


@dataclass(frozen=True)
class Numbers:
    """The numbers behind a column of text; `unit` is what its head does not say (``%``)."""

    values: Sequence[float | None]
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """
    A titled table with remarks under it; either may be missing.

    Attributes
    ----------
    title : str
        What the table is of.
    frame : pandas.DataFrame, optional
        Every cell is text already; the first column names the row.
    remarks : sequence of str
        Sentences under the table.
    numbers : mapping of str to Numbers
        The columns that are set right, with the numbers they write.
    colours : mapping of str to sequence of str
        For a terminal, the colour of each cell of a column.
    one_line : bool
        For a terminal, one line a row: what does not fit is cut, and said to be.
    """

    title: str
    frame: pd.DataFrame | None = None
    remarks: Sequence[str] = ()
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    colours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    one_line: bool = False

    @property
    def values(self) -> pd.DataFrame:
        """The frame with numbers as numbers, units in the heads; what has no value is missing."""
        if self.frame is None:
            return pd.DataFrame()

        columns = {}
        for name, texts in self.frame.items():
            behind = self.numbers.get(str(name))
            if behind is None:
                columns[str(name)] = texts
            else:
                head = f"{name} ({behind.unit})" if behind.unit else str(name)
                numbers = pd.Series(list(behind.values), dtype="Float64", index=texts.index)
                columns[head] = numbers.astype("float64")

        return pd.DataFrame(columns)

    @property
    def cells(self) -> pd.DataFrame:
        """The values for a sheet: where there is no number, the words that say why."""
        values = self.values
        if self.frame is None:
            return values

        for place, (name, texts) in enumerate(self.frame.items()):
            reasons = texts.where(~texts.isin(NO_VALUE))
            missing = values.iloc[:, place].isna()
            if name in self.numbers and reasons[missing].notna().any():
                column = values.iloc[:, place].astype(object)
                values.isetitem(place, column.where(~missing, reasons))
        return values


@dataclass(frozen=True, repr=False)
class Report:
    """
    What `nltrade.show` gives: text in a terminal, HTML in a notebook, and files to hand on.

    Attributes
    ----------
    tables : sequence of Table
        The tables, in their order.
    sources : sequence of str
        Where the figures come from, a line each.
    lang : {"en", "nl"}
        Language.
    """

    tables: Sequence[Table]
    sources: Sequence[str]
    lang: Lang

    @property
    def frame(self) -> pd.DataFrame:
        """
        The tables as one frame to compute with.

        Numbers are numbers, units stand in the heads, and what has no value is missing. Of several
        tables the first column, `table`, has the title of each.

        Examples
        --------
        >>> import nltrade as nl
        >>> shown = nl.show_ranking(nl.load(), period=2012, flow="export", top=3)
        >>> shown.frame["€ million"].tolist()
        [20259.0, 7647.0, 7068.0]
        """
        return self._joined([table.values for table in self._filled])

    def to_csv(self, path: Path | str) -> Path:
        """
        Write the tables into one CSV file, each row with its title and source.

        Parameters
        ----------
        path : path
            The file, written whole or not at all.

        Returns
        -------
        pathlib.Path
            `path`.

        Examples
        --------
        >>> import tempfile, nltrade as nl
        >>> shown = nl.show_ranking(nl.load(), period=2012, flow="export", top=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pd.read_csv(shown.to_csv(f"{folder}/exports.csv")).columns.tolist()
        ['table', 'Place', 'partner', '€ million', 'certainty', 'source']
        """
        whole = self._joined([table.cells for table in self._filled], titled=True)
        whole[HEADS[self.lang][1]] = " ".join(self.sources)
        return write(Path(path), as_csv(whole))

    def to_excel(self, path: Path | str) -> Path:
        """
        Write an Excel file: a sheet for each table, and one for the sources.

        Parameters
        ----------
        path : path
            The file, written whole or not at all.

        Returns
        -------
        pathlib.Path
            `path`. Values are numbers; where there is none, the cell says why.

        Raises
        ------
        NltradeError
            XlsxWriter, of the extra ``briefing``, is not installed.
        """
        with needs("briefing", "An Excel file"):
            from xlsxwriter import Workbook

        table_head, _, sources_head = HEADS[self.lang]
        content = io.BytesIO()
        with Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
            for place, table in enumerate(self._filled, start=1):
                several = len(self._filled) > 1
                _sheet(book, f"{table_head} {place}" if several else table_head, table)
            listed = book.add_worksheet(sources_head)
            listed.set_column(0, 0, 100)
            for row, source in enumerate(self.sources):
                listed.write_string(row, 0, source)

        return write(Path(path), content.getvalue())

    @property
    def _filled(self) -> list[Table]:
        return [table for table in self.tables if table.frame is not None]

    def _joined(self, frames: list[pd.DataFrame], *, titled: bool = False) -> pd.DataFrame:
        if len(frames) > 1 or titled:
            for frame, table in zip(frames, self._filled, strict=True):
                frame.insert(0, HEADS[self.lang][0], table.title, allow_duplicates=True)
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def __repr__(self) -> str:
        from rich.console import Console

        text = io.StringIO()
        width = shutil.get_terminal_size((120, 24)).columns
        plain: dict[str, Any] = {
            "color_system": None,
            "highlight": False,
            "markup": False,
            "emoji": False,
        }
        Console(file=text, width=width, force_jupyter=False, **plain).print(self)
        return "\n".join(line.rstrip() for line in text.getvalue().strip("\n").splitlines())

    def __rich_console__(self, console: Any, options: Any) -> Iterator["RenderableType"]:
        """Give the parts in the way of `rich`, which the command line prints with."""
        from rich.padding import Padding
        from rich.text import Text

        for place, table in enumerate(self.tables):
            if place:
                yield ""
            if table.title:
                yield Text(_capital(table.title), style="bold")
            if table.frame is not None:
                yield from _grids(table, table.frame, options.max_width)
            for remark in table.remarks:
                listed = remark if table.frame is not None else f"- {remark}"
                yield Padding(Text(listed), (0, 0, 0, 2))

        if self.sources:
            yield ""
        for source in self.sources:
            yield Text(source, style="dim")

    def _repr_html_(self) -> str:
        sources = "<br>".join(_linked(escape(source)) for source in self.sources)
        foot = f"<p><small>{sources}</small></p>" if sources else ""
        inside = "".join(map(_html, self.tables))
        return f'<div class="nltrade" lang="{self.lang}">{inside}{foot}</div>'


@singledispatch
def present(result: Any, lang: Lang = "en") -> Report:  # noqa: ARG001 (those registered use it)
    """Present a result for readers; each kind of result has a way of its own, registered here."""
    raise UnknownName(nothing_for(result))


def nothing_for(result: Any) -> str:
    """Say that there is no way to present a result."""
    kind = type(result).__name__
    return f"show() has no table for {kind}. help(nltrade.show) lists what it presents."


_OF_SEVERAL: dict[type, Callable[[list[Any], Lang], Report]] = {}


def presents(kind: type) -> Callable[[C], C]:
    """Register the way to present a list of one kind of result, and one of that kind alone."""

    def registered(way: C) -> C:
        _OF_SEVERAL[kind] = way
        present.register(kind, lambda one, lang="en": way([one], lang))
        return way

    return registered


class Nothing:
    """What is in an empty list."""


@present.register(list)
@present.register(tuple)
@present.register(Mapping)
def _present_several(result: Any, lang: Lang = "en") -> Report:
    """Present what is in a list, if all of it is of one kind."""
    listed = list(result.values()) if isinstance(result, Mapping) else list(result)
    kinds = {type(one) for one in listed} or {Nothing}
    way = _OF_SEVERAL.get(kinds.pop()) if len(kinds) == 1 else None
    if way is None:
        raise UnknownName(nothing_for(result))
    return way(listed, lang)


class Prints:
    """What prints as `nltrade.show` presents it, in English."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(present(self))

    def _repr_html_(self) -> str:
        return present(self)._repr_html_()


class Results(Prints, list[T]):
    """A list that prints as one table."""

    def __repr__(self) -> str:
        return repr(present(self)) if self else "[]"


class Entries(Prints, dict[str, T]):
    """Entries of a registry file by their ids, which print as one table."""


def _grids(table: Table, frame: pd.DataFrame, width: int) -> Iterator["Grid"]:
    """Set a table in columns; one too wide in several bands, each with the first column."""
    from rich.table import Table as Grid
    from rich.text import Text

    if table.one_line:
        yield _lines(table, frame, width)
        return

    sizes = _sizes(frame, width)
    for names in _bands(frame, sizes, width):
        grid = Grid(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
        for name in names:
            side: Any = "right" if name in table.numbers else "left"
            head = Text(_capital(name))
            grid.add_column(head, justify=side, max_width=sizes[name], overflow="fold")

        _fill(grid, table, frame[names])
        yield grid


def _lines(table: Table, frame: pd.DataFrame, width: int) -> "Grid":
    """Set a table in one line a row: the widest columns are cut until all fit."""
    from rich.cells import cell_len
    from rich.table import Table as Grid

    sizes = {name: max(map(cell_len, cells), default=0) for name, cells in frame.items()}
    while sum(sizes.values()) + 2 * (len(sizes) - 1) > width:
        widest = max(sizes, key=lambda name: sizes[name])
        sizes[widest] -= 1

    grid = Grid(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for size in sizes.values():
        grid.add_column(no_wrap=True, overflow="ellipsis", width=size)
    _fill(grid, table, frame)
    return grid


def _fill(grid: "Grid", table: Table, frame: pd.DataFrame) -> None:
    """Add the rows to a grid, each cell in its colour."""
    from rich.text import Text

    for row, cells in enumerate(frame.itertuples(index=False)):
        texts = []
        for name, cell in zip(frame.columns, cells, strict=True):
            colours = table.colours.get(name)
            texts.append(Text(cell, style=colours[row] if colours else ""))
        grid.add_row(*texts)


def _sizes(frame: pd.DataFrame, width: int) -> dict[str, int]:
    """Choose how wide each column is: the widest allowance with which all fit beside each other."""
    from rich.cells import cell_len

    longest = {}
    for name in frame:
        head = [name] if len(name) <= SHORT else name.split(" ")
        lines = [line for cell in frame[name] for line in cell.splitlines()]
        longest[name] = max(map(cell_len, [*head, *lines]))

    for most in WIDEST:
        sizes = {name: min(most, length) for name, length in longest.items()}
        if sum(sizes.values()) + 2 * (len(sizes) - 1) <= width:
            return sizes
    return {name: min(WIDEST[0], length) for name, length in longest.items()}


def _bands(frame: pd.DataFrame, sizes: Mapping[str, int], width: int) -> list[list[str]]:
    """Put the columns in bands that fit; the first column stands in front of each."""
    first, *others = frame.columns
    bands = [[first]]
    for name in others:
        if len(bands[-1]) > 1 and sum(2 + sizes[each] for each in [*bands[-1], name]) > width + 2:
            bands.append([first])
        bands[-1].append(name)
    return bands


def _sheet(book: "Workbook", name: str, table: Table) -> None:
    """Write one table on a sheet: title, heads, cells, and remarks under them."""
    bold, wrapped = (
        book.add_format({"bold": True}),
        book.add_format({"bold": True, "text_wrap": True}),
    )
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, _capital(table.title), bold)

    cells = table.cells
    for column, head in enumerate(cells.columns):
        sheet.write_string(2, column, _capital(head), wrapped)
        wide = max([len(head) // 2, *(len(str(cell)) for cell in cells[head])])
        sheet.set_column(column, column, max(12, min(60, wide)))
        for row, cell in enumerate(cells[head], start=3):
            if isinstance(cell, float) and not pd.isna(cell):
                sheet.write_number(row, column, cell)
            elif isinstance(cell, str):
                sheet.write_string(row, column, cell)

    sheet.freeze_panes(3, 1)
    for row, remark in enumerate(table.remarks, start=len(cells) + 4):
        sheet.write_string(row, 0, remark)


def _linked(text: str) -> str:
    return re.sub(r"https?://\S+", r'<a href="\g<0>">\g<0></a>', text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _html(table: Table) -> str:
    """Write a table as HTML, every text escaped; one wider than its place scrolls in it."""
    title = escape(_capital(table.title))
    remarks = "".join(f"<li>{escape(remark)}</li>" for remark in table.remarks)
    listed = f"<ul>{remarks}</ul>" if remarks else ""
    # A caption would be no wider than a narrow table.
    head = f"<p><strong>{title}</strong></p>" if title else ""
    if table.frame is None:
        return head + listed

    aligned = ("right" if name in table.numbers else "left" for name in table.frame.columns)
    sides = [f'style="text-align:{side};padding:.3em .6em"' for side in aligned]

    def row(tags: Sequence[str], cells: Iterable[str]) -> str:
        set_in = [
            f"<{tag} {side}>{escape(cell)}</{tag[:2]}>"
            for tag, side, cell in zip(tags, sides, cells, strict=True)
        ]
        return f"<tr>{''.join(set_in)}</tr>"

    count = len(sides)
    heads = row(['th scope="col"'] * count, map(_capital, table.frame.columns))
    rows = [
        row(['th scope="row"', *["td"] * (count - 1)], cells)
        for cells in table.frame.itertuples(index=False)
    ]
    inside = f"<thead>{heads}</thead><tbody>{''.join(rows)}</tbody>"
    scroll = f'role="group" tabindex="0" aria-label="{title}" style="overflow-x:auto"'
    left = 'style="margin:0 auto 0 0"'
    return f'{head}<div {scroll}><table {left} aria-label="{title}">{inside}</table></div>{listed}'
