"""The document as PDF: typeset by typst, with bookmarks, tags and text alternatives (PDF/UA-1)."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import msgspec
import typst

from nltrade.briefing.blocks import (
    Block,
    Content,
    Figure,
    Heading,
    Points,
    Said,
    grid,
    numeric,
    widths,
)
from nltrade.charts.style import FAMILY, FONTS
from nltrade.report import Table
from nltrade.words import Words

LAYOUT = Path(__file__).with_name("briefing.typ")
ROOM = 105  # characters of a table beside each other
BESIDE = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # for letters that the typeface lacks


def render(content: Content, images: Mapping[str, Sequence[bytes]]) -> bytes:
    """
    Write the PDF file.

    Parameters
    ----------
    content : Content
        What it says.
    images : mapping of str to sequence of bytes
        Each figure as SVG, without a frame, by its name.

    Returns
    -------
    bytes
        The same every time.
    """
    parts: dict[str, list[dict[str, Any]]] = {"summary": [], "body": [], "annex": []}
    for section in content.sections:
        blocks = [_plain(block) for block in section.blocks]
        whole = {"heading": section.heading, "blocks": blocks}
        parts[section.part] += blocks if section.part == "summary" else [whole]

    say = Words(content.lang)
    said = {
        "lang": content.lang,
        "fonts": [FAMILY, "DejaVu Sans"],
        "title": content.title,
        "subtitle": content.subtitle,
        "labels": {id: say.label(id) for id in ("summary-head", "annex", "figure", "table")},
        "end": content.end,
        **parts,
    }
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "content.json").write_bytes(msgspec.json.encode(said))
        (here / "briefing.typ").write_bytes(LAYOUT.read_bytes())
        for name, (image, *_) in images.items():
            (here / f"{name}.svg").write_bytes(image)
        return bytes(
            typst.compile(
                here / "briefing.typ",
                root=here,
                font_paths=[FONTS, BESIDE],
                ignore_system_fonts=True,
                pdf_standards="ua-1",
            )
        )


def _plain(block: Block) -> dict[str, Any]:
    """Give a block as plain data for the layout."""
    match block:
        case str():
            return {"kind": "text", "text": block}
        case Heading():
            return {"kind": "heading", "text": block.text}
        case Points():
            return {"kind": "points", "items": block.links}
        case Table():
            return _table(block)
        case Figure(chart=chart):
            return {
                "kind": "figure",
                "file": f"{chart.name}.svg",
                "headline": chart.headline,
                "alt": chart.alt,
                "caption": block.caption,
            }


def _table(block: Table) -> dict[str, Any]:
    head, rows = grid(block)
    return {
        "kind": "table",
        "caption": block.title,
        "head": head,
        "rows": [[_cell(cell) for cell in row] for row in rows],
        "right": sorted(numeric(block)),
        "widths": widths(block, ROOM),
        "remarks": list(block.remarks),
    }


def _cell(cell: str) -> str | dict[str, str]:
    """Give a cell with what it says of itself."""
    if isinstance(cell, Said):
        return {"text": str(cell), "lang": cell.lang, "verdict": cell.verdict}
    return cell
