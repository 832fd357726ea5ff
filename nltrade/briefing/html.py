"""The document as one HTML page: all inside it, for the eye, a screen reader, a phone and paper."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nltrade.briefing.blocks import Content, grid, numeric, values_of
from nltrade.charts.embed import part_of_page, typeface
from nltrade.words import Words

LEFT_OUT = ("values",)  # sections that stand under the figures here


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
    return template.render(typeface=Markup(typeface()), **known).lstrip().encode("utf-8")


def _pictures(drawings: Sequence[bytes], name: str) -> list[Markup]:
    """Make drawings parts of the page; nobody points at a mark on a phone."""
    wide, narrow = (part_of_page(one, f"{name}-{at}") for at, one in enumerate(drawings))
    return [Markup(wide), Markup(re.sub(r'<g class="values".*?</g>', "", narrow, flags=re.S))]


def _script(facts: dict[str, object]) -> Markup:
    """Write what machines read, so that no text of it ends the element that it stands in."""
    return Markup(msgspec.json.encode(facts).decode("utf-8").replace("<", "\\u003c"))
