"""The styles and the page of the Word file: those of a template, and what it lacks."""

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

from nltrade.briefing.blocks import Content

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
CELL, GRID = "Briefing Cell", "Briefing Table"
OWN = {
    "Briefing Lead": (12, True, "222222", 2, 5),
    "Briefing Note": (8.5, False, "444444", 1, 3),
    CELL: (8.5, False, "222222", 0, 0),
}


def open_paper(content: Content, template: Path | None) -> Paper:
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
        if template is None:
            _typeface(paper.styles[name])
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
    style.base_style = paper.styles.default(WD_STYLE_TYPE.PARAGRAPH)  # of the template's typeface
    format = style.element.get_or_add_pPr()
    if name.startswith("Heading"):
        style.paragraph_format.keep_with_next = True
        format.append(xml("outlineLvl", val=str(int(name[-1]) - 1)))
    if name == "List Bullet":
        format.append(xml("numPr", xml("ilvl", val="0"), xml("numId", val=_bullets(paper))))


def _bullets(paper: Paper) -> str:
    """Add a kind of list with bullets; give its number."""
    if not any(each.reltype == RT.NUMBERING for each in paper.part.rels.values()):
        paper.part.relate_to(Document().part.numbering_part, RT.NUMBERING)
    numbering = paper.part.numbering_part.element
    there = [int(each.get(qn("w:abstractNumId"))) for each in numbering.iter(qn("w:abstractNum"))]
    id = str(max(there, default=0) + 1)
    bullet = {"start": "1", "numFmt": "bullet", "lvlText": "•", "lvlJc": "left"}
    look = xml("pPr", xml("ind", left="284", hanging="284"))
    level = xml("lvl", *(xml(key, val=value) for key, value in bullet.items()), look, ilvl="0")
    added = numbering.add_num(int(id))
    numbering.find(qn("w:num")).addprevious(xml("abstractNum", level, abstractNumId=id))
    return str(added.numId)


def _style(style: Any, size: float, bold: bool, colour: str, before: float, after: float) -> None:
    style.font.size, style.font.bold = Pt(size), bold
    style.font.color.rgb = RGBColor.from_string(colour)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.08


def _typeface(style: Any) -> None:
    """Set the typeface; that of a theme would go before the one that is named."""
    style.font.name = "Calibri"
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for side in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{side}"), None)


def _table_style(paper: Paper) -> None:
    """Add the style of tables: thin lines below the rows, the first row bold."""
    style: Any = paper.styles.add_style(GRID, WD_STYLE_TYPE.TABLE)
    edges, sides = ("top", "bottom", "insideH"), ("top", "left", "bottom", "right")
    lines = [xml(edge, val="single", sz="4", color="BFBFBF") for edge in edges]
    room = [xml(side, w="55", type="dxa") for side in sides]
    look = xml("tblPr", xml("tblBorders", *lines), xml("tblCellMar", *room))
    style.element.append(look)
    style.element.append(xml("tblStylePr", xml("rPr", xml("b")), type="firstRow"))


def _page(paper: Paper, content: Content) -> None:
    """Set the page: A4, what it is at the top of all but the first, the number at the foot."""
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.3)
    page.top_margin = page.bottom_margin = Cm(2.0)
    page.header_distance = page.footer_distance = Cm(1.0)
    page.header.paragraphs[0].text = content.title
    page.different_first_page_header_footer = True
    for footer in (page.first_page_footer, page.footer):
        foot = footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        add_field(foot, "PAGE", "1")
        foot.add_run(" / ")
        add_field(foot, "NUMPAGES", "1")


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field that Word fills in, and what it shows until then."""
    run, text = xml("r"), xml("t")
    text.text = shown
    run.append(text)
    paragraph._p.append(xml("fldSimple", run, instr=code))


def xml(name: str, *inside: Any, **values: str) -> Any:
    """Make an element of Word's own XML."""
    element = OxmlElement(f"w:{name}")
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    element.extend(inside)
    return element
