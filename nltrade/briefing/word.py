"""The document as a Word file: headings, lists, tables, pictures, in styles a template may set."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
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
from nltrade.files import without_moments
from nltrade.report import Table
from nltrade.words import Words

# The most that a picture takes of a page, in cm: of page one, a later one, and one of the annex.
HIGHEST = {"summary": 6.6, "body": 13.8, "annex": 12.0}
SHORT, TOGETHER = 8, 3  # rows: of a table on one page, and of a longer one at a page's end
ROOM = 92  # characters of a table beside each other
BLUE = RGBColor(0x00, 0x54, 0x9F)
LOCALES = {"en": "en-GB", "nl": "nl-NL"}
# Size in points, bold, colour, space before and after of the styles, where there is no template.
STYLES = {
    "Normal": (10, False, "222222", 0, 4),
    "Title": (20, True, "222222", 0, 2),
    "Heading 1": (14, True, "222222", 14, 4),
    "Heading 2": (11, True, "222222", 10, 3),
    "Heading 3": (10, True, "222222", 8, 2),
    "Caption": (8.5, False, "444444", 2, 3),
    "List Bullet": (10, False, "222222", 0, 3),
    "Header": (8.5, False, "555555", 0, 0),
    "Footer": (8.5, False, "555555", 0, 0),
}
OWN = {"Briefing Lead": (12, True, "222222", 2, 5), "Briefing Note": (8.5, False, "444444", 1, 3)}
GRID = "Briefing Table"


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
    paper = _paper(content, template)
    paper.add_paragraph(content.title, style="Title")
    paper.add_paragraph(content.subtitle, style="Briefing Note")
    part = "summary"
    for section in content.sections:
        heads = []
        if section.part == "annex" != part:
            heads.append(paper.add_heading(Words(content.lang).label("annex"), level=1))
        if section.part != "summary":
            level = 2 if section.part == "annex" else 1
            heads.append(paper.add_heading(section.heading, level=level))
        if section.part != part:
            heads[0].paragraph_format.page_break_before = True
        part = section.part
        for block in section.blocks:
            _add(paper, block, content, images, part)

    paper.add_paragraph(content.end, style="Briefing Note")
    _keep_together(heads[-1])
    target = io.BytesIO()
    paper.save(target)
    return without_moments(target.getvalue())


def _paper(content: Content, template: Path | None) -> Paper:
    """Make an empty document: A4 with a header and page numbers, or what the template has."""
    paper = Document(str(template) if template else None)
    body = paper.element.body
    for old in list(body)[:-1]:  # the last says how the page is
        body.remove(old)

    _describe(paper, content)
    names = {style.name for style in paper.styles}
    for name, look in {**STYLES, **OWN}.items():
        if name not in names:
            _add_style(paper, name)
        if name not in names or template is None:
            _style(paper.styles[name], *look)
    if GRID not in names:
        _table_style(paper)
    if template is None:
        _page(paper, content)
    return paper


def _describe(paper: Paper, content: Content) -> None:
    """Say what the file is, and in which language."""
    properties = paper.core_properties
    properties.title, properties.comments = content.title, content.subtitle
    properties.author = properties.last_modified_by = "nltrade"
    properties.language = LOCALES[content.lang]
    moment = datetime.fromisoformat(content.modified or "2000-01-01")
    properties.created = properties.modified = moment
    properties.revision = 1
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LOCALES[content.lang])


def _add_style(paper: Paper, name: str) -> None:
    """Add a style that a template lacks, with what makes it a heading or a list."""
    style: Any = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    format = style.element.get_or_add_pPr()
    if name.startswith("Heading"):
        style.paragraph_format.keep_with_next = True
        format.append(_xml("outlineLvl", val=str(int(name[-1]) - 1)))
    if name == "List Bullet":
        format.append(_xml("numPr", _xml("ilvl", val="0"), _xml("numId", val=_bullets(paper))))


def _bullets(paper: Paper) -> str:
    """Add a kind of list with bullets; give its number."""
    if not any(each.reltype == RT.NUMBERING for each in paper.part.rels.values()):
        paper.part.relate_to(Document().part.numbering_part, RT.NUMBERING)
    numbering = paper.part.numbering_part.element
    there = [int(each.get(qn("w:abstractNumId"))) for each in numbering.iter(qn("w:abstractNum"))]
    id = str(max(there, default=0) + 1)
    bullet = {"start": "1", "numFmt": "bullet", "lvlText": "•", "lvlJc": "left"}
    look = _xml("pPr", _xml("ind", left="284", hanging="284"))
    level = _xml("lvl", *(_xml(key, val=value) for key, value in bullet.items()), look, ilvl="0")
    added = numbering.add_num(int(id))
    numbering.find(qn("w:num")).addprevious(_xml("abstractNum", level, abstractNumId=id))
    return str(added.numId)


def _style(style: Any, size: float, bold: bool, colour: str, before: float, after: float) -> None:
    style.font.name, style.font.size, style.font.bold = "Calibri", Pt(size), bold
    style.font.color.rgb = RGBColor.from_string(colour)
    # the font of a theme would go before the one that is named
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for side in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{side}"), None)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.08


def _table_style(paper: Paper) -> None:
    """Add the style of tables: thin lines below the rows, the first row bold."""
    style: Any = paper.styles.add_style(GRID, WD_STYLE_TYPE.TABLE)
    edges, sides = ("top", "bottom", "insideH"), ("top", "left", "bottom", "right")
    lines = [_xml(edge, val="single", sz="4", color="BFBFBF") for edge in edges]
    room = [_xml(side, w="55", type="dxa") for side in sides]
    look = _xml("tblPr", _xml("tblBorders", *lines), _xml("tblCellMar", *room))
    style.element.append(look)
    style.element.append(_xml("tblStylePr", _xml("rPr", _xml("b")), type="firstRow"))


def _page(paper: Paper, content: Content) -> None:
    """Set the page: A4, what it is at the top, the number at the foot."""
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.3)
    page.top_margin = page.bottom_margin = Cm(2.0)
    page.header_distance = page.footer_distance = Cm(1.0)
    page.header.paragraphs[0].text = content.title
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _field(foot, "PAGE", "1")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES", "1")


def _add(
    paper: Paper,
    block: Block,
    content: Content,
    images: Mapping[str, Sequence[bytes]],
    part: str,
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
            _add_table(paper, block, content)
        case Figure():
            _figure(paper, block, content, images[block.chart.name][0], part)


def _keep_together(heading: Paragraph) -> None:
    """Keep the last section, which is that of the sources, on one page."""
    for element in [heading._p, *heading._p.itersiblings()]:
        for paragraph in element.iter(qn("w:p")):
            Paragraph(paragraph, heading._parent).paragraph_format.keep_with_next = True


def _across(paper: Paper) -> int:
    """Measure the room between the margins."""
    page: Any = paper.sections[-1]
    return int(page.page_width - page.left_margin - page.right_margin)


def _figure(paper: Paper, block: Figure, content: Content, image: bytes, part: str) -> None:
    """Put a picture below its headline, kept together with its caption."""
    chart = block.chart
    paper.add_heading(chart.headline, level=3 if part == "annex" else 2)
    across = _across(paper)
    picture = paper.add_picture(io.BytesIO(image))
    most = Cm(HIGHEST[part])
    scale = min(across / picture.width, most / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    paper.paragraphs[-1].paragraph_format.keep_with_next = True
    about = picture._inline.docPr
    about.set("descr", chart.alt)
    about.set("title", chart.headline)
    _caption(paper, "figure", block.caption, content)


def _add_table(paper: Paper, table: Table, content: Content) -> None:
    """Write a table below its caption; the first row is repeated on a next page, none is broken."""
    if table.title:
        _caption(paper, "table", table.title, content).paragraph_format.keep_with_next = True
    head, rows = grid(table)
    across = _across(paper)
    cells = paper.add_table(1 + len(rows), len(head), style=GRID)
    cells.autofit = False
    wide = [int(across * share) for share in widths(table, ROOM)]
    right = numeric(table)
    for column, width in zip(cells.columns, wide, strict=True):
        column.width = width

    # a short table is not broken, and of a longer one no row stands alone; the last needs no next
    last = len(rows)
    together = set(range(last))
    if last > SHORT:
        together -= set(range(TOGETHER, last - TOGETHER + 1))
    for at, (row, texts) in enumerate(zip(cells.rows, [head, *rows], strict=True)):
        row._tr.get_or_add_trPr().append(_xml("cantSplit"))
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = wide[place]
            run = _cell(cell.paragraphs[0], text, place in right, at in together)
            # the style's bold first row gives way to what the style Normal says
            run.font.bold = True if at == 0 else run.font.bold
    cells.rows[0]._tr.get_or_add_trPr().append(_xml("tblHeader"))

    for remark in table.remarks:
        paper.add_paragraph(remark, style="Briefing Note")
    if not table.remarks:
        paper.add_paragraph(style="Briefing Note")


def _cell(paragraph: Paragraph, text: str, right: bool, keep: bool) -> Run:
    """Write a cell: numbers to the right, a verdict in its colour, a short table on one page."""
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.keep_with_next = keep
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size = Pt(8.5)
    if isinstance(text, Said) and text.verdict:
        run.font.bold = True
        run.font.color.rgb = RGBColor.from_string(TONES.get(text.verdict, "222222"))
    if isinstance(text, Said) and text.lang:
        run._r.get_or_add_rPr().append(_xml("lang", val=LOCALES.get(text.lang, text.lang)))
    return run


def _caption(paper: Paper, kind: str, text: str, content: Content) -> Paragraph:
    """Write a caption that Word itself numbers."""
    name = Words(content.lang).label(kind)
    code = f"SEQ {name} \\* ARABIC"
    fields = paper.element.body.iter(qn("w:fldSimple"))
    before = sum(field.get(qn("w:instr")) == code for field in fields)
    paragraph = paper.add_paragraph(style="Caption")
    paragraph.add_run(f"{name} ")
    _field(paragraph, code, str(before + 1))
    paragraph.add_run(f". {text}")
    return paragraph


def _field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field that Word fills in, and what it shows until then."""
    run, text = _xml("r"), _xml("t")
    text.text = shown
    run.append(text)
    paragraph._p.append(_xml("fldSimple", run, instr=code))


def _link(paragraph: Paragraph, text: str, address: str) -> None:
    """Write a link, which python-docx has no call for."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RT.HYPERLINK, is_external=True))
    run = paragraph.add_run(text)
    run.font.underline, run.font.color.rgb = True, BLUE
    link.append(run._r)
    paragraph._p.append(link)


def _xml(name: str, *inside: Any, **values: str) -> Any:
    """Make an element of Word's own XML."""
    element = OxmlElement(f"w:{name}")
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    element.extend(inside)
    return element
