import pytest

import nltrade as nl
import nltrade.explorer
from nltrade.charts import Chart
from nltrade.explorer import View


@pytest.fixture(scope="module")
def panel():
    return nl.explore(partner="Russia", year=2012)


@pytest.fixture(autouse=True)
def begin_again(panel):
    panel.partner.value, panel.year.value, panel.flow.value, panel.sector.value = (
        "RU",
        "2012",
        "total trade",
        "",
    )


def run(call):
    """Run the lines that the panel gives to copy, as a notebook would, and return what they display."""
    shown = []
    exec(call, {"display": shown.append})
    return shown


def test_picture_and_table_follow_every_choice(panel):
    seen = [panel.seen.value]
    for name, value in [
        ("partner", "CN"),
        ("year", "2019"),
        ("flow", "import"),
        ("sector", "energy"),
    ]:
        getattr(panel, name).value = value
        assert panel.seen.value not in seen
        assert panel.seen.value == panel.view.seen()
        assert panel.call.value == panel.view.call
        assert value in panel.call.value
        seen.append(panel.seen.value)
    assert "China" in panel.view.picture.headline


@pytest.mark.parametrize(
    ("choice", "lang"),
    [
        ({"partner": "DE", "year": "2016", "flow": "export"}, "en"),
        ({"partner": "NO", "year": "2022", "flow": "total trade"}, "nl"),
        ({"partner": "RU", "year": "2012", "flow": "import", "sector": "energy"}, "nl"),
    ],
)
def test_the_call_makes_what_is_seen(choice, lang):
    panel = nl.explore(**choice, lang=lang)
    picture, table = run(panel.call.value)
    assert isinstance(picture, Chart)
    assert picture.alt == panel.view.picture.alt
    assert repr(table) == repr(panel.view.table)


def test_the_table_has_the_places_on_the_partners_side_of_the_border(panel):
    assert "outside the EU, 2012" in panel.view.table.tables[0].title
    panel.partner.value = "GB"
    assert "inside the EU, 2012" in panel.view.table.tables[0].title
    panel.year.value = "2022"
    assert "outside the EU, 2022" in panel.view.table.tables[0].title


def test_the_largest_partners_of_the_year_come_first_and_each_stands_once(panel):
    ids = [id for _, id in panel.partner.options]
    assert ids[:2] == ["DE", "BE"]
    assert "RU" in ids[:10]
    assert len(ids) == len(set(ids))
    names = [name for name, _ in panel.partner.options[10:]]
    assert names == sorted(names)


def test_picture_and_table_stand_beside_each_other_where_there_is_room(panel):
    seen = panel.seen.value
    assert seen.index("flex-wrap: wrap") < seen.index("<img ") < seen.index("<table")
    assert seen.count("flex: 1 1 24rem") == 2
    assert '<img style="max-width: 100%' in seen


def test_what_is_not_there_is_said_in_the_panel(panel):
    panel.partner.value = "HR"
    assert panel.view.picture is None
    assert "Croatia (HR)" in panel.view.says[0]
    assert 'role="alert"' in panel.seen.value
    panel.partner.value, panel.sector.value = "RU", "gas"
    assert "`nltrade fetch 7137shih --partner RU" in panel.view.says[0]
    panel.sector.value = "csr"
    assert panel.view.table is None
    assert "class of goods or services" in panel.seen.value
    assert "<img" not in panel.seen.value
    panel.sector.value = ""
    assert not panel.view.says


def test_a_sector_and_an_odd_partner_give_a_picture_or_a_sentence(panel):
    for id in ("", "energy", "oil", "it", "csr", "banking"):
        panel.sector.value = id
        assert (panel.view.picture is None) <= bool(panel.view.says)
    panel.sector.value = ""
    for partner in ("AQ", "SX", "HR", "RS"):
        if partner in dict(panel.partner.options).values():
            panel.partner.value = partner
            assert panel.view.picture or panel.view.says


def test_the_panel_can_be_found_and_read(panel):
    assert [
        widget.description for widget in (panel.partner, panel.year, panel.flow, panel.sector)
    ] == [
        "Partner",
        "Year",
        "Flow",
        "Sector",
    ]
    assert panel.panel._dom_classes == ("nltrade-explorer",)
    assert panel.partner._dom_classes == ("nltrade-partner",)
    assert panel.call.description == "The call that makes this"
    assert 'alt="' in panel.seen.value
    assert "aria-label=" in panel.seen.value
    assert nl.explore(lang="nl").year.description == "Jaar"


def test_a_page_without_widgets_has_the_picture_the_table_and_the_call(panel):
    bundle = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    page = bundle["text/html"]
    assert "<img " in page
    assert 'alt="' in page
    assert "United States" in page
    assert "nl.show_ranking(trade" in page
    assert "http" not in page.replace("https://opendata", ""), "nothing is asked of another host"
    assert "United States" in bundle["text/plain"]


def test_without_ipywidgets_it_is_the_static_view(monkeypatch):
    monkeypatch.setattr(nltrade.explorer, "find_spec", lambda _: None)
    view = nl.explore(partner="CN", year=2019, lang="nl")
    assert isinstance(view, View)
    assert "<img " in view._repr_html_()
    assert "Verenigde Staten" in repr(view)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"partner": "Rusia"}, "Did you mean 'RU'"),
        ({"partner": "EU"}, "no partner country"),
        ({"year": 1990}, "No year '1990' to look at.*2002"),
        ({"flow": "improt"}, "Did you mean 'import'"),
        ({"sector": "gass"}, "Did you mean 'gas'"),
        ({"lang": "de"}, "No language 'de'"),
    ],
)
def test_a_wrong_beginning_is_a_sentence(wrong, says):
    with pytest.raises(nl.UnknownName, match=says):
        nl.explore(**wrong)


def test_a_frame_and_sectors_of_your_own(shipped):
    frame = shipped[shipped["period"].isin(["2011", "2012", "2013"])]
    one = {"energy": nl.sectors()["energy"]}
    panel = nl.explore(frame, year=2013, sectors=one)
    assert list(panel.year.options) == ["2011", "2012", "2013"]
    assert len(panel.sector.options) == 2
    assert "nl.load()" not in panel.call.value, "trade is the user's own"
    assert "import nltrade as nl" in panel.call.value
