"""The document as one HTML page: all inside it, for the eye, a screen reader, a phone and paper."""

import io
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec
from fontTools import subset
from fontTools.ttLib import TTFont
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nltrade.briefing.blocks import Content, grid, numeric, values_of
from nltrade.charts.style import FONTS
from nltrade.words import Words

LEFT_OUT = ("values",)  # sections that stand under the figures here
# Latin with all its accents, and the signs that the texts use; the rest is for other typefaces.
LETTERS = [*range(0x20, 0x180), *map(ord, "–—‘’“”…•−€✓✗≈")]
WEIGHTS = {"Regular": 400, "Bold": 700}
# What a drawing of matplotlib's has and a page does not need.
SPARE = {
    r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>": "",
    r'<svg[^>]*?(viewBox="[^"]*")[^>]*>': r"<svg \1>",
    r">\s+<": "><",
    r'<g id="[^"]*"': "<g",
    r' transform="rotate\(-0 [^"]*"': "",
    r" font-family: [^;]*;| text-anchor: start;": "",
    r"\s*\n\s*": " ",
    r'<path d="[^"]*"( clip-path="[^"]*")? style="fill: none"/>|<g/>': "",
    r"(\.\d)\d{4,5}\b": r"\1",  # no screen shows a hundredth of a point
}


def render(content: Content, images: Mapping[str, Sequence[bytes]]) -> bytes:
    """
    Write the page.

    Parameters
    ----------
    content : Content
        What it says.
    images : mapping of str to sequence of bytes
        Each figure as SVG by its name, without a frame: as wide as a column, and as a phone.

    Returns
    -------
    bytes
        UTF-8; every text is escaped.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    say = Words(content.lang)
    template = environment.get_template("page.html.j2")
    known = {
        "content": content,
        "sections": [each for each in content.sections if each.id not in LEFT_OUT],
        "kind": lambda block: type(block).__name__,
        "pictures": lambda chart: _pictures(images[chart.name], chart.name),
        "values": values_of,
        "grid": grid,
        "numeric": numeric,
        "label": say.label,
        "t": say.text,
        "linked": [_script(each) for each in content.facts],
    }
    return template.render(faces=_faces(), **known).lstrip().encode("utf-8")


def _pictures(drawings: Sequence[bytes], name: str) -> list[Markup]:
    """Make drawings parts of the page: no more than it shows, their ids told apart."""
    found = []
    for number, drawing in enumerate(drawings):
        text = drawing.decode("utf-8")
        text = text[text.find("<svg") :]
        for pattern, kept in SPARE.items():
            text = re.sub(pattern, kept, text, flags=re.S)
        if number:  # nobody points at a mark on a phone: the values stand below the picture
            text = re.sub(r'<g class="values".*?</g>', "", text, flags=re.S)
        text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-{number}-", text)
        found.append(Markup(text))  # a drawing of ours: its texts were escaped when written
    return found


def _script(facts: dict[str, object]) -> Markup:
    """Write what machines read, so that no text of it ends the element that it stands in."""
    return Markup(msgspec.json.encode(facts).decode("utf-8").replace("<", "\\u003c"))


@cache
def _faces() -> dict[int, str]:
    """Give the typeface in both weights, with no more than the letters of Europe's languages."""
    faces = {}
    for name, weight in WEIGHTS.items():
        (file,) = FONTS.glob(f"*-{name}.ttf")
        font = TTFont(file, recalcTimestamp=False)
        options = subset.Options(layout_features=["kern", "tnum"], hinting=False)
        cut = subset.Subsetter(options)
        cut.populate(unicodes=LETTERS)
        cut.subset(font)
        font.flavor = "woff"
        target = io.BytesIO()
        font.save(target)
        faces[weight] = b64encode(target.getvalue()).decode("ascii")
    return faces
