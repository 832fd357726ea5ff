"""What is said of a figure is what is drawn: the series, the text alternative, and the words inside the files."""

import io
from collections import defaultdict
from xml.etree import ElementTree

import msgspec
import pandas as pd
import pytest
from matplotlib.backends.backend_pdf import pdfRepr
from matplotlib.colors import to_hex
from PIL import Image

import nltrade as nl
from gallery import gallery, without
from nltrade.charts import NAMES, draw_coverage, draw_reported, style
from nltrade.charts.chart import FEW, METADATA, Series
from nltrade.registry.entries import LANGS
from nltrade.words import Words

pytestmark = pytest.mark.xdist_group("alternatives")  # what its tests share is made once
DC = "{http://purl.org/dc/elements/1.1/}"
PARTNERS = {"RU": 2012, "US": 2019, "CY": 2026, "ZA": 2022}
MARKUP = "<b>20</b> & \"x\" ]]> $5$ {not} a field, %s -- 'y'"


@pytest.fixture(scope="module")
def charts(shipped):
    return {
        (partner, lang): {chart.name: chart for chart in gallery(shipped, partner, year, lang)}
        for partner, year in PARTNERS.items()
        for lang in LANGS
    }


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


def panels_of(figure):
    return [ax for ax in figure.axes if ax.axison]


def widths(ax):
    return [bar.get_width() for bars in ax.containers for bar in bars]


def drawn_reported(chart):
    (ax,) = chart.figure.axes
    return [
        [width, float(line.get_xdata()[0])]
        for width, line in zip(widths(ax), ax.lines, strict=True)
    ]


def drawn_over_time(chart):
    colours = (style.IMPORT, style.EXPORT, style.GREY)
    lines = [
        [line for line in ax.lines if line.get_transform() == ax.transData]
        for ax in chart.figure.axes
    ]
    return [[y for _, y, _ in points(each, colour)] for each in lines for colour in colours]


def drawn_ranking(chart):
    return [widths(ax) for ax in panels_of(chart.figure)]


def drawn_composition(chart):
    rows = defaultdict(list)
    for bar, share in zip(chart.figure.axes[0].patches, chart.data["share_pct"], strict=True):
        rows[round(bar.get_y(), 3)] += [bar.get_width()] if pd.notna(share) else []
    return list(rows.values())


def drawn_fuels(chart):
    with style.styled():
        blue = to_hex(style.IMPORT)
    found = []
    count = len(chart.figure.axes) // 2
    for above, below in zip(chart.figure.axes[:count], chart.figure.axes[count:], strict=True):
        bars = [bar for bar in above.patches if round(bar.get_width(), 6) == 0.78]
        tops = defaultdict(float)
        for bar in bars:
            tops[bar.get_x()] = max(tops[bar.get_x()], bar.get_y() + bar.get_height())
        fuels = [bar.get_height() for bar in bars if to_hex(bar.get_edgecolor()) == blue]
        found += [
            list(tops.values()),
            fuels,
            of_lines(below, style.IMPORT),
            of_lines(below, style.GREY),
        ]
    return found


def drawn_sectors(chart):
    """Read what is published: the whole bars; a diamond is what others reported, a hatched bar a range."""
    found = []
    for ax in panels_of(chart.figure):
        ranges = {bar.get_y() for bar in ax.patches if bar.get_hatch()}
        found.append([bar.get_width() for bar in ax.patches if bar.get_y() not in ranges])
    return found


def drawn_sectors_over_time(chart):
    return [[y for _, y, _ in points(ax.lines)] for ax in panels_of(chart.figure)]


def drawn_services(chart):
    products = [id for id in chart.data["product"].unique() if id != "S"]
    found = []
    for ax, flow in zip(chart.figure.axes, ("import", "export"), strict=True):
        colours = {"S": style.COLOURS[flow]} | dict(zip(products, style.CLASSES, strict=False))
        lines = [
            line for line in ax.lines if line.get_linewidth() > 1 or line.get_linestyle() == "None"
        ]
        found += [[y for _, y, _ in points(lines, colour)] for colour in colours.values()]
    return found


def told(chart):
    """Give the numbers of the series, put together as the drawing has them."""
    if chart.name == "services":
        products = list(chart.data["product"].unique())
        products.sort(key=lambda id: id != "S")
        rows = chart.data.dropna(subset=["value_meur"]).groupby(["flow", "product"])["value_meur"]
        return [
            rows.get_group((f, p)).tolist() if (f, p) in rows.groups else []
            for f in ("import", "export")
            for p in products
        ]
    if chart.name == "sectors_over_time":
        sectors = defaultdict(list)
        for series in chart.series:
            sectors[series.name.split(", ")[0]] += numbers(series)
        return list(sectors.values())
    return [numbers(series) for series in chart.series]


