"""The document as slides: one thing a slide, in placeholders, with charts that can be restyled."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd
from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER as HOLDS
from pptx.enum.text import PP_ALIGN
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from nltrade.briefing.blocks import (
    TONES,
    Content,
    Figure,
    Points,
    Said,
    Section,
    grid,
    numeric,
    widths,
)
from nltrade.briefing.masters import Box, add_slide, bodies, finish, open_show, take
from nltrade.briefing.native import add_chart, is_native
from nltrade.charts import Chart
from nltrade.charts.canvas import wrap
from nltrade.files import without_moments
from nltrade.report import Table

SIZE = 14  # points
BESIDE = Inches(12)  # the width of a slide where a table has room beside a text
ROWS = 6  # of a table on a slide
TOLD = ("certainty", "sources")  # parts of the annex that stand on slides
SOFT = "555555"
# PowerPoint's name of its table style without a style.
PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
NS = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def render(
    content: Content, images: Mapping[str, Sequence[bytes]], template: Path | None = None
) -> bytes:
    """
    Write the slides.

    Parameters
    ----------
    content : Content
        What it says.
    images : mapping of str to sequence of bytes
        Each figure of `pictured` as PNG, without a frame, by its name.
    template : path, optional
        A PowerPoint file whose masters, layouts and placeholders are used.

    Returns
    -------
    bytes
        The same every time.
    """
    show = open_show(content, template)
    first = add_slide(show, content.title, HOLDS.SUBTITLE)
    bodies(first)[0].text = f"{content.subtitle}\n{content.end}"
    for section in _shown(content):
        if section.part == "summary":
            _summary(show, section)
        for block in section.blocks:
            match block:
                case Table() if section.part != "summary":
                    _table_slides(show, block)
                case Figure():
                    _figure(show, block, images)

    for slide in show.slides:
        finish(slide, content)
    target = io.BytesIO()
    show.save(target)
    return without_moments(target.getvalue())


def pictured(content: Content) -> list[Chart]:
    """List the figures that stand on slides as pictures."""
    blocks = [block for section in _shown(content) for block in section.blocks]
    charts = [block.chart for block in blocks if isinstance(block, Figure)]
    return [chart for chart in charts if not is_native(chart)]


def _shown(content: Content) -> list[Section]:
    """List the sections that there are slides of."""
    return [each for each in content.sections if each.part != "annex" or each.id in TOLD]


def _summary(show: Any, section: Section) -> None:
    """Put what is found beside the key figures, or before them where slides are narrow."""
    lead = [block for block in section.blocks if isinstance(block, str)]
    (points,) = [block for block in section.blocks if isinstance(block, Points)]
    keys = [block for block in section.blocks if isinstance(block, Table)]
    beside = bool(keys) and show.slide_width >= BESIDE
    slide = add_slide(show, section.heading, *[HOLDS.OBJECT] * (1 + beside))
    said = [*lead, *(link.text for link in points.links)]
    frame = bodies(slide)[0].text_frame
    for at, sentence in enumerate(said):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.text = sentence
        paragraph.space_after = Pt(6)
        for run in paragraph.runs:
            run.font.size, run.font.bold = Pt(SIZE), sentence in lead or None
    for key in keys:
        if beside and len(bodies(slide)) > 1:
            _add_table(slide, key, take(slide, 1))
        else:  # slides of 4:3, or a template without a layout of two texts
            _table_slides(show, key)
    slide.notes_slide.notes_text_frame.text = " ".join(said)


def _table_slides(show: Any, block: Table) -> None:
    """Put a table on slides of its own, its rows shared out over them."""
    rows = pd.DataFrame() if block.frame is None else block.frame
    count = max(ceil(len(rows) / ROWS), 1)
    most = max(ceil(len(rows) / count), 1)  # no slide with one row left over
    for start in range(0, len(rows), most):
        slide = add_slide(show, block.title, HOLDS.OBJECT)
        part = replace(block, frame=rows.iloc[start : start + most])
        _add_table(slide, part, take(slide, 0))


def _figure(show: Any, block: Figure, images: Mapping[str, Sequence[bytes]]) -> None:
    """Put a figure on a slide, as a chart where it is bars or lines; what to say in the notes."""
    chart = block.chart
    slide = add_slide(show, chart.headline, HOLDS.OBJECT)
    box = take(slide, 0)
    is_picture = chart.name in images
    caption = block.caption if is_picture else block.caption_of_values
    room = _note(slide, caption, box)
    if is_picture:
        shape = _picture(slide, images[chart.name][0], room)
    else:
        shape = add_chart(slide, chart, room)
    about = shape._element.xpath(".//p:cNvPr")[0]
    about.set("descr", chart.alt)
    about.set("title", chart.headline)
    slide.notes_slide.notes_text_frame.text = "\n".join(
        dict.fromkeys(line for line in (block.said, f"{chart.headline}.", caption) if line)
    )


def _note(slide: Any, words: str, box: Box) -> Box:
    """Write a note at the foot of a place; give the room above it."""
    foot = Inches(0.28 * (1 + wrap(words, box.width / Inches(1), SIZE).count("\n")) + 0.1)
    room = Box(box.left, box.top, box.width, box.height - foot)
    text = slide.shapes.add_textbox(box.left, box.top + room.height, box.width, foot).text_frame
    text.word_wrap = True
    text.paragraphs[0].text = words
    for run in text.paragraphs[0].runs:
        run.font.size, run.font.color.rgb = Pt(SIZE), RGBColor.from_string(SOFT)  # type: ignore[no-untyped-call]
    return room


def _picture(slide: Any, image: bytes, box: Box) -> Any:
    picture = slide.shapes.add_picture(io.BytesIO(image), box.left, box.top)
    scale = min(box.width / picture.width, box.height / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture.left = box.left + (box.width - picture.width) // 2
    return picture


def _add_table(slide: Any, block: Table, box: Box) -> None:
    """Write a table: thin lines, numbers to the right, verdicts in their colours, its remarks."""
    head, rows = grid(block)
    if any(block.remarks):
        box = _note(slide, " ".join(block.remarks), box)
    tall = Inches(0.4) * (1 + len(rows))
    shape = slide.shapes.add_table(1 + len(rows), len(head), box.left, box.top, box.width, tall)
    shape.table._tbl.tblPr.find("{*}tableStyleId").text = PLAIN
    shape.table.horz_banding = False
    room = box.width / Inches(1) * 120 / SIZE  # characters beside each other
    for column, share in zip(shape.table.columns, widths(block, room), strict=True):
        column.width = int(box.width * share)

    right = numeric(block)
    for at, texts in enumerate([head, *rows]):
        for place, text in enumerate(texts):
            _cell(shape.table.cell(at, place), text, at == 0, place in right)
    shape._element.xpath(".//p:cNvPr")[0].set("descr", block.title)


def _cell(cell: Any, text: str, first: bool, right: bool) -> None:
    cell.margin_left = cell.margin_right = Inches(0.05)
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.text = str(text)
    line = f'<a:lnB {NS} w="6350"><a:solidFill><a:srgbClr val="BFBFBF"/></a:solidFill></a:lnB>'
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(line))
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    for run in paragraph.runs:
        run.font.size, run.font.bold = Pt(SIZE), first
        if isinstance(text, Said) and text.verdict:
            run.font.bold = True
            run.font.color.rgb = RGBColor.from_string(TONES.get(text.verdict, "222222"))  # type: ignore[no-untyped-call]
