"""The sectors over the years: a small panel each, all of a flow on one scale."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import sides
from nltrade.charts.chart import Chart, headline_of, start
from nltrade.charts.over_years import in_order
from nltrade.charts.sector_panels import LINE, PANEL, draw_panels
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions.growth import growth
from nltrade.questions.sectors import amounts
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Event, Lang, Sector
from nltrade.sources.comtrade import OtherSide
from nltrade.sources.gaps import commands
from nltrade.tables.sectors import LITTLE
from nltrade.words import Words

FLOWS = ("export", "import")
KNOWN = 0.01  # of a value: what is withheld of a sector may be that much before a year is a gap


def draw_sectors_over_time(
    frame: pd.DataFrame,
    *,
    partner: str = "RU",
    period: str | int = 2012,
    sectors: Mapping[str, Sector] | None = None,
    other_side: OtherSide | None = None,
    lang: Lang = "en",
) -> Chart:
    """
    Draw the yearly exports and imports of each sector that has a figure, a small panel each.

    The panels of a flow share one scale, so that they can be compared; sectors that are flat on it
    are named, and stand in the data. Lines of CBS are plain; what the partner reported that it
    bought has rings. Tables, concepts and sources are never joined to one line; part-years are left
    out.

    Parameters
    ----------
    frame, partner, period, sectors, other_side, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        No sector has a figure of a whole year, or none that comes to half a million euro.

    Examples
    --------
    >>> import nltrade as nl
    >>> chart = draw_sectors_over_time(nl.load(), other_side=nl.other_side("Russia"))
    >>> farm = chart.data.query("sector == 'agriculture' and period in ['2013', '2015']")
    >>> farm["value_meur"].round().tolist()
    [1485.0, 697.0]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)[:4]
    known = named.sectors(sectors)
    if not any(sector.goods or sector.services or sector.hs for sector in known.values()):
        raise NoData("No sector here has a class of goods or services.")

    theirs = sides.of_partner(other_side, partner).trade
    bought = theirs[theirs["flow"].eq("export")]
    whole = frame[frame["freq"].eq("A") & frame["complete"] & frame["partner"].eq(partner)]
    data = _data([rows for rows in (whole, bought) if len(rows)], known)
    if data.empty:
        raise NoData(_nothing(frame, known, partner))
    if data[VALUE].max() < LITTLE:
        raise NoData(
            f"No sector of {registry.partner(partner).named()} ({partner}) that has a figure here "
            "came to half a million euro in any year. See `nltrade sectors` for the others."
        )

    events = [e for e in registry.events().values() if e.partner == partner and e.sectors]
    reported = bool(data["table"].isin(bought["table"]).any())
    notes = ["sectors-lines", *(["rates-of-years"] if reported else []), "sectors-overlap"]
    ends = {"first": data["period"].min(), "last": data["period"].max()}
    about: dict[str, Any] = {"known": known, "partner": partner, "year": year}
    about |= {"events": events, "say": say}
    return Chart(
        "sectors_over_time",
        lang,
        "lines",
        _headline(data, **about),
        say.text("over-time-sectors-subtitle", partner=partner, year=year, **ends),
        sides.sources(frame, data["table"], bought, partner, say),
        _series(data, known, partner, say),
        data,
        partial(draw_panels, data=data, **about),
        notes=[say.label(id) for id in notes],
    )


def _nothing(frame: pd.DataFrame, known: Mapping[str, Sector], partner: str) -> str:
    """Say that no sector has a figure, and what would bring one."""
    name = f"{registry.partner(partner).named()} ({partner})"
    of = "these sectors" if len(known) > 1 else "this sector"
    codes = [code for sector in known.values() for code in sector.goods]
    bring = commands(frame, partner=partner, product=codes[0]) if codes else []
    remedy = f"Bring it with `{bring[0]}`." if bring else "`nltrade sectors` says why."
    return f"No whole year of {of} is here for {name}; that does not mean zero. {remedy}"


