import msgspec
import pytest

from nltrade import registry
from nltrade.sources.snapshot import Snapshot
from nltrade.sources.store import find
from nltrade.sources.tidy import from_snapshot, load
from oracle import read

MEASURES = {
    "83028NED": ["import", "export", "re-export", "domestic export"],
    "85427NED": ["import", "export", "re-export", "domestic export"],
    "82616NED": ["import", "export"],
    "84765NED": ["import", "export"],
}


@pytest.mark.parametrize(("table", "flows"), MEASURES.items())
def test_every_cell_of_the_source_is_in_the_frame_and_no_other(shipped, table, flows):
    partners = {p.keys[table]: p.id for p in registry.partners().values() if table in p.keys}
    products = {key: p.id for p in registry.products().values() for key in p.keys}
    expected = {
        (partners[row[0]], products[row[1]], row[2][:4], flow): float(value) if value else None
        for row in read(table, "TypedDataSet")
        for flow, value in zip(flows, row[3:], strict=True)
    }
    _same(shipped, table, expected)


def test_topics_as_columns_and_direction_as_a_dimension_become_products_and_flows(shipped):
    products = ["S", "EBOPS-247", "EBOPS-262", "EBOPS-266", "EBOPS-240", "EBOPS-291"]
    partners = {
        p.keys["80414ned"]: p.id for p in registry.partners().values() if "80414ned" in p.keys
    }
    expected = {
        (partners[row[0]], product, row[2][:4], {"I": "import", "E": "export"}[row[1]]): float(
            value
        )
        if value
        else None
        for row in read("80414ned", "TypedDataSet")
        for product, value in zip(products, row[3:], strict=True)
    }
    _same(shipped, "80414ned", expected)


def _same(frame, table, expected):
    rows = frame[frame["table"] == table]
    keys = list(zip(rows["partner"], rows["product"], rows["period"], rows["flow"], strict=True))
    values = rows["value_meur"].astype(object).where(rows["value_meur"].notna(), None)
    assert len(keys) == len(expected)
    assert dict(zip(keys, values, strict=True)) == expected


def test_missing_is_not_zero(shipped):
    croatia = shipped.query("table == '83028NED' and partner == 'HR' and period == '2012'")
    assert len(croatia) == 8
    assert croatia["value_meur"].isna().all()


def test_part_years_are_marked_and_no_other_year(shipped):
    part = shipped.loc[~shipped["complete"], ["table", "period"]].drop_duplicates()
    assert sorted(part.itertuples(index=False, name=None)) == [
        ("83028NED", "2022"),
        ("85427NED", "2026"),
    ]


def test_groups_and_residuals_are_told_from_countries(shipped):
    kinds = shipped.drop_duplicates(["table", "partner"]).set_index(["table", "partner"])[
        "partner_kind"
    ]
    assert kinds["83028NED", "RU"] == "country"
    assert kinds["83028NED", "NON-EU"] == "group"
    assert kinds["83028NED", "OTHER-CENTRAL-SOUTH-AMERICA"] == "residual"
    assert kinds.loc["83028NED"].value_counts().to_dict() == {
        "country": 53,
        "residual": 15,
        "group": 9,
    }


@pytest.mark.parametrize("year", range(2002, 2023))
def test_countries_and_residuals_add_up_to_the_world(shipped, year):
    rows = shipped[
        (shipped["table"] == "83028NED")
        & (shipped["period"] == str(year))
        & (shipped["level"] == 0)
    ]
    parts = rows[rows["partner_kind"] != "group"].groupby("flow")["value_meur"].sum()
    world = rows[rows["partner"] == "WORLD"].set_index("flow")["value_meur"]
    assert (parts - world).abs().max() <= 9


def test_status_is_definitive_as_far_as_cbs_says_so(shipped):
    status = shipped[shipped["table"] == "83028NED"].groupby("period")["status"].unique()
    assert status["2012"].tolist() == ["definitive"]
    assert status["2017"].tolist() == ["unknown"]


@pytest.fixture
def in_another_unit(tmp_path, monkeypatch):
    """
    Obviously made-up cells in thousand euro, with months, quarters and a status, as other tables
    have them.
    """
    table = msgspec.structs.replace(
        registry.tables()["83028NED"], unit="1 000 euro", definitive_until=None
    )
    monkeypatch.setattr(registry, "all_tables", lambda: {table.id: table})
    periods = (
        "Key,Title,Status\n2012JJ00,2012 ,Definitief\n2012KW03,2012 3e kwartaal,NaderVoorlopig\n"
    )
    (tmp_path / "Perioden.csv").write_text(
        f"{periods}2012MM02,2012 februari,Voorlopig\n2012MM03,2012 maart*,\n"
    )
    header = (
        "LandenGroepen,SITC,Perioden,Invoerwaarde_1,TotaleUitvoerwaarde_2,Wederuitvoerwaarde_3,"
    )
    rows = [f"L008724,T001082,2012{p},111111,222222,,0" for p in ("JJ00", "KW03", "MM02", "MM03")]
    (tmp_path / "TypedDataSet.csv").write_text(
        "\n".join([f"{header}UitvoerwaardeNederlandsProduct_4", *rows])
    )
    return Snapshot(tmp_path, find("83028NED")[0].origin)


def test_units_are_converted_once_at_the_door(in_another_unit):
    frame = from_snapshot(in_another_unit).query("period == '2012'").set_index("flow")["value_meur"]
    assert frame["import"] == pytest.approx(111.111)
    assert frame["domestic export"] == 0
    assert frame.isna()["re-export"]


def test_periods_and_their_status_are_read(in_another_unit):
    frame = from_snapshot(in_another_unit).query("flow == 'import'")
    found = frame[["period", "freq", "complete", "status"]].to_numpy().tolist()
    assert found == [
        ["2012", "A", True, "definitive"],
        ["2012-Q3", "Q", True, "revised provisional"],
        ["2012-02", "M", True, "provisional"],
        ["2012-03", "M", True, "unknown"],
    ]


def test_a_table_without_a_cell_leaves_every_column_its_type(shipped):
    part = load("83028NED", "85427NED", period=2012)
    assert set(part["table"]) == {"83028NED"}
    assert (part.dtypes == shipped.dtypes).all()


def test_a_product_that_one_of_the_tables_lacks_comes_from_the_others(shipped):
    part = load(product="3")
    assert set(part["table"]) == {"83028NED", "85427NED"}
    assert (part.dtypes == shipped.dtypes).all()
    assert load("80414ned", product="3").empty
