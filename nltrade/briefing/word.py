"""The document as a Word file: headings, captions, text alternatives, and tables that can be edited."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from nltrade.briefing.blocks import (
    Block,
    Content,
    Figure,
    Heading,
    Points,
    Table,
    shares,
    values_of,
)
from nltrade.briefing.zipped import without_moments
from nltrade.words import Words

ACROSS, HIGHEST = 16.0, 19.0  # cm: between the margins; of a picture
ROOM = 110  # characters of a table beside each other
INK, SOFT, BLUE = (RGBColor.from_string(colour) for colour in ("222222", "444444", "00549F"))
LOCALES = {"en": "en-GB", "nl": "nl-NL"}


def render(content: Content, images: Mapping[str, bytes]) -> bytes:
    """
    Write the Word file.

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
    paper = _paper(content)
    paper.add_heading(content.title, level=0)
    paper.add_paragraph(content.subtitle, style="Note")
    for section in content.sections:
        paper.add_heading(section.heading, level=1)
        for block in section.blocks:
            _add(paper, block, content, images)
    paper.add_heading(Words(content.lang).label("values-head"), level=1)
    for chart in content.charts:
        for table in values_of(chart, main=True):
            _add_table(paper, table, content)
    paper.add_paragraph(content.end, style="Note")
    target = io.BytesIO()
    paper.save(target)
    return without_moments(target.getvalue())


def _paper(content: Content) -> Paper:
    """Make an empty document: A4, its language, its properties, its styles."""
    paper = Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.5)
    page.top_margin = page.bottom_margin = Cm(2.3)
    moment = datetime.fromisoformat(content.modified) if content.modified else datetime(2000, 1, 1)
    properties = paper.core_properties
    properties.title, properties.author, properties.comments = (
        content.title,
        "nltrade",
        content.subtitle,
    )
    properties.language = LOCALES[content.lang]
    properties.created = properties.modified = moment
    properties.last_modified_by, properties.revision = "nltrade", 1
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LOCALES[content.lang])
    sizes = {
        "Normal": 10,
        "Title": 20,
        "Heading 1": 15,
        "Heading 2": 11,
        "Caption": 8.5,
        "List Bullet": 10,
    }
    for name, size in sizes.items():
        style: Any = paper.styles[name]
        style.font.size, style.font.name, style.font.color.rgb = Pt(size), "Calibri", INK
    note: Any = paper.styles.add_style("Note", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style, note.font.size, note.font.color.rgb = paper.styles["Normal"], Pt(8.5), SOFT
    note.paragraph_format.space_after = Pt(3)
    return paper


def _add(paper: Paper, block: Block, content: Content, images: Mapping[str, bytes]) -> None:
    match block:
        case str():
            paper.add_paragraph(block)
        case Heading():
            paper.add_heading(block.text, level=2)
        case Points():
            for item in block.items:
                paragraph = paper.add_paragraph(style="List Bullet")
                if isinstance(item, str) or not item.safe:
                    paragraph.add_run(item if isinstance(item, str) else item.text)
                else:
                    _link(paragraph, item.text, item.address)
        case Table():
            _add_table(paper, block, content)
        case Figure(chart):
            paper.add_heading(chart.headline, level=2)
            picture = paper.add_picture(io.BytesIO(images[chart.name]), width=Cm(ACROSS))
            if picture.height > Cm(HIGHEST):
                picture.width, picture.height = (
                    int(picture.width * Cm(HIGHEST) / picture.height),
                    Cm(HIGHEST),
                )
            paper.paragraphs[-1].paragraph_format.keep_with_next = True
            about = picture._inline.docPr
            about.set("descr", chart.alt)
            about.set("title", chart.headline)
            _caption(
                paper, "figure", chart.subtitle, content
            ).paragraph_format.keep_with_next = True
            for line in chart.footer:
                if line:
                    paper.add_paragraph(line, style="Note")


def _add_table(paper: Paper, table: Table, content: Content) -> None:
    """Write a table below its caption; its first row is repeated on the next page."""
    _caption(paper, "table", table.caption, content).paragraph_format.keep_with_next = True
    grid = paper.add_table(1 + len(table.rows), len(table.head))
    grid.autofit = False
    wide = [Cm(ACROSS * share) for share in shares(table, ROOM)]
    for column, width in zip(grid.columns, wide, strict=True):
        column.width = width
    for at, (row, cells) in enumerate(zip(grid.rows, [table.head, *table.rows], strict=True)):
        for cell, text, width in zip(row.cells, cells, wide, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            run = cell.paragraphs[0].add_run(text)
            run.font.size = Pt(8)
            run.font.bold = at == 0
    lines = OxmlElement("w:tblBorders")
    for edge in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{edge}")
        for name, value in {"val": "single", "sz": "4", "color": "BFBFBF"}.items():
            line.set(qn(f"w:{name}"), value)
        lines.append(line)
    grid._tbl.tblPr.append(lines)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)
    paper.add_paragraph(style="Note")


def _caption(paper: Paper, kind: str, text: str, content: Content) -> Paragraph:
    """Write a caption that Word itself numbers."""
    paragraph = paper.add_paragraph(style="Caption")
    paragraph.add_run(f"{Words(content.lang).label(kind)} ")
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), f"SEQ {Words(content.lang).label(kind)} \\* ARABIC")
    run, count = OxmlElement("w:r"), OxmlElement("w:t")
    instruction = number.get(qn("w:instr"))
    before = [
        field
        for field in paper.element.body.iter(qn("w:fldSimple"))
        if field.get(qn("w:instr")) == instruction
    ]
    count.text = str(len(before) + 1)
    run.append(count)
    number.append(run)
    paragraph._p.append(number)
    paragraph.add_run(f". {text}")
    return paragraph


def _link(paragraph: Paragraph, text: str, address: str) -> None:
    """Write a link, which python-docx has no call for."""
    link = OxmlElement("w:hyperlink")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    link.set(qn("r:id"), paragraph.part.relate_to(address, kind, is_external=True))
    run = paragraph.add_run(text)
    run.font.underline, run.font.color.rgb = True, BLUE
    link.append(run._r)
    paragraph._p.append(link)
