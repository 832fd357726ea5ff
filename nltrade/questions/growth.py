"""
Growth: each cell beside the same period a year before, where the two can be compared.

A rate across a change of method or of the members of a group, from or to a part-year, or of amounts
so small that rounding makes it, is refused unless it is asked for.
"""

import narwhals as nw
from narwhals.typing import IntoFrameT

from nltrade import registry
from nltrade.questions import frame as shape
from nltrade.questions.frame import VALUE
from nltrade.questions.trade import SERIES, SMALL, beside
from nltrade.registry import members

GROWTH = ["previous_meur", "growth_note", "growth_pct"]

# What it is worked out with, and not given back.
BESIDE = ["year", "part", "changed", "previous_complete"]

# Engines compare and choose numbers in a tenth of the time that texts take, so a note is a number
# until the end; that of a change is followed by its year.
CHANGES = {10_000: "method break", 20_000: "other members"}
CHANGED = "counted in another way than the year before"


def growth(
    frame: IntoFrameT,
    *,
    across_breaks: bool = False,
    part_years: bool = False,
    small_amounts: bool = False,
) -> IntoFrameT:
    """
    Compare each cell with the same period a year before.

    A rate across a change of method or of the members of a group (the EU, the euro area, countries
    that are published together), from or to a part-year, or of less than 50 million euro, is
    refused: `growth_pct` is missing and `growth_note` says why. Ask for it and the rate is given,
    with the note beside it as a mark. `nltrade.like_for_like` compares the members of both years.

    Parameters
    ----------
    frame : frame
        Tidy frame. Rows of one table are compared with each other only.
    across_breaks : bool
        Give rates across changes of method and of members too.
    part_years : bool
        Give rates from or to a year that is not over too.
    small_amounts : bool
        Give rates from or to less than 50 million euro too, which rounding alone can change by a
        percent.

    Returns
    -------
    frame
        The rows of `frame` with `previous_meur` (million euro), `growth_pct` (percent) and
        `growth_note` (``""``, or why there is no rate: ``"method break 2012/2013"``, ``"other
        members 2019/2020"``, ``"part-year"``, ``"not known to be a whole year"``, ``"year before
        not in the frame"``, ``"not published"``, ``"year before not published"``, ``"year before
        not above zero"``, ``"less than 50 million euro"``).

    Raises
    ------
    FrameError
        A column is missing, of another type or there already, or (in an eager frame) a cell is
        there twice.

    Examples
    --------
    >>> import nltrade as nl
    >>> russia = nl.select(nl.load("83028NED"), partner="RU", flow="import", product="TOTAL")
    >>> rates = nl.growth(russia).set_index("period")
    >>> rates.loc["2012", "growth_pct"].round(1), rates.loc["2013", "growth_note"]
    (np.float64(19.9), 'method break 2012/2013')
    """
    rows = shape.checked(frame, [*SERIES, "period", "complete", VALUE], adds=[*GROWTH, *BESIDE])
    shape.require_periods(rows)
    shape.require_unique(rows, [*SERIES, "period"])
    names = rows.collect_schema().names()

    dated = rows.with_columns(
        year=nw.col("period").str.slice(0, 4).cast(nw.Int64), part=nw.col("period").str.slice(4)
    )
    previous = dated.select(
        *SERIES,
        nw.col("year") + 1,
        "part",
        previous_meur=nw.col(VALUE),
        previous_complete=_how_whole(),
    )
    compared = beside(dated, previous, [*SERIES, "year", "part"])

    noted = compared.with_columns(changed=_changed())
    reasons = _reasons(part_years)
    before = nw.col("previous_meur")
    is_given = before > 0
    if not part_years:
        is_given &= nw.col("complete") & (nw.col("previous_complete") == 1)
    if not across_breaks:
        is_given &= nw.col("changed") == 0
    if not small_amounts:
        is_given &= ~_is_small()

    rate = 100 * (nw.col(VALUE) - before) / before
    rates = noted.with_columns(growth_note=_note(reasons), growth_pct=nw.when(is_given).then(rate))
    return rates.select(*names, *GROWTH).to_native()  # type: ignore[no-any-return]


