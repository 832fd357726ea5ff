from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nltrade as nl
from oracle import DOMESTIC, EXPORT, IMPORT, REEXPORT, place

COLUMNS = {
    "total trade": (IMPORT, EXPORT),
    "import": (IMPORT,),
    "export": (EXPORT,),
    "re-export": (REEXPORT,),
    "domestic export": (DOMESTIC,),
}
TODAY = date(2026, 11, 22)


def ranked(frame, **asked):
    return nl.rank_partners(frame, **asked).set_index("partner")


@pytest.mark.parametrize("flow", COLUMNS)
@pytest.mark.parametrize("year", range(2007, 2013))
def test_place_and_certainty_are_those_found_by_trying_every_case(shipped, flow, year):
    russia = ranked(shipped, period=year, flow=flow).loc["RU"]
    assert (russia["place"], russia["best"], russia["worst"]) == place(year, *COLUMNS[flow])


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ("total trade", (3, 3, 3)),
        ("import", (3, 3, 3)),
        ("export", (3, 2, 4)),
        ("domestic export", (3, 2, 5)),
    ],
)
def test_russia_is_third_outside_the_eu_of_2012_in_every_flow(shipped, engine, flow, expected):
    answer = engine.back(nl.rank_partners(engine.into(shipped), period=2012, flow=flow)).set_index("partner")
    assert tuple(answer.loc["RU", ["place", "best", "worst"]]) == expected


def test_services_leave_the_order_of_the_first_three(shipped, engine):
    answer = engine.back(nl.rank_partners(engine.into(shipped), period=2012, kind="goods and services"))
    assert answer["partner"].tolist()[:3] == ["US", "CN", "RU"]
    assert answer["value_meur"].tolist()[:3] == [46665 + 24567, 39553 + 3603, 27400 + 2188]
    assert answer.loc[2, ["best", "worst"]].tolist() == [3, 4]


def test_with_the_eu_of_today_the_united_kingdom_comes_first_and_russia_fourth(shipped):
    answer = ranked(shipped, period=2012, members_on=TODAY)
    assert answer.index.tolist()[:4] == ["GB", "US", "CN", "RU"]
    assert answer.loc["GB", "value_meur"] == 62030


def test_ranking_leaves_groups_and_residuals_out(shipped):
    for among in ("outside EU", "inside EU", "all"):
        answer = nl.rank_partners(shipped, period=2012, among=among)
        kinds = shipped.drop_duplicates("partner").set_index("partner")["partner_kind"]
        assert set(kinds[answer["partner"]]) == {"country"}


def test_members_are_ranked_inside_the_eu_only(shipped):
    assert nl.rank_partners(shipped, period=2012, among="inside EU")["partner"].tolist()[:2] == ["DE", "BE"]
    assert "GB" in set(nl.rank_partners(shipped, period=2012, among="inside EU")["partner"])
    assert "GB" not in set(nl.rank_partners(shipped, period=2012)["partner"])
    assert "GB" in set(nl.rank_partners(shipped, period=2021, table="83028NED")["partner"])


def test_a_country_without_a_cell_has_no_place(shipped):
    assert "HR" not in set(nl.rank_partners(shipped, period=2012)["partner"])


def test_equal_values_share_a_place(shipped):
    rows = shipped[(shipped["period"] == "2012") & (shipped["table"] == "83028NED")].copy()
    rows.loc[(rows["partner"] == "CN") & (rows["flow"] == "import") & (rows["level"] == 0), "value_meur"] = 26406.0
    answer = ranked(rows, period=2012, flow="import")
    assert answer.loc[["CN", "US", "RU"], "place"].tolist() == [1, 1, 3]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"period": 2018}, r"goods of 2018 are in 83028NED and 85427NED.*choose one with table='83028NED'"),
        ({"period": 1990}, r"No goods table covers 1990. There are 83028NED 2002-2022, 85427NED 2015-2026"),
        ({"period": 2012, "flow": "improt"}, r"Did you mean 'import'"),
        ({"period": 2012, "among": "outside"}, r"Did you mean 'outside EU'"),
    ],
)
def test_a_question_that_is_not_clear_says_how_to_ask(shipped, asked, says):
    with pytest.raises(nl.UnknownName, match=says):
        nl.rank_partners(shipped, **asked)


