"""The masters of the slides: which layout fits, where its texts stand, what each slide repeats."""

import copy
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pptx import Presentation
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import PP_PLACEHOLDER as HOLDS
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.util import Inches

from nltrade.briefing.blocks import Content
from nltrade.errors import UnknownName

WIDE, TALL, MARGIN = 13.333, 7.5, 0.6  # inches
COLUMNS = (5.2, 6.7)  # inches: of two bodies beside each other
LANGUAGES = {"en": MSO_LANGUAGE_ID.ENGLISH_UK, "nl": MSO_LANGUAGE_ID.DUTCH}
BODIES = (HOLDS.OBJECT, HOLDS.BODY)
TEXTS = (*BODIES, HOLDS.SUBTITLE)
FEET = (HOLDS.FOOTER, HOLDS.SLIDE_NUMBER)


class Box(NamedTuple):
    """A place on a slide."""

    left: int
    top: int
    width: int
    height: int


def open_show(content: Content, template: Path | None) -> Any:
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

    first, below = list(show.slide_layouts[0].placeholders)[:2]
    _put(first, MARGIN, 2.2, WIDE - 2 * MARGIN, 1.2)
    _put(below, MARGIN, 3.6, WIDE - 2 * MARGIN, 2.0)
    below._element.find(".//{*}lvl1pPr").set("algn", "l")
    for layout in show.slide_layouts:
        texts = [s for s in layout.placeholders if s.placeholder_format.type in BODIES]
        rooms = {1: [WIDE - 2 * MARGIN], 2: COLUMNS}.get(len(texts), [])
        if texts:
            _put(layout.placeholders.get(idx=0), MARGIN, 0.35, WIDE - 2 * MARGIN, 0.95)
        left = MARGIN
        for body, room in zip(texts, rooms, strict=False):
            _put(body, left, 1.4, room, 5.4)
            left += room + 0.2

    styles = master.element.find(".//{*}txStyles")
    title, body = styles.find("{*}titleStyle/{*}lvl1pPr"), styles.find("{*}bodyStyle/{*}lvl1pPr")
    title.set("algn", "l")
    title.find("{*}defRPr").set("sz", "2600")
    title.find("{*}defRPr").set("b", "1")
    body.find("{*}defRPr").set("sz", "1600")
    master.placeholders.get(HOLDS.TITLE).text_frame.vertical_anchor = MSO_ANCHOR.TOP


def _put(shape: Any, *box: float) -> None:
    """Put a shape at a place: inches from the left and the top, its width and its height."""
    shape.left, shape.top, shape.width, shape.height = map(Inches, box)


def add_slide(show: Any, title: str, *wanted: Any) -> Any:
    """Add a slide of the layout with a title whose texts are most like these placeholders."""

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

    slide = show.slides.add_slide(min(usable, key=distance))
    slide.shapes.title.text = title
    return slide


def bodies(slide: Any) -> list[Any]:
    """List the placeholders of texts beside the title."""
    return [each for each in slide.placeholders if each.placeholder_format.type in TEXTS]


def take(slide: Any, which: int) -> Box:
    """Take the place of a body placeholder."""
    body = bodies(slide)[which]
    box = Box(body.left, body.top, body.width, body.height)
    body._element.getparent().remove(body._element)
    return box


def finish(slide: Any, content: Content) -> None:
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
    for each in bodies(slide):
        if not each.text_frame.text:  # a layout of more texts than were asked for
            each._element.getparent().remove(each._element)
    for each in slide.placeholders:  # long words in a template of large type
        if each.has_text_frame and each.placeholder_format.type not in FEET:
            each.text_frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE
    for shape in slide.shapes:
        for paragraph in shape.text_frame.paragraphs if shape.has_text_frame else []:
            for run in paragraph.runs:
                run.font.language_id = LANGUAGES[content.lang]
