"""Claims that were once answered wrongly, each of a kind: files in `cases` and answers."""

import itertools
import random
from fractions import Fraction
from pathlib import Path

import msgspec
import pandas as pd
import pytest

import nltrade as nl
from nltrade.charts.sectors import draw_sectors
from nltrade.claims.operators import Asserted
from nltrade.registry.entries import LANGS

CASES = Path(__file__).parent / "cases"


def verdict_of(shipped, file, id):
    claims = nl.claims(CASES / f"{file}.toml")
    (found,) = nl.check_claims(shipped, [claims[id]])
    return found


def changed(shipped, id="imports-2012", **fields):
    claim = msgspec.structs.replace(nl.claims()[id], **fields)
    (found,) = nl.check_claims(shipped, [claim])
    return found


@pytest.mark.parametrize(
    ("file", "id", "verdict", "says"),
    [
        ("precision", "fuel-share", "supported", "91.9%"),
        ("halves", "malta", "cannot be checked", "+113.6% to +121.5%"),
        ("close_calls", "portugal", "cannot be checked", "+4.9% to +5.1%"),
        ("close_calls", "palestine", "cannot be checked", "0% to +80%"),
        ("spain", "spain", "supported", "€2,601m"),
        (
            "part_year",
            "c",
            "depends",
            "€18,838m (part-year, border crossing); €19,084m (change of ownership)",
        ),
        ("membership", "ch4", "depends", None),
        ("unit", "slip", "cannot be checked", "€20,332m"),
    ],
)
def test_each_case_has_its_right_answer(shipped, file, id, verdict, says):
    found = verdict_of(shipped, file, id)
    assert found.verdict == verdict
    assert says is None or found.says() == says


def test_halves_are_rounded_away_from_zero_as_in_prose(shipped):
    china = verdict_of(shipped, "halves", "imports-cn")
    border = china.readings[0]
    assert (border.tables, border.value, border.holds) == (["83028NED"], 44850, True)
    assert "Border crossing: €44,850m rounds to €44,900m." in china.why()


def test_the_range_that_rounding_leaves_is_exact(shipped):
    (malta,) = verdict_of(shipped, "halves", "malta").readings
    assert malta.value == 117.5
    assert malta.low == pytest.approx(100 * (86.5 - 40.5) / 40.5)
    assert malta.high == pytest.approx(100 * (87.5 - 39.5) / 39.5)
    assert malta.open


@pytest.mark.parametrize(
    ("threshold", "verdict"), [(4.9, "supported"), (5, "cannot be checked"), (5.1, "contradicted")]
)
def test_a_rate_is_judged_where_every_possible_one_agrees(shipped, threshold, verdict):
    portugal = nl.claims(CASES / "close_calls.toml")["portugal"]
    found = nl.check_claims(shipped, [msgspec.structs.replace(portugal, threshold=threshold)])
    assert found[0].verdict == verdict
    for lang in LANGS:
        assert not any("+5.0%" in why and "+5%" in why for why in found[0].why(lang))


@pytest.mark.parametrize("lang", LANGS)
def test_no_number_is_less_than_itself(shipped, lang):
    """As many decimals as it takes: 91.8847% is not at least 91.885%."""
    found = changed(shipped, "first-fuels-2012", operator="at least", threshold=91.9)
    assert found.verdict == "contradicted"
    wanted = {"en": "91.88% is less than 91.9%.", "nl": "91,88% is minder dan 91,9%."}
    assert found.why(lang)[0] == wanted[lang]


def test_a_number_is_not_written_so_that_it_would_round_otherwise(shipped):
    """44.46% rounds to 44%; written as 44.5% it would not seem to."""
    found = changed(shipped, operator="rounds to", threshold=20400, precision=100)
    assert found.why()[0] == "€20,332m rounds to €20,300m, not to €20,400m."


def test_every_threshold_with_one_decimal_is_a_multiple_of_a_tenth(tmp_path):
    text = (CASES / "precision.toml").read_text(encoding="utf-8")
    documents, heading, claim = text.partition("[claims.fuel-share]")
    thresholds = {f"tenths-{n}": round(0.1 * n, 1) for n in range(1, 1000)}
    claims = [
        heading.replace("fuel-share", id) + claim.replace("threshold = 91.9", f"threshold = {one}")
        for id, one in thresholds.items()
    ]
    file = tmp_path / "mine.toml"
    file.write_text(documents + "".join(claims), encoding="utf-8")
    assert {id: claim.threshold for id, claim in nl.claims(file).items()} == thresholds


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"threshold": 20, "upto": 21}, "€20,000m"),
        ({"threshold": 20_000_000, "upto": 21_000_000}, "€20,000m"),
        ({"operator": "less than", "threshold": 25}, "€25,000m"),
    ],
)
def test_a_figure_a_thousand_times_off_is_asked_about(shipped, fields, meant):
    found = changed(shipped, **fields)
    assert found.verdict == "cannot be checked"
    assert f"was {meant} meant?" in found.why()[0]


