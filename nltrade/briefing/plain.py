"""The document as plain text, for a mail or a terminal: what figures show is said in words."""

import textwrap
from collections.abc import Mapping

from nltrade.briefing.blocks import Block, Content, Figure, Heading, Points, grid
from nltrade.report import Table
from nltrade.words import Words

WIDTH = 96  # characters
LEFT_OUT = ("values",)  # sections that say again what the figures say in words


def render(content: Content, _: Mapping[str, bytes]) -> bytes:
    """
    Write the text.

    Parameters
    ----------
    content : Content
        What it says.

    Returns
    -------
    bytes
        UTF-8.
    """
    parts = [content.title, "=" * min(len(content.title), WIDTH), _fill(content.subtitle)]
    annex = Words(content.lang).label("annex")
    for section in content.sections:
        if section.id in LEFT_OUT:
            continue
        heading = f"{annex}: {section.heading}" if section.part == "annex" else section.heading
        parts += ["", heading, "-" * len(heading)]
        for block in section.blocks:
            parts += ["", *_lines(block, content)]
    return "\n".join([*parts, "", _fill(content.end), ""]).encode("utf-8")


def _lines(block: Block, content: Content) -> list[str]:
    match block:
        case str():
            return [_fill(block)]
        case Heading():
            return [_fill(block.text)]
        case Points():
            return [_fill(f"{link.text} {link.address}".strip(), "- ") for link in block.links]
        case Table():
            return _table(block)
        case Figure():
            number = content.number(block.chart)
            name = Words(content.lang).text("figure-number", number=number)
            told = f"{name}. {block.chart.headline}. {block.chart.alt}"
            return [_fill(told), _fill(block.caption_of_values)]


def _table(table: Table) -> list[str]:
    """Set a narrow table in columns; write the rows of a wide one as sentences."""
    head, rows = grid(table)
    sizes = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    if sum(sizes) + 2 * len(sizes) <= WIDTH:
        lines = [
            "  ".join(cell.ljust(size) for cell, size in zip(row, sizes, strict=True)).rstrip()
            for row in [head, *rows]
        ]
    else:
        lines = [
            _fill(
                "; ".join(f"{name}: {cell}" for name, cell in zip(head, row, strict=True) if cell),
                "- ",
            )
            for row in rows
        ]
    return [_fill(table.title), *lines, *map(_fill, table.remarks)]


def _fill(text: str, start: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
