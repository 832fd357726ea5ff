import msgspec
import pandas as pd
import polars as pl
import pytest

import nltrade as nl
from nltrade import registry
from nltrade.registry.entries import LANGS


@pytest.fixture(scope="module")
def verdicts(shipped):
    return {v.claim.id: v for v in nl.check_claims(shipped)}


def check(shipped, id="imports-2012", **changed):
    claim = msgspec.structs.replace(nl.claims()[id], **changed)
    (verdict,) = nl.check_claims(shipped, [claim])
    return verdict


@pytest.mark.parametrize(
    ("id", "value", "margin", "verdict"),
    [
        ("imports-2012", 20332, 1.66, "supported"),
        ("exports-2012", 7068, 0.97, "supported"),
        ("third-partner", 3, 0, "supported"),
        ("first-imports-2012", 20332, 0.16, "supported"),
        ("first-import-growth-2012", 19.889, -0.11, "supported"),
        ("first-fuels-2012", 91.885, -0.12, "supported"),
        ("first-exports-2012", 7068, -0.45, "supported"),
        ("first-export-growth-2012", 10.351, -0.649, "contradicted"),
    ],
)
def test_every_shipped_claim_has_its_value_margin_and_verdict(verdicts, id, value, margin, verdict):
    found = verdicts[id]
    assert found.readings[0].value == pytest.approx(value, abs=0.005)
    assert found.readings[0].margin == pytest.approx(margin, abs=0.01)
    assert found.verdict == verdict


def test_a_place_shows_every_reading_with_the_first_five(verdicts):
    readings = verdicts["third-partner"].readings
    found = {
        (r.what, r.of_the_time): (r.place.place, r.place.best, r.place.worst) for r in readings
    }
    assert found == {
        ("total trade", True): (3, 3, 3),
        ("import", True): (3, 3, 3),
        ("export", True): (3, 2, 4),
        ("domestic export", True): (3, 2, 5),
        ("goods and services", True): (3, 3, 3),
        ("total trade", False): (4, 4, 4),
        ("import", False): (4, 4, 4),
        ("export", False): (4, 3, 5),
        ("domestic export", False): (4, 3, 6),
        ("goods and services", False): (4, 4, 4),
    }
    assert all(len(r.first) == 5 for r in readings)
    assert [p.partner for p in readings[0].first] == ["US", "CN", "RU", "NO", "JP"]


def test_the_reasons_of_a_place_begin_with_the_answer_and_are_few(verdicts):
    assert verdicts["third-partner"].why("en")[:-1] == [
        "Third in total trade, imports, exports, Dutch-made exports and trade in goods and "
        "services; no other place is possible in total trade, imports and trade in goods and "
        "services.",
        "With today's members of the EU: 4th.",
    ]


def test_a_place_in_two_tables_takes_a_sentence_for_each_and_one_for_todays_members(shipped):
    verdict = check(shipped, "third-partner", year=2017, threshold=5, behind=[])
    why = verdict.why()[:-1]
    assert len(why) <= 5
    assert why[0].startswith("Border crossing: third in total trade and imports;")
    assert why[1].startswith("Change of ownership: fourth in total trade and imports;")
    assert why[-1] == (
        "With today's members of the EU: 4th (between 4th and 5th, border crossing); "
        "5th (between 4th and 6th, change of ownership)."
    )


def test_what_makes_a_place_uncertain_is_said_in_one_sentence(shipped):
    exports = check(shipped, "third-partner", flow="export", behind=["US", "CN"])
    says = (
        "Any place from 2nd to 4th is possible in exports, "
        "because €2,633m of trade is not assigned to a country."
    )
    assert says in exports.why()


def test_one_country_that_could_be_ahead_is_told_as_one(shipped):
    about = {"flow": "export", "year": 2002, "threshold": 4, "behind": []}
    told = " ".join(check(shipped, "third-partner", **about).why())
    assert "one country without a figure of its own could be ahead" in told


