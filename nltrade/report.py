"""How results print: titled tables of text for a terminal and HTML for a notebook, with their remarks and sources."""

import io
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from nltrade.registry.entries import Lang

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table as Grid

T = TypeVar("T")
WIDEST = (
    44,
    36,
    28,
    22,
)  # characters of a column in a terminal, the first that fits; longer texts are wrapped
SHORT = 12  # characters of a head that is not wrapped


@dataclass(frozen=True)
class Table:
    """
    A titled table with remarks under it; either may be missing.

    Attributes
    ----------
    title : str
        What the table is of.
    table : pandas.DataFrame, optional
        Every cell is text already; the first column names the row.
    remarks : sequence of str
        Sentences under the table.
    numbers : sequence of str
        The columns that are set right.
    colours : sequence of str
        For a terminal, the colour of the last cell of each row.
    """

    title: str
    table: pd.DataFrame | None = None
    remarks: Sequence[str] = ()
    numbers: Sequence[str] = ()
    colours: Sequence[str] = ()


@dataclass(frozen=True, repr=False)
class Report:
    """
    What `nltrade.show` gives: text in a terminal, HTML in a notebook.

    Attributes
    ----------
    blocks : sequence of Table
        The tables, in their order.
    sources : sequence of str
        Where the figures come from, a line each.
    lang : {"en", "nl"}
        Language.
    """

    blocks: Sequence[Table]
    sources: Sequence[str]
    lang: Lang

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

        for place, block in enumerate(self.blocks):
            if place:
                yield ""
            if block.title:
                yield Text(_capital(block.title), style="bold")
            if block.table is not None:
                yield from _grids(block, block.table, options.max_width)
            for remark in block.remarks:
                yield Padding(
                    Text(remark if block.table is not None else f"- {remark}"), (0, 0, 0, 2)
                )
        if self.sources:
            yield ""
        for source in self.sources:
            yield Text(source, style="dim")

    def _repr_html_(self) -> str:
        sources = "<br>".join(_linked(escape(source)) for source in self.sources)
        foot = f"<p><small>{sources}</small></p>" if sources else ""
        return f'<div class="nltrade" lang="{self.lang}">{"".join(map(_html, self.blocks))}{foot}</div>'


class Prints:
    """What prints as `nltrade.show` presents it, in English."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(_shown(self))

    def _repr_html_(self) -> str:
        return _shown(self)._repr_html_()


class Results(Prints, list[T]):
    """A list that prints as one table."""

    def __repr__(self) -> str:
        return repr(_shown(self)) if self else "[]"


class Entries(Prints, dict[str, T]):
    """Entries of a registry file by their ids, which print as one table."""


def _shown(result: Any) -> Report:
    from nltrade.tables import (
        show,
    )  # knows all that prints, which the modules of these things stand above

    return show(result)


def _grids(block: Table, table: pd.DataFrame, width: int) -> Iterator["Grid"]:
    """Set a table in columns; one wider than the terminal in several, each with the first column again."""
    from rich.cells import cell_len
    from rich.table import Table as Grid
    from rich.text import Text

    heads = {name: [name] if len(name) <= SHORT else name.split(" ") for name in table}
    texts = {
        name: [*heads[name], *(line for cell in table[name] for line in cell.splitlines())]
        for name in table
    }
    sizes = [
        {name: min(cap, max(map(cell_len, lines))) for name, lines in texts.items()}
        for cap in WIDEST
    ]
    size = next(
        (each for each in sizes if sum(each.values()) + 2 * len(each) <= width + 2), sizes[0]
    )
    first, *others = table.columns
    bands: list[list[str]] = [[]]
    for name in others:
        if bands[-1] and sum(2 + size[each] for each in [first, *bands[-1], name]) > width + 2:
            bands.append([])
        bands[-1].append(name)
    for place, names in enumerate(bands):
        grid = Grid(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
        for name in [first, *names]:
            justify: Any = "right" if name in block.numbers else "left"
            grid.add_column(
                Text(_capital(name)), justify=justify, max_width=size[name], overflow="fold"
            )
        for row, cells in enumerate(table[[first, *names]].itertuples(index=False)):
            set_in = [Text(cell) for cell in cells]
            if block.colours and place == len(bands) - 1:
                set_in[-1].stylize(block.colours[row])
            grid.add_row(*set_in)
        yield grid


def _linked(text: str) -> str:
    return re.sub(r"https?://\S+", r'<a href="\g<0>">\g<0></a>', text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _html(block: Table) -> str:
    """Write a block as HTML, every text escaped; a table wider than its place scrolls in it."""
    title, remarks = (
        escape(_capital(block.title)),
        "".join(f"<li>{escape(remark)}</li>" for remark in block.remarks),
    )
    listed = f"<ul>{remarks}</ul>" if remarks else ""
    head = (
        f"<p><strong>{title}</strong></p>" if title else ""
    )  # a caption would be no wider than a narrow table
    if block.table is None:
        return head + listed
    aligned = ("right" if name in block.numbers else "left" for name in block.table.columns)
    sides = [f'style="text-align:{side};padding:.3em .6em"' for side in aligned]

    def row(tags: Sequence[str], cells: Iterable[str]) -> str:
        set_in = zip(tags, sides, cells, strict=True)
        return f"<tr>{''.join(f'<{tag} {side}>{escape(cell)}</{tag[:2]}>' for tag, side, cell in set_in)}</tr>"

    count = len(sides)
    heads = row(['th scope="col"'] * count, map(_capital, block.table.columns))
    cells = (
        row(['th scope="row"', *["td"] * (count - 1)], each)
        for each in block.table.itertuples(index=False)
    )
    scroll = f'role="group" tabindex="0" aria-label="{title}" style="overflow-x:auto"'
    inside = f"<thead>{heads}</thead><tbody>{''.join(cells)}</tbody>"
    left = 'style="margin:0 auto 0 0"'
    return f'{head}<div {scroll}><table {left} aria-label="{title}">{inside}</table></div>{listed}'
