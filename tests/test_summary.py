"""One line over any mix of verdicts: the counts are true, and what does not hold is named."""

import itertools

import msgspec
import pytest

import nltrade as nl
from nltrade.claims.summary import summary
from nltrade.registry.entries import LANGS
from nltrade.words import Words

VERDICTS = ["supported", "contradicted", "depends", "cannot be checked"]


@pytest.fixture(scope="module")
def shipped_verdicts(shipped):
    return list(nl.check_claims(shipped))


@pytest.fixture(scope="module")
def one_of_each(shipped_verdicts):
    """A verdict of each kind, made from the shipped ones."""
    replace = msgspec.structs.replace
    held, wrong = shipped_verdicts[0], shipped_verdicts[-1]
    return dict(
        zip(
            VERDICTS,
            [held, wrong, *(replace(held, verdict=id) for id in VERDICTS[2:])],
            strict=True,
        )
    )


def test_the_shipped_figures_in_one_line(shipped_verdicts):
    assert summary(shipped_verdicts) == (
        "Seven of the eight published figures hold; "
        "exports grew 10.4%, not 11%: CBS has revised its figures since."
    )
    assert summary(shipped_verdicts, "nl") == (
        "Zeven van de acht gepubliceerde cijfers kloppen; "
        "de uitvoer groeide 10,4%, niet 11%: het CBS heeft zijn cijfers sindsdien bijgesteld."
    )


@pytest.mark.parametrize(
    ("kinds", "says"),
    [
        ("", "There is no published figure to check."),
        ("s", "The published figure holds."),
        ("ss", "Both published figures hold."),
        ("sss", "All three published figures hold."),
        ("d", "Whether the published figure holds is uncertain."),
        ("dd", "The two published figures are uncertain."),
        ("nn", "The two published figures cannot be checked."),
        ("sd", "One of the two published figures holds; one is uncertain."),
        ("ccc", "The three published figures do not hold."),
        ("dnn", "Of the three published figures none is confirmed; one is uncertain; two cannot"),
        ("sccc", "One of the four published figures holds; three do not hold."),
    ],
)
def test_any_mix_of_verdicts_is_said_truly(one_of_each, kinds, says):
    letters = dict(zip("scdn", VERDICTS, strict=True))
    assert summary([one_of_each[letters[kind]] for kind in kinds]).startswith(says)


@pytest.mark.parametrize("lang", LANGS)
def test_every_mix_is_one_line_without_a_gap(one_of_each, lang):
    for count in range(1, 5):
        for mix in itertools.combinations_with_replacement(VERDICTS, count):
            line = summary([one_of_each[id] for id in mix], lang)
            assert line.endswith(".")
            assert "{" not in line
            assert line.count("10.4%" if lang == "en" else "10,4%") == (
                mix.count("contradicted") if mix.count("contradicted") < 3 else 0
            )


@pytest.mark.parametrize(
    ("id", "fields", "says"),
    [
        ("imports-2012", {"threshold": 25000, "upto": 26000}, "imports came to €20.3bn, not just"),
        (
            "imports-2012",
            {"flow": "balance", "operator": "at least", "threshold": -5000},
            "the trade balance was −€13.3bn, not at least −€5bn",
        ),
        ("first-fuels-2012", {"threshold": 93}, "mineral fuels made up 91.9% of imports, not 93%"),
        (
            "first-fuels-2012",
            {"of": "all partners", "product": "TOTAL", "threshold": 7},
            "Russia accounted for 5.2% of all Dutch imports, not 7%",
        ),
        ("first-export-growth-2012", {"threshold": -4}, "exports changed by +10.4%, not by −4%"),
        (
            "first-import-growth-2012",
            {"year": 2009, "threshold": -30},
            "imports fell 26.1%, not 30%",
        ),
        ("third-partner", {"threshold": 2, "behind": ["US"]}, "Russia was third, not second"),
        (
            "third-partner",
            {"threshold": 2, "operator": "in the top", "behind": []},
            "Russia was third, not in the top two",
        ),
        ("third-partner", {"behind": ["US", "JP"]}, "Russia was third, but not behind those named"),
        (
            "imports-2012",
            {"operator": "at least", "threshold": 20333},
            "imports came to €20.3bn, not at least €20.333bn",
        ),
    ],
)
def test_what_does_not_hold_is_said_with_what_does(shipped, id, fields, says):
    claim = msgspec.structs.replace(nl.claims()[id], **fields)
    (found,) = nl.check_claims(shipped, [claim])
    assert found.verdict == "contradicted"
    line = summary([found])
    assert line.startswith(f"The published figure does not hold; {says}")
    assert summary([found], "nl").startswith("Het gepubliceerde cijfer klopt niet; ")


def test_dutch_names_in_the_plural_have_a_verb_in_the_plural():
    say = Words("nl")
    assert say.text("summary-place-is", partner="US", place=1, threshold=2) == (
        "de Verenigde Staten waren eerste, niet tweede"
    )
    told = say.text("why-no-member", partner="US", year=2012)
    assert told.startswith("eind 2012 waren de Verenigde Staten geen lid van de EU;")
