"""
Colours that stand next to each other in a figure stay apart for every eye, and text can be read on
what it is on.
"""

import tomllib
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle

from legible import drawn_texts
from nltrade.charts import style
from nltrade.charts.style import styled

STORED = tomllib.loads(Path(__file__).with_name("palettes.toml").read_text(encoding="utf-8"))
NAMES = {
    "import": style.IMPORT,
    "export": style.EXPORT,
    "subject": style.SUBJECT,
    "import-light": style.IMPORT_LIGHT,
    "export-light": style.EXPORT_LIGHT,
    "pale": style.PALE,
    "grey": style.GREY,
    "ink": style.INK,
    "soft": style.SOFT,
    "rule": style.RULE,
    "page": style.PAGE,
}
EYES = [None, "deuteranomaly", "protanomaly", "tritanomaly"]
# CAM02-UCS; about one is the least difference that is seen side by side. Marks are a few pixels
# wide and seldom touch: ten times that. Told apart also by where they stand, by shape or by width,
# and named in the figure: half of it.
ALONE, HELPED = 10.0, 5.0
with styled():
    COLOURS = {name: to_hex(colour) for name, colour in NAMES.items()}


def seen(colour, eye):
    rgb = np.array(to_rgb(colour))
    if eye is None:
        return rgb
    simulated = cspace_convert(
        rgb, {"name": "sRGB1+CVD", "cvd_type": eye, "severity": 100}, "sRGB1"
    )
    return np.clip(simulated, 0, 1)


def distances(one, other):
    """Give the distance of two colours under normal vision and three kinds of colour blindness."""
    pairs = [(seen(one, eye), seen(other, eye)) for eye in EYES]
    return [round(float(deltaE(*pair, input_space="sRGB1")), 2) for pair in pairs]


def contrast(one, other):
    """Give the ratio of WCAG 2.2 between two colours."""

    def luminance(colour):
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        ]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def pair(one, other):
    return " / ".join(sorted((one, other)))


@pytest.mark.parametrize("names", STORED["distance"])
def test_the_distance_of_two_colours_is_the_stored_one_and_enough(names):
    found = distances(*(COLOURS[name] for name in names.split(" / ")))
    assert found == pytest.approx(STORED["distance"][names], abs=0.005)
    assert min(found) >= (HELPED if names in STORED["helped"] else ALONE)


@pytest.mark.parametrize("names", STORED["helped"])
def test_colours_that_are_helped_need_the_help(names):
    assert min(STORED["distance"][names]) < ALONE


@pytest.fixture(scope="module")
def figures(drawn):
    """Every figure of Russia, with its colours as they are drawn."""
    return [(chart.name, chart.figure) for chart in drawn("RU", 2012, "en").values()]


def colours_of(ax):
    """Find the colours of the lines, marks and areas of a panel."""
    lines = {line.get_color() for line in ax.lines}
    areas = {
        to_hex(patch.get_facecolor())
        for patch in ax.patches
        if patch.get_fill() and patch.get_facecolor()[3]
    }
    marks = {to_hex(colour) for lines_of in ax.collections for colour in lines_of.get_edgecolor()}
    with styled():
        found = {to_hex(line) for line in lines} | areas | marks
    named = {colour: name for name, colour in reversed(COLOURS.items())}
    assert found <= set(named), f"{found - set(named)} are no colours of the style"
    return {named[colour] for colour in found}


def test_every_two_colours_that_are_drawn_together_are_stored(figures):
    together = {}
    for name, figure in figures:
        for ax in figure.axes:
            for two in combinations(sorted(colours_of(ax) - {"page"}), 2):
                together.setdefault(pair(*two), name)
            together |= {pair(one, "page"): name for one in colours_of(ax) - {"page"}}
    assert sorted(set(together) - set(STORED["distance"])) == []
    assert sorted(set(STORED["distance"]) - set(together)) == []


@pytest.mark.parametrize("name", STORED["text"])
def test_the_tone_of_text_is_the_stored_one_and_can_be_read(name):
    on = STORED["text"][name].get("on", "page")
    with styled():
        tone = style.readable(NAMES[name.partition(" on ")[0]], on=NAMES[on])
    assert tone == STORED["text"][name]["tone"]
    assert round(contrast(tone, COLOURS[on]), 2) == pytest.approx(STORED["text"][name]["contrast"])
    assert contrast(tone, COLOURS[on]) >= style.CONTRAST


def test_every_text_can_be_read_on_what_it_stands_on(figures):
    checked = set()
    for name, figure in figures:
        with styled():
            figure.draw_without_rendering()
            for text in drawn_texts(figure):
                ground, colour = ground_of(text, figure), to_hex(text.get_color())
                checked.add((colour, ground))
                assert contrast(colour, ground) >= 4.5, (
                    f"{text.get_text()!r} of {name}: {colour} on {ground}"
                )
    # the words at a break reach into the band of the year
    assert {ground for _, ground in checked} == {COLOURS["page"], COLOURS["pale"]}
    assert {colour for colour, ground in checked if ground == COLOURS["pale"]} == {COLOURS["soft"]}
    assert len(checked) >= 7


def ground_of(text, figure):
    """Find the colour of the topmost area under the middle of a text."""
    box = text.get_window_extent()
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    patches = text.axes.patches if text.axes else []
    if text.get_bbox_patch() is not None:
        return to_hex(text.get_bbox_patch().get_facecolor())
    under = [
        p for p in patches if isinstance(p, Rectangle) and p.get_window_extent().contains(*middle)
    ]
    under = [p for p in under if p.get_fill() and p.get_facecolor()[3]]
    return to_hex((under[-1] if under else figure.patch).get_facecolor())


def test_tones_keep_the_order_of_imports_and_exports_apart():
    with styled():
        tones = [style.readable(colour) for colour in (style.IMPORT, style.EXPORT, style.GREY)]
    assert tones[0] == COLOURS["import"] == "#0072b2"
    assert COLOURS["export"] == "#d55e00"
    assert all(min(distances(*two)) >= ALONE for two in pairwise(tones))


@pytest.mark.parametrize("page", ["#ffffff", "#fff1e5", "#1a1a1a", "#777777", "none"])
def test_text_can_be_read_on_any_page(page):
    with styled():
        for colour in NAMES.values():
            assert (
                contrast(style.readable(colour, on=page), "white" if page == "none" else page)
                >= 4.5
            )
