"""
The tidy frame: one shape for every CBS table, units converted at the door, missing kept missing.

========================  ==========================================================================================
column                    meaning
========================  ==========================================================================================
``table``                 CBS identifier
``kind``                  goods, services
``flow``                  import, export, re-export, domestic export
``concept``               border crossing, change of ownership, balance of payments (BPM5 or BPM6)
``partner``               ISO 3166-1 alpha-2, or the slug of a group or residual (``WORLD``, ``NON-EU``, ``OTHER-…``)
``partner_kind``          country, group, residual
``product``               ``TOTAL`` or SITC code; ``S``, ``SC``, … for services
``level``                 0 total, 1 section, 2 division, 3 group
``period``, ``freq``      ``2012``/``A``, ``2012-Q1``/``Q``, ``2012-01``/``M``
``complete``              False for a part-year
``value_meur``            million euro; missing where CBS publishes nothing, never 0 for it
``status``                definitive, provisional, revised provisional, unknown
========================  ==========================================================================================
"""

import re
from typing import NamedTuple

import pandas as pd

from nltrade import registry
from nltrade.cbs import snapshot as snapshots
from nltrade.cbs.snapshot import OBSERVATIONS, Snapshot
from nltrade.errors import SnapshotError
from nltrade.registry.entries import Table

STATUS = {"Definitief": "definitive", "NaderVoorlopig": "revised provisional", "Voorlopig": "provisional"}


def load(*tables: str, snapshot: str | None = None) -> pd.DataFrame:
    """
    Load CBS figures as one tidy frame.

    Parameters
    ----------
    *tables : str
        CBS's identifiers; all tables at hand by default.
    snapshot : str, optional
        Modification date that pins a snapshot, such as ``"2023-01-04"``; the newest of each table by default.

    Returns
    -------
    pandas.DataFrame
        One row for each cell: table, flow, partner, product and period, in the columns that this module lists.
        Values are in million euro.

    Raises
    ------
    UnknownName
        A table is not registered.
    SnapshotError
        A snapshot is missing, or a byte of it changed.

    Examples
    --------
    >>> goods = load("83028NED")
    >>> cell = goods.query("partner == 'RU' and flow == 'import' and product == 'TOTAL' and period == '2012'")
    >>> cell.value_meur.item()
    20332.0
    """
    found = [tidy(snapshots.find(id, snapshot)) for id in tables or registry.tables()]
    return pd.concat(found, ignore_index=True)


def tidy(raw: Snapshot) -> pd.DataFrame:
    """
    Turn a snapshot into the tidy frame.

    Parameters
    ----------
    raw : Snapshot
        Verified files of one registered table.

    Returns
    -------
    pandas.DataFrame
        The columns of this module, a row for each cell of the source and in its order, measure after measure.

    Raises
    ------
    SnapshotError
        A key, column or period of the files is not known to the registry.
    """
    table = registry.table(raw.origin.table)
    partners = {p.keys[table.id]: p for p in registry.partners().values() if table.id in p.keys}
    products = {key: p for p in registry.products().values() if p.kind == table.kind for key in p.keys}
    periods = _periods(raw, table)

    cells = raw.read(OBSERVATIONS)
    by_direction = table.direction is not None  # then the products are the value columns
    values = [name for name in cells.columns if name in (products if by_direction else table.measures)]
    dimensions = [table.partner, table.period, table.direction or table.product]
    if left := set(cells.columns).symmetric_difference([*dimensions, *(values if by_direction else table.measures)]):
        raise SnapshotError(
            f"{raw.folder / OBSERVATIONS} and the registered columns of {table.id} differ in: "
            f"{', '.join(sorted(map(str, left)))}. CBS changed the table, or tables.toml is wrong."
        )
    long = cells.melt(dimensions, values, var_name="measure", value_name="value")
    partner, period = long[table.partner], long[table.period]
    product, flow = long["measure"], long[dimensions[-1]]
    if not by_direction:
        product, flow = flow, product
    for keys, known in [(partner, set(partners)), (product, set(products)), (period, set(periods))]:
        if strange := sorted(set(keys.unique()) - known):
            raise SnapshotError(
                f"{raw.folder / OBSERVATIONS}: {keys.name} has {', '.join(strange)}, which the registry does not know. "
                "Add the key to partners.toml or products.toml."
            )
    return pd.DataFrame(
        {
            "table": table.id,
            "kind": table.kind,
            "flow": flow.map(table.flows or table.measures),
            "concept": table.concept,
            "partner": partner.map({key: p.id for key, p in partners.items()}),
            "partner_kind": partner.map({key: p.kind for key, p in partners.items()}),
            "product": product.map({key: p.id for key, p in products.items()}),
            "level": product.map({key: p.level for key, p in products.items()}),
            "period": period.map({key: p.label for key, p in periods.items()}),
            "freq": period.map({key: p.freq for key, p in periods.items()}),
            "complete": period.map({key: p.complete for key, p in periods.items()}),
            "value_meur": pd.to_numeric(long["value"].replace("", None)) * registry.units()[table.unit],
            "status": period.map({key: p.status for key, p in periods.items()}),
        }
    )


class Period(NamedTuple):
    """A period of a table as the tidy frame shows it."""

    label: str
    freq: str
    complete: bool
    status: str


def _periods(raw: Snapshot, table: Table) -> dict[str, Period]:
    rows = raw.read(f"{table.period}.csv").to_dict("records")
    return {row["Key"]: _period(row["Key"], row["Title"], row.get("Status"), table) for row in rows}


def _period(key: str, title: str, status: str | None, table: Table) -> Period:
    """Read CBS's period key, ``2012JJ00``, ``2012KW01`` or ``2012MM01``."""
    parts = re.fullmatch(r"(\d{4})(JJ|KW|MM)(\d\d)", key)
    if parts is None:
        raise SnapshotError(f"{table.id}: period key {key!r} is not of the form 2012JJ00, 2012KW01 or 2012MM01.")
    year, kind, number = parts.groups()
    label = {"JJ": year, "KW": f"{year}-Q{int(number)}", "MM": f"{year}-{number}"}[kind]
    known = status in STATUS or table.definitive_until is None or year > table.definitive_until
    return Period(
        label=label,
        freq={"JJ": "A", "KW": "Q", "MM": "M"}[kind],
        complete=not _part_year(kind, title),
        status=STATUS.get(status or "", "unknown") if known else "definitive",
    )


def _part_year(kind: str, title: str) -> bool:
    # The key of a year that is not over is an ordinary year key; only its title says "2022 januari-oktober".
    return kind == "JJ" and not re.fullmatch(r"\d{4}\*{0,2}", title.strip())
