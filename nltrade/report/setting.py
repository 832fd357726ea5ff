"""How a table is set: in the columns of a terminal, as HTML, and on a sheet of Excel."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

import pandas as pd

from nltrade.report.table import Table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table as Grid
    from xlsxwriter.workbook import Workbook

# Characters of a column in a terminal, the first that fits; longer texts are wrapped.
WIDEST = (44, 36, 28, 22)
SHORT = 12  # characters of a head that is not wrapped
NARROW = 8  # characters of a line of one that is


def in_terminal(table: Table, width: int) -> Iterator["RenderableType"]:
    """Give the parts of a table in the way of `rich`."""
    from rich.padding import Padding
    from rich.text import Text

    if table.title:
        yield Text(_capital(table.title), style="bold")
    if table.frame is not None:
        yield from _grids(table, table.frame, width)
    for remark in table.remarks:
        listed = remark if table.frame is not None else f"- {remark}"
        yield Padding(Text(listed), (0, 0, 0, 2))


def _grids(table: Table, frame: pd.DataFrame, width: int) -> Iterator["Grid"]:
    """Set a table in columns; one too wide in several bands, each with the first column."""
    from rich.table import Table as Grid
    from rich.text import Text

    is_cut = table.one_line
    sizes = _cut(frame, width) if is_cut else _sizes(frame, width)
    for names in [list(frame)] if is_cut else _bands(frame, sizes, width):
        grid = Grid(
            box=None,
            padding=(0, 2, 0, 0),
            pad_edge=False,
            header_style="bold",
            show_header=not is_cut,
        )
        columns = []
        for name in names:
            grid.add_column(
                Text(_capital(name)),
                justify="right" if name in table.numbers else "left",
                max_width=sizes[name],
                no_wrap=is_cut,
                overflow="ellipsis" if is_cut else "fold",
            )
            colours = table.colours.get(name, [""] * len(frame))
            columns.append(map(Text, frame[name], colours))

        for row in zip(*columns, strict=True):
            grid.add_row(*row)
        yield grid


def _width(sizes: Collection[int]) -> int:
    """Give how wide columns are beside each other."""
    return sum(sizes) + 2 * (len(sizes) - 1)


def _cut(frame: pd.DataFrame, width: int) -> dict[str, int]:
    """Choose how wide each column is where a row has one line: the widest are cut until all fit."""
    from rich.cells import cell_len

    sizes = {name: max(map(cell_len, cells), default=0) for name, cells in frame.items()}
    while _width(sizes.values()) > width:
        widest = max(sizes, key=lambda name: sizes[name])
        sizes[widest] -= 1
    return sizes


def _sizes(frame: pd.DataFrame, width: int) -> dict[str, int]:
    """Choose how wide each column is: the widest allowance with which all fit beside each other."""
    from rich.cells import cell_len

    longest = {}
    for name in frame:
        head = [name] if len(name) <= SHORT else wrap(name, NARROW, break_long_words=False)
        lines = [line for cell in frame[name] for line in cell.splitlines()]
        longest[name] = max(map(cell_len, [*head, *lines]))

    for most in WIDEST:
        sizes = {name: min(most, length) for name, length in longest.items()}
        if _width(sizes.values()) <= width:
            return sizes
    return {name: min(WIDEST[0], length) for name, length in longest.items()}


def _bands(frame: pd.DataFrame, sizes: Mapping[str, int], width: int) -> list[list[str]]:
    """Put the columns in bands that fit; the first column stands in front of each."""
    first, *others = frame.columns
    bands = [[first]]
    for name in others:
        beside = [sizes[each] for each in (*bands[-1], name)]
        if len(bands[-1]) > 1 and _width(beside) > width:
            bands.append([first])
        bands[-1].append(name)
    return bands


def add_sheet(book: "Workbook", name: str, table: Table) -> None:
    """Write one table on a sheet: title, heads, cells, and remarks under them."""
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"bold": True, "text_wrap": True})
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


def as_html(table: Table) -> str:
    """Write a table as HTML, every text escaped; one wider than its place scrolls in it."""
    title = escape(_capital(table.title))
    remarks = "".join(f"<li>{_with_code(escape(remark))}</li>" for remark in table.remarks)
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


def linked(text: str) -> str:
    """Make a link of each address in a text."""
    return re.sub(r"https?://\S+", r'<a href="\g<0>">\g<0></a>', text)


def _with_code(text: str) -> str:
    """Set what stands between backticks, to be typed, as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
