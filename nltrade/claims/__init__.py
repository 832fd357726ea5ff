"""
Reported figures next to what CBS publishes: a verdict for each claim, with its readings.

A claim may be read in several ways: in more than one table, by imports or by total trade, with the
European Union of the time or of today. Every reading is made and shown; none is hidden. The verdict
is

* ``supported``: every reading holds, whatever it can be;
* ``contradicted``: none holds, whatever it can be;
* ``depends``: some hold, or what is not published leaves it open;
* ``cannot be checked``: there is no figure for it, none that may be compared, or only one that the
  rounding of its amounts leaves on both sides of the words.

What a reading can be is exact: a value is as CBS publishes it, a rate or a share is what its
rounded amounts leave, a part of a year is the least that the year can be, and a place is every one
between the best and the worst.

A place in total trade is judged by every flow with the EU of the time, and has to be certain in
total trade; a place in one flow by that flow. Readings with today's membership of the EU show what
would change: a statement is not judged by a later membership.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import narwhals as nw
from narwhals.typing import IntoFrame

from nltrade import registry
from nltrade.claims import absence, place, value
from nltrade.claims.reading import Cell, Placed, Reading, Reason
from nltrade.claims.verdict import Verdict
from nltrade.questions import frame as shape
from nltrade.questions.frame import VALUE
from nltrade.questions.trade import CELL
from nltrade.registry import claims as reported
from nltrade.registry.entries import Claim
from nltrade.report import Results
from nltrade.sources import provenance, store
from nltrade.sources.tidy import load

__all__ = ["Cell", "Placed", "Reading", "Reason", "Verdict", "check_claims"]


def check_claims(
    frame: IntoFrame | None = None,
    claims: str | Path | Mapping[str, Claim] | Iterable[Claim] | None = None,
) -> Results[Verdict]:
    """
    Check reported figures against CBS.

    Parameters
    ----------
    frame : frame, optional
        Tidy frame of any engine; the figures that are here by default. Of a lazy one, the rows that
        the claims ask for are collected, once.
    claims : path, or mapping or iterable of Claim, optional
        What to check: a claims file of your own, or what `nltrade.claims` gives; the mission's
        claims by default.

    Returns
    -------
    list of Verdict
        In the order of the claims. It prints as a table; `nltrade.show` gives that in Dutch too.

    Raises
    ------
    SnapshotError
        No frame was given, and a file of the figures that are here is missing or changed.
    FrameError
        A column is missing or of another type, or a cell is there twice.

    Examples
    --------
    >>> import nltrade as nl
    >>> for v in nl.check_claims()[:3]:
    ...     print(v.claim.id, v.says(), v.verdict)
    imports-2012 €20,332m supported
    exports-2012 €7,068m supported
    third-partner 3rd supported
    """
    if claims is None or isinstance(claims, str | Path | Mapping):
        claims = reported.claims(claims).values()
    listed = list(claims)
    years = {str(claim.year - back) for claim in listed for back in (0, 1)}
    if frame is None:
        frame = load(
            *(id for id in store.here() if any(registry.table(id).covers(y) for y in years)),
            period=years,
        )

    needed = [*CELL, "level", "flow", VALUE]
    if any(claim.measure == "place" for claim in listed):
        needed.append("partner_kind")
    rows = shape.checked(frame, needed)
    shape.require_periods(rows)

    # What a claim is about, and the totals beside it.
    products = {*shape.TOTAL_OF.values(), *(claim.product for claim in listed)}
    rows = rows.filter(
        nw.col("period").is_in(sorted(years)), nw.col("product").is_in(sorted(products))
    )
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect()
    shape.require_totals(rows.filter(nw.col("level") == 0))
    shape.require_unique(rows, shape.KEY)

    cells = rows.to_pandas()
    answers = value.Answers.to(listed, cells)
    origins = provenance.origins(cells)
    found = Results[Verdict]()
    for claim in listed:
        if claim.measure == "place":
            readings = place.readings(claim, cells)
        else:
            readings = value.readings(claim, cells, answers)
        readings = readings or absence.of_year(claim, cells)
        used = {table for reading in readings for table in reading.tables}
        sources = Results(origin for origin in origins if origin.table in used)
        word = _verdict(claim, readings)
        found.append(Verdict(claim=claim, verdict=word, readings=readings, sources=sources))
    return found


def _verdict(claim: Claim, readings: list[Reading]) -> str:
    """Put readings together: they hold, do not hold, differ, leave it open, or say nothing."""
    judged = [r for r in readings if r.judged and (r.holds is not None or r.open)]
    decided = {reading.holds for reading in judged if not reading.open}
    is_open = any(reading.open for reading in judged)

    # The other flows go with the one that a claim names: they say nothing where it says nothing.
    named = [r for r in judged if r.flow == claim.flow and r.kind != "goods and services"]
    if not named or (not decided and claim.measure != "place"):
        return "cannot be checked"
    if is_open or len(decided) > 1:
        return "depends"
    return "supported" if decided == {True} else "contradicted"