DRAWN = {name: globals()[f"drawn_{name}"] for name in NAMES if name != "coverage"}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", DRAWN)
def test_the_series_are_what_is_drawn_and_what_the_data_hold(charts, name, partner, lang):
    if name not in charts[partner, lang]:
        pytest.skip("CBS publishes nothing for this figure")
    chart = charts[partner, lang][name]
    drawn = [sorted(values) for values in DRAWN[name](chart)]
    # a width between two ends is a difference, and differences of binary fractions are not exact
    assert drawn == [pytest.approx(sorted(values), rel=1e-12) for values in told(chart)]
    assert sum(map(len, drawn)) == sum(len(numbers(series)) for series in chart.series)
    held = set(
        chart.data.select_dtypes("number").to_numpy(dtype=float, na_value=float("nan")).ravel()
    )
    assert all(value in held for series in chart.series for value in numbers(series))


def test_every_figure_is_drawn_for_some_partner(charts):
    assert {name for of_partner in charts.values() for name in of_partner} == set(NAMES)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("partner", PARTNERS)
def test_the_alternative_says_kind_finding_measure_and_extremes(charts, partner, lang):
    say = Words(lang)
    for chart in charts[partner, lang].values():
        begins = f"{say.label(chart.kind)}. {chart.headline}. {chart.subtitle}"
        assert chart.alt.startswith(begins)
        for series in (each for each in chart.series if each.main):
            assert series.tell(lang) in chart.alt
            known = {p: v for p, v in series.values.items() if isinstance(v, float) and pd.notna(v)}
            whole = {
                point: value for point, value in known.items() if point not in series.aside
            } or known
            if series.told or not whole:
                continue
            ends = (
                list(whole)
                if len(whole) <= FEW
                else [max(whole, key=whole.get), min(whole, key=whole.get)]
            )
            for point in ends:
                assert point in series.tell(lang)
                assert say.amount((series.how, whole[point])) in series.tell(lang)


@pytest.mark.parametrize("partner", PARTNERS)
def test_part_years_are_the_hollow_marks_and_set_aside(charts, partner):
    chart = charts[partner, "en"]["over_time"]
    hollow = [
        (int(x), y) for ax in chart.figure.axes for x, y, is_hollow in points(ax.lines) if is_hollow
    ]
    aside = [(int(p[:4]), series.values[p]) for series in chart.series for p in series.aside]
    assert sorted(hollow) == sorted((year, value) for year, value in aside if value is not None)
    assert hollow


def test_an_extreme_in_a_part_year_is_not_told(shipped):
    rows = shipped.copy()
    part = (rows["partner"] == "RU") & (rows["period"] == "2022") & (rows["table"] == "83028NED")
    rows.loc[part, "value_meur"] *= 100
    (chart,) = gallery(rows, "RU", 2012, "en", ["over_time"])
    assert "highest €20.6bn (2013)" in chart.alt


def test_what_is_not_published_is_said_and_no_extreme():
    none = Series("imports", {"2011": None, "2012": float("nan")})
    assert none.tell("en") == "Imports: not published."
    some = Series("imports", {"2011": None, "2012": 0.0})
    assert some.tell("nl") == "Imports: 2012 €\xa00\xa0mln."


def test_the_alternative_of_withheld_sectors_says_their_range(shipped):
    rows = without(shipped, partner="NO", period="2012", product="3", table="83028NED")
    (chart,) = gallery(rows, "NO", 2012, "en", ["sectors"])
    assert "withheld by CBS: between" in chart.table().to_string()


@pytest.mark.parametrize("lang", LANGS)
def test_the_alternative_of_coverage_says_what_its_boxes_say(lang):
    chart = draw_coverage(lang=lang)
    boxes = [text.get_text().replace("\n", " ") for text in chart.figure.axes[0].texts]
    for series in chart.series:
        for sector, said in series.values.items():
            assert sector in boxes
            assert sector in chart.alt
            word, _, codes = said.partition(" ")
            assert word in boxes
            assert not codes or codes in boxes


@pytest.mark.parametrize("partner", PARTNERS)
def test_both_languages_differ(charts, partner):
    for name, english in charts[partner, "en"].items():
        dutch = charts[partner, "nl"][name]
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


@pytest.mark.parametrize("lang", LANGS)
def test_title_and_alternative_are_inside_each_file(charts, lang):
    for chart in charts["RU", lang].values():
        png, svg, pdf = chart.images(["png", "svg", "pdf"])
        assert words_in(png, "png") == words_in(svg, "svg") == (chart.headline, chart.alt)
        assert b"/Subject " + pdfRepr(chart.alt) in pdf
        assert b"/Title " + pdfRepr(chart.headline) in pdf
        assert set(METADATA) == {"png", "svg", "pdf"}


@pytest.mark.parametrize("lang", LANGS)
def test_markup_in_the_words_of_a_claim_stays_text(shipped, lang):
    claim = msgspec.structs.replace(nl.claims()["imports-2012"], wording=MARKUP)
    chart = draw_reported(nl.check_claims(shipped, [claim]), lang)
    assert MARKUP in chart.alt
    png, svg, pdf = chart.images(["png", "svg", "pdf"])
    assert words_in(png, "png")[1] == words_in(svg, "svg")[1] == chart.alt
    assert pdfRepr(chart.alt) in pdf
    drawn = [
        text for text in chart.figure.axes[0].texts if MARKUP in text.get_text().replace("\n", " ")
    ]
    assert len(drawn) == 1
    assert not drawn[0].get_parse_math()
    assert "&lt;b&gt;20" in chart._repr_html_()