def _data(sources: list[pd.DataFrame], known: Mapping[str, Sector]) -> pd.DataFrame:
    """List the values of each sector by year, the flows apart and the largest sector first."""
    columns = [*LINE, "period", VALUE]
    if not sources:
        return pd.DataFrame(columns=columns)
    found = amounts(pd.concat(sources), known)
    found = found[found["sector"].isin(list(known)) & found["flow"].isin(FLOWS)]

    # Of what a partner reported a trifle may be withheld; of CBS's classes none.
    of_cbs = found["table"].isin(registry.tables())
    nearly = ~of_cbs & (found["high_meur"] - found["low_meur"] <= KNOWN * found["low_meur"])
    found[VALUE] = found[VALUE].fillna(found["low_meur"].where(nearly))
    published = found.dropna(subset=[VALUE])

    # Of tables of goods that count alike, that with most of the sector.
    counts = in_order(published.groupby(LINE[:4], as_index=False).size(), ["table"])
    best = counts.sort_values("size", ascending=False, kind="stable").drop_duplicates(LINE[:3])
    best = pd.concat([best[best["kind"] == "goods"], counts[counts["kind"] == "services"]])
    data = published.merge(best[LINE[:4]], on=LINE[:4])

    highest = data.groupby(PANEL)[VALUE].transform("max")
    data = in_order(data.assign(size=-highest), ["flow", "size", *LINE[:2], "table", "period"])
    return data[columns].reset_index(drop=True)


def _headline(
    data: pd.DataFrame,
    known: Mapping[str, Sector],
    partner: str,
    year: str,
    events: list[Event],
    say: Words,
) -> str:
    """Say what an event about the year did to a sector, else how large the largest was."""
    of_cbs = data["table"].isin(registry.tables())
    theirs = data[~of_cbs].pivot_table(index="sector", columns="period", values=VALUE)
    for event in events:
        first, last = str(event.year - 1), str(event.year + 1)
        if first <= year <= last and {first, last} <= set(theirs.columns):
            moved = (theirs[last] - theirs[first]).dropna()
            top = str(moved.abs().idxmax())
            rate = 100 * moved[top] / theirs.at[top, first]
            about = {"sector": start(known[top].text(say.lang)), "partner": partner}
            about |= {"first": first, "last": last, "change": rate}
            return headline_of(say, "sectors-changed", **about)

    is_year = data["period"] == year
    if not is_year.any():
        return headline_of(say, "sectors-year-none", partner=partner, year=year)
    reported = len(data[is_year & ~of_cbs]) > 1
    of_year = data[is_year & ~of_cbs] if reported else data[is_year]
    top = of_year.loc[of_year[VALUE].idxmax()]
    name = sides.name_of(known[top["sector"]], top["kind"], say, by_chapter=reported)
    values = {"partner": partner, "sector": start(name), "flow": top["flow"], "year": year}
    values |= {"what": say.text(f"{top['flow']}-with", partner=partner), "value": top[VALUE]}

    line = data[(data[LINE] == top[LINE]).all(axis=1)]
    rates = growth(line.assign(partner=partner, product=top["sector"], complete=True))
    rate = rates.loc[rates["period"] == year, "growth_pct"].item()
    id = "sectors-year-reported" if reported else "sectors-year"
    ids = [id] if pd.isna(rate) else [f"{id}-change", id]
    return headline_of(say, *ids, change=rate, before=str(int(year) - 1), **values)


def _series(
    data: pd.DataFrame, known: Mapping[str, Sector], partner: str, say: Words
) -> list[Series]:
    """Give each line; the text alternative tells the first, the table has all."""
    series = []
    for at, (line, rows) in enumerate(data.groupby(LINE, sort=False)):
        sector, kind, _, table, flow = line
        of_cbs = table in registry.tables()
        by = table if of_cbs else say.text("as-reported-by", partner=partner)
        name = sides.name_of(known[sector], kind, say, by_chapter=not of_cbs)
        values = dict(zip(rows["period"], rows[VALUE], strict=True))
        words = ", ".join([name, say.label(flow), by])
        series.append(Series(words, values, "meur", in_alt_text=at == 0))
    return series
