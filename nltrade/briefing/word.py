"""The document as a Word file: headings, lists, tables, pictures, in styles a template may set."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from nltrade.briefing.blocks import (
    TONES,
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
from nltrade.briefing.styles import CELL, GRID, LOCALES, add_field, open_paper, xml
from nltrade.charts.canvas import TEXT
from nltrade.files import without_moments
from nltrade.report import Table
from nltrade.words import Words

# How high a picture is at most, in cm: on page one, a later one, and one of the annex; and how high
# whatever its letters, which are not made smaller than eight points for the former.
HIGHEST = {"summary": 6.6, "body": 13.8, "annex": 12.0}
PAGE, LEAST = 21.0, 8 / TEXT
SHORT, TOGETHER = 8, 3  # rows: of a table on one page, and of a longer one at a page's end
ROOM = 92  # characters of a table beside each other
BLUE = RGBColor(0x00, 0x54, 0x9F)


def render(
    content: Content, images: Mapping[str, Sequence[bytes]], template: Path | None = None
) -> bytes:
    """
    Write the Word file.

    Parameters
    ----------
    content : Content
        What it says.
    images : mapping of str to sequence of bytes
        Each figure as PNG, without a frame, by its name.
    template : path, optional
        A Word file whose styles, margins, headers and footers are used.

    Returns
    -------
    bytes
        The same every time.
    """
    say = Words(content.lang)
    paper = open_paper(content, template)
    paper.add_paragraph(content.title, style="Title")
    paper.add_paragraph(content.subtitle, style="Briefing Note")
    part = "summary"
    for section in content.sections:
        begins, part = section.part != part, section.part
        heads = []
        if begins and part == "annex":
            heads.append(paper.add_heading(say.label("annex"), level=1))
        if part != "summary":
            level = 2 if part == "annex" else 1
            heads.append(paper.add_heading(section.heading, level=level))
        if begins:
            heads[0].paragraph_format.page_break_before = True
        for block in section.blocks:
            _add(paper, block, part, images, say)

    paper.add_paragraph(content.end, style="Briefing Note")
    _keep_together(heads[-1])
    target = io.BytesIO()
    paper.save(target)
    return without_moments(target.getvalue())


def _add(
    paper: Paper, block: Block, part: str, images: Mapping[str, Sequence[bytes]], say: Words
) -> None:
    match block:
        case str():
            style = "Briefing Lead" if part == "summary" else "Normal"
            paragraph = paper.add_paragraph(block, style=style)
            paragraph.paragraph_format.keep_with_next = block.endswith(":") or None
        case Heading():
            paper.add_heading(block.text, level=3 if part == "annex" else 2)
        case Points():
            for link in block.links:
                paragraph = paper.add_paragraph(style="List Bullet")
                if link.address:
                    _link(paragraph, link.text, link.address)
                else:
                    paragraph.add_run(link.text)
        case Table():
            _add_table(paper, block, say)
        case Figure():
            _figure(paper, block, part, images[block.chart.name][0], say)


def _keep_together(heading: Paragraph) -> None:
    """Keep the last section, which is that of the citations, on one page."""
    for element in [heading._p, *heading._p.itersiblings()]:
        for paragraph in element.iter(qn("w:p")):
            Paragraph(paragraph, heading._parent).paragraph_format.keep_with_next = True


def _across(paper: Paper) -> int:
    """Measure the room between the margins."""
    page: Any = paper.sections[-1]
    return int(page.page_width - page.left_margin - page.right_margin)


def _figure(paper: Paper, block: Figure, part: str, image: bytes, say: Words) -> None:
    """Put a picture below its headline, kept together with its caption."""
    chart = block.chart
    paper.add_heading(chart.headline, level=3 if part == "annex" else 2)
    across = _across(paper)
    picture = paper.add_picture(io.BytesIO(image))
    scale = max(Cm(HIGHEST[part]) / picture.height, LEAST)
    scale = min(scale, across / picture.width, Cm(PAGE) / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    paper.paragraphs[-1].paragraph_format.keep_with_next = True
    about = picture._inline.docPr
    about.set("descr", chart.alt)
    about.set("title", chart.headline)
    _caption(paper, "figure", block.caption, say)


def _add_table(paper: Paper, table: Table, say: Words) -> None:
    """Write a table below its caption; the first row is repeated on a next page, none is broken."""
    if table.title:
        _caption(paper, "table", table.title, say).paragraph_format.keep_with_next = True
    head, rows = grid(table)
    across = _across(paper)
    cells = paper.add_table(1 + len(rows), len(head), style=GRID)
    cells.autofit = False
    wide = [int(across * share) for share in widths(table, ROOM)]
    right = numeric(table)
    for column, width in zip(cells.columns, wide, strict=True):
        column.width = width

    # a short table is not broken, and of a longer one no row or remark stands alone
    last = len(rows)
    together = set(range(last + 1 if table.remarks else last))
    if last > SHORT:
        together -= set(range(TOGETHER, last - TOGETHER + 1))
    for at, (row, texts) in enumerate(zip(cells.rows, [head, *rows], strict=True)):
        row._tr.get_or_add_trPr().append(xml("cantSplit"))
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = wide[place]
            run = _cell(cell.paragraphs[0], text, place in right, at in together)
            # the style's bold first row gives way to what the style Normal says
            run.font.bold = True if at == 0 else run.font.bold
    cells.rows[0]._tr.get_or_add_trPr().append(xml("tblHeader"))

    for remark in table.remarks:
        paper.add_paragraph(remark, style="Briefing Note")
    if not table.remarks:
        paper.add_paragraph(style="Briefing Note")


def _cell(paragraph: Paragraph, text: str, right: bool, keep: bool) -> Run:
    """Write a cell: numbers to the right, a verdict in its colour, a short table on one page."""
    paragraph.style = CELL
    paragraph.paragraph_format.keep_with_next = keep
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    if isinstance(text, Said) and text.verdict:
        run.font.bold = True
        run.font.color.rgb = RGBColor.from_string(TONES.get(text.verdict, "222222"))
    if isinstance(text, Said) and text.lang:
        run._r.get_or_add_rPr().append(xml("lang", val=LOCALES.get(text.lang, text.lang)))
    return run


def _caption(paper: Paper, kind: str, text: str, say: Words) -> Paragraph:
    """Write a caption that Word itself numbers."""
    name = say.label(kind)
    code = f"SEQ {name} \\* ARABIC"
    fields = paper.element.body.iter(qn("w:fldSimple"))
    before = sum(field.get(qn("w:instr")) == code for field in fields)
    paragraph = paper.add_paragraph(style="Caption")
    paragraph.add_run(f"{name} ")
    add_field(paragraph, code, str(before + 1))
    paragraph.add_run(f". {text}")
    return paragraph


def _link(paragraph: Paragraph, text: str, address: str) -> None:
    """Write a link, which python-docx has no call for."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RT.HYPERLINK, is_external=True))
    run = paragraph.add_run(text)
    run.font.underline, run.font.color.rgb = True, BLUE
    link.append(run._r)
    paragraph._p.append(link)