def test_a_number_just_above_one_figure_is_not_written_as_the_next():
    asserted = Asserted("just above", Fraction(20), Fraction(21), Fraction(1))
    assert asserted.written("pct", Fraction("20.94")) == ("pct", 20.9, 1)
    assert asserted.written("pct", Fraction("20.96")) == ("pct", 20.96, 2)


def test_a_share_written_as_a_fraction_is_asked_about(shipped):
    found = changed(shipped, "first-fuels-2012", operator="at least", threshold=0.919)
    assert found.verdict == "cannot be checked"
    assert "was 91.9% meant?" in found.why()[0]


@pytest.mark.parametrize("factor", [1, 2, 50, 400])
def test_a_figure_that_is_only_wrong_is_not_asked_about(shipped, factor):
    found = changed(shipped, operator="at most", threshold=20332 / factor)
    assert found.verdict == ("supported" if factor == 1 else "contradicted")


def test_no_membership_is_told_that_was_not(shipped):
    poland = verdict_of(shipped, "membership", "pl2003")
    assert not any("Poland was in the EU" in why for why in poland.why())
    assert not any("Polen zat" in why for why in poland.why("nl"))
    today = [reading for reading in poland.readings if not reading.of_the_time]
    assert today
    assert all(reading.place is None for reading in today)


def test_an_order_that_could_be_is_not_contradicted(shipped):
    switzerland = verdict_of(shipped, "membership", "ch4")
    says = "Ahead of it come the United States, China and Russia; trade that is not assigned to a"
    assert any(why.startswith(says) for why in switzerland.why())
    far = msgspec.structs.replace(switzerland.claim, behind=["US", "RU", "JP"])
    assert nl.check_claims(shipped, [far])[0].verdict == "contradicted", "Japan is too far behind"


@pytest.mark.parametrize(
    ("operator", "threshold", "verdict"),
    [
        ("at least", 15000, "supported"),  # border crossing has that in ten months
        ("at most", 18000, "contradicted"),
        ("at most", 19050, "depends"),
        ("at least", 19000, "depends"),
    ],
)
def test_a_part_of_a_year_is_the_least_that_the_year_can_be(shipped, operator, threshold, verdict):
    found = changed(shipped, year=2022, operator=operator, threshold=threshold)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("fields", "verdict", "says"),
    [
        (
            {"partner": "DE", "among": "inside EU", "threshold": 1, "behind": []},
            "supported",
            "1st",
        ),
        ({"partner": "DE", "among": "all", "threshold": 1, "behind": []}, "supported", "1st"),
        (
            {"partner": "GB", "among": "inside EU", "threshold": 3, "behind": ["DE", "BE"]},
            "depends",
            "3rd",
        ),
        ({"operator": "in the top", "threshold": 3, "behind": []}, "supported", "3rd"),
        ({"operator": "in the top", "threshold": 2, "behind": []}, "contradicted", "3rd"),
        (
            {"flow": "export", "operator": "in the top", "threshold": 4, "behind": []},
            "supported",
            "3rd (between 2nd and 4th)",
        ),
        (
            {"flow": "export", "operator": "in the top", "threshold": 3, "behind": []},
            "depends",
            "3rd (between 2nd and 4th)",
        ),
    ],
)
def test_places_are_claimed_inside_the_eu_among_all_and_in_the_top(shipped, fields, verdict, says):
    found = changed(shipped, "third-partner", **fields)
    assert found.says() == says
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("fields", "verdict", "says"),
    [
        ({"of": "all partners", "product": "TOTAL", "threshold": 5.2}, "supported", "5.2%"),
        ({"of": "all partners", "product": "TOTAL", "threshold": 6}, "contradicted", "5.2%"),
        (
            {"of": "export", "flow": "re-export", "product": "TOTAL", "threshold": 39.7},
            "cannot be checked",  # 2,809 of 7,068, each rounded
            "39.7% to 39.8%",
        ),
    ],
)
def test_a_share_is_claimed_of_dutch_trade_or_of_exports(shipped, fields, verdict, says):
    found = changed(shipped, "first-fuels-2012", precision=0.1, **fields)
    assert found.says() == says
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("operator", "fields", "verdict"),
    [
        ("rounds to", {"threshold": -13300, "precision": 100}, "supported"),
        ("just above", {"threshold": -13000, "upto": -14000}, "supported"),
        ("just above", {"threshold": -12000, "upto": -13000}, "contradicted"),
        ("more than", {"threshold": 0}, "contradicted"),
    ],
)
def test_a_balance_is_claimed(shipped, operator, fields, verdict):
    found = changed(shipped, flow="balance", operator=operator, **fields)
    assert found.says() == "−€13,264m"
    assert found.verdict == verdict


def test_two_tables_of_services_are_told_apart(shipped):
    found = changed(shipped, "third-partner", partner="US", year=2020, threshold=1, behind=[])
    both = [r for r in found.readings if r.kind == "goods and services" and r.of_the_time]
    labels = [reading.label("en", found.in_several) for reading in both]
    assert len(set(labels)) == len(labels) > 1
    assert any("82616NED" in label for label in labels)
    assert any("84765NED" in label for label in labels)


