"""The document as a workbook: key figures, verdicts, readings, values of figures, sources."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter

from nltrade.briefing.blocks import Content, Section, grid
from nltrade.claims import Verdict
from nltrade.claims.reading import is_cbs
from nltrade.files import without_moments
from nltrade.report import Table
from nltrade.words import Words

# Excel's own limit, and letters that it takes in no name of a sheet.
LONGEST, REFUSED = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
# Verdicts have a sheet with numbers of their own, figures one each; notes are for the document.
LEFT_OUT = ("reported", "why-each", "values", "about-figures", "concepts")
WIDEST, LINE = 60, 15  # characters of a column; points of a line
UNITS = {"value": "million-euro", "place": "place-head"}  # of a measure; of the others a percent


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
        "title": book.add_format({"bold": True}),
        "bold": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "whole": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "part": book.add_format({"num_format": "#,##0.0", "valign": "top"}),
    }
    say = Words(content.lang)
    for section in content.sections:
        if section.id in LEFT_OUT:
            continue
        blocks = [block for block in section.blocks if isinstance(block, Table) and grid(block)[0]]
        if blocks:
            _texts(_sheet(book, section.heading), section, blocks, looks)
        if section.part == "summary" and content.verdicts:
            heading = say.label("claims-title")
            _frame(_sheet(book, heading), heading, _readings(content.verdicts, say), looks)
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
    sheet = book.add_worksheet(next(each for each in tries if each.lower() not in there))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)  # as wide as a page, where it is printed
    return sheet


def _readings(verdicts: Sequence[Verdict], say: Words) -> pd.DataFrame:
    """Give every reading in CBS's figures a row: what is counted, its number, what it can be."""
    rows = [
        {
            "verdict": say.label(one.verdict),
            "asserts": one.claim.text(say.lang),
            "wording": one.claim.wording,
            "reading": say.label(reading.what),
            "table": ", ".join(reading.tables),
            "eu": str(one.claim.year) if reading.of_the_time else say.label("today"),
            "cbs": reading.value if reading.value is not None else say.label(reading.gap),
            "least": reading.low,
            "most": reading.high,
            "unit": say.label(UNITS.get(one.claim.measure, "percent")),
        }
        for one in verdicts
        for reading in one.readings
        if is_cbs(reading.tables[0])  # a second opinion is no figure of CBS
    ]
    frame = pd.DataFrame(rows, dtype=object)
    return frame.rename(columns=say.label)


def _texts(sheet: Any, section: Section, blocks: Sequence[Table], looks: Mapping[str, Any]) -> None:
    """Write tables below each other."""
    row = 0
    sheet.write_string(row, 0, section.heading, looks["title"])
    for block in blocks:
        row += 2
        if block.title:
            sheet.write_string(row, 0, block.title, looks["title"])
        row = _cells(sheet, row + 1, block.cells, looks)
        for remark in block.remarks:
            sheet.write_string(row, 0, remark)
            row += 1


def _frame(sheet: Any, title: str, frame: pd.DataFrame, looks: Mapping[str, Any]) -> None:
    """Write what a figure draws; a year is no amount."""
    if "year" in frame:
        frame = frame.astype({"year": str})
    sheet.write_string(0, 0, title, looks["title"])
    _cells(sheet, 2, frame, looks)


def _cells(sheet: Any, row: int, frame: pd.DataFrame, looks: Mapping[str, Any]) -> int:
    """Write a frame: numbers as numbers, what is missing empty; give the row after it."""
    texts = frame.map(lambda value: "" if pd.isna(value) else str(value))
    wide = [min(max([len(name), *texts[name].map(len)]) + 2, WIDEST) for name in frame.columns]
    for column, (name, characters) in enumerate(zip(frame.columns, wide, strict=True)):
        sheet.set_column(column, column, characters)
        sheet.write_string(row, column, name, looks["bold"])

    for values in frame.itertuples(index=False):
        row += 1
        lines = [-(-len(str(value)) // most) for value, most in zip(values, wide, strict=True)]
        sheet.set_row(row, LINE * max(lines, default=1))  # LibreOffice does not do it by itself
        for column, value in enumerate(values):
            if isinstance(value, int | float) and not isinstance(value, bool):
                if not pd.isna(value):
                    look = looks["whole" if value == int(value) else "part"]
                    sheet.write_number(row, column, value, look)
            elif not pd.isna(value):
                sheet.write_string(row, column, str(value), looks["wrap"])
    return row + 1
