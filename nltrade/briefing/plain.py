"""The document as plain text, for a mail or a terminal: all that is said, and what the figures show in words."""

import textwrap
from collections.abc import Mapping

from nltrade.briefing.blocks import Block, Content, Figure, Heading, Points, Table
from nltrade.words import Words

WIDTH = 96  # characters


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
    for section in content.sections:
        parts += ["", section.heading, "-" * len(section.heading)]
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
            texts = [
                item if isinstance(item, str) else f"{item.text} {item.address}".strip()
                for item in block.items
            ]
            return [_fill(text, "- ") for text in texts]
        case Table():
            told = [
                "; ".join(
                    f"{head}: {cell}" for head, cell in zip(block.head, row, strict=True) if cell
                )
                for row in block.rows
            ]
            return [_fill(block.caption), *(_fill(row, "- ") for row in told)]
        case Figure():
            number = content.charts.index(block.chart) + 1
            name = Words(content.lang).text("figure-number", number=number)
            return [
                _fill(f"{name}. {block.chart.alt}"),
                *(_fill(line) for line in block.chart.footer if line),
            ]


def _fill(text: str, start: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
