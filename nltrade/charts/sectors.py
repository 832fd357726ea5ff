"""The sectors of a year, sorted: CBS's figures as bars, what the partner reported as rings."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import rows, sides, style
from nltrade.charts.canvas import TEXT, Canvas, text_width, wrap
from nltrade.charts.chart import Chart, headline_of, start
from nltrade.charts.provenance import year_label
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions.sectors import amounts, most_detailed
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Lang, Sector
from nltrade.sources.comtrade import OtherSide
from nltrade.tables.sectors import LITTLE, withheld
from nltrade.words import Words

FLOWS = ("export", "import")  # what a mission sells stands first
KINDS = ("goods", "services", "part", "reported")  # of the rows of a sector, in their order
TITLE, SMALL = 0.36, 0.16  # inches: the title of a flow, a line of text below all
# What stands in the key: a bar, a ring and a diamond.
BAR: dict[str, Any] = {"color": style.GREY, "linewidth": 7, "solid_capstyle": "butt"}
ONE = {"markevery": [1]}  # in the middle, where others have a line


def draw_sectors(
    frame: pd.DataFrame,
    *,
    partner: str = "RU",
    period: str | int = 2012,
    sectors: Mapping[str, Sector] | None = None,
    other_side: OtherSide | None = None,
    lang: Lang = "en",
) -> Chart:
    """
    Draw the trade of a year by sector, the largest first: exports, then imports.

    Bars are CBS's figures, of goods or of services. Rings are what the partner reported that it
    bought: another source with other concepts, so it is never part of a bar. What the partner says
    that it sold is not drawn, as that takes in goods that only pass through Dutch ports.

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
        No sector has a value or a bound in that year.

    Examples
    --------
    >>> import nltrade as nl
    >>> chart = draw_sectors(nl.load(), period=2012, other_side=nl.other_side("Russia"))
    >>> chart.data.query("row == 'energy'")[["flow", "by", "value_meur"]].round().values.tolist()
    [['export', 'CBS', 108.0], ['export', 'RU', 68.0], ['import', 'CBS', 18682.0]]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    known = named.sectors(sectors)
    theirs = sides.of_partner(other_side, partner).trade
    bought = theirs[theirs["period"].eq(year) & theirs["flow"].eq("export")]
    data = _data(frame, bought, known, partner, year, say)

    without = [each.text(lang) for id, each in known.items() if id not in set(data["row"])]
    reported = bool(data["by"].eq(partner).any())
    tables = data.loc[data["by"].eq("CBS"), "table"]
    when = year_label(frame, tables.iloc[0], year, lang) if len(tables) else year
    subtitle = "sectors-subtitle-both" if reported else "sectors-subtitle"
    notes = [say.text("sectors-rings", partner=partner), sides.rate(year, say)] if reported else []
    return Chart(
        "sectors",
        lang,
        "bars",
        _headline(data, partner, when, say),
        say.text(subtitle, partner=partner, year=when),
        sides.sources(frame, data["table"], bought, partner, say),
        [_series(of_flow, partner, say) for _, of_flow in data.groupby("flow", sort=False)],
        data,
        partial(_paint, data=data, without=without, partner=partner, year=year, say=say),
        say.label("sectors-overlap"),
        say.label("sectors-scales") if data["flow"].nunique() > 1 else "",
        notes,
    )


def _data(
    frame: pd.DataFrame,
    bought: pd.DataFrame,
    known: Mapping[str, Sector],
    partner: str,
    year: str,
    say: Words,
) -> pd.DataFrame:
    """Give a row for each bar, ring and diamond, as they stand from the top."""
    of_year = frame[frame["period"].eq(year) & frame["partner"].eq(partner)]
    found = [
        *_of_source(of_year, known, "CBS", say),
        *_of_source(bought, known, partner, say),
        *_parts(bought, known, partner, say),
    ]
    name = registry.partner(partner).named()
    if not found:
        raise NoData(
            f"No sector of {name} has a figure for {year} here. "
            "See `nltrade sectors` for what would bring one."
        )
    if max(row["high"] for row in found) < LITTLE:
        raise NoData(
            f"No sector of {name} that has a figure here came to half a million euro in {year}. "
            "See `nltrade sectors` for the others."
        )
    return _sorted([*found, *_reported(partner, year, say)])


