"""
The tidy frame: one shape for every CBS table, units converted at the door, missing kept missing.

========================  ==========================================================================
column                    meaning
========================  ==========================================================================
``table``, ``modified``   identifier of the table, and the snapshot it is from (its date)
``kind``                  goods, services
``flow``                  import, export, re-export, domestic export
``concept``               border crossing, change of ownership, balance of payments (BPM5 or BPM6)
``partner``               ISO 3166-1 alpha-2, or the slug of a group or residual (``WORLD``)
``partner_kind``          country, group, residual
``product``               ``TOTAL`` or SITC code; ``S``, ``SC``, … for services
``level``                 0 total, 1 section, 2 division, 3 group
``period``, ``freq``      ``2012``/``A``, ``2012-Q1``/``Q``, ``2012-01``/``M``
``complete``              False for a part-year
``value_meur``            million euro; missing where CBS publishes nothing, never 0 for it
``status``                definitive, provisional, revised provisional, unknown
``missing``               why there is no value: not published (where CBS says no more), unknown or
                          secret, impossible (as of a country before it existed); else empty
========================  ==========================================================================
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from nltrade import registry
from nltrade.errors import SnapshotError
from nltrade.registry import periods
from nltrade.registry.entries import Table
from nltrade.registry.periods import Periods
from nltrade.sources import comtrade, plan, provenance, store
from nltrade.sources.cbs_notation import NO_VALUE, Period, period_of
from nltrade.sources.snapshot import Snapshot


def load(
    *tables: str,
    snapshot: str | None = None,
    partner: str | Iterable[str] | None = None,
    product: str | Iterable[str] | None = None,
    period: Periods | None = None,
) -> pd.DataFrame:
    """
    Load CBS figures as one tidy frame, or only the part of it that a question needs.

    Parameters
    ----------
    *tables : str
        Identifiers; all tables of CBS that are here by default, never those of another source.
    snapshot : str, optional
        Modification date that pins a snapshot, such as ``"2023-01-04"``; by default the newest of
        each table that holds what older ones do.
    partner, product, period : str or several, optional
        Read only these. Of a large table that was fetched, the rest is not even read from disk.

    Returns
    -------
    pandas.DataFrame
        One row for each cell: table, flow, partner, product and period, in the columns that this
        module lists. Values are in million euro. Empty where the tables have no such cell.

    Raises
    ------
    UnknownName
        A table, partner or product is not registered.
    SnapshotError
        A snapshot is missing, or a byte of it changed.

    Examples
    --------
    >>> russia = load("83028NED", partner="Russia", product="TOTAL", period=2012)
    >>> russia.query("flow == 'import'").value_meur.item()
    20332.0
    """
    only = {
        "partner": {registry.partner(one).id for one in plan.listed(partner)},
        "product": {registry.product(one).id for one in plan.listed(product)},
        "period": set() if period is None else set(periods.listed(period)),
    }
    parts = [part for id in tables or store.here() for part in _parts(id, snapshot)]
    # Two downloads of one date can hold the same cell: the later one goes first.
    return provenance.joined([(part, from_snapshot(part.verify(), only)) for part in parts])


def _parts(table: str, date: str | None) -> list[Snapshot]:
    """Give the downloads to load; of Comtrade all, as each is of other partners."""
    if registry.table(table).source == "Comtrade" and date is None:
        return comtrade.parts_of(table) or store.find(table)
    return store.find(table, date)


def from_snapshot(
    raw: Snapshot, only: Mapping[str, Collection[str]] = MappingProxyType({})
) -> pd.DataFrame:
    """
    Turn a snapshot into the tidy frame.

    Parameters
    ----------
    raw : Snapshot
        Files of one registered table.
    only : mapping of str to collection of str
        The partners, products and periods to take, as the tidy frame names them; an empty
        collection takes all.

    Returns
    -------
    pandas.DataFrame
        The columns of this module, a row for each cell of the source and in its order, measure
        after measure.

    Raises
    ------
    SnapshotError
        A key, column or period of the files is not known to the registry.
    """
    table = registry.table(raw.origin.table)
    if table.source == "Comtrade":
        return comtrade.tidy(raw, only)

    meanings = _meanings(raw, table)
    cells = raw.cells(_keys_asked(raw, table, meanings, only))
    columns = _value_columns(raw, table, cells)
    if table.direction and only.get("product"):
        asked = {name: one for name, one in columns.items() if one.id in only["product"]}
        columns, cells = (asked, cells) if asked else (columns, cells.head(0))

    text = pd.concat([cells[name] for name in columns], ignore_index=True).str.strip()
    is_untyped = raw.origin.observations.startswith("Untyped")
    none = text.map(NO_VALUE if is_untyped else {"": "not published"})
    coded = _coded_rows(raw, table, cells, meanings, list(columns.values()))
    partner, product, period = coded["partner"], coded["product"], coded["period"]
    return pd.DataFrame(
        {
            "table": table.id,
            "modified": raw.origin.modified,
            "kind": table.kind,
            "flow": coded["flow"].all("id"),
            "concept": table.concept,
            "partner": partner.all("id"),
            "partner_kind": partner.all("kind"),
            "product": product.all("id"),
            "level": product.all("level"),
            "period": period.all("id"),
            "freq": period.all("freq"),
            "complete": period.all("complete"),
            "value_meur": pd.to_numeric(text.mask(none.notna())) * registry.units()[table.unit],
            "status": period.all("status"),
            "missing": none.fillna("").mask(text.isna(), "not published"),
        }
    ).astype({"level": "int64", "complete": bool})


class _Coded(NamedTuple):
    """A column as places in a short list of what its keys mean."""

    places: np.ndarray
    things: list[Any]

    def all(self, attribute: str) -> Any:
        """Give an attribute of the thing in every row."""
        return (
            pd.Series([getattr(thing, attribute) for thing in self.things]).take(self.places).array
        )


class _Flow(NamedTuple):
    id: str


def _meanings(raw: Snapshot, table: Table) -> dict[str, Mapping[str, Any]]:
    """Say what each key of each dimension means, keys without their padding."""
    periods = {
        row["Key"].strip(): row for row in raw.read(f"{table.period}.csv").to_dict("records")
    }
    known: dict[str | None, Mapping[str, Any]] = {
        table.partner: registry.partner_keys(table.id),
        table.product: registry.product_keys(table.id),
        table.direction: {key: _Flow(flow) for key, flow in table.flows.items()},
        table.period: {key: _period(row, table) for key, row in periods.items()},
    }
    return {name: known[name] for name in table.dimensions}


def _value_columns(raw: Snapshot, table: Table, cells: pd.DataFrame) -> dict[str, Any]:
    """Say what each value column means: a flow, or a product where a direction tells the flow."""
    known: Mapping[str, Any] = {name: _Flow(flow) for name, flow in table.measures.items()}
    if table.direction:
        known = registry.product_keys(table.id)
    found = {name: known[name] for name in cells.columns if name in known}

    # Not every product has to be there, but every measure has.
    expected = found if table.direction else known
    if left := set(cells.columns).symmetric_difference([*table.dimensions, *expected]):
        raise SnapshotError(
            f"{raw.folder / raw.origin.observations} and the known columns of {table.id} "
            f"differ in: {', '.join(sorted(map(str, left)))}. "
            "CBS changed the table, or tables.toml is wrong."
        )
    return found


def _keys_asked(
    raw: Snapshot,
    table: Table,
    meanings: Mapping[str, Mapping[str, Any]],
    only: Mapping[str, Collection[str]],
) -> dict[str, set[str]]:
    """Give the keys that mean what is asked, as they stand in the files: some are padded."""
    named = {"partner": table.partner, "product": table.product, "period": table.period}
    found = {}
    for what, name in named.items():
        ids = only.get(what)
        if name and ids:
            keys = [key for key in raw.read(f"{name}.csv")["Key"] if key.strip() in meanings[name]]
            chosen = {key for key in keys if meanings[name][key.strip()].id in ids}
            found[name] = chosen | {key.strip() for key in chosen}
    return found


def _coded_rows(
    raw: Snapshot,
    table: Table,
    cells: pd.DataFrame,
    meanings: Mapping[str, Mapping[str, Any]],
    measures: Sequence[Any],
) -> dict[str, _Coded]:
    """Say of every row, measure after measure, what its keys and its measure mean."""
    times = len(measures)
    coded = {}
    for name in table.dimensions:
        places, keys = pd.factorize(cells[name])
        strange = sorted({str(key) for key in keys if str(key).strip() not in meanings[name]})
        if strange:
            raise SnapshotError(
                f"{raw.folder / raw.origin.observations}: {name} has {', '.join(strange)}, which "
                "nltrade does not know. Add the key to partners.toml or products.toml."
            )
        things = [meanings[name][key.strip()] for key in keys]
        coded[name] = _Coded(np.tile(places, times), things)

    measure = _Coded(np.repeat(range(times), len(cells)), list(measures))
    everything = _Coded(np.zeros_like(measure.places), [registry.product("TOTAL")])
    return {
        "partner": coded[table.partner],
        "period": coded[table.period],
        "flow": coded[table.direction] if table.direction else measure,
        "product": measure if table.direction else coded.get(table.product or "", everything),
    }


def _period(row: Mapping[str, str], table: Table) -> Period:
    try:
        return period_of(row["Key"], row["Title"], row.get("Status"), table.definitive_until)
    except SnapshotError as error:
        raise SnapshotError(f"{table.id}: {error}.") from None
