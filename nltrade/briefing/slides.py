"""The document as slides: one thing a slide, in placeholders, with charts that can be restyled."""

import copy
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import PP_PLACEHOLDER as HOLDS
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
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
    table,
    widths,
)
from nltrade.briefing.native import add_chart, is_native
from nltrade.charts import Chart
from nltrade.charts.canvas import wrap
from nltrade.errors import UnknownName
from nltrade.files import without_moments
from nltrade.report import Table

WIDE, TALL, MARGIN = 13.333, 7.5, 0.6  # inches
COLUMNS = (5.2, 6.7)  # inches: of two bodies beside each other
ROWS = 6  # of a table on a slide
TOLD = ("certainty", "sources")  # parts of the annex that stand on slides
LANGUAGES = {"en": MSO_LANGUAGE_ID.ENGLISH_UK, "nl": MSO_LANGUAGE_ID.DUTCH}
SOFT = "555555"
BODIES = (HOLDS.OBJECT, HOLDS.BODY)
TEXTS = (*BODIES, HOLDS.SUBTITLE)
FEET = (HOLDS.FOOTER, HOLDS.SLIDE_NUMBER)
# PowerPoint's name of its table style without a style.
PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
NS = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


class Box(NamedTuple):
    """A place on a slide."""

    left: int
    top: int
    width: int
    height: int


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
    show = _show(content, template)
    first = show.slides.add_slide(_layout(show, HOLDS.SUBTITLE))
    first.shapes.title.text = content.title
    _bodies(first)[0].text = f"{content.subtitle}\n{content.end}"
    for section in content.sections:
        _section(show, section, images)

    for slide in show.slides:
        _finish(slide, content)
    target = io.BytesIO()
    show.save(target)
    return without_moments(target.getvalue())


def pictured(content: Content) -> list[Chart]:
    """List the figures that stand on slides as pictures."""
    blocks = [block for each in content.sections if _is_shown(each) for block in each.blocks]
    charts = [block.chart for block in blocks if isinstance(block, Figure)]
    return [chart for chart in charts if not is_native(chart)]


def _is_shown(section: Section) -> bool:
    return section.part != "annex" or section.id in TOLD


def _show(content: Content, template: Path | None) -> Any:
    """Open the template without its slides, or python-pptx's own made wide."""
    show = Presentation(str(template) if template else None)
    for each in list(show.slides._sldIdLst):
        show.part.drop_rel(each.rId)
        show.slides._sldIdLst.remove(each)
    if template is None:
        _widen(show)
    about = show.core_properties
    about.title, about.author, about.last_modified_by = content.title, "nltrade", "nltrade"
    about.created = about.modified = datetime.fromisoformat(content.modified or "2000-01-01")
    return show


def _widen(show: Any) -> None:
    """Stretch the layouts of python-pptx's template, which are of narrow slides; set their type."""
    across = Inches(WIDE) / show.slide_width
    show.slide_width, show.slide_height = Inches(WIDE), Inches(TALL)
    master = show.slide_master
    shapes = [s for each in (master, *show.slide_layouts) for s in each.placeholders]
    for shape in shapes:
        if shape._element.spPr.find("{*}xfrm") is not None:  # else it is where the master has it
            shape.left, shape.width = int(shape.left * across), int(shape.width * across)

    for layout in show.slide_layouts:
        bodies = [s for s in layout.placeholders if s.placeholder_format.type in BODIES]
        title = next(
            (s for s in layout.placeholders if s.placeholder_format.type == HOLDS.TITLE), None
        )
        if title is not None and bodies:
            _put(title, Box(*map(Inches, (MARGIN, 0.35, WIDE - 2 * MARGIN, 0.95))))
        for at, body in enumerate(bodies if len(bodies) <= 2 else []):
            rooms = COLUMNS if len(bodies) == len(COLUMNS) else [WIDE - 2 * MARGIN]
            left = MARGIN + at * (rooms[0] + 0.2)
            _put(body, Box(*map(Inches, (left, 1.4, rooms[at], 5.4))))

    styles = master.element.find(".//{*}txStyles")
    title, body = styles.find("{*}titleStyle/{*}lvl1pPr"), styles.find("{*}bodyStyle/{*}lvl1pPr")
    title.set("algn", "l")
    title.find("{*}defRPr").set("sz", "2600")
    title.find("{*}defRPr").set("b", "1")
    body.find("{*}defRPr").set("sz", "1600")
    for each in master.placeholders:
        if each.placeholder_format.type == HOLDS.TITLE:
            each.text_frame.vertical_anchor = MSO_ANCHOR.TOP