def test_a_flow_that_is_not_published_leaves_a_place_in_it_open(shipped):
    kiribati = check(shipped, "third-partner", partner="KI", year=2019, threshold=99, behind=[])
    assert kiribati.verdict == "cannot be checked"
    assert kiribati.says() == "not published"


def test_a_verdict_keeps_its_cells_and_their_source(verdicts):
    growth = verdicts["first-export-growth-2012"]
    assert [(c.period, c.value_meur, c.status) for c in growth.readings[0].cells] == [
        ("2011", 6405.0, "definitive"),
        ("2012", 7068.0, "definitive"),
    ]
    (origin,) = growth.sources
    assert (origin.table, origin.modified) == ("83028NED", "2023-01-04")
    share = verdicts["first-fuels-2012"].readings[0]
    assert sorted(cell.value_meur for cell in share.cells) == [18682, 20332]


@pytest.mark.parametrize("lang", LANGS)
def test_every_verdict_can_be_said_in_both_languages(verdicts, lang):
    for verdict in verdicts.values():
        said = [verdict.says(lang), verdict.margin(lang), *verdict.why(lang)]
        assert all(text.strip() and "{" not in text for text in said)


def test_a_lazy_frame_gives_the_same_verdicts(shipped, verdicts):
    lazy = nl.check_claims(pl.from_pandas(shipped).lazy())
    assert [(v.verdict, v.says()) for v in lazy] == [
        (v.verdict, v.says()) for v in verdicts.values()
    ]


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"threshold": 20332, "upto": 20333}, "supported"),
        ({"threshold": 20333, "upto": 20400}, "contradicted"),
        ({"threshold": 19000, "upto": 20332}, "contradicted"),
        ({"operator": "at least", "threshold": 20332}, "supported"),
        ({"operator": "more than", "threshold": 20332}, "contradicted"),
        ({"operator": "at most", "threshold": 20332}, "supported"),
        ({"operator": "less than", "threshold": 20332}, "contradicted"),
        ({"operator": "rounds to", "threshold": 20000, "precision": 1000}, "supported"),
        ({"operator": "rounds to", "threshold": 20000, "precision": 100}, "contradicted"),
    ],
)
def test_each_operator_decides_at_its_edge(shipped, changed, verdict):
    assert check(shipped, **changed).verdict == verdict


def test_a_country_inside_a_residual_is_not_published_and_no_zero(shipped):
    croatia = check(shipped, partner="HR")
    assert croatia.verdict == "cannot be checked"
    assert croatia.says() == "not published"
    says = "CBS does not publish this figure for Croatia in 2012; that does not mean zero."
    assert croatia.why()[0] == says
    rank = check(shipped, "third-partner", partner="HR")
    assert rank.verdict == "cannot be checked"
    assert rank.says() == "not published"


def test_a_growth_rate_across_a_break_cannot_be_checked(shipped):
    verdict = check(shipped, "first-import-growth-2012", year=2013)
    assert verdict.verdict == "cannot be checked"
    assert verdict.says() == "no growth rate"
    assert verdict.why()[0].startswith("The method changed between 2012 and 2013")


def test_a_part_year_neither_supports_nor_contradicts(shipped):
    value = check(shipped, year=2026)
    place = check(shipped, "third-partner", year=2026, partner="US", threshold=1, behind=[])
    for verdict in (value, place):
        assert verdict.verdict == "cannot be checked"
        assert any("part of 2026" in why for why in verdict.why())
    assert place.margin() == ""
    assert value.margin() == ""
    assert "(part-year)" in value.says()


