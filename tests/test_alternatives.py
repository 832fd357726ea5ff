"""What is said of a figure is what is drawn: series, text alternative, words inside the files."""

import io
from collections import defaultdict
from xml.etree import ElementTree

import msgspec
import pandas as pd
import pytest
from matplotlib.backends.backend_pdf import pdfRepr
from PIL import Image

import nltrade as nl
from conftest import slow
from gallery import gallery, without
from nltrade.charts import NAMES, draw_coverage, draw_reported, style
from nltrade.charts.chart import METADATA
from nltrade.charts.series import FEW, Series
from nltrade.registry.entries import LANGS
from nltrade.words import Words

DC = "{http://purl.org/dc/elements/1.1/}"
PARTNERS = {"RU": 2012, "US": 2019, "CY": 2026, "ZA": 2022}


BOTH = [("RU", "en"), ("RU", "nl"), ("US", "en"), ("CY", "en"), slow("ZA", "en")]
BOTH += [slow(partner, "nl") for partner in ("US", "CY", "ZA")]  # the same drawing, other words
MARKUP = "<b>20</b> & \"x\" ]]> $5$ {not} a field, %s -- 'y'"


@pytest.fixture
def charts(drawn):
    return lambda partner, lang: drawn(partner, PARTNERS[partner], lang)


def numbers(series):
    return [
        value for value in series.values.values() if isinstance(value, float) and pd.notna(value)
    ]


def points(lines, colour=None):
    """Read the points of lines: (x, y), and of those the hollow ones."""
    chosen = [line for line in lines if colour is None or line.get_color() == colour]
    all = [
        (x, y, line.get_linestyle() == "None")
        for line in chosen
        for x, y in zip(*line.get_data(), strict=True)
    ]
    return [point for point in all if pd.notna(point[1])]


def of_lines(ax, colour):
    return [y for _, y, _ in points(ax.lines, colour)]


def lines_of(ax):
    """Leave out the line of zero."""
    return [line for line in ax.lines if line.get_transform() == ax.transData]


def panels_of(figure):
    return [ax for ax in figure.axes if ax.axison]


def widths(ax):
    return [bar.get_width() for bars in ax.containers for bar in bars]


def drawn_reported(chart):
    (ax,) = chart.figure.axes
    said = [float(line.get_xdata()[0]) for line in ax.lines if line.get_color() == style.INK]
    return [list(pair) for pair in zip(widths(ax), said, strict=True)]


def drawn_over_time(chart):
    colours = (style.IMPORT, style.EXPORT)
    lines = [lines_of(ax) for ax in chart.figure.axes]
    return [[y for _, y, _ in points(each, colour)] for each in lines for colour in colours]


def drawn_ranking(chart):
    return [widths(ax) for ax in chart.figure.axes]


def drawn_composition(chart):
    rows = defaultdict(list)
    for bar in chart.figure.axes[0].patches:
        rows[round(bar.get_y(), 3)].append(bar.get_width())
    return list(rows.values())


def drawn_fuels(chart):
    return [
        [y for _, y, _ in points(lines_of(ax), colour)]
        for ax in chart.figure.axes
        for colour in (style.IMPORT, style.GREY)
    ]


def drawn_services(chart):
    (ax,) = chart.figure.axes
    return [of_lines(ax, colour) for colour in (style.IMPORT, style.EXPORT)]


def told(chart):
    """Give the numbers of the series, put together as the drawing has them."""
    if chart.name == "services":  # every table of a flow has the same colour
        rows = chart.data[chart.data["product"] == "S"].dropna(subset=["value_meur"])
        return [rows.loc[rows["flow"] == f, "value_meur"].tolist() for f in ("import", "export")]
    return [numbers(series) for series in chart.series]


# boxes of words; and the figures of sectors and of the other side, which test_sector_figures holds
ELSEWHERE = ("coverage", "sectors", "sectors_over_time", "two_sides", "suppliers")
DRAWN = {name: globals()[f"drawn_{name}"] for name in NAMES if name not in ELSEWHERE}


@pytest.mark.parametrize(("partner", "lang"), BOTH)
@pytest.mark.parametrize("name", DRAWN)
def test_the_series_are_what_is_drawn_and_what_the_data_hold(charts, name, partner, lang):
    if name not in charts(partner, lang):
        pytest.skip("CBS publishes nothing for this figure")
    chart = charts(partner, lang)[name]
    drawn = [sorted(values) for values in DRAWN[name](chart)]
    # a width between two ends is a difference, and differences of binary fractions are not exact
    assert drawn == [pytest.approx(sorted(values), rel=1e-12) for values in told(chart)]
    assert sum(map(len, drawn)) == sum(len(numbers(series)) for series in chart.series)
    held = set(
        chart.data.select_dtypes("number").to_numpy(dtype=float, na_value=float("nan")).ravel()
    )
    assert all(value in held for series in chart.series for value in numbers(series))


def test_every_figure_is_drawn_for_some_partner(charts):
    assert {name for partner in PARTNERS for name in charts(partner, "en")} == set(NAMES)


