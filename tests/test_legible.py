"""Figures of every partner can be read: on the drawn boxes, in every size, in both languages."""

import msgspec
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import nltrade as nl
from conftest import slow
from gallery import gallery, partners_of, without
from legible import assert_legible, problems
from nltrade.charts import NAMES, draw_over_time, draw_partners_over_time, draw_reported
from nltrade.registry.entries import LANGS

SIZES = [("page", True), ("column", True), ("column", False), ("slide", False)]
PARTNERS_2012 = partners_of(nl.load("83028NED", period=2012))
SAMPLE = ["RU", "US", "DE", "GB", "NO", "CN", "ZA", "SA", "CY", "LU"]
OF_PARTNERS = [name for name in NAMES if name != "coverage"]


def assert_all_legible(frame, partner, year, lang, sizes, names=OF_PARTNERS):
    drawn = gallery(frame, partner, year, lang, names)
    assert drawn
    for chart in drawn:
        for size, framed in sizes:
            found = problems(chart.draw(size, framed=framed))
            assert not found, (
                f"{chart.name} of {partner} {year}, {lang}, {size}, {framed=}: {found}"
            )
    return [chart.name for chart in drawn]


@pytest.mark.parametrize(
    ("partner", "year", "lang"), [slow("RU", 2013, "nl"), ("NG", 2012, "en"), ("CY", 2026, "nl")]
)
def test_a_sample_of_partners_and_years_is_legible(shipped, partner, year, lang):
    assert len(assert_all_legible(shipped, partner, year, lang, SIZES[2:])) >= 6


# A value at the first year, of lines that cross or rise steeply, near zero.
CROWDED = [("over_time", "HR", 2013), ("over_time", "GL", 2018), ("over_time", "BQ", 2016)]
CROWDED += [("services", "NO", 2022), ("services", "RS", 2012), ("fuels", "IN", 2013)]


@pytest.mark.parametrize(("name", "partner", "year"), CROWDED)
def test_no_value_of_the_year_stands_on_a_line(shipped, name, partner, year):
    (chart,) = gallery(shipped, partner, year, "nl", [name])
    for size in ("page", "column", "phone"):
        figure = chart.draw(size, framed=False)
        (mark,) = [t for t in figure.axes[0].get_xticklabels() if t.get_text() == str(year)]
        assert mark.get_fontweight() == "bold"
        assert [text for text in figure.axes[0].texts if text.get_fontweight() == "bold"]
        assert problems(figure) == [], size


def test_of_many_partners_no_value_stands_on_a_line_either(shipped):
    partners = ["DE", "BE", "FR", "GB", "IT"]
    chart = draw_partners_over_time(shipped, partners=partners, period=2019)
    for size in ("page", "column", "phone"):
        figure = chart.draw(size, framed=False)
        values = [text.get_text() for text in figure.axes[0].texts if "€" in text.get_text()]
        assert len(values) >= 2
        assert problems(figure) == []


@pytest.mark.parametrize("lang", ["nl", slow("en")])
def test_every_figure_of_the_mission_is_legible_on_a_phone(shipped, lang):
    sizes = [("phone", True), ("phone", False)]
    assert assert_all_legible(shipped, "RU", 2012, lang, sizes, NAMES) == list(NAMES)


@pytest.mark.parametrize("lang", LANGS)
def test_the_coverage_of_sectors_is_legible_in_every_size(shipped, lang):
    assert assert_all_legible(shipped, "RU", 2012, lang, SIZES, ["coverage"]) == ["coverage"]


@pytest.mark.sweep
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("partner", PARTNERS_2012)
def test_every_figure_of_every_partner_of_2012_is_legible(shipped, partner, lang):
    names = assert_all_legible(shipped, partner, 2012, lang, SIZES[:1])
    # fuels, composition and services are left out where there is little of them to tell
    assert {"over_time", "sectors_over_time"} <= set(names)


@pytest.mark.sweep
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("year", [2005, 2019, 2026])
@pytest.mark.parametrize("partner", SAMPLE)
def test_other_years_and_sizes_are_as_legible(shipped, partner, year, lang):
    of_year = [name for name in OF_PARTNERS if "over_time" not in name and name != "services"]
    assert_all_legible(
        shipped, partner, year, lang, SIZES[1:], OF_PARTNERS if year == 2012 else of_year
    )


