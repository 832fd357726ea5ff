"""The document as slides: one finding a slide, with its figure and its source."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from nltrade.briefing.blocks import Content, Figure, Points, Table, shares
from nltrade.briefing.zipped import without_moments
from nltrade.charts import Chart
from nltrade.charts.canvas import wrap

WIDE, TALL, MARGIN = 13.333, 7.5, 0.5  # inches
ACROSS = WIDE - 2 * MARGIN
TITLE_ONLY = 5  # the layout of python-pptx's own template that has a title and nothing else
LINES = {18: 15.0, 11: 24.0}  # on a slide, by size in points
ROOM = 115  # characters of a table beside each other
LANGUAGES = {"en": MSO_LANGUAGE_ID.ENGLISH_UK, "nl": MSO_LANGUAGE_ID.DUTCH}
INK, SOFT = (RGBColor.from_string(colour) for colour in ("222222", "555555"))  # type: ignore[no-untyped-call]


def render(content: Content, images: Mapping[str, bytes]) -> bytes:
    """
    Write the slides.

    Parameters
    ----------
    content : Content
        What it says.
    images : mapping of str to bytes
        Each figure as PNG, without a frame, by its name.

    Returns
    -------
    bytes
        The same every time.
    """
    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDE), Inches(TALL)
    properties = show.core_properties
    properties.title, properties.author, properties.last_modified_by = (
        content.title,
        "nltrade",
        "nltrade",
    )
    properties.created = properties.modified = datetime.fromisoformat(
        content.modified or "2000-01-01"
    )
    first = _slide(show, content.title, top=2.4, height=1.8, size=34)
    _text(first, [content.subtitle], top=4.3, height=0.8, size=16, colour=SOFT)
    _text(first, [content.end], top=6.7, height=0.5, size=11, colour=SOFT)
    for section in content.sections:
        for block in section.blocks:
            match block:
                case Figure(chart):
                    _figure(show, chart, images[chart.name])
                case Points() if section.id in ("findings", "notes"):
                    texts = [item if isinstance(item, str) else item.text for item in block.items]
                    tall = [1.4 + wrap(text, ACROSS, 18).count("\n") for text in texts]
                    for part in _parts(texts, tall, LINES[18]):
                        slide = _slide(show, section.heading)
                        _text(
                            slide,
                            [f"• {text}" for text in part],
                            top=1.3,
                            height=5.6,
                            size=18,
                            apart=9,
                        )
                case Table():
                    wide = [ACROSS * share - 0.2 for share in shares(block, ROOM)]
                    tall = [
                        0.5
                        + max(
                            1 + wrap(cell, room, 11).count("\n")
                            for cell, room in zip(row, wide, strict=True)
                        )
                        for row in block.rows
                    ]
                    for part in _parts(block.rows, tall, LINES[11]):
                        _table(
                            _slide(show, block.caption),
                            Table(block.caption, block.head, part),
                            wide,
                        )
    for slide in show.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                for paragraph in shape.text_frame.paragraphs:
                    for run in paragraph.runs:
                        run.font.language_id = LANGUAGES[content.lang]
    target = io.BytesIO()
    show.save(target)
    return without_moments(target.getvalue())


def _parts(items: Sequence[Any], tall: Sequence[float], most: float) -> list[list[Any]]:
    """Share items out over slides, as many on each as their lines leave room for."""
    parts: list[list[Any]] = []
    left = 0.0
    for item, lines in zip(items, tall, strict=True):
        if not parts or lines > left:
            parts.append([])
            left = most
        parts[-1].append(item)
        left -= lines
    return parts


def _slide(
    show: Any, title: str, *, top: float = 0.35, height: float = 0.9, size: float = 24
) -> Any:
    """Add a slide with a title, set to the left."""
    slide = show.slides.add_slide(show.slide_layouts[TITLE_ONLY])
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = map(Inches, (MARGIN, top, ACROSS, height))
    shape.text_frame.word_wrap = True
    shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    shape.text_frame.text = title
    _set(shape.text_frame.paragraphs[0], size, INK, bold=True)
    return slide


def _text(
    slide: Any,
    lines: Sequence[str],
    *,
    top: float,
    height: float,
    size: float,
    colour: RGBColor = INK,
    apart: float = 2,
) -> None:
    """Write lines below each other."""
    box = slide.shapes.add_textbox(Inches(MARGIN), Inches(top), Inches(ACROSS), Inches(height))
    frame = box.text_frame
    frame.word_wrap = True
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.space_after = Pt(apart)
        _set(paragraph, size, colour)


def _set(paragraph: Any, size: float, colour: RGBColor, *, bold: bool = False) -> None:
    paragraph.alignment = PP_ALIGN.LEFT
    for run in paragraph.runs:
        run.font.size, run.font.bold, run.font.color.rgb, run.font.name = (
            Pt(size),
            bold,
            colour,
            "Calibri",
        )


def _figure(show: Any, chart: Chart, image: bytes) -> None:
    """Put a finding on a slide: headline, what is measured, picture, notes and source; its words in the notes."""
    # measured in a wider font than that of the slide
    below = 0.45 + 0.36 * (1 + wrap(chart.headline, ACROSS - 0.2, 20, "bold").count("\n"))
    slide = _slide(show, chart.headline, size=20, height=below - 0.35)
    measured = 0.22 * (1 + wrap(chart.subtitle, ACROSS - 0.2, 12).count("\n"))
    _text(slide, [chart.subtitle], top=below, height=measured, size=12, colour=SOFT)
    footer = [line for line in chart.footer if line]
    foot = 0.1 + 0.165 * sum(1 + wrap(line, ACROSS - 0.2, 9).count("\n") for line in footer)
    _text(slide, footer, top=TALL - foot - 0.2, height=foot, size=9, colour=SOFT)
    top = below + measured + 0.15
    room = TALL - foot - 0.3 - top
    picture = slide.shapes.add_picture(io.BytesIO(image), Inches(MARGIN), Inches(top))
    scale = min(Inches(ACROSS) / picture.width, Inches(room) / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture.left = int((Inches(WIDE) - picture.width) / 2)
    about = picture._element.nvPicPr.cNvPr
    about.set("descr", chart.alt)
    about.set("title", chart.headline)
    slide.notes_slide.notes_text_frame.text = chart.alt


def _table(slide: Any, table: Table, wide: Sequence[float]) -> None:
    """Write a table that can be edited."""
    size = 1 + len(table.rows), len(table.head)
    shape = slide.shapes.add_table(*size, Inches(MARGIN), Inches(1.3), Inches(ACROSS), Inches(0.4))
    for column, width in zip(shape.table.columns, wide, strict=True):
        column.width = Inches(width + 0.2)
    for row, cells in enumerate([table.head, *table.rows]):
        for column, text in enumerate(cells):
            cell = shape.table.cell(row, column)
            cell.text = text
            for run in cell.text_frame.paragraphs[0].runs:
                run.font.size, run.font.name = Pt(11), "Calibri"
    shape._element.nvGraphicFramePr.cNvPr.set("descr", table.caption)
