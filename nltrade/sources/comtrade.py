"""
UN Comtrade as a source: what the partner, or the Netherlands, reported to the United Nations, in US
dollars.

A snapshot keeps the records in Comtrade's own names; here they become the tidy frame, as the
Netherlands sees the trade and in euro by the rate of the year. A chapter that has no record in a
year whose chapters add up to the total was not traded: that is a zero that the source proves. Where
they do not add up it is missing, as nobody can tell which of the silent chapters hold what is left.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import pandas as pd

from nltrade import registry
from nltrade.errors import SnapshotError
from nltrade.registry.entries import Table
from nltrade.sources import provenance, store
from nltrade.sources.snapshot import Snapshot

PARTNER_REPORTS = "comtrade-partner"
NOTE = "as-reported-by-the-partner"  # in notes.toml: what its figures mean
SUPPLIERS = "suppliers.csv"
# Years in which the chapters of some suppliers do not add up to what they sold: 0.5 to 8 percent is
# missing.
INCOMPLETE = ["2000", "2001", "2002", "2003", "2004", "2005", "2006", "2008", "2009"]
CLOSE = 10_000.0  # dollars: chapters that come this near to the total add up to it
COLUMNS = [
    *("table", "modified", "kind", "flow", "concept", "partner", "partner_kind", "product"),
    *("level", "period", "freq", "complete", "value_meur", "status", "missing"),
]
# The columns of a frame without rows that are no text.
NUMBERS = {"level": "int64", "complete": "bool", "value_meur": "float64"}


class OtherSide(NamedTuple):
    """
    What partners reported about their trade with the Netherlands.

    Attributes
    ----------
    trade : pandas.DataFrame
        Tidy frame of the table ``"comtrade-partner"``; empty where it is not here.
    suppliers : pandas.DataFrame
        What the Netherlands sold to a partner beside what other countries did: see `suppliers`.
        Derived sums.
    """

    trade: pd.DataFrame
    suppliers: pd.DataFrame

    def of(self, partner: str) -> "OtherSide":
        """Keep what is about one partner."""
        return OtherSide(*(rows[rows["partner"] == partner] for rows in self))


def other_side(partner: str | None = None) -> OtherSide:
    """
    Load what partners themselves reported about their trade with the Netherlands.

    It stands beside CBS's figures for comparison, in a place of its own: nothing adds it to them or
    ranks by it. Where no report is here, its frames are empty, and everything else works as it does
    without.

    Parameters
    ----------
    partner : str, optional
        ISO code or name; all partners that are here by default.

    Returns
    -------
    OtherSide
        With the frames `trade` and `suppliers`.

    Raises
    ------
    UnknownName
        No partner has that name.
    SnapshotError
        A file is not what was retrieved.

    Examples
    --------
    >>> sold = other_side("Russia").trade.query("flow == 'export' and period == '2012'")
    >>> sold.set_index("product").loc[["TOTAL", "HS04"], "value_meur"].round(1).to_dict()
    {'TOTAL': 4654.3, 'HS04': 178.1}
    """
    only = {"partner": {registry.partner(partner).id}} if partner else {}
    parts = parts_of(PARTNER_REPORTS)
    nothing = pd.DataFrame(columns=COLUMNS).astype(NUMBERS)
    trade = [(part, tidy(part.verify(), only)) for part in parts]
    sold = [suppliers(part) for part in parts if SUPPLIERS in part.origin.files]

    found = OtherSide(
        provenance.joined(trade) if trade else nothing, pd.concat(sold or [_no_suppliers()])
    )
    return found.of(registry.partner(partner).id) if partner else found


def parts_of(table: str) -> list[Snapshot]:
    """List every snapshot of a table of Comtrade, the newest first: each is of other partners."""
    dates = reversed(store.dates(table))
    return [part for date in dates for part in store.find(table, date)]


def tidy(raw: Snapshot, only: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """
    Turn records of Comtrade into the tidy frame.

    Parameters
    ----------
    raw : Snapshot
        Records of one registered table of Comtrade.
    only : mapping of str to collection of str
        The partners, products and periods to take; what is left out or empty takes all.

    Returns
    -------
    pandas.DataFrame
        The columns of `nltrade.sources.tidy`.

    Raises
    ------
    SnapshotError
        A country or a product is not known to the registry.
    """
    table = registry.table(raw.origin.table)
    records = raw.read(raw.origin.observations)
    partners = {code: one.id for code, one in registry.partner_keys(table.id).items()}
    products = [one.id for one in registry.product_keys(table.id).values()]
    codes = {id.removeprefix("HS"): id for id in products}

    frame = pd.DataFrame(
        {
            "flow": records["flowCode"].map(table.flows),
            "partner": _known(records[table.partner], partners, table, "country"),
            "product": _known(records["cmdCode"], codes, table, "product"),
            "period": records["refYear"],
            "usd": pd.to_numeric(records["primaryValue"]),
        }
    )
    if table.classes == "HS":
        frame = _with_silent_chapters(frame)
    for name in ("partner", "product", "period"):
        if wanted := only.get(name):
            frame = frame[frame[name].isin(list(wanted))]

    rate = frame["period"].map(registry.rates()).astype(float)
    known = registry.products()
    missing = pd.Series("", frame.index).mask(frame["usd"].isna(), "not published")

    return frame.assign(
        table=table.id,
        modified=raw.origin.modified,
        kind=table.kind,
        concept=table.concept,
        partner_kind="country",
        level=frame["product"].map({id: product.level for id, product in known.items()}),
        freq="A",
        complete=True,
        value_meur=frame["usd"] / rate / 1e6,
        status="unknown",
        missing=missing.mask(frame["usd"].notna() & rate.isna(), "no exchange rate"),
    )[COLUMNS].astype({"level": "int64", "value_meur": float})


def suppliers(raw: Snapshot) -> pd.DataFrame:
    """
    Read what the Netherlands and other suppliers sold Russia, by chapter: derived sums.

    Parameters
    ----------
    raw : Snapshot
        The shipped snapshot.

    Returns
    -------
    pandas.DataFrame
        A row for each `period` and `product` (a chapter such as ``HS06``, or a span such as
        ``HS01-24``): what the Netherlands sold and all counted suppliers did (million euro), the
        share (percent), how many `suppliers` sold it, the `place` of the Netherlands among them
        (missing in years in which chapters of some are withheld), the `first` of them, and what
        share of all imports the counted countries cover.
    """
    sold, coverage = (raw.read(name) for name in (SUPPLIERS, "suppliers_coverage.csv"))
    rate = sold["year"].map(registry.rates()) * 1e6
    own, whole = (pd.to_numeric(sold[name]) for name in ("nl_usd", "suppliers_usd"))
    shares = dict(zip(coverage["year"], 100 * coverage["share"].astype(float), strict=True))
    counted = dict(zip(coverage["year"], coverage["partners"].astype(int), strict=True))
    place = pd.to_numeric(sold["nl_place"])  # none where the Netherlands sold nothing

    return pd.DataFrame(
        {
            "table": raw.origin.table,
            "modified": raw.origin.modified,
            "partner": "RU",
            "period": sold["year"],
            "product": "HS" + sold["hs"],
            "value_meur": own / rate,
            "suppliers_meur": whole / rate,
            "share_pct": 100 * own / whole,
            "place": place.mask(sold["year"].isin(INCOMPLETE)),
            "suppliers": sold["suppliers"].astype(int),
            "first": sold["first"],
            "countries": sold["year"].map(counted),
            "covered_pct": sold["year"].map(shares),
        }
    )


def _no_suppliers() -> pd.DataFrame:
    texts = ["table", "modified", "partner", "period", "product", "first"]
    amounts = ["value_meur", "suppliers_meur", "share_pct", "place", "suppliers", "countries"]
    return pd.DataFrame({name: [] for name in [*texts, *amounts, "covered_pct"]})


def _known(codes: pd.Series, known: Mapping[str, str], table: Table, what: str) -> pd.Series:
    """Translate codes of Comtrade; one that the registry does not know is an error."""
    found = codes.map(known)
    if found.isna().any():
        strange = ", ".join(sorted(set(codes[found.isna()])))
        raise SnapshotError(
            f"{table.id} has the {what} {strange}, which nltrade does not know. Add it to "
            f"nltrade/registry/{'tables' if what == 'country' else 'hs'}.toml."
        )
    return found


def _with_silent_chapters(frame: pd.DataFrame) -> pd.DataFrame:
    """Add each chapter without a record: zero if the others make the total, else missing."""
    key = ["partner", "flow", "period"]
    totals = frame[frame["product"] == "TOTAL"].set_index(key)["usd"]
    told = frame[frame["product"] != "TOTAL"].groupby(key)["usd"].agg(["sum", "count"])
    left = (totals - told["sum"])[told["count"] > 1].dropna()

    chapters = [id for id in registry.products() if id.startswith("HS")]
    every = left.rename("left").reset_index().merge(pd.DataFrame({"product": chapters}), "cross")
    every = every.merge(frame, "left", [*key, "product"], indicator="from")
    silent = every[every["from"] == "left_only"].copy()
    silent.loc[silent["left"].abs() <= CLOSE, "usd"] = 0.0

    return pd.concat([frame, silent[frame.columns]], ignore_index=True)
