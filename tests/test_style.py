"""
A house style takes the place of ours, says what is wrong with it, and nothing of it stays behind.
"""

import re
from dataclasses import replace

import matplotlib
import pytest
from matplotlib.colors import to_hex

import nltrade as nl
from conftest import ROOT, slow
from legible import drawn_texts, problems
from nltrade.charts import NAMES, style
from nltrade.charts.style import styled

SERIF = """# A made-up house style: letters with serifs, four colours, larger ticks, a tinted page
font.family: DejaVu Serif
font.size: 10
text.color: 222222
axes.prop_cycle: cycler("color", ["154273", "a90061", "275937", "8fcae7"])
figure.facecolor: fff8ee
axes.facecolor: fff8ee
grid.color: dddddd
lines.linewidth: 1.5
"""
STIX = """
font.family: STIXGeneral
axes.prop_cycle: cycler(color=["#00a651", "#ffb612"])
xtick.labelsize: 11
ytick.labelsize: 11
ytick.major.size: 4
text.parse_math: True
"""
DARK = """
font.family: DejaVu Sans Mono
figure.facecolor: 101820
axes.facecolor: 101820
text.color: f0f0f0
axes.edgecolor: f0f0f0
xtick.color: e0e0e0
ytick.color: e0e0e0
grid.color: 303840
axes.prop_cycle: cycler("color", ["4ea5e0", "ff8a3c", "d084c4", "27577a", "8a4a20", "444444", \
"a0a0a0", "707070", "123456"])
"""
HOUSES = {"serif": SERIF, "stix": STIX, "dark": DARK}


@pytest.fixture
def house(tmp_path, request):
    file = tmp_path / "house.mplstyle"
    file.write_text(HOUSES[request.param], encoding="utf-8")
    return file


PAGE, COLUMN = ("page", True, "nl"), ("column", False, "en")
STYLED = [("serif", *COLUMN), ("dark", *PAGE)]
REST = [("serif", *PAGE), ("stix", *PAGE), ("stix", *COLUMN), ("dark", *COLUMN)]


@pytest.mark.parametrize(
    ("house", "size", "framed", "lang"),
    [*STYLED, *(slow(*each) for each in REST)],
    indirect=["house"],
)
def test_figures_in_a_house_style_are_legible(drawn, house, size, framed, lang):
    charts = drawn("RU", 2012, lang)
    assert list(charts) == list(NAMES)
    for chart in charts.values():
        figure = chart.draw(size, framed=framed, style=house)
        assert problems(figure, house) == [], chart.name
        with styled(house):
            family = matplotlib.rcParams["font.family"]
            page = to_hex(matplotlib.rcParams["figure.facecolor"])
        assert {tuple(text.get_fontfamily()) for text in drawn_texts(figure)} == {tuple(family)}
        assert to_hex(figure.get_facecolor()) == page


@pytest.mark.parametrize("house", ["serif"], indirect=True)
def test_a_house_style_with_few_colours_uses_them_and_ours_for_the_rest(drawn, house):
    looked_at = ("reported", "composition", "ranking", "coverage")
    of_russia = drawn("RU", 2012, "en")
    charts = {name: of_russia[name].draw(style=house) for name in looked_at}
    with styled(house):
        assert [to_hex(colour) for colour in (style.IMPORT, style.EXPORT, style.SUBJECT)] == [
            "#154273",
            "#a90061",
            "#275937",
        ]
        assert [to_hex(colour) for colour in (style.EXPORT_LIGHT, style.RULE)] == [
            "#f4c4a0",
            "#b0b0b0",
        ]
        assert [to_hex(colour) for colour in (style.INK, style.PAGE)] == ["#222222", "#fff8ee"]
    areas = {
        name: {to_hex(p.get_facecolor()) for ax in f.axes for p in ax.patches}
        for name, f in charts.items()
    }
    assert areas["reported"] >= {"#154273", "#a90061"}
    assert areas["composition"] == {"#154273", "#8fcae7", "#a90061", "#f4c4a0"}
    assert "#275937" in areas["ranking"]
    with styled(house):
        (ax,) = charts["coverage"].axes
        assert {to_hex(discs.get_color()) for discs in ax.lines} == {"#275937"}
    svg = of_russia["over_time"].image("svg", style=house)
    assert b"#154273" in svg
    assert b"#0072b2" not in svg


def test_nothing_of_a_house_style_stays_behind(drawn, tmp_path):
    (tmp_path / "house.mplstyle").write_text(SERIF, encoding="utf-8")
    chart = drawn("RU", 2012, "en")["over_time"]
    before, ours = dict(matplotlib.rcParams), chart.image("svg")
    assert chart.image("svg", style=tmp_path / "house.mplstyle") != ours
    assert chart.image("svg") == ours
    chart.images(["png", "svg", "pdf"], "slide", framed=False)
    for other in drawn("RU", 2012, "nl").values():
        other.draw("slide", framed=False)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("broken", ["paint", "save"])
def test_a_figure_that_fails_midway_leaves_the_settings_alone(drawn, monkeypatch, broken):
    def fail(*_, **__):
        raise RuntimeError("midway")

    chart = drawn("RU", 2012, "en")["composition"]
    before = dict(matplotlib.rcParams)
    if broken == "paint":
        chart = replace(chart, paint=fail)
    else:
        monkeypatch.setattr("matplotlib.figure.Figure.savefig", fail)
    with pytest.raises(RuntimeError, match="midway"):
        chart.image("png")
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (None, r"house\.mplstyle cannot be read: No such file or directory\. Check the path"),
        (
            "font.famly: serif\n",
            r"house\.mplstyle: matplotlib has no setting 'font\.famly'\. Did you mean 'font\.family'\?",
        ),
        (
            "font.size: large letters\n",
            r"house\.mplstyle has a value that matplotlib cannot use: .*large letters.*Mend that line",
        ),
        (
            "axes.prop_cycle: blue\n",
            r"house\.mplstyle has a value that matplotlib cannot use: .*blue",
        ),
        (
            "font.size 12\n",
            r"house\.mplstyle: matplotlib has no setting 'font\.size 12'.*Write lines of name: value",
        ),
        (b"\xff\xfe\x00broken", r"house\.mplstyle is no text in UTF-8\. Save it"),
    ],
)
def test_a_style_file_that_cannot_be_used_is_an_error_that_says_why(drawn, tmp_path, words, says):
    file = tmp_path / "house.mplstyle"
    if isinstance(words, str):
        file.write_text(words, encoding="utf-8")
    elif words:
        file.write_bytes(words)
    chart = drawn("RU", 2012, "en")["composition"]
    before = dict(matplotlib.rcParams)
    with pytest.raises(nl.UnknownName, match=says) as error:
        chart.image("png", style=file)
    assert "\n" not in str(error.value)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("house", ["stix"], indirect=True)
def test_dollars_and_markup_are_drawn_as_they_are_in_any_style(drawn, house):
    chart = drawn("RU", 2012, "en")["reported"]
    for own in (None, house):
        figure = chart.draw(style=own)
        texts = drawn_texts(figure)
        assert len(texts) > 5
        assert not any(text.get_parse_math() for text in texts)


def test_every_colour_of_a_figure_is_one_of_the_style():
    for path in (ROOT / "nltrade" / "charts").glob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert not re.search(r'"(#[0-9a-fA-F]{3,8}|white|black|gr[ae]y)"', code), path.name
