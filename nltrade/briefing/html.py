"""The document as one HTML page: images inside, light and dark, for a screen reader, for paper, without a network."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nltrade.briefing.blocks import Content, values_of
from nltrade.words import Words


def render(content: Content, images: Mapping[str, bytes]) -> bytes:
    """
    Write the page.

    Parameters
    ----------
    content : Content
        What it says.
    images : mapping of str to bytes
        Each figure as SVG, without a frame, by its name.

    Returns
    -------
    bytes
        UTF-8; every text is escaped.
    """
    folder = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=folder,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("page.html.j2").render(
        content=content,
        kind=lambda block: type(block).__name__,
        image=lambda chart: b64encode(images[chart.name]).decode("ascii"),
        values=values_of,
        label=lambda id: Words(content.lang).label(id),
        t=lambda id, **values: Words(content.lang).text(id, **values),
    )
    return page.lstrip().encode("utf-8")