@pytest.mark.parametrize(("partner", "lang"), BOTH)
def test_the_alternative_says_in_short_what_headline_and_caption_do_not(charts, partner, lang):
    say = Words(lang)
    for chart in charts(partner, lang).values():
        assert chart.alt.startswith(f"{say.label(chart.kind)}.")
        assert len(chart.alt) <= 250
        assert chart.headline not in chart.alt
        assert chart.subtitle not in chart.alt
        told = [series for series in chart.series if series.in_alt_text]
        if not told[0].alt_text:
            assert told[0].tell(lang) in chart.alt, chart.name


@pytest.mark.parametrize("lang", LANGS)
def test_a_series_tells_its_values_if_they_are_few_else_the_extremes(charts, lang):
    say = Words(lang)
    for chart in charts("RU", lang).values():
        for series in (each for each in chart.series if not each.alt_text):
            known = {p: v for p, v in series.values.items() if isinstance(v, float) and pd.notna(v)}
            whole = {p: v for p, v in known.items() if p not in series.not_extremes} or known
            if not whole:
                continue
            ends = [max(whole, key=whole.get), min(whole, key=whole.get)]
            for point in list(whole) if len(whole) <= FEW else ends:
                assert point in series.tell(lang)
                assert say.amount((series.unit, whole[point])) in series.tell(lang)


@pytest.mark.parametrize("partner", PARTNERS)
def test_part_years_are_the_hollow_marks_and_set_aside(charts, partner):
    chart = charts(partner, "en")["over_time"]
    hollow = [
        (int(x), y) for ax in chart.figure.axes for x, y, is_hollow in points(ax.lines) if is_hollow
    ]
    aside = [(int(p[:4]), series.values[p]) for series in chart.series for p in series.not_extremes]
    assert sorted(hollow) == sorted((year, value) for year, value in aside if value is not None)
    assert hollow


def test_an_extreme_in_a_part_year_is_not_told(shipped):
    rows = shipped.copy()
    part = (rows["partner"] == "RU") & (rows["period"] == "2022") & (rows["table"] == "83028NED")
    rows.loc[part, "value_meur"] *= 100
    (chart,) = gallery(rows, "RU", 2012, "en", ["over_time"])
    assert "highest drawn €20.6bn (2013)" in chart.alt


def test_what_is_not_published_is_said_and_no_extreme():
    none = Series("imports", {"2011": None, "2012": float("nan")})
    assert none.tell("en") == "Imports: not published."
    some = Series("imports", {"2011": None, "2012": 0.0})
    assert some.tell("nl") == "Imports: 2012 minder dan €\xa00,5\xa0mln."  # CBS rounds


def test_the_alternative_of_withheld_sectors_says_their_range(shipped):
    rows = without(shipped, partner="NO", period="2012", product="3", table="83028NED")
    (chart,) = gallery(rows, "NO", 2012, "en", ["sectors"])
    assert "withheld by CBS, but between" in chart.table().to_string()


@pytest.mark.parametrize("lang", LANGS)
def test_the_alternative_of_coverage_names_the_sectors_that_are_drawn(lang):
    chart = draw_coverage(lang=lang)
    drawn = {text.get_text().replace("\n", " ") for text in chart.figure.axes[0].texts}
    for series in chart.series:
        assert set(series.values) < drawn


@pytest.mark.parametrize("partner", ["RU", *(slow(partner) for partner in list(PARTNERS)[1:])])
def test_both_languages_differ(charts, partner):
    for name, english in charts(partner, "en").items():
        dutch = charts(partner, "nl")[name]
        for said in ("alt", "headline", "subtitle", "caption"):
            assert getattr(english, said) != getattr(dutch, said)
        assert [numbers(series) for series in english.series] == [
            numbers(series) for series in dutch.series
        ]


def words_in(content, format):
    """Read title and text alternative out of a file."""
    if format == "png":
        text = Image.open(io.BytesIO(content)).text
        return text["Title"], text["Description"]
    tree = ElementTree.fromstring(content)
    return tree.find(f".//{DC}title").text, tree.find(f".//{DC}description").text


@pytest.mark.parametrize("lang", ["en", slow("nl")])
def test_title_and_alternative_are_inside_each_file(charts, lang):
    for chart in charts("RU", lang).values():
        png, svg, pdf = chart.images(["png", "svg", "pdf"])
        assert words_in(png, "png") == words_in(svg, "svg") == (chart.headline, chart.alt)
        assert b"/Subject " + pdfRepr(chart.alt) in pdf
        assert b"/Title " + pdfRepr(chart.headline) in pdf
        assert set(METADATA) == {"png", "svg", "pdf"}


@pytest.mark.parametrize("lang", LANGS)
def test_markup_in_the_words_of_a_claim_stays_text(shipped, lang):
    claim = msgspec.structs.replace(nl.claims()["imports-2012"], wording=MARKUP)
    chart = draw_reported(nl.check_claims(shipped, [claim]), lang)
    png, svg, pdf = chart.images(["png", "svg", "pdf"])
    assert words_in(png, "png")[1] == words_in(svg, "svg")[1] == chart.alt
    assert pdfRepr(chart.alt) in pdf
    drawn = [
        text for text in chart.figure.axes[0].texts if MARKUP in text.get_text().replace("\n", " ")
    ]
    assert len(drawn) == 1
    assert not drawn[0].get_parse_math()
    assert "&lt;b&gt;20" in chart._repr_html_()
