import msgspec
import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nltrade as nl
from cbs_replica import shih
from conftest import ROOT
from nltrade import registry
from nltrade.claims.base_of_trade import base_of_trade
from nltrade.claims.elsewhere import check_published
from nltrade.questions.sectors import REMAINDER, most_detailed, sums, why_missing
from nltrade.registry.sectors import contains, published, union
from test_fetch import own, serve

__all__ = ["own", "serve"]  # fixtures

SECTORS = nl.sectors()
FILE = (ROOT / "nltrade" / "registry" / "sectors.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("id", SECTORS)
def test_every_sector_has_classes_or_says_why_not_in_both_languages(id):
    sector = SECTORS[id]
    assert all([sector.en, sector.nl, sector.group.en, sector.group.nl, sector.wording])
    assert all(about.endswith(".") for about in (sector.about_en, sector.about_nl))
    assert sector.about_en != sector.about_nl
    detailed = registry.product_keys("7137shih").values()
    assert all(registry.product(code) in detailed for code in sector.goods)
    assert all(
        registry.product(code) in registry.product_keys("84765NED").values()
        for code in sector.services
    )


SECTOR = """[groups.base]
en = "base"
nl = "basis"

[sectors.oil]
group = "base"
en = "oil"
nl = "olie"
wording = "olie"
goods = ["33"]
goods_coverage = "direct"
services_coverage = "none"
about_en = "All of it."
about_nl = "Alles."
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["33"]', '["399"]', "entry .oil.: No product '399'"),
        ('["33"]', '["33", "333"]', "333 is inside 33 and would count twice"),
        ('["33"]', '["33", "33"]', "33 is inside 33 and would count twice"),
        ('["33"]', '["HS27"]', r"HS27 \(mineral fuels\) is a class of hs; write it under `hs`"),
        ('["33"]', '["TOTAL"]', r"TOTAL \(all goods\) is no part, but the whole; name a part"),
        ('["33"]', '["33"]\nhs = ["27"]\nhs_coverage = "direct"', "under `goods`. Here: HS27"),
        ('["33"]', '["33"]\nbpm5 = ["3"]', "under `goods`. Here: EBOPS-262"),
        ('["33"]', '["33"]\nflows = ["total trade"]', "'total trade'. is not known. Write one of"),
        ('["33"]', '["33"]\ndate = "November"', "date = 'November': write a year or a month"),
        ("[sectors.oil]", "[sectors.remainder]", "kept for what belongs to no sector"),
        ('en = "oil"', 'en = ""', "en is empty; write it"),
        ('["33"]', '["SC"]', r"SC \(transport\) is a class of services; write it under `services`"),
        (
            'services_coverage = "none"',
            'services_coverage = "direct"',
            'services_coverage = "direct" with 0 codes',
        ),
        (
            'goods_coverage = "direct"',
            'goods_coverage = "none"',
            'goods_coverage = "none" with 1 codes',
        ),
        ('goods_coverage = "direct"\n', "", "the field 'goods_coverage' is missing; add it"),
        (
            'goods_coverage = "direct"',
            'goods_coverage = "good"',
            "goods_coverage = 'good' is not known.*direct, proxy",
        ),
        (
            'about_nl = "Alles."',
            'about_nl = " "',
            "about_nl is empty; write it",
        ),
        ('group = "base"', 'group = "bse"', "no group 'bse'. Did you mean 'base'"),
        ("[sectors.oil]", "[sector.oil]", "no section 'sector' here"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_entry_and_the_remedy(tmp_path, old, new, says):
    assert old in SECTOR
    (tmp_path / "mine.toml").write_text(SECTOR.replace(old, new), encoding="utf-8")
    with pytest.raises(nl.errors.RegistryError, match=says):
        nl.sectors(tmp_path / "mine.toml")


def test_the_shipped_figures_give_energy_and_say_what_to_fetch_for_the_rest(shipped):
    found = most_detailed(nl.sector_trade(shipped, "Russia", 2012), "goods").set_index(
        ["sector", "flow"]
    )
    energy = found.loc["energy", "import"]
    assert (energy["value_meur"], round(energy["share_pct"], 1), energy["table"]) == (
        18682,
        91.9,
        "83028NED",
    )
    assert found.loc[("energy", "balance"), "value_meur"] == 108 - 18682
    oil = found.loc["oil", "import"]
    assert pd.isna(oil["value_meur"])
    assert why_missing(oil, SECTORS["oil"])[1] == {"table": "7137shih"}
    assert found.loc[(REMAINDER, "import"), "value_meur"] == 20332 - 18682


def test_a_withheld_section_is_bounded_by_what_the_total_leaves(shipped):
    found = nl.sector_trade(shipped, "AT", 2013).set_index(["table", "sector", "flow"])
    energy = found.loc["83028NED", "energy", "export"]
    total = shipped.query(
        "table == '83028NED' and partner == 'AT' and period == '2013' and product == 'TOTAL'"
    )
    assert pd.isna(energy["value_meur"])
    assert energy["high_meur"] == total.set_index("flow")["value_meur"]["export"]
    reason, bounds = why_missing(energy, SECTORS["energy"])
    assert (reason, bounds["low"]) == ("sector-withheld", 0.0)


# Random trees of codes

CODES = ["1", "11", "111", "112", "12", "121", "2", "21", "211", "212", "213", "22"]
LEAVES = [
    code for code in CODES if not any(other != code and other.startswith(code) for other in CODES)
]


def tree(leaves, hidden):
    """
    A frame of made-up cells: every code is the sum of what is inside it, TOTAL of all; some are
    withheld.
    """
    truth = {
        code: sum(value for leaf, value in leaves.items() if leaf.startswith(code))
        for code in CODES
    }
    truth["TOTAL"] = sum(leaves.values())
    cell = {
        "table": "made-up", "kind": "goods", "flow": "import", "concept": "none", "partner": "XX",
        "partner_kind": "country", "period": "1900", "freq": "A", "complete": True, "status": "unknown",
    }  # fmt: skip
    rows = [
        cell
        | {"product": code, "level": 0 if code == "TOTAL" else len(code)}
        | {"value_meur": None if code in hidden else float(value)}
        for code, value in truth.items()
    ]
    return pd.DataFrame(rows).astype({"value_meur": float}), truth


baskets = st.dictionaries(
    st.sampled_from("abc"), st.lists(st.sampled_from(CODES), min_size=1).map(union), min_size=1
)


@given(
    leaves=st.fixed_dictionaries({leaf: st.integers(0, 99) for leaf in LEAVES}),
    hidden=st.sets(st.sampled_from(CODES), max_size=5),
    baskets=baskets,
)
def test_mixed_levels_never_count_twice_and_bounds_hold_the_truth(leaves, hidden, baskets):
    frame, truth = tree(leaves, hidden)
    listed = [("SITC", id, code) for id, codes in baskets.items() for code in codes]
    found = sums(frame, pd.DataFrame(listed, columns=["classes", "sector", "product"])).set_index(
        "sector"
    )
    for id, codes in baskets.items():
        row, true = found.loc[id], sum(truth[code] for code in codes)
        assert true <= truth["TOTAL"]
        assert (row["codes"], row["withheld"], row["absent"]) == (
            len(codes),
            len(hidden & set(codes)),
            0,
        )
        if hidden & set(codes):
            assert pd.isna(row["value_meur"])
            assert (0 if pd.isna(row["low_meur"]) else row["low_meur"]) <= true
            assert pd.isna(row["high_meur"]) or true <= row["high_meur"]
        else:
            assert row["value_meur"] == row["low_meur"] == row["high_meur"] == true


@given(st.lists(st.sampled_from([*CODES, "TOTAL"])))
def test_the_union_holds_every_code_once(codes):
    found = union(codes)
    assert all(any(contains(whole, code) for whole in found) for code in codes)
    assert not any(contains(a, b) for a in found for b in found if a != b)


def test_every_engine_gives_the_same_sectors(shipped, engine):
    asked = shipped[
        shipped["partner"].isin(["RU", "NO"])
        & shipped["period"].isin(["2011", "2012", "2020", "2021"])
    ]
    keys = ["table", "sector", "flow", "partner", "period"]
    expected = nl.sector_trade(asked).sort_values(keys).reset_index(drop=True)
    answer = nw.from_native(nl.sector_trade(engine.into(asked)), eager_only=True)
    given_back = answer.to_pandas()
    found = given_back.sort_values(keys).reset_index(drop=True)
    assert sorted(found.columns) == sorted(expected.columns)
    for name in [
        *keys,
        "codes",
        "published",
        "value_meur",
        "low_meur",
        "high_meur",
        "share_pct",
        "growth_pct",
    ]:
        pd.testing.assert_series_equal(found[name], expected[name], check_dtype=False)


def test_no_argument_is_changed(shipped):
    asked = shipped[shipped["period"] == "2012"].copy()
    before = asked.copy()
    nl.sector_trade(asked, "RU")
    pd.testing.assert_frame_equal(asked, before)


def test_the_command_line_shows_sectors_and_what_is_missing(run):
    done, whole = run("sectors"), run("sectors", "--all")
    assert done.code == 0, done.err
    words, more = (" ".join(one.out.split()) for one in (done, whole))
    assert "Goods, Russia, 2012, 83028NED (border crossing), € million" in words
    assert "18,682 91.9%" in words
    assert "not on this computer (`nltrade fetch 7137shih` brings it)" in words
    assert SECTORS["csr"].about_en not in words
    assert SECTORS["csr"].about_en in more
    assert not [line for line in done.lines if line.startswith("machine tools")]
    assert [line for line in whole.lines if line.startswith("machine tools")]
    assert len(done.lines) < len(whole.lines) / 2
    assert "niet op deze computer" in run("sectors", "--lang", "nl").out
    assert "Did you mean" in run("sectors", "--partner", "Rusia").err
    assert run("sectors", "--year", "1950").code == 3


@pytest.mark.parametrize("id", published())
def test_every_published_figure_says_who_where_and_how_exact(id):
    figure = published()[id]
    assert figure.value_meur > 0
    assert figure.precision_meur > 0
    assert all([figure.en, figure.nl])
    assert bool(figure.remark_en) == bool(figure.remark_nl)
    assert msgspec.to_builtins(figure)["address"].startswith("http")


def figure(**changes):
    return msgspec.structs.replace(published()["imports-2004-emea"], **changes)


@pytest.mark.parametrize(
    ("changes", "verdict", "says"),
    [
        ({}, "supported", "CBS today: €6,117m (83028NED)"),
        ({"value_meur": 6000.0}, "contradicted", "CBS today: €6,117m (83028NED)"),
        (
            {"value_meur": 6000.0, "operator": "at least"},
            "supported",
            "CBS today: €6,117m (83028NED)",
        ),
        (
            {"codes": ["3"], "value_meur": 5141.0, "precision_meur": 1.0},
            "supported",
            "CBS today: €5,141m (83028NED)",
        ),
        (
            {"codes": ["33"]},
            "cannot be checked",
            "not on this computer (`nltrade fetch 7137shih` brings it)",
        ),
        (
            {"codes": ["333", "334"]},
            "cannot be checked",
            "not on this computer (`nltrade fetch 7137shih` brings it)",
        ),
        (
            {"period": "2014-01/2014-04"},
            "cannot be checked",
            "this takes monthly figures (`nltrade fetch 7137shih --freq M` brings",
        ),
        ({"codes": []}, "cannot be checked", "no SITC class matches this exactly"),
        (
            {"codes": ["33"], "period": "2021"},
            "cannot be checked",
            "no table has this class for this period",
        ),
    ],
)
def test_a_published_figure_is_checked_as_far_as_the_figures_go(shipped, changes, verdict, says):
    one = figure(**changes)
    (found,) = check_published(shipped, {one.id: one})
    assert found.verdict == verdict
    assert found.why().startswith(says)
    assert found.why("nl") != found.why("en")


def test_figures_of_no_class_are_listed_without_an_answer(shipped):
    unclassed = {id: one for id, one in nl.published().items() if not one.codes}
    found = check_published(shipped, unclassed)
    assert len(found) == len(unclassed) > 0
    assert {one.verdict for one in found} == {"cannot be checked"}


def test_figures_about_the_same_thing_stand_together(shipped):
    labels = [one.figure.same_as for one in check_published(shipped) if one.figure.same_as]
    runs = [label for place, label in enumerate(labels) if place == 0 or labels[place - 1] != label]
    assert len(runs) == len(set(labels))


def test_the_base_of_the_trade_is_told_sector_by_sector(shipped):
    found = {(one.sector.id, one.flow, one.kind): one for one in base_of_trade(shipped, "RU")}
    energy = found["energy", "import", "goods"]
    rows = shipped.query("partner == 'RU' and flow == 'import' and table == '83028NED'")
    rows = rows[rows["period"] < "2013"]  # the document is of November 2013
    shares = nl.share(rows, of="all products").query("product == '3'")["share_pct"]
    assert energy.verdict == "supported"
    assert energy.years == [str(year) for year in range(2002, 2013)]
    assert [origin.table for origin in energy.sources] == ["83028NED"]
    assert (energy.least, energy.most) == (pytest.approx(shares.min()), pytest.approx(shares.max()))
    assert found["oil", "import", "goods"].verdict == "cannot be checked"
    assert "`nltrade fetch 7137shih`" in found["oil", "import", "goods"].why()
    services = found["transport", "export", "services"]
    assert services.why() == "no table has its classes", "none before 2014"
    germany = {one.sector.id: one for one in base_of_trade(shipped, "DE") if one.flow == "import"}
    assert germany["energy"].verdict == "contradicted"
    assert germany["energy"].most < 10


@pytest.mark.parametrize(
    ("fuels", "total", "verdict"),
    [
        (1001, 10004, "supported"),  # at least 1000.5 of 10004.5: a tenth
        (1001, 10006, "depends"),  # 1000.5 of 10006.5 is less, 1001.5 of 10005.5 is more
        (1000, 10006, "contradicted"),
    ],
)
def test_a_base_is_a_tenth_whatever_rounding_hides(shipped, fuels, total, verdict):
    of_russia = shipped.query("partner == 'RU' and flow == 'import' and period == '2012'")
    frame = of_russia.query("table == '83028NED'").copy()
    frame["value_meur"] = frame["product"].map({"3": float(fuels), "TOTAL": float(total)})
    (energy,) = [
        one for one in base_of_trade(frame, "RU") if one.sector.id == "energy" and one.years
    ]
    assert energy.verdict == verdict


def test_a_base_is_judged_by_the_step_that_its_table_is_rounded_to(shipped):
    of_russia = shipped.query("partner == 'RU' and flow == 'import' and period == '2012'")
    frame = of_russia.query("table == '83028NED'").assign(table="7137shih")
    frame["value_meur"] = frame["product"].map({"3": 1000.4, "TOTAL": 10000.0})
    found = [one for one in base_of_trade(frame, "RU") if one.sector.id == "energy" and one.years]
    assert [one.verdict for one in found] == ["supported"]


def test_months_of_a_figure_are_added_up(serve):
    serve(shih())
    nl.fetch("7137shih", years=2014, partner=["RU", "WORLD", "EU", "NON-EU"], freq="M")
    months = [f"2014-0{month}" for month in range(1, 5)]
    frame = nl.load("7137shih", partner="RU")
    one = figure(flow="export", period="2014-01/2014-04", codes=["7"])
    (found,) = check_published(frame, {one.id: one})
    cells = frame.query("flow == 'export' and product == '7'").set_index("period")["value_meur"]
    assert found.value_meur == pytest.approx(cells[months].sum())


def test_detail_that_was_fetched_shows_in_sectors_and_their_figure(serve):
    serve(shih())
    nl.fetch("7137shih", years="2011:2012", partner=["RU", "NO", "WORLD", "EU", "NON-EU"])
    frame = nl.load(partner=["RU", "NO"], period=[2011, 2012])
    found = most_detailed(nl.sector_trade(frame, "RU", 2012), "goods").set_index(["sector", "flow"])
    cells = frame.query(
        "table == '7137shih' and partner == 'RU' and period == '2012' and flow == 'export'"
    )
    by_code = cells.set_index("product")["value_meur"]
    agriculture = by_code[SECTORS["agriculture"].goods]
    assert found.loc[("agriculture", "export"), "value_meur"] == pytest.approx(agriculture.sum())
    drawn = nl.charts.draw_sectors(frame, partner="RU", period=2012).data
    assert len(set(drawn.loc[drawn["kind"] == "goods", "row"])) > 15
    withheld = nl.charts.draw_sectors(frame, partner="NO", period=2012).data
    gas = withheld[withheld["row"].isin(["gas", "oil"])]
    assert gas["value_meur"].isna().all(), "what CBS withholds has no bar"


def test_a_whole_year_goes_before_a_part_year_and_a_part_year_is_marked(run):
    for year in ("2022", "2026 (part-year)"):
        words = " ".join(run("sectors", "--year", year[:4]).out.split())
        assert f"Goods, Russia, {year}, 85427NED (change of ownership), € million" in words


def test_the_rest_counts_a_division_whose_section_is_withheld_or_absent():
    frame, _ = tree(dict.fromkeys(LEAVES, 10), {"1"})
    sector = msgspec.structs.replace(SECTORS["oil"], goods=["1"])
    part = msgspec.structs.replace(SECTORS["oil"], id="part", goods=["11"])
    for cells in (frame, frame[frame["product"] != "1"]):
        found = nl.sector_trade(cells, sectors={"whole": sector, "part": part}).set_index(
            ["sector", "flow"]
        )
        total = found.loc[("part", "import"), "total_meur"]
        assert found.loc[(REMAINDER, "import"), "value_meur"] == total - 20
    whole = nl.sector_trade(
        tree(dict.fromkeys(LEAVES, 10), set())[0], sectors={"whole": sector, "part": part}
    )
    assert (
        whole.set_index(["sector", "flow"]).loc[(REMAINDER, "import"), "value_meur"] == total - 30
    )


def test_sectors_of_a_file_without_flows_or_without_classes(run, tmp_path, shipped):
    (tmp_path / "mine.toml").write_text(SECTOR, encoding="utf-8")
    done = run("sectors", "--sectors", str(tmp_path / "mine.toml"))
    assert (done.code, done.err) == (0, "")
    none = {"csr": SECTORS["csr"]}
    with pytest.raises(nl.NoData, match="No sector here has a class"):
        nl.sector_trade(shipped, "RU", 2012, sectors=none)
    assert base_of_trade(shipped, "RU", sectors=none) == []


@pytest.mark.parametrize("several", [[2011, 2012], range(2011, 2013), "2011:2012"])
def test_sectors_of_several_years_are_those_of_each_year(shipped, several):
    found = nl.sector_trade(shipped, "RU", several)
    each = [nl.sector_trade(shipped, "RU", year) for year in (2011, 2012)]
    order = ["table", "kind", "flow", "sector", "period"]
    expected = pd.concat(each).sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(found.sort_values(order, ignore_index=True), expected)
    assert len(expected) > 20


def test_a_file_stands_for_the_sectors_that_are_in_it(shipped, tmp_path):
    (tmp_path / "mine.toml").write_text(SECTOR.replace('"33"', '"3"'), encoding="utf-8")
    found = nl.sector_trade(shipped, "RU", 2012, sectors=tmp_path / "mine.toml")
    oil = found.query("sector == 'oil' and flow == 'import' and kind == 'goods'")
    assert oil["value_meur"].tolist() == [18682.0]
    assert "18,682" in repr(nl.show(found, sectors=str(tmp_path / "mine.toml")))


def test_of_sectors_without_any_figure_a_reader_sees_why_and_no_empty_table(shipped):
    goods, *_ = nl.show(nl.sector_trade(shipped, "KI", 2003)).tables
    assert goods.frame is None
    assert goods.title.startswith("services, Kiribati, 2003, 80414ned")
    told = (
        "Information technology: CBS withholds classes of it (1 of 1), and what they are part of."
    )
    assert told in goods.remarks
    assert not any(remark.startswith("The rest") for remark in goods.remarks)


def test_a_year_without_sectors_is_said_and_not_passed_over(shipped):
    nothing = nl.sector_trade(shipped, "RU", 1999)
    for named in (None, nl.sectors()):
        assert repr(nl.show(nothing, "nl", sectors=named)).startswith(
            "Niets te tonen: op deze computer staan geen cijfers over wat is gevraagd."
        )


def test_shares_of_what_the_partner_reported_are_numbers_beside_those_of_cbs():
    both = pd.concat(
        [nl.load(partner=["RU", "WORLD"], period=[2011, 2012]), nl.other_side("RU").trade]
    )
    values = nl.show(nl.sector_trade(both, "RU", 2012)).frame
    assert "exports, share" not in values
    of_farms = values.loc[values["sector"] == "agriculture", "exports, share (%)"].dropna()
    assert of_farms.round(1).tolist() == [29.5]
