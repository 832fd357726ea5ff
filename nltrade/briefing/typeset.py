"""The document as PDF: typeset by typst, with bookmarks, tags and text alternatives (PDF/UA-1)."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import msgspec
import typst

from nltrade.briefing.blocks import Block, Content, Figure, Heading, Link, Points, Table, shares
from nltrade.words import Words

LAYOUT = Path(__file__).with_name("briefing.typ")
ROOM = 100  # characters of a table beside each other
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def render(content: Content, images: Mapping[str, bytes]) -> bytes:
    """
    Write the PDF file.

    Parameters
    ----------
    content : Content
        What it says.
    images : mapping of str to bytes
        Each figure as SVG, without a frame, by its name.

    Returns
    -------
    bytes
        The same every time.
    """
    said = {
        "lang": content.lang,
        "title": content.title,
        "subtitle": content.subtitle,
        "end": content.end,
        "sections": [
            {
                "heading": section.heading,
                "blocks": [_plain(block, content) for block in section.blocks],
            }
            for section in content.sections
        ],
    }
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "content.json").write_bytes(msgspec.json.encode(said))
        (here / "briefing.typ").write_bytes(LAYOUT.read_bytes())
        for name, image in images.items():
            (here / f"{name}.svg").write_bytes(image)
        return bytes(
            typst.compile(
                here / "briefing.typ",
                root=here,
                font_paths=[FONTS],
                ignore_system_fonts=True,
                pdf_standards="ua-1",
            )
        )


def _plain(block: Block, content: Content) -> dict[str, Any]:
    """Give a block as plain data for the layout."""
    match block:
        case str():
            return {"kind": "text", "text": block}
        case Heading():
            return {"kind": "heading", "text": block.text}
        case Points():
            links = [item if isinstance(item, Link) else Link(item, "") for item in block.items]
            items = [
                {"text": link.text, "address": link.address if link.safe else ""} for link in links
            ]
            return {"kind": "points", "items": items}
        case Table():
            supplement = Words(content.lang).label("table")
            data = {
                "head": block.head,
                "rows": block.rows,
                "caption": block.caption,
                "widths": shares(block, ROOM),
            }
            return {"kind": "table", "supplement": supplement, **data}
        case Figure(chart):
            words = {"headline": chart.headline, "alt": chart.alt, "caption": chart.subtitle}
            notes = [line for line in chart.footer if line]
            supplement = Words(content.lang).label("figure")
            return {
                "kind": "figure",
                "file": f"{chart.name}.svg",
                "notes": notes,
                "supplement": supplement,
                **words,
            }
