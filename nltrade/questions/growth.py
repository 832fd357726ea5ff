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
BESIDE = ["year", "part", "group", "between", "previous_complete"]


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
        year=nw.col("period").str.slice(0, 4).cast(nw.Int64),
        part=nw.col("period").str.slice(4),
        group=nw.concat_str("kind", "partner", separator=" "),
    )
    previous = dated.select(
        *SERIES,
        nw.col("year") + 1,
        "part",
        previous_meur=nw.col(VALUE),
        previous_complete=nw.col("complete").cast(nw.Int64).fill_null(2),
    )
    noted = dated.with_columns(between=_changed_between())
    compared = beside(noted, previous, [*SERIES, "year", "part"])

    before = nw.col("previous_meur")
    is_given = before > 0
    if not part_years:
        is_given &= nw.col("complete") & (nw.col("previous_complete") == 1)
    if not across_breaks:
        is_given &= nw.col("between") == ""
    if not small_amounts:
        is_given &= ~_is_small()

    rate = 100 * (nw.col(VALUE) - before) / before
    rates = compared.with_columns(
        growth_note=_growth_note(part_years), growth_pct=nw.when(is_given).then(rate)
    )
    return rates.select(*names, *GROWTH).to_native()  # type: ignore[no-any-return]


def _growth_note(part_years: bool) -> nw.Expr:
    """Say what stands in the way of a comparison with the year before, the strongest first."""
    before, was_whole = nw.col("previous_meur"), nw.col("previous_complete")
    value, is_whole = nw.col(VALUE), nw.col("complete")
    years = [(nw.col("year") - 1).cast(nw.String), nw.lit("/"), nw.col("year").cast(nw.String)]

    is_changed = nw.col("between") != ""
    is_part = ~is_whole | (was_whole == 0)
    is_untold = is_whole.is_null() | (was_whole == 2)
    if part_years:  # what is asked for does not hide what refuses the rate
        is_part, is_untold = is_part & ~is_changed, is_untold & ~is_changed

    # A period that a frame begins with has none before it, whatever changed.
    return (
        nw.when(was_whole.is_null() & is_whole)
        .then(nw.lit("year before not in the frame"))
        .when(is_part)
        .then(nw.lit("part-year"))
        .when(is_untold)
        .then(nw.lit("not known to be a whole year"))
        .when(is_changed)
        .then(nw.concat_str("between", *years))
        .when(value.is_null())
        .then(nw.lit("not published"))
        .when(before.is_null())
        .then(nw.lit("year before not published"))
        .when(before <= 0)
        .then(nw.lit("year before not above zero"))
        .when(_is_small())
        .then(nw.lit("less than 50 million euro"))
        .otherwise(nw.lit(""))
    )


def _is_small() -> nw.Expr:
    return (nw.col("previous_meur") < SMALL) | (nw.col(VALUE) < SMALL)


def _changed_between() -> nw.Expr:
    """Say what was counted in another way a year before: by another method, or of other members."""
    tables = registry.tables().values()
    breaks = [f"{table.id} {gap.after}" for table in tables for gap in table.breaks]
    is_break = nw.concat_str("table", nw.col("year").cast(nw.String), separator=" ").is_in(breaks)

    groups: dict[frozenset[str], list[str]] = {}
    for kind in shape.TOTAL_OF:
        for partner, changed in members.changed(kind).items():
            groups.setdefault(changed, []).append(f"{kind} {partner}")

    is_of_others = nw.lit(False)
    for changed, named in groups.items():
        is_of_others |= nw.col("group").is_in(named) & nw.col("period").is_in(sorted(changed))

    # A change of members is no change of method: another group is counted, in the same way.
    return (
        nw.when(is_break)
        .then(nw.lit("method break "))
        .when(is_of_others)
        .then(nw.lit("other members "))
        .otherwise(nw.lit(""))
    )