def test_a_share_that_cbs_withholds_cannot_be_checked(shipped):
    withheld = shipped.query(
        "table == '85427NED' and product == '3' and flow == 'import' and partner_kind == 'country'"
    )
    cell = withheld[withheld["complete"] & withheld["value_meur"].isna()].iloc[-1]
    year, partner = int(cell["period"]), cell["partner"]
    verdict = check(shipped, "first-fuels-2012", partner=partner, year=year)
    reading = next(r for r in verdict.readings if r.tables == ["85427NED"])
    assert reading.holds is None
    assert reading.value is None
    assert reading.gap == "not published"
    assert any("that does not mean zero" in why for why in verdict.why())


def test_two_concepts_that_disagree_make_it_depend(shipped):
    # 2016: 13,688 across the border, 11,338 by change of ownership
    verdict = check(shipped, year=2016, threshold=13000, upto=14000)
    assert verdict.verdict == "depends"
    assert [r.tables for r in verdict.readings] == [["83028NED"], ["85427NED"]]
    assert verdict.says() == "€13,688m (border crossing); €11,338m (change of ownership)"
    assert verdict.margin() == (
        "+5.3% (border crossing); −12.8% (change of ownership) against €13,000m"
    )


def test_what_cbs_says_goes_with_the_verdict_where_one_table_has_a_part_year(shipped):
    verdict = check(shipped, year=2022, threshold=18000, upto=18500)
    assert verdict.verdict == "contradicted", "ten months are more than that already"
    assert verdict.says() == (
        "€18,838m (part-year, border crossing); €19,084m (change of ownership)"
    )


def test_a_place_in_one_flow_is_judged_by_that_flow(shipped):
    first = {"partner": "CN", "threshold": 1, "behind": []}
    assert check(shipped, "third-partner", flow="import", **first).verdict == "supported"
    assert check(shipped, "third-partner", flow="export", **first).verdict == "contradicted"
    reexports = check(shipped, "third-partner", flow="re-export", threshold=2, behind=["US"])
    assert reexports.says().startswith("2nd")
    assert not any("not published separately" in why for why in reexports.why())


def test_a_place_can_be_one_in_a_product_or_in_services(shipped):
    fuels = check(shipped, "third-partner", flow="import", product="3", threshold=1, behind=[])
    assert fuels.says().startswith("1st")
    assert fuels.readings[0].cells[0].product == "3"
    services = check(
        shipped,
        "third-partner",
        flow="total trade",
        product="S",
        partner="US",
        threshold=1,
        behind=[],
    )
    assert services.says().startswith("1st")
    assert services.readings[0].tables == ["80414ned"]


@pytest.mark.parametrize(
    ("product", "flow"), [("1", "import"), ("SC", "import"), ("S", "re-export")]
)
def test_a_place_in_what_the_figures_do_not_have_cannot_be_checked(shipped, product, flow):
    verdict = check(shipped, "third-partner", product=product, flow=flow, threshold=1, behind=[])
    assert verdict.verdict == "cannot be checked"
    why = " ".join(verdict.why())
    assert "is not on this computer" in why or "does not count" in why or "has no re-exports" in why


def test_a_place_that_is_not_certain_depends(shipped):
    verdict = check(shipped, "third-partner", flow="export", behind=["US", "CN"])
    assert verdict.verdict == "depends"
    assert verdict.says() == "3rd (between 2nd and 4th)"
    assert (
        check(shipped, "third-partner", flow="export", threshold=2, behind=["US"]).verdict
        == "depends"
    )
    assert (
        check(shipped, "third-partner", flow="export", threshold=5, behind=[]).verdict
        == "contradicted"
    )


def test_those_ahead_have_to_be_those_named_in_their_order(shipped):
    verdict = check(shipped, "third-partner", behind=["US", "JP"])
    assert verdict.verdict == "contradicted"
    assert any(
        "come the United States and China, not the United States and Japan" in why
        for why in verdict.why()
    )
    assert check(shipped, "third-partner", behind=["United States", "china"]).verdict == "supported"
    assert check(shipped, "third-partner", behind=["CN", "US"]).verdict != "supported"


