"""The trade of each sector over time: a small panel a sector, with a scale of its own."""

from collections.abc import Mapping
from functools import partial

import pandas as pd

from nltrade import registry
from nltrade.charts import sectors_over_time_words as words
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import origins_in, source_lines
from nltrade.charts.small_panels import FLOWS, LINE, paint_panels
from nltrade.errors import NoData
from nltrade.questions.sectors import sector_trade
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Lang, Sector
from nltrade.words import Words


def draw_sectors_over_time(
    frame: pd.DataFrame,
    *,
    partner: str = "RU",
    sectors: Mapping[str, Sector] | None = None,
    lang: Lang = "en",
) -> Chart:
    """
    Draw yearly imports and exports of each sector that has a published value, a small panel each.

    Goods are solid lines, services dashed ones. Of tables of goods that count alike, a sector's line is of the one
    with most values; series of different concepts or tables are never joined, so services have a line for each table.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default; `nltrade.sectors(file)` reads your own.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    Chart

    Raises
    ------
    UnknownName
        No such partner.
    NoData
        No sector has a published value in a whole year.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_sectors_over_time(nl.load(), partner="Russia").data
    >>> drawn.query("sector == 'energy' and flow == 'import' and period == '2012'")["value_meur"].tolist()
    [18682.0]
    """
    say = Words(lang)
    partner = registry.country(partner).id
    known = named.sectors() if sectors is None else sectors
    if not any(sector.goods or sector.services for sector in known.values()):
        raise NoData(f"None of these {len(known)} sectors has a class of goods or services.")
    whole = frame[(frame["freq"] == "A") & frame["complete"]]
    found = sector_trade(whole, partner, sectors=known)
    found = found[found["sector"].isin(list(known)) & found["flow"].isin(list(FLOWS))]
    data = _data(found, known)
    if data.empty:
        missing = words.not_drawn(data, found, known, partner, "en")
        name = registry.partner(partner).name()
        says = f"No whole year of {name} ({partner}) is published for any of these {len(known)} sectors; not zero."
        raise NoData(" ".join([says, *missing[1:]]))
    headline = words.headline_of(data, known, partner, lang)
    ends = {"first": data["period"].min(), "last": data["period"].max()}
    subtitle = say.text("over-time-sectors-subtitle", partner=partner, **ends)
    footer = [
        " ".join(words.not_drawn(data, found, known, partner, lang)),
        " ".join(words.notes(data, known, lang)),
        *source_lines(origins_in(frame, data["table"]), lang),
    ]
    paint = partial(
        paint_panels, data=data, known={id: known[id] for id in data["sector"].unique()}, lang=lang
    )
    series = _series(data, known, say)
    return Chart(
        "sectors_over_time", lang, "lines", headline, subtitle, footer, series, data, paint
    )


def _series(data: pd.DataFrame, known: Mapping[str, Sector], say: Words) -> list[Series]:
    return [
        Series(
            ", ".join(
                [
                    known[sector].text(say.lang),
                    say.label(flow),
                    say.label(kind),
                    table,
                ]
            ),
            dict(zip(rows["period"], rows[VALUE], strict=True)),
        )
        for (sector, kind, _, table, flow), rows in data.groupby(LINE, sort=False)
    ]


def _data(found: pd.DataFrame, known: Mapping[str, Sector]) -> pd.DataFrame:
    """Keep the published values; of tables of goods that count alike, only that with most of them for the sector."""
    published = found.dropna(subset=[VALUE])
    order = {id: at for at, id in enumerate(registry.tables())}
    counts = published.groupby(LINE[:4], as_index=False).size()
    counts = counts.sort_values("table", key=lambda tables: tables.map(order))
    best = counts.sort_values("size", ascending=False, kind="stable").drop_duplicates(LINE[:3])
    best = pd.concat([best[best["kind"] == "goods"], counts[counts["kind"] == "services"]])
    data = published.merge(best[LINE[:4]], on=LINE[:4])[[*LINE, "period", VALUE]]
    places = {
        "sector": {id: at for at, id in enumerate(known)},
        "table": order,
        "flow": {"import": 0, "export": 1},
    }
    by = [*LINE, "period"]
    return data.sort_values(
        by, key=lambda s: s.map(places.get(s.name)) if s.name in places else s, ignore_index=True
    )