def _of_source(
    cells: pd.DataFrame, known: Mapping[str, Sector], by: str, say: Words
) -> list[dict[str, Any]]:
    """List what a source has of each sector: a value, or the bounds of what is withheld."""
    if cells.empty:
        return []
    found = amounts(cells, known)
    if by == "CBS":
        found = pd.concat([most_detailed(found, kind) for kind in named.KINDS])
    told = found["flow"].isin(FLOWS) & found["sector"].isin(list(known))
    told &= found["absent"].eq(0) & found["high_meur"].notna()

    listed = []
    for cell in found[told].to_dict("records"):
        sector, kind = known[str(cell["sector"])], str(cell["kind"])
        name = sides.name_of(sector, kind, say, by_chapter=by != "CBS")
        listed.append(_row(cell, sector.id, kind, by, name, say))
    return listed


def _parts(
    bought: pd.DataFrame, known: Mapping[str, Sector], partner: str, say: Words
) -> list[dict[str, Any]]:
    """List the chapters that are shown apart, of sectors that have more than these."""
    cells = {str(cell["product"]): cell for cell in bought.to_dict("records")}
    listed = []
    for sector in known.values():
        for code in sector.hs_parts if sector.hs != sector.hs_parts else []:
            if code in cells and pd.notna(cells[code][VALUE]):
                name = say.text("of-which", part=registry.product(code).text(say.lang))
                row = f"{sector.id}/{code}"
                listed.append(_row(cells[code], row, "part", partner, name, say))
    return listed


def _reported(partner: str, year: str, say: Words) -> list[dict[str, Any]]:
    """List what offices and newspapers reported of a part of the goods."""
    listed = []
    for one in named.published_about(partner, [year]).values():
        if one.period == year and one.codes != ["TOTAL"] and one.flow in FLOWS:
            cell = {"table": "", "flow": one.flow, VALUE: one.value_meur}
            row = _row(cell, one.id, "reported", one.via, one.text(say.lang), say)
            label = say.text("sectors-reported", value=one.value_meur, publisher=one.via)
            listed.append(row | {"label": label})
    return listed


def _row(
    cell: Mapping[Any, Any], row: str, kind: str, by: str, name: str, say: Words
) -> dict[str, Any]:
    """Say of a value, or of its bounds, where it stands and what is written beside it."""
    value, share = cell[VALUE], cell.get("share_pct")
    low, high = cell.get("low_meur", value), cell.get("high_meur", value)
    low = 0.0 if pd.isna(low) else low

    if pd.isna(value) and by == "CBS":
        label = withheld(low, high, say)
    elif pd.isna(value) and high - low >= LITTLE:
        label = say.text("range", low=("meur", low), high=("meur", high))
    elif high < LITTLE:
        label = say.label("under-half-a-million")
    elif pd.isna(share):
        label = say.text("amount", value=low)
    else:
        label = say.text("sectors-value", value=value, share=share)
    about = {"table": cell["table"], "flow": cell["flow"], "row": row, "kind": kind, "by": by}
    amounts = {VALUE: value, "low": low, "high": high, "share_pct": share}
    return {**about, "name": name, **amounts, "label": label}


def _sorted(listed: list[dict[str, Any]]) -> pd.DataFrame:
    """Put flows apart, the largest sector first, its parts under it, and what was reported last."""
    data = pd.DataFrame(listed)
    whole = data["row"].str.partition("/")[0]
    keys = {
        "flow": data["flow"],
        "reported": data["kind"].eq("reported"),
        "size": -data.groupby([data["flow"], whole])["high"].transform("max"),
        "sector": whole,
        "kind": data["kind"].map(KINDS.index),
        "high": -data["high"].where(data["kind"].eq("part"), 0),
        "by": data["by"].ne("CBS"),
    }
    return data.loc[pd.DataFrame(keys).sort_values(list(keys)).index].reset_index(drop=True)


def _headline(data: pd.DataFrame, partner: str, year: str, say: Words) -> str:
    """Name the largest sector of the exports by the partner's report, else of CBS's figures."""
    told = data[data["kind"].isin(["goods", "services"]) & data[VALUE].notna()]
    theirs = told[told["by"].eq(partner)]
    if told.empty:
        return headline_of(say, "sectors-headline-withheld", partner=partner, year=year)

    shown = theirs if len(theirs) > 1 else told
    top = shown.loc[shown[VALUE].idxmax()]
    about = {"sector": start(top["name"]), "partner": partner, "year": year}
    if len(theirs) > 1:
        return headline_of(say, "sectors-headline-partner", **about)
    about |= {"what": say.text(f"{top['flow']}-with", partner=partner), "flow": top["flow"]}
    about |= {"value": top[VALUE], "share": top["share_pct"], "kind": top["kind"]}
    return headline_of(say, "sectors-headline", **about)


