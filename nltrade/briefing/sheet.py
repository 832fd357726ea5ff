"""The document as a workbook: key figures, verdicts, readings, values of figures, sources."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter

from nltrade.briefing.blocks import Content, Section, grid
from nltrade.files import without_moments
from nltrade.report import Table
from nltrade.words import Words

# Excel's own limit, and letters that it takes in no name of a sheet.
LONGEST, REFUSED = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
LEFT_OUT = ("values", "about-figures", "concepts")
WIDEST = 60  # characters of a column


def render(content: Content, _: Mapping[str, Sequence[bytes]]) -> bytes:
    """
    Write the workbook.

    Parameters
    ----------
    content : Content
        What it says.

    Returns
    -------
    bytes
        The same every time. What is a number in the data is one in a cell, in million euro.
    """
    target = io.BytesIO()
    # every text stays a text, whatever it begins with
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    moment = datetime.fromisoformat(content.modified or "2000-01-01")
    book.set_properties({"title": content.title, "author": "nltrade", "created": moment})
    looks = {
        "bold": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    say = Words(content.lang)
    for section in content.sections:
        if section.id in LEFT_OUT:
            continue
        blocks = [block for block in section.blocks if isinstance(block, Table) and grid(block)[0]]
        if blocks:
            _texts(_sheet(book, section.heading), section, blocks, looks)
    for chart in content.charts:
        name = say.text("figure-number", number=content.number(chart))
        _frame(_sheet(book, f"{name} {chart.name}"), chart.headline, chart.data, looks)
    book.close()
    return without_moments(target.getvalue())


def _sheet(book: Any, name: str) -> Any:
    """Add a sheet; a name that is there already gets a number."""
    short = name.translate(REFUSED)[:LONGEST].strip()
    there = {each.get_name().lower() for each in book.worksheets()}
    tries = [short, *(f"{short[: LONGEST - 3]} {count}" for count in range(2, 99))]
    return book.add_worksheet(next(each for each in tries if each.lower() not in there))


def _texts(sheet: Any, section: Section, blocks: Sequence[Table], looks: Mapping[str, Any]) -> None:
    """Write tables below each other."""
    row = 0
    sheet.write_string(row, 0, section.heading, looks["bold"])
    for block in blocks:
        row += 2
        if block.title:
            sheet.write_string(row, 0, block.title, looks["bold"])
        row = _cells(sheet, row + 1, block.cells, looks)
        for remark in block.remarks:
            sheet.write_string(row, 0, remark)
            row += 1


def _frame(sheet: Any, title: str, frame: pd.DataFrame, looks: Mapping[str, Any]) -> None:
    """Write what a figure draws."""
    sheet.write_string(0, 0, title, looks["bold"])
    _cells(sheet, 2, frame, looks)


def _cells(sheet: Any, row: int, frame: pd.DataFrame, looks: Mapping[str, Any]) -> int:
    """Write a frame: numbers as numbers, what is missing empty; give the row after it."""
    for column, name in enumerate(frame.columns):
        texts = [str(name), *map(str, frame[name])]
        sheet.set_column(column, column, min(max(map(len, texts)) + 2, WIDEST))
        sheet.write_string(row, column, str(name), looks["bold"])
        for at, value in enumerate(frame[name].tolist(), start=row + 1):
            if isinstance(value, int | float) and not isinstance(value, bool):
                if not pd.isna(value):
                    sheet.write_number(at, column, value)
            elif value is not None and not pd.isna(value):
                sheet.write_string(at, column, str(value), looks["wrap"])
    return row + 1 + len(frame)