def _put(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = box


def _layout(show: Any, *wanted: Any) -> Any:
    """Choose the layout with a title whose texts are most like these placeholders."""

    def distance(layout: Any) -> int:
        there = [each.placeholder_format.type for each in layout.placeholders]
        texts = [each for each in there if each in TEXTS]
        other = (HOLDS.SUBTITLE in texts) != (HOLDS.SUBTITLE in wanted)
        return 2 * other + abs(len(texts) - len(wanted)) + there.count(HOLDS.PICTURE)

    usable = []
    for layout in show.slide_layouts:
        there = {each.placeholder_format.type for each in layout.placeholders}
        if there & {HOLDS.TITLE, HOLDS.CENTER_TITLE} and there & set(TEXTS):
            usable.append(layout)
    if not usable:
        raise UnknownName(
            "The template has no layout with a title and a text: add one, such as PowerPoint's "
            "'Title and Content', to its slide master."
        )
    return min(usable, key=distance)


def _bodies(slide: Any) -> list[Any]:
    """List the placeholders of texts beside the title."""
    return [each for each in slide.placeholders if each.placeholder_format.type in TEXTS]


def _section(show: Any, section: Section, images: Mapping[str, Sequence[bytes]]) -> None:
    """Make the slides of a section: findings beside key figures, a table, a figure."""
    if not _is_shown(section):
        return
    if section.part == "summary":
        _summary(show, section)
    for block in section.blocks:
        match block:
            case Table() if section.part != "summary":
                _table_slides(show, block)
            case Figure():
                _figure(show, block, images)


def _summary(show: Any, section: Section) -> None:
    """Put what is found beside the key figures."""
    lead = [block for block in section.blocks if isinstance(block, str)]
    (points,) = [block for block in section.blocks if isinstance(block, Points)]
    (key,) = [block for block in section.blocks if isinstance(block, Table)]
    slide = show.slides.add_slide(_layout(show, HOLDS.OBJECT, HOLDS.OBJECT))
    slide.shapes.title.text = section.heading
    bodies = _bodies(slide)
    said = [*lead, *(link.text for link in points.links)]
    frame = bodies[0].text_frame
    for at, sentence in enumerate(said):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.text = sentence
        paragraph.space_after = Pt(6)
        for run in paragraph.runs:
            run.font.size, run.font.bold = Pt(14), sentence in lead or None
    if len(bodies) > 1:
        _add_table(slide, key, _take(slide, 1), 14)
    else:  # a template without a layout of two texts
        _table_slides(show, key)
    slide.notes_slide.notes_text_frame.text = " ".join(said)


def _table_slides(show: Any, block: Table) -> None:
    """Put a table on slides of its own."""
    for part in _pages(block):
        slide = show.slides.add_slide(_layout(show, HOLDS.OBJECT))
        slide.shapes.title.text = block.title
        _add_table(slide, part, _take(slide, 0), 14)


def _pages(block: Table) -> Iterator[Table]:
    """Share the rows of a table out over slides."""
    head, rows = grid(block)
    count = -(-len(rows) // ROWS)
    most = -(-len(rows) // count) if count else 1  # no slide with one row left over
    for start in range(0, len(rows), most):
        yield table(block.title, head, rows[start : start + most])


def _take(slide: Any, which: int) -> Box:
    """Take the place of a body placeholder."""
    body = _bodies(slide)[which]
    box = Box(body.left, body.top, body.width, body.height)
    body._element.getparent().remove(body._element)
    return box


def _figure(show: Any, block: Figure, images: Mapping[str, Sequence[bytes]]) -> None:
    """Put a figure on a slide, as a chart where it is bars or lines; what to say in the notes."""
    chart = block.chart
    slide = show.slides.add_slide(_layout(show, HOLDS.OBJECT))
    slide.shapes.title.text = chart.headline
    box = _take(slide, 0)
    caption = block.caption
    foot = Inches(0.28 * (1 + wrap(caption, box.width / Inches(1), 14).count("\n")) + 0.1)
    room = Box(box.left, box.top, box.width, box.height - foot)

    if chart.name in images:
        shape = _picture(slide, images[chart.name][0], room)
    else:
        shape = add_chart(slide, chart, room)
    about = shape._element.xpath(".//p:cNvPr")[0]
    about.set("descr", chart.alt)
    about.set("title", chart.headline)
    text = slide.shapes.add_textbox(box.left, box.top + room.height, box.width, foot).text_frame
    text.word_wrap = True
    text.paragraphs[0].text = caption
    for run in text.paragraphs[0].runs:
        run.font.size, run.font.color.rgb = Pt(14), RGBColor.from_string(SOFT)  # type: ignore[no-untyped-call]
    slide.notes_slide.notes_text_frame.text = "\n".join(
        dict.fromkeys(line for line in (block.said, f"{chart.headline}.", caption) if line)
    )


def _picture(slide: Any, image: bytes, box: Box) -> Any:
    picture = slide.shapes.add_picture(io.BytesIO(image), box.left, box.top)
    scale = min(box.width / picture.width, box.height / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture.left = box.left + (box.width - picture.width) // 2
    return picture


def _add_table(slide: Any, block: Table, box: Box, size: float) -> None:
    """Write a table: thin lines, numbers to the right, verdicts in their colours."""
    head, rows = grid(block)
    tall = Inches(0.4) * (1 + len(rows))
    shape = slide.shapes.add_table(1 + len(rows), len(head), box.left, box.top, box.width, tall)
    shape.table._tbl.tblPr.find("{*}tableStyleId").text = PLAIN
    shape.table.horz_banding = False
    room = box.width / Inches(1) * 120 / size  # characters beside each other
    for column, share in zip(shape.table.columns, widths(block, room), strict=True):
        column.width = int(box.width * share)

    right = numeric(block)
    for at, texts in enumerate([head, *rows]):
        for place, text in enumerate(texts):
            _cell(shape.table.cell(at, place), text, size, at == 0, place in right)
    shape._element.xpath(".//p:cNvPr")[0].set("descr", block.title)


def _cell(cell: Any, text: str, size: float, first: bool, right: bool) -> None:
    cell.margin_left = cell.margin_right = Inches(0.05)
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.text = str(text)
    line = f'<a:lnB {NS} w="6350"><a:solidFill><a:srgbClr val="BFBFBF"/></a:solidFill></a:lnB>'
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(line))
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    for run in paragraph.runs:
        run.font.size, run.font.bold = Pt(size), first
        if isinstance(text, Said) and text.verdict:
            run.font.bold = True
            run.font.color.rgb = RGBColor.from_string(TONES.get(text.verdict, "222222"))  # type: ignore[no-untyped-call]


def _finish(slide: Any, content: Content) -> None:
    """Add the foot and the number of the layout, and say in which language the texts are."""
    for each in slide.slide_layout.placeholders:
        if each.placeholder_format.type not in FEET:
            continue
        slide.shapes._spTree.append(copy.deepcopy(each._element))
        added = slide.shapes[-1]
        id = str(900 + int(each.placeholder_format.type))
        added._element.xpath(".//p:cNvPr")[0].set("id", id)
        if each.placeholder_format.type == HOLDS.FOOTER:
            added.text_frame.text = content.title
            for run in added.text_frame.paragraphs[0].runs:
                run.font.name = "+mn-lt"  # the theme's; LibreOffice would take a serif one
    for each in _bodies(slide):
        if not each.text_frame.text:  # a layout of more texts than were asked for
            each._element.getparent().remove(each._element)
    for each in slide.placeholders:  # long words in a template of large type
        if each.has_text_frame and each.placeholder_format.type not in FEET:
            each.text_frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE
    for shape in slide.shapes:
        for paragraph in shape.text_frame.paragraphs if shape.has_text_frame else []:
            for run in paragraph.runs:
                run.font.language_id = LANGUAGES[content.lang]
