"""
How results print: titled tables with their remarks and sources, in a terminal and in a notebook.

What presents a kind of result registers here (`present`, `presents`), so that a result can print
itself without knowing the tables of readers, which stand above it.
"""

import io
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from nltrade.errors import UnknownName, needs
from nltrade.files import as_csv, write
from nltrade.registry.entries import Lang
from nltrade.report.setting import add_sheet, as_html, in_terminal, linked
from nltrade.report.table import Numbers, Table

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = [
    "Entries",
    "Nothing",
    "Numbers",
    "Prints",
    "Report",
    "Results",
    "Table",
    "nothing_for",
    "present",
    "presents",
]

T = TypeVar("T")
C = TypeVar("C", bound=Callable[[list[Any], Lang], "Report"])

# What the files say beside the tables, which print without them: the heads of two columns, and the
# names of sheets.
TITLE: dict[Lang, str] = {"en": "title", "nl": "titel"}
SOURCE: dict[Lang, str] = {"en": "source", "nl": "bron"}
SHEETS: dict[Lang, tuple[str, str]] = {"en": ("table", "sources"), "nl": ("tabel", "bronnen")}


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
        tables the first column, `title`, has the title of each.

        Examples
        --------
        >>> import nltrade as nl
        >>> shown = nl.show_ranking(nl.load(), period=2012, flow="export", top=3)
        >>> shown.frame["€ million"].tolist()
        [20259.0, 7647.0, 7068.0]
        """
        several = len(self._filled) > 1
        return self._joined([table.values for table in self._filled], titled=several)

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
        ['title', 'Place', 'partner', '€ million', 'how sure', 'source']
        """
        whole = self._joined([table.cells for table in self._filled], titled=True)
        whole[SOURCE[self.lang]] = " ".join(self.sources)
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

        table_head, sources_head = SHEETS[self.lang]
        content = io.BytesIO()
        with Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
            for place, table in enumerate(self._filled, start=1):
                several = len(self._filled) > 1
                add_sheet(book, f"{table_head} {place}" if several else table_head, table)
            listed = book.add_worksheet(sources_head)
            listed.set_column(0, 0, 100)
            for row, source in enumerate(self.sources):
                listed.write_string(row, 0, source)

        return write(Path(path), content.getvalue())

    @property
    def _filled(self) -> list[Table]:
        return [table for table in self.tables if table.frame is not None]

    def _joined(self, frames: list[pd.DataFrame], *, titled: bool) -> pd.DataFrame:
        if titled:
            for frame, table in zip(frames, self._filled, strict=True):
                frame.insert(0, TITLE[self.lang], table.title)
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def __repr__(self) -> str:
        from rich.console import Console

        text = io.StringIO()
        width = shutil.get_terminal_size((120, 24)).columns
        plain: dict[str, Any] = dict.fromkeys(
            ["highlight", "markup", "emoji", "force_jupyter"], False
        )
        Console(file=text, width=width, color_system=None, **plain).print(self)
        return "\n".join(line.rstrip() for line in text.getvalue().strip("\n").splitlines())

    def __rich_console__(self, console: Any, options: Any) -> Iterator["RenderableType"]:
        """Give the parts in the way of `rich`, which the command line prints with."""
        from rich.text import Text

        for place, table in enumerate(self.tables):
            if place:
                yield ""
            yield from in_terminal(table, options.max_width)

        if self.sources:
            yield ""
        for source in self.sources:
            yield Text(source, style="dim")

    def _repr_html_(self) -> str:
        sources = "<br>".join(linked(escape(source)) for source in self.sources)
        foot = f"<p><small>{sources}</small></p>" if sources else ""
        inside = "".join(map(as_html, self.tables))
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


class Entries(Prints, dict[str, T]):
    """Entries of a registry file by their ids, which print as one table."""
