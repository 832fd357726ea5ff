import json

import msgspec
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nltrade as nl
from nltrade.claims.revisions import CELL, claims_touched, compare_snapshots, within
from nltrade.sources.plan import Request

KEPT = ["complete", "value_meur", "status", "missing"]


@pytest.mark.usefixtures("newer")
def test_a_revised_and_a_withdrawn_cell_are_listed_with_their_difference():
    changed = compare_snapshots(nl.load("83028NED", snapshot="2023-01-04"), nl.load("83028NED"))
    assert changed[["flow", "partner", "period", "change"]].values.tolist() == [
        ["export", "RU", "2012", "revised"],
        ["re-export", "RU", "2012", "withdrawn"],
    ]
    revised, withdrawn = changed.to_dict("records")
    assert (revised["old_meur"], revised["new_meur"], revised["difference_meur"]) == (
        7068,
        6666,
        -402,
    )
    assert revised["difference_pct"] == pytest.approx(-100 * 402 / 7068)
    assert pd.isna(withdrawn["new_meur"])
    assert pd.isna(withdrawn["difference_meur"])


@pytest.mark.usefixtures("newer")
def test_the_claims_that_a_revision_touches_are_found_with_both_verdicts(shipped):
    rest = shipped[shipped["table"] != "83028NED"]
    after = pd.concat([nl.load("83028NED"), rest])
    touched = {
        t.new.claim.id: (t.old.verdict, t.new.verdict) for t in claims_touched(shipped, after)
    }
    assert touched["exports-2012"] == ("supported", "contradicted")
    assert "imports-2012" not in touched


@pytest.mark.usefixtures("newer")
def test_diff_prints_cells_and_claims(run):
    done = run("diff", "83028NED")
    assert done.code == 0, done.err
    words = " ".join(done.out.split())
    assert "83028NED: 2023-01-04 and 2023-06-06" in words
    assert "revised exports Russia all goods 2012 7,068 6,666 −5.7" in words
    assert "before: €7,068m, supported - now: €6,666m, contradicted" in words
    found = json.loads(run("diff", "83028NED", "--json").out)
    assert [cell["change"] for cell in found["cells"]] == ["revised", "withdrawn"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["diff", "83028NED"], "Two versions of 83028NED are needed to compare; here: 2023-01-04"),
        (["diff", "83028ned"], "Did you mean '83028NED'?"),
    ],
)
def test_what_cannot_be_compared_is_a_sentence(run, words, says):
    done = run(*words)
    assert done.code in (2, 3)
    assert says in done.err


def test_nothing_changed_is_an_empty_list(shipped):
    assert compare_snapshots(shipped, shipped.sample(frac=1, random_state=1)).empty


def test_a_revision_is_told_of_what_both_downloads_asked_for():
    """A cell that only one of two downloads asked for was not added or removed by CBS."""
    cells = made_up({("import", "RU", year): (True, 1.0, "definitive", "") for year in "678"})
    changed = compare_snapshots(cells.assign(value_meur=2.0), cells)
    (origin,) = nl.origins(nl.load("83028NED", partner="RU", period=2012))
    part = Request(table="made-up", first="1907", last="1908", freqs=["A"])
    asked = [msgspec.structs.replace(origin, request=request) for request in (None, part)]
    assert within(changed, asked[:1], asked[:1])["period"].tolist() == ["1906", "1907", "1908"]
    assert within(changed, asked[:1], asked[1:])["period"].tolist() == ["1907", "1908"]
    others = msgspec.structs.replace(part, partners=["CN"])
    assert within(changed, [msgspec.structs.replace(origin, request=others)], asked[:1]).empty


values = st.one_of(st.none(), st.integers(-9, 999).map(float))
cells = st.dictionaries(
    st.tuples(
        st.sampled_from(["import", "export"]),
        st.sampled_from(["RU", "CN", "US"]),
        st.sampled_from("678"),
    ),
    st.tuples(
        st.booleans(),
        values,
        st.sampled_from(["provisional", "definitive"]),
        st.sampled_from(["impossible", "secret"]),
    ),
    max_size=12,
)


def made_up(found):
    rows = [(flow, partner, f"190{year}", *kept) for (flow, partner, year), kept in found.items()]
    frame = pd.DataFrame(rows, columns=["flow", "partner", "period", *KEPT])
    constant = {
        "table": "made-up",
        "kind": "goods",
        "concept": "none",
        "partner_kind": "country",
        "product": "TOTAL",
    }
    frame = frame.assign(**constant, level=0, freq="A")[CELL + KEPT]
    return frame.astype(
        {**dict.fromkeys(set(CELL) - {"level"}, "str"), "complete": bool, "value_meur": float}
    )


@given(old=cells, new=cells)
def test_the_difference_of_two_frames_applied_to_the_old_gives_the_new(old, new):
    before, after = made_up(old), made_up(new)
    changed = compare_snapshots(before, after)
    keys = list(changed[CELL].itertuples(index=False, name=None))
    kept = [
        row for row in before.to_dict("records") if tuple(row[c] for c in CELL) not in set(keys)
    ]
    there = changed[changed["change"] != "removed"]
    applied = there[CELL].assign(
        complete=there["complete_new"],
        value_meur=there["new_meur"],
        status=there["status_new"],
        missing=there["missing_new"],
    )
    result = (
        pd.concat([pd.DataFrame(kept, columns=CELL + KEPT), applied])
        .sort_values(CELL)
        .reset_index(drop=True)
    )
    expected = after.sort_values(CELL).reset_index(drop=True)
    assert result.astype(object).where(result.notna(), None).values.tolist() == (
        expected.astype(object).where(expected.notna(), None).values.tolist()
    )
    assert set(changed["change"]) <= {
        "added",
        "removed",
        "published",
        "withdrawn",
        "revised",
        "status",
    }