@pytest.mark.parametrize("words", ["word " * 60, "w" * 200, "two\nlines", "$x^2$ <b>20</b> & more"])
def test_words_of_a_claim_fit_whatever_they_are(shipped, words):
    claims = [msgspec.structs.replace(claim, wording=words) for claim in nl.claims().values()]
    chart = draw_reported(nl.check_claims(shipped, claims))
    for size, framed in SIZES:
        assert_legible(chart.draw(size, framed=framed))


@pytest.mark.parametrize("name", ["bars", "over_time", "ranking"])
def test_bars_start_at_zero_and_no_point_is_outside_its_axes(shipped, name):
    names = {"bars": ["reported", "composition", "fuels", "sectors"]}.get(name, [name])
    drawn = gallery(shipped, "NO", 2012, "en", names)
    assert [chart.name for chart in drawn] == names
    for chart in drawn:
        for ax in chart.figure.axes:
            for bars in ax.containers:
                limits = ax.get_xlim() if bars.orientation == "horizontal" else ax.get_ylim()
                assert limits[0] == 0
        assert problems(chart.figure) == []


def test_a_line_that_ends_before_the_others_is_named_too(shipped):
    rows = without(shipped, partner="NO", flow="export", period=["2021", "2022"], table="83028NED")
    ax = draw_over_time(rows, partner="NO").figure.axes[0]
    assert {"imports", "exports"} <= {text.get_text() for text in ax.texts}


@pytest.fixture
def page():
    """Make a page of a hundred pixels an inch with two panels."""
    page = Figure(figsize=(6, 3), dpi=100)
    FigureCanvasAgg(page)
    for ax in page.subplots(1, 2):
        ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    return page


def test_a_figure_without_a_fault_has_none(page):
    left, right = page.axes
    left.text(0.1, 0.5, "one")
    right.text(0.1, 0.5, "one")
    left.plot([0.2, 0.8], [0.2, 0.8], marker="o")
    left.bar([0.5], [0.4])
    assert problems(page) == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (
            lambda page: [page.axes[0].text(0.1, 0.5, "same") for _ in range(2)],
            "'same' overlaps 'same'",
        ),
        (
            lambda page: [page.axes[0].set_title("title"), page.axes[0].text(0.4, 1.04, "label")],
            "overlaps 'title'",
        ),
        (
            lambda page: [
                page.axes[0].text(0.9, 0.5, "a long one"),
                page.axes[1].text(0, 0.5, "two"),
            ],
            "overlaps 'two'",
        ),
        (
            lambda page: [
                page.axes[0].plot([0, 1], [0.2, 0.8]),
                page.axes[0].text(0.4, 0.44, "it"),
            ],
            "'it' stands on a line",
        ),
        (
            lambda page: [
                page.axes[0].plot([0.5], [0.5], "o"),
                page.axes[0].text(0.45, 0.5, "it's", va="center"),
            ],
            "stands on a line",
        ),
        (lambda page: page.text(0.98, 0.5, "outside the page"), "'outside the page' is cut"),
        (lambda page: page.text(0.5, 0.97, "two\nlines", va="bottom"), "is cut"),
        (
            lambda page: page.axes[0].text(0.9, 0.5, "far too long"),
            "'far too long' runs into another panel",
        ),
        (
            lambda page: page.axes[0].plot([0.5, 1.5], [0.5, 0.5]),
            r"a line is cut at \(1\.5, 0\.5\)",
        ),
        (
            lambda page: page.axes[0].plot([1.0], [0.5], marker="o", markersize=9),
            r"a line is cut at \(1\.0",
        ),
        (
            lambda page: [page.axes[0].bar([0.5], [2.0]), page.axes[0].set(ylim=(0, 1))],
            "a bar is cut",
        ),
    ],
)
def test_each_fault_is_found(page, fault, says):
    fault(page)
    with pytest.raises(AssertionError, match=says):
        assert_legible(page)
