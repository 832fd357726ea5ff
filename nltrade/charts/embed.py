"""A drawing inside a page of HTML: no more than it shows, its words in the bundled typeface."""

import io
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache

from fontTools import subset
from fontTools.ttLib import TTFont

from nltrade.charts.style import FAMILY, FONTS

# Latin with all its accents, and the signs that the texts use; the rest is for other typefaces.
LETTERS = [*range(0x20, 0x180), *map(ord, "–—‘’“”…•−€✓✗≈")]
WEIGHTS = {"Regular": 400, "Bold": 700}
# What a drawing of matplotlib's has and a page does not need.
SPARE = {
    r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>": "",
    r'<svg[^>]*?(viewBox="[^"]*")[^>]*>': r'<svg class="nltrade" \1>',
    r">\s+<": "><",
    r'<g id="[^"]*"': "<g",
    r' transform="rotate\(-0 [^"]*"': "",
    r" font-family: [^;]*;| text-anchor: start;": "",
    r"\s*\n\s*": " ",
    r'<path d="[^"]*"( clip-path="[^"]*")? style="fill: none"/>|<g/>': "",
    r"(\.\d)\d{4,5}\b": r"\1",  # no screen shows a hundredth of a point
}


def part_of_page(svg: bytes, name: str) -> str:
    """
    Make a drawing a part of a page: without a head, its ids told apart by a name.

    Parameters
    ----------
    svg : bytes
        A drawing of ours without a frame: its texts were escaped when it was written.
    name : str
        What no other drawing on the page has.

    Returns
    -------
    str
        An element that is as wide as its place; its words need the page to have `typeface`.
    """
    text = svg.decode("utf-8")
    text = text[text.find("<svg") :]
    for pattern, kept in SPARE.items():
        text = re.sub(pattern, kept, text, flags=re.S)
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)


def cut(face: bytes, letters: Iterable[int]) -> str:
    """Write a typeface with some letters (code points) alone, as the address of a page's font."""
    font = TTFont(io.BytesIO(face), recalcTimestamp=False)
    kept = subset.Subsetter(subset.Options(layout_features=["kern", "tnum"], hinting=False))
    kept.populate(unicodes=letters)
    kept.subset(font)

    font.flavor = "woff"
    target = io.BytesIO()
    font.save(target)
    return f"data:font/woff;base64,{b64encode(target.getvalue()).decode('ascii')}"


@cache
def typeface() -> str:
    """Give the typeface in both weights as CSS, with the letters of Europe's languages alone."""
    rules = [f'svg.nltrade text {{ font-family: "{FAMILY}", "DejaVu Sans", sans-serif; }}']
    for name, weight in WEIGHTS.items():
        (file,) = FONTS.glob(f"*-{name}.ttf")
        source = f'url("{cut(file.read_bytes(), LETTERS)}") format("woff")'
        rules.append(
            f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: {source}; }}'
        )
    return "\n".join(rules)