def test_a_wrong_place_is_contradicted(shipped):
    assert check(shipped, "third-partner", threshold=2, behind=["US"]).verdict == "contradicted"


def test_a_member_of_the_eu_has_no_place_outside_it(shipped):
    verdict = check(shipped, "third-partner", partner="DE")
    assert verdict.verdict == "cannot be checked"
    assert verdict.why()[0].startswith("Germany was in the EU at the end of 2012")


def test_a_frame_without_the_other_partners_decides_no_place(shipped):
    claims = [nl.claims()["third-partner"]]
    (verdict,) = nl.check_claims(nl.select(shipped, partner=["RU", "US", "CN"]), claims)
    assert verdict.verdict == "cannot be checked"
    assert any("no place can be given" in why for why in verdict.why())


def test_the_next_partners_are_the_neighbours_in_the_whole_ranking(shipped):
    india = check(shipped, "third-partner", partner="IN", threshold=13, behind=[])
    places = nl.rank_partners(shipped, period=2012)
    at = places.index[places["partner"] == "IN"][0]
    gaps = places["value_meur"].diff().abs()
    assert f"€{gaps[at]:,.0f}m behind" in india.margin()
    assert f"€{gaps[at + 1]:,.0f}m ahead of" in india.margin()


def test_sentences_on_two_tables_say_which(shipped):
    verdict = check(shipped, "third-partner", partner="US", year=2021, threshold=1, behind=[])
    starts = {sentence.partition(": ")[0] for sentence in verdict.why()[:-1]}
    assert starts == {"Border crossing", "Change of ownership"}


def test_a_place_without_any_exports_cannot_be_checked_and_is_no_error(shipped):
    is_year = shipped["table"].isin(["83028NED", "80414ned"]) & (shipped["period"] == "2012")
    rows = shipped[is_year]
    withheld = rows.assign(value_meur=rows["value_meur"].mask(rows["flow"] == "export"))
    (verdict,) = nl.check_claims(withheld, [nl.claims()["third-partner"]])
    assert verdict.verdict == "cannot be checked"
    places = {reading.flow: reading.value for reading in verdict.readings if reading.of_the_time}
    assert places["import"] == 3
    assert places["total trade"] is None


def test_a_frame_that_says_no_status_is_checked_with_its_status_unknown(shipped):
    silent = shipped[shipped["period"].isin(["2011", "2012"])].drop(columns="status")
    found = nl.check_claims(silent)
    assert [v.verdict for v in found] == [v.verdict for v in nl.check_claims(shipped)]
    statuses = {cell.status for v in found for reading in v.readings for cell in reading.cells}
    assert statuses == {"unknown"}


@pytest.mark.parametrize("measure", [{}, {"measure": "growth", "threshold": 10.0}])
def test_total_trade_is_made_of_its_flows_also_where_a_frame_has_it(shipped, measure):
    rows = nl.select(shipped, table="83028NED", partner=["RU", "WORLD"], period="2011:2012")
    total = nl.total(rows)
    with_total = pd.concat([rows, total.assign(value_meur=2 * total["value_meur"])])
    claim = {"flow": "total trade", **measure}
    found = check(with_total, **claim)
    assert found.says() == check(rows, **claim).says()
    assert found.says() == ("+17.3%" if measure else "€27,400m")


def test_a_year_that_is_not_here_is_not_called_unpublished(shipped):
    claim = msgspec.structs.replace(nl.claims()["imports-2012"], year=2000)
    (found,) = nl.check_claims(shipped, [claim])
    assert (found.verdict, found.says("nl")) == ("cannot be checked", "niet op deze computer")
    bring = "`nltrade fetch 7137shih --partner RU --product TOTAL --years 2000` haalt het op"
    assert bring in found.why("nl")[0]
    assert "not published" not in repr(nl.show(found))