def test_a_rate_that_is_refused_is_not_called_unpublished(shipped):
    found = changed(shipped, "first-import-growth-2012", year=2013)
    assert found.says() == "no growth rate"
    assert found.says("nl") == "geen groeicijfer"
    first = changed(shipped, "first-import-growth-2012", year=2015)
    assert "Change of ownership: this table has no figure for 2014" in " ".join(first.why())


def test_what_is_not_here_is_not_called_unpublished(shipped):
    oil = changed(shipped, product="333")
    assert "not published" not in oil.says()
    assert any("`nltrade fetch 7137shih" in why for why in oil.why())


def test_no_place_comes_from_a_part_of_a_table(shipped):
    part = nl.select(shipped, partner=["RU", "US", "WORLD", "NON-EU"])
    (found,) = nl.check_claims(part, [nl.claims()["third-partner"]])
    assert found.verdict == "cannot be checked"
    assert found.says() == "no place"


def test_another_source_stands_beside_a_verdict_and_never_makes_it(shipped):
    cells = shipped.query("table == '83028NED' and partner == 'RU' and product == 'TOTAL'")
    other = cells.assign(
        table="comtrade-partner", concept="as reported by the partner", value_meur=5000.0
    )
    both = pd.concat([shipped, other.drop(columns="modified")], ignore_index=True)
    (found,) = nl.check_claims(both, [nl.claims()["imports-2012"]])
    (alone,) = nl.check_claims(shipped, [nl.claims()["imports-2012"]])
    assert (found.verdict, found.says(), found.margin()) == (
        alone.verdict,
        alone.says(),
        alone.margin(),
    )
    assert found.readings[-1].value == 5000
    assert not found.readings[-1].judged
    assert any(why.startswith("Russia itself reported €5,000m") for why in found.why())
    (place,) = nl.check_claims(both, [nl.claims()["third-partner"]])
    assert {reading.tables[0] for reading in place.readings} == {"83028NED"}


def made_up(values, free):
    """Exports of round numbers to four countries, and some without a named partner."""
    rows = [*values.items(), ("UNSPECIFIED-NON-EU", free), ("NON-EU", sum(values.values()) + free)]
    kinds = {"UNSPECIFIED-NON-EU": "residual", "NON-EU": "group"}
    frame = pd.DataFrame(rows, columns=["partner", "value_meur"]).astype({"value_meur": float})
    return frame.assign(
        partner_kind=[kinds.get(partner, "country") for partner in frame["partner"]],
        table="mine",
        kind="goods",
        flow="export",
        concept="none",
        product="TOTAL",
        level=0,
        period="2012",
        freq="A",
        complete=True,
        status="unknown",
    )


def orders(values, free):
    """List every order that is possible, by giving the free trade away in every way."""
    names = list(values)
    for shares in itertools.product(range(free + 1), repeat=len(names)):
        if sum(shares) == free:
            total = {n: values[n] + more for n, more in zip(names, shares, strict=True)}
            for order in itertools.permutations(names):
                if all(total[a] >= total[b] for a, b in itertools.pairwise(order)):
                    yield order


@pytest.mark.parametrize("seed", range(30))
def test_an_order_in_front_is_contradicted_only_where_no_world_has_it(seed):
    chance = random.Random(seed)
    values = dict(zip(["US", "CN", "RU", "CH"], chance.sample(range(5, 14), 4), strict=True))
    free = chance.randint(0, 4)
    third = sorted(values, key=values.get, reverse=True)[2]
    front = chance.sample([name for name in values if name != third], 2)
    claim = msgspec.structs.replace(
        nl.claims()["third-partner"], flow="export", partner=third, behind=front
    )
    (found,) = nl.check_claims(made_up(values, free), [claim])
    possible = {order[:3] for order in orders(values, free)}
    assert (found.verdict == "contradicted") == ((*front, third) not in possible)
    if found.verdict == "supported":
        assert possible == {(*front, third)}


@pytest.mark.parametrize("id", ["eu-exports", "eu-2004"])
def test_no_growth_of_a_group_across_a_change_of_its_members(shipped, id):
    found = verdict_of(shipped, "eu_members", id)
    assert found.verdict == "cannot be checked"
    assert found.says() == "no growth rate"
    assert any("members of this group changed" in why.lower() for why in found.why())
    assert all(reading.value is None for reading in found.readings)


def test_the_members_of_both_years_are_offered_in_the_place_of_a_group(shipped):
    why = verdict_of(shipped, "eu_members", "eu-exports").why()
    says = "the 26 countries that were members in both years together: −5.2%."
    assert f"Border crossing: {says}" in why


def test_sectors_of_services_count_in_what_is_said_of_sectors(shipped):
    """Of three sectors two are services, and CBS has figures of all three in 2015."""
    mine = nl.sectors(CASES / "themes_in_india.toml")
    chart = draw_sectors(shipped, partner="IN", period=2015, sectors=mine)
    assert chart.headline == "Energy: imports from India €555m in 2015, 18.7% of all goods"
    assert set(chart.data["row"]) == {"energy", "it", "travel"}
    assert "one of the sectors" not in chart.alt
