"""
What CBS revised: two snapshots of one table compared cell by cell, and the claims that it touches.

=============  =====================================================================================
change         meaning
=============  =====================================================================================
``added``      the older snapshot has no such cell: a new period, partner or product
``removed``    the newer snapshot has no such cell any more
``published``  an empty cell now has a value
``withdrawn``  a value is gone: the cell is empty now, which is not zero
``revised``    another value
``status``     the same value, or none, with another status or reason, or of a year that is over now
=============  =====================================================================================
"""

from collections.abc import Iterable, Mapping

import msgspec
import pandas as pd

from nltrade.claims import Verdict, check_claims
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Claim
from nltrade.sources import store
from nltrade.sources.plan import Request
from nltrade.sources.snapshot import Origin
from nltrade.sources.tidy import load

CELL = ["table", "kind", "flow", "concept", "partner", "partner_kind"]
CELL += ["product", "level", "period", "freq"]
STATE = ["status", "complete", "missing"]  # what is told of a cell beside its value


class Touched(msgspec.Struct, frozen=True):
    """A claim whose figure or verdict is another with the newer snapshot."""

    old: Verdict
    new: Verdict


def compare_snapshots(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """
    List the cells that differ between two tidy frames of one table.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Tidy frames, such as ``nltrade.load("83028NED", snapshot="2023-01-04")``.

    Returns
    -------
    pandas.DataFrame
        A row for each cell that differs: what it is, `change` (as this module lists), `old_meur`,
        `new_meur` and `difference_meur` in million euro, `difference_pct` in percent of the old
        value, and status, completeness and reason for no value before and after. Empty where
        nothing changed.

    Examples
    --------
    >>> import nltrade as nl
    >>> now = nl.load("83028NED", partner="RU", product="TOTAL", period=2012)
    >>> before = now.assign(value_meur=now["value_meur"].replace(7068.0, 7000.0))
    >>> found = compare_snapshots(before, now)
    >>> found[["flow", "change", "old_meur", "new_meur", "difference_meur"]].values.tolist()
    [['export', 'revised', 7000.0, 7068.0, 68.0]]
    """
    kept = [*CELL, VALUE, *STATE]
    pair = old[kept].merge(
        new[kept], on=CELL, how="outer", suffixes=("_old", "_new"), indicator=True
    )
    before, after = pair[f"{VALUE}_old"], pair[f"{VALUE}_new"]

    # The last that is true of a cell is what it is called.
    changes = {
        "status": _told_otherwise(pair),
        "revised": before.notna() & after.notna() & (before != after),
        "published": before.isna() & after.notna(),
        "withdrawn": before.notna() & after.isna(),
        "added": pair["_merge"] == "right_only",
        "removed": pair["_merge"] == "left_only",
    }
    change = pd.Series("", index=pair.index)
    for name, is_so in changes.items():
        change = change.mask(is_so, name)

    pair = pair.assign(change=change, difference_meur=after - before)
    pair["difference_pct"] = 100 * pair["difference_meur"] / before.where(before != 0)
    pair = pair.rename(columns={f"{VALUE}_old": "old_meur", f"{VALUE}_new": "new_meur"})

    columns = [*CELL, "change", "old_meur", "new_meur", "difference_meur", "difference_pct"]
    columns += [f"{name}_{which}" for name in STATE for which in ("old", "new")]
    return pair.loc[pair["change"] != "", columns].reset_index(drop=True)


def _told_otherwise(pair: pd.DataFrame) -> pd.Series:
    """Tell where status, completeness or the reason for no value differ."""
    differs = pair["status_old"] != pair["status_new"]
    differs |= pair["complete_old"] != pair["complete_new"]

    # "not published" is what a copy without the reasons says: it could be the same one.
    reasons = pair[["missing_old", "missing_new"]]
    unsaid = (reasons == "not published").any(axis=1)
    return differs | ((reasons["missing_old"] != reasons["missing_new"]) & ~unsaid)


def claims_touched(
    old: pd.DataFrame, new: pd.DataFrame, claims: Mapping[str, Claim] | None = None
) -> list[Touched]:
    """
    Find the claims that read otherwise with the newer figures.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Tidy frames; all tables that a claim needs, not only the one that changed.
    claims : mapping of str to Claim, optional
        The shipped claims by default.

    Returns
    -------
    list of Touched
        Those whose figure, margin, reasons or verdict differ, before and after.
    """
    pairs = zip(check_claims(old, claims), check_claims(new, claims), strict=True)
    return [Touched(a, b) for a, b in pairs if _said(a) != _said(b)]


def claims_revised(claims: Mapping[str, Claim] | None = None) -> list[Touched]:
    """
    Find the claims that read otherwise with the newest snapshots than with those before them.

    Parameters
    ----------
    claims : mapping of str to Claim, optional
        The shipped claims by default.

    Returns
    -------
    list of Touched
        Empty where no table has two snapshots.
    """
    used = {id: store.find(id)[0].origin.modified for id in store.here()}
    before = {id: [date for date in store.dates(id) if date < used[id]] for id in used}
    if not any(before.values()):
        return []
    older = [load(id, snapshot=(dates or [used[id]])[-1]) for id, dates in before.items()]
    return claims_touched(pd.concat(older), load(), claims)


def within(changed: pd.DataFrame, old: Iterable[Origin], new: Iterable[Origin]) -> pd.DataFrame:
    """
    Leave out the cells that one of two snapshots does not have only because nobody asked for them.

    Parameters
    ----------
    changed : pandas.DataFrame
        What `compare_snapshots` gives.
    old, new : iterable of Origin
        The downloads of each snapshot.

    Returns
    -------
    pandas.DataFrame
        The rows that both were asked for.
    """
    for side in (old, new):
        asked = pd.concat([_asked(changed, one.request) for one in side], axis=1).any(axis=1)
        changed = changed[asked]
    return changed.reset_index(drop=True)


def _asked(cells: pd.DataFrame, request: Request | None) -> pd.Series:
    """Tell which cells a download asked for; one that does not say, for all."""
    asked = pd.Series(True, index=cells.index)
    if request is None:
        return asked

    years = cells["period"].str[:4]
    asked &= years.between(request.first, request.last or "9999")
    asked &= cells["freq"].isin(request.freqs)
    for column, ids in [("partner", request.partners), ("product", request.products)]:
        asked &= cells[column].isin(ids) if ids else True
    return asked


def _said(verdict: Verdict) -> tuple[object, ...]:
    """Give all that is said of a claim, to see whether it is said otherwise."""
    return verdict.verdict, verdict.says(), verdict.margin(), verdict.why()