def _how_whole() -> nw.Expr:
    """Number whether a period is whole: 1 where it is, 0 where not, 2 where that is unknown."""
    is_whole = nw.col("complete").fill_null(False).cast(nw.Int64)
    is_unknown = nw.col("complete").is_null().cast(nw.Int64)
    return is_whole + 2 * is_unknown


def _reasons(part_years: bool) -> dict[str, nw.Expr]:
    """List what stands in the way of a comparison with the year before, the strongest first."""
    before, was_whole = nw.col("previous_meur"), nw.col("previous_complete")
    value, is_whole = nw.col(VALUE), nw.col("complete")

    is_changed = nw.col("changed") != 0
    is_part = ~is_whole | (was_whole == 0)
    is_untold = is_whole.is_null() | (was_whole == 2)
    if part_years:  # what is asked for does not hide what refuses the rate
        is_part, is_untold = is_part & ~is_changed, is_untold & ~is_changed

    return {
        # A period that a frame begins with has none before it, whatever changed.
        "year before not in the frame": was_whole.is_null() & is_whole,
        "part-year": is_part,
        "not known to be a whole year": is_untold,
        CHANGED: is_changed,
        "not published": value.is_null(),
        "year before not published": before.is_null(),
        "year before not above zero": before <= 0,
        "less than 50 million euro": _is_small(),
    }


def _note(reasons: dict[str, nw.Expr]) -> nw.Expr:
    """Write the first reason that there is; nothing where there is none."""
    numbered = list(enumerate(reasons.items(), start=1))
    found = nw.lit(0)
    for number, (reason, is_so) in reversed(numbered):
        that = nw.col("changed") if reason == CHANGED else nw.lit(number)
        found = nw.when(is_so).then(that).otherwise(found)

    notes = {number: reason for number, (reason, _) in numbered}
    for number, what in CHANGES.items():
        notes |= {number + year: f"{what} {year - 1}/{year}" for year in _years_of_change()}
    return found.replace_strict(notes, default="", return_dtype=nw.String())


def _years_of_change() -> set[int]:
    """Give the years in which anything is counted in another way than in the year before."""
    breaks = {gap.after for table in registry.tables().values() for gap in table.breaks}
    periods = {
        one for kind in shape.TOTAL_OF for of in members.changed(kind).values() for one in of
    }
    return {int(period[:4]) for period in breaks | periods}


def _is_small() -> nw.Expr:
    return (nw.col("previous_meur") < SMALL) | (nw.col(VALUE) < SMALL)


def _changed() -> nw.Expr:
    """Number what is counted in another way than the year before; 0 where nothing changed."""
    by_method, of_members = CHANGES
    is_break = nw.lit(False)
    for table in registry.tables().values():
        if years := [int(gap.after) for gap in table.breaks]:
            is_break |= (nw.col("table") == table.id) & nw.col("year").is_in(years)

    is_of_others = nw.lit(False)
    for kind in shape.TOTAL_OF:
        groups: dict[frozenset[str], list[str]] = {}
        for partner, periods in members.changed(kind).items():
            groups.setdefault(periods, []).append(partner)

        is_changed = nw.lit(False)
        for periods, partners in groups.items():
            is_changed |= nw.col("partner").is_in(partners) & nw.col("period").is_in(
                sorted(periods)
            )
        is_of_others |= (nw.col("kind") == kind) & is_changed

    # A change of members is no change of method: another group is counted, in the same way.
    return (
        nw.when(is_break)
        .then(by_method + nw.col("year"))
        .when(is_of_others)
        .then(of_members + nw.col("year"))
        .otherwise(nw.lit(0))
    )