def test_a_place_of_a_year_that_is_not_here_is_not_called_unpublished_either(shipped):
    (found,) = nl.check_claims(shipped.head(0), [nl.claims()["third-partner"]])
    shown = repr(nl.show(found))
    assert "not on this computer" in shown
    assert "not published" not in shown


def test_a_claims_file_can_be_checked_by_its_name(shipped, tmp_path):
    text = (registry.FOLDER / "claims.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    for file in (tmp_path / "mine.toml", str(tmp_path / "mine.toml")):
        assert [one.verdict for one in nl.check_claims(shipped, file)][:2] == ["supported"] * 2


def test_totals_that_a_frame_has_of_some_partners_give_nobody_a_better_place(shipped):
    of_russia = nl.select(shipped, table="83028NED", partner="RU", product="TOTAL", period=2012)
    with_total = pd.concat([shipped, nl.total(of_russia)])
    found = check(with_total, "third-partner")
    assert (found.verdict, found.says()) == ("supported", "3rd")
    first = nl.rank_partners(with_total, period=2012, top=3)
    assert first["partner"].tolist() == ["US", "CN", "RU"]


def test_a_year_not_known_to_be_whole_decides_no_place(shipped):
    unsure = shipped.astype({"complete": "boolean"})
    unsure["complete"] = unsure["complete"].mask(unsure["period"] == "2012")
    assert check(unsure, "third-partner").verdict == "cannot be checked"


@pytest.mark.parametrize(
    ("operator", "threshold", "verdict"),
    [
        ("less than", 0.0, "supported"),
        ("at least", 0.0, "contradicted"),
        ("at most", -0.4, "supported"),  # -0.5 of 100.5 is -0.498
        ("at most", -1.5, "cannot be checked"),  # -1.5 of 99.5 is -1.508
    ],
)
def test_the_share_of_an_amount_below_zero_is_judged_by_all_that_it_can_be(
    shipped, operator, threshold, verdict
):
    rows = nl.select(shipped, table="83028NED", partner="RU", flow="import", period=2012)
    frame = rows[rows["product"].isin(["3", "TOTAL"])].copy()
    frame["value_meur"] = frame["product"].map({"3": -1.0, "TOTAL": 100.0})
    asked = {"measure": "share", "product": "3", "operator": operator, "threshold": threshold}
    found = check(frame, "imports-2012", **asked)
    assert found.verdict == verdict
    (reading,) = found.readings
    assert reading.low < reading.value < reading.high


def in_thousands(values):
    """A made-up year of a table that counts in thousands of euro: these partners, others nothing."""
    amounts = {**values, "WORLD": sum(values.values()), "NON-EU": sum(values.values())}
    rows = []
    for each in registry.partner_keys("7137shih").values():
        amount = amounts.get(each.id, 0.0)
        about = {"table": "7137shih", "kind": "goods", "product": "TOTAL", "level": 0}
        about |= {"partner": each.id, "partner_kind": each.kind, "period": "2012"}
        rows += [{**about, "flow": flow, "value_meur": amount} for flow in ("import", "export")]
    return pd.DataFrame(rows).assign(complete=True, concept="border crossing", freq="A")


def test_an_order_is_judged_by_the_step_that_a_table_is_rounded_to():
    frame = in_thousands({"US": 50.0, "CN": 49.7, "RU": 20.0})
    found = check(frame, "third-partner", operator="is", behind=["CN", "US"])
    named = found.readings[0]
    assert (named.flow, named.value) == ("total trade", 3)
    assert named.holds is False, "half a million is no rounding of thousands"


def test_amounts_a_whole_thousand_apart_are_no_tie():
    frame = in_thousands({"US": 2.0, "CN": 1.001, "RU": 1.0})
    places = nl.rank_partners(frame, period=2012, flow="import", top=3)
    assert places[["partner", "best", "worst"]].to_numpy().tolist()[1:] == [
        ["CN", 2, 2],
        ["RU", 3, 3],
    ]