def test_a_ranking_without_any_value_is_an_error(shipped):
    with pytest.raises(nl.NoData, match="No country has a value"):
        nl.rank_partners(shipped[shipped["partner"] == "HR"], period=2012)


def test_cells_left_empty_make_places_uncertain(shipped):
    # In 85427NED, exports of 2022, whole pools inside the EU are empty: 23,651 million that the parts do not show.
    sure = ranked(shipped, period=2021, table="85427NED", flow="export", among="inside EU")
    unsure = ranked(shipped, period=2022, table="85427NED", flow="export", among="inside EU")
    assert sure["hidden"].head(12).sum() < unsure["hidden"].head(12).sum()


amounts = st.lists(st.integers(1, 60), min_size=1, max_size=6)


def made_up(countries, groups, gift):
    """A frame of small round numbers, nothing like CBS's."""
    codes = ["US", "CN", "RU", "CH", "NO", "JP"]
    rooms = [
        "OTHER-EUROPE",
        "OTHER-ASIA",
        "OTHER-OCEANIA",
        "OTHER-WEST-AFRICA",
        "OTHER-NORTH-AFRICA",
        "OTHER-GULF-STATES",
    ]
    rows = [(code, "country", v) for code, v in zip(codes, countries, strict=False)]
    rows += [(code, "residual", v) for code, v in zip(rooms, groups, strict=False)]
    rows += [("UNSPECIFIED-NON-EU", "residual", gift), ("NON-EU", "group", sum(r[2] for r in rows) + gift)]
    frame = pd.DataFrame(rows, columns=["partner", "partner_kind", "value_meur"]).astype({"value_meur": float})
    return frame.assign(table="83028NED", kind="goods", flow="import", product="TOTAL", level=0, period="2012")


def possible(values, groups, gift, own):
    """Best and worst place of one country, by trying every owner of the gift, who gets it as a whole."""

    def hidden(group):
        return max(count for count in range(100) if count == 0 or group / count > own)

    others = [v for i, v in enumerate(values) if i != values.index(own)]
    ahead = [
        1
        + sum(v + (gift if i == owner else 0) > own for i, v in enumerate(others))
        + sum(
            min(hidden(g) + 1, hidden(g + gift)) if i + len(others) == owner else hidden(g)
            for i, g in enumerate([*groups, 0])
        )
        for owner in range(-1, len(others) + len(groups) + 1)
    ]
    return 1 + sum(v > own + gift for v in others), max(ahead)


@settings(max_examples=60, deadline=None)
@given(countries=amounts, groups=amounts, gift=st.integers(0, 40), seed=st.integers(0, 99))
def test_the_certainty_of_made_up_places_holds_whatever_the_order(countries, groups, gift, seed):
    frame = made_up(countries, groups, gift)
    answer = nl.rank_partners(frame.sample(frac=1, random_state=seed), period=2012, flow="import")
    for row in answer.itertuples():
        assert (row.best, row.worst) == possible(countries, groups, gift, row.value_meur)
        assert row.best <= row.place <= row.worst


@settings(max_examples=30, deadline=None)
@given(countries=amounts, groups=amounts, gift=st.integers(0, 40), more=st.integers(1, 999))
def test_an_added_group_moves_no_place_and_a_missing_cell_only_its_own(countries, groups, gift, more):
    frame = made_up(countries, groups, gift)
    before = ranked(frame, period=2012, flow="import")
    extra = frame.head(1).assign(partner="ASIA", partner_kind="group", value_meur=float(more))
    after = ranked(pd.concat([frame, extra]), period=2012, flow="import")
    pd.testing.assert_frame_equal(before, after)
    last = before.index[-1]
    empty = frame.assign(value_meur=frame["value_meur"].where(frame["partner"] != last))
    if len(countries) > 1:
        fewer = ranked(empty, period=2012, flow="import")
        assert fewer["place"].to_dict() == before["place"].drop(last).to_dict()
        assert (fewer["worst"] >= before["worst"].drop(last)).all(), "what is missing could be anyone's"
