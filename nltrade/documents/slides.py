"""The document as slides: one finding a slide, with its figure and its source."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Inches, Pt

from nltrade.charts import Chart
from nltrade.documents.blocks import Content, Picture, Points, Table, widths
from nltrade.documents.zipped import without_moments

WIDE, TALL, MARGIN = 13.333, 7.5, 0.5  # inches
TITLE_ONLY = 5  # the layout of python-pptx's own template that has a title and nothing else
MOST = 6  # sentences or rows on a slide
LANGUAGES = {"en": MSO_LANGUAGE_ID.ENGLISH_UK, "nl": MSO_LANGUAGE_ID.DUTCH}
INK, SOFT = RGBColor(0x22, 0x22, 0x22), RGBColor(0x55, 0x55, 0x55)


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
    properties.title, properties.author, properties.last_modified_by = content.title, "nltrade", "nltrade"
    properties.created = properties.modified = datetime.fromisoformat(content.modified or "2000-01-01")
    first = _slide(show, content.title, top=2.4, height=1.8, size=34)
    _text(first, [content.subtitle], top=4.3, height=0.8, size=16, colour=SOFT)
    _text(first, [content.end], top=6.7, height=0.5, size=11, colour=SOFT)
    for section in content.sections:
        for block in section.blocks:
            match block:
                case Picture(chart):
                    _figure(show, chart, images[chart.name])
                case Points() if section.id in ("findings", "notes"):
                    texts = [item if isinstance(item, str) else item.text for item in block.items]
                    for part in _parts(texts):
                        _text(_slide(show, section.heading), part, top=1.5, height=5.4, size=18, bullets=True)
                case Table():
                    for part in _parts(block.rows):
                        _table(_slide(show, block.caption), Table(block.caption, block.head, part))
    for slide in show.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                for paragraph in shape.text_frame.paragraphs:
                    for run in paragraph.runs:
                        run.font.language_id = LANGUAGES[content.lang]
    target = io.BytesIO()
    show.save(target)
    return without_moments(target.getvalue())


def _parts(items: Sequence[Any]) -> list[Sequence[Any]]:
    """Share items out over as few slides as hold them."""
    count = -(-len(items) // MOST)
    size = -(-len(items) // count) if count else 1
    return [items[start : start + size] for start in range(0, len(items), size)]


def _slide(show: Any, title: str, *, top: float = 0.35, height: float = 1.0, size: float = 26) -> Any:
    """Add a slide with a title, set to the left."""
    slide = show.slides.add_slide(show.slide_layouts[TITLE_ONLY])
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = map(Inches, (MARGIN, top, WIDE - 2 * MARGIN, height))
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
    bullets: bool = False,
) -> None:
    """Write lines below each other."""
    box = slide.shapes.add_textbox(Inches(MARGIN), Inches(top), Inches(WIDE - 2 * MARGIN), Inches(height))
    frame = box.text_frame
    frame.word_wrap = True
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.text = f"• {line}" if bullets else line
        paragraph.space_after = Pt(size / 2 if bullets else 2)
        _set(paragraph, size, colour)


def _set(paragraph: Any, size: float, colour: RGBColor, *, bold: bool = False) -> None:
    paragraph.alignment = None
    for run in paragraph.runs:
        run.font.size, run.font.bold, run.font.color.rgb, run.font.name = Pt(size), bold, colour, "Calibri"


def _figure(show: Any, chart: Chart, image: bytes) -> None:
    """Put a finding on a slide: headline, what is measured, picture, notes and source; its words in the notes."""
    slide = _slide(show, chart.headline, size=22, height=0.85)
    _text(slide, [chart.subtitle], top=1.15, height=0.5, size=12, colour=SOFT)
    footer = [line for line in chart.footer if line]
    lines = sum(1 + len(line) // 215 for line in footer)
    foot = 0.16 * lines + 0.1
    _text(slide, footer, top=TALL - foot - 0.15, height=foot, size=9, colour=SOFT)
    top, room = 1.75, TALL - foot - 0.2 - 1.75
    picture = slide.shapes.add_picture(io.BytesIO(image), Inches(MARGIN), Inches(top))
    scale = min(Inches(WIDE - 2 * MARGIN) / picture.width, Inches(room) / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture.left = int((Inches(WIDE) - picture.width) / 2)
    about = picture._element.nvPicPr.cNvPr
    about.set("descr", chart.alt)
    about.set("title", chart.headline)
    slide.notes_slide.notes_text_frame.text = chart.alt


def _table(slide: Any, table: Table) -> None:
    """Write a table that can be edited."""
    across = WIDE - 2 * MARGIN
    shape = slide.shapes.add_table(
        1 + len(table.rows), len(table.head), Inches(MARGIN), Inches(1.4), Inches(across), Inches(0.4)
    )
    weights = widths(table)
    for column, weight in zip(shape.table.columns, weights, strict=True):
        column.width = Inches(across * weight / sum(weights))
    for row, cells in enumerate([table.head, *table.rows]):
        for column, text in enumerate(cells):
            cell = shape.table.cell(row, column)
            cell.text = text
            for run in cell.text_frame.paragraphs[0].runs:
                run.font.size, run.font.name = Pt(11), "Calibri"
    about = shape._element.nvGraphicFramePr.cNvPr
    about.set("descr", table.caption)
