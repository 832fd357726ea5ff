"""What there is, as frames to look through: tables, partners, products."""

import pandas as pd

from nltrade import registry


def tables() -> pd.DataFrame:
    """
    List the registered tables: those of CBS, then those of UN Comtrade.

    Returns
    -------
    pandas.DataFrame
        Indexed by identifier: English and Dutch title, kind, concept, first and last period, unit
        as CBS gives it, detail, status, successor.

    Examples
    --------
    >>> tables().loc["83028NED", ["concept", "first", "last"]].tolist()
    ['border crossing', '2002', '2022']
    """
    named = ["id", "en", "nl", "kind", "concept"]
    head = [*named, "first", "last", "unit", "detail", "status", "successor"]
    rows = [[getattr(table, name) for name in head] for table in registry.all_tables().values()]
    return pd.DataFrame(rows, columns=head).set_index("id")


def partners() -> pd.DataFrame:
    """
    List the partners, groups and residuals.

    Returns
    -------
    pandas.DataFrame
        Indexed by ISO code or slug: English and Dutch name, kind, ISO alpha-3 and UN numeric code,
        first day in the European Union and first day out of it, first day in the euro area, and the
        tables that have it.

    Examples
    --------
    >>> partners().loc["GB", ["alpha_3", "numeric"]].tolist()
    ['GBR', '826']
    >>> partners().loc["GB", ["en", "eu_until"]].tolist()
    ['United Kingdom', datetime.date(2020, 2, 1)]
    """
    rows = [
        {
            "id": one.id,
            "en": one.name("en"),
            "nl": one.name("nl"),
            "kind": one.kind,
            "alpha_3": registry.iso_codes()[one.id][0],
            "numeric": registry.iso_codes()[one.id][1],
            "eu_from": one.eu_from,
            "eu_until": one.eu_until,
            "euro_from": one.euro_from,
            "tables": ", ".join(one.keys),
        }
        for one in registry.partners().values()
        if one.kind != "reporter"
    ]
    return pd.DataFrame(rows).set_index("id")


def products() -> pd.DataFrame:
    """
    List the products: SITC sections and classes of services.

    Returns
    -------
    pandas.DataFrame
        Indexed by code: English and Dutch name, kind, level (0 total, 1 section, 2 division, 3
        group).

    Examples
    --------
    >>> products().loc["3", "en"]
    'mineral fuels'
    """
    rows = [(p.id, p.en, p.nl, p.kind, p.level) for p in registry.products().values()]
    return pd.DataFrame(rows, columns=["id", "en", "nl", "kind", "level"]).set_index("id")