def _series(of_flow: pd.DataFrame, partner: str, say: Words) -> Series:
    """Give the value of each row, or what is said of it where it has none of its own."""
    values: dict[str, float | str | None] = {}
    for row in of_flow.to_dict("records"):
        point = row["name"]
        if row["kind"] == "reported":
            point = say.text("reported-point-of", thing=row["name"], publisher=row["by"])
        elif row["by"] == partner:
            point = say.text("reported-point-by", thing=row["name"], partner=partner)
        values[point] = row["label"] if pd.isna(row[VALUE]) else float(row[VALUE])
    return Series(say.text(f"{of_flow['flow'].iloc[0]}-with", partner=partner), values, "meur")


def _paint(
    space: Canvas, data: pd.DataFrame, without: list[str], partner: str, year: str, say: Words
) -> None:
    """Draw a sheet for each flow: a line for each row, and below them what has no figure."""
    key = rows.Key(_samples(data, partner, year, say), space.width)
    left = rows.room_for(data["name"].tolist(), space.width)
    # A ring has a line of its own under the bar of its sector, which is named once.
    data = data.assign(name=data["name"].mask(data.duplicated(["flow", "name"]), ""))
    flows = [
        (of_flow, rows.lay(of_flow["name"], of_flow["label"], of_flow["high"], left, space.width))
        for _, of_flow in data.groupby("flow", sort=False)
    ]
    told = say.text("sectors-without", count=len(without), sectors=say.several(without))
    note = wrap(told, space.width, TEXT) if without else ""
    below = SMALL * (note.count("\n") + 1) + 0.12 if note else 0.0

    space.open(key.tall + sum(TITLE + sum(laid.tall) for _, laid in flows) + below, ticks=False)
    key.draw(space)
    top = key.tall
    for of_flow, laid in flows:
        ax = space.sheet(sum(laid.tall), left=left, top=top + TITLE, unit=laid.unit)
        _draw(ax, of_flow, laid, partner)
        flow = of_flow["flow"].iloc[0]
        title = say.text(f"{flow}-with", partner=partner)
        look: dict[str, Any] = {"weight": "bold", "color": style.readable(style.COLOURS[flow])}
        place = min(left, space.width - text_width(title, TEXT, "bold"))
        space.write(max(place, 0), top + TITLE - 0.1, title, **look)
        top += TITLE + sum(laid.tall)
    space.write(0, top + 0.12, note, va="top", color=style.SOFT, linespacing=1.25)


def _draw(ax: Axes, of_flow: pd.DataFrame, laid: rows.Rows, partner: str) -> None:
    """Draw the bar, the ring or the diamond of each row, and its value beside it."""
    colour = style.COLOURS[of_flow["flow"].iloc[0]]
    at = pd.Series(laid.spots, of_flow.index)
    ring, diamond = of_flow["by"].eq(partner), of_flow["kind"].eq("reported")
    bar = ~ring & ~diamond
    low = of_flow["low"]
    ax.barh(at[bar], low[bar], height=rows.BAR, color=colour)
    open_ = bar & of_flow[VALUE].isna()
    look: dict[str, Any] = {"height": rows.BAR, "color": style.PALE, "hatch": "///"}
    ax.barh(at[open_], (of_flow["high"] - low)[open_], left=low[open_], **look)

    ax.hlines(at[ring], 0, low[ring], color=style.PALE, linewidth=1.2, zorder=1)
    ax.plot(low[ring], at[ring], clip_on=False, **sides.RING)
    ax.plot(low[diamond], at[diamond], clip_on=False, **sides.DIAMOND)
    rows.write(ax, laid, of_flow["high"].tolist())


def _samples(data: pd.DataFrame, partner: str, year: str, say: Words) -> list[rows.Sample]:
    """Say what a bar, a ring and a diamond are, as far as they are drawn."""
    samples: list[rows.Sample] = []
    if data["by"].eq("CBS").any():
        samples.append((say.label("cbs"), [BAR]))
    if data["by"].eq(partner).any():
        rate = say.number(registry.rates()[year], 4)
        told = say.text("as-reported-at", partner=partner, rate=rate)
        samples.append((told, [sides.RING | ONE]))
    if data["kind"].eq("reported").any():
        samples.append((say.label("reported-by-others"), [sides.DIAMOND | ONE]))
    return samples
