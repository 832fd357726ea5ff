"""The sectors of a year, sorted: CBS's figures as bars, what the partner reported as rings."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import canvas, sides, style
from nltrade.charts.canvas import TEXT, Canvas
from nltrade.charts.chart import Chart
from nltrade.charts.provenance import year_label
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions.sectors import amounts, most_detailed
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Lang, Sector
from nltrade.sources.comtrade import OtherSide
from nltrade.tables.sectors import withheld
from nltrade.words import Words

FLOWS = ("export", "import")  # what a mission sells stands first
COLUMNS = [
    *("table", "flow", "row", "kind", "by", "name", VALUE, "low", "high", "share_pct", "label"),
]
# inches: a row, each further line of its text, a bar, a title, the key above, a line of small text
ROW, LINE, BAR, TITLE, KEY, SMALL = 0.235, 0.14, 0.15, 0.36, 0.3, 0.16
MARKS = {"bar": 0.28, "ring": 0.22, "diamond": 0.22}  # inches of the key, before its words


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
    frame : pandas.DataFrame
        Tidy frame of CBS's tables.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year.
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default.
    other_side : OtherSide, optional
        What partners reported, as `nltrade.other_side` gives it; nothing by default.
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
    known = named.sectors() if sectors is None else sectors
    theirs = sides.of_partner(other_side, partner).trade
    theirs = theirs[theirs["period"].eq(year)]
    of_year = frame[frame["period"].eq(year) & frame["partner"].eq(partner)]

    rows = [
        *_of_cbs(of_year, known, say),
        *_of_partner(theirs, partner, known, say),
    ]
    if not rows:
        raise NoData(
            f"No sector of {registry.partner(partner).named()} has a figure for {year} here. "
            "See `nltrade sectors` for what would bring one."
        )
    data = _sorted([*rows, *_reported(partner, year, say)])
    drawn = set(data["row"])
    without = [sector.text(lang) for id, sector in known.items() if id not in drawn]

    reported = data["by"].eq(partner).any()
    tables = data.loc[data["by"].eq("CBS"), "table"]
    when = year_label(frame, tables.iloc[0], year, lang) if len(tables) else year
    notes = [say.text("sectors-rings", partner=partner)] if reported else []
    said = [sides.rate(year, say)] if reported else []
    if data["flow"].nunique() > 1:
        said.append(say.label("sectors-scales"))
    footer = [
        " ".join([*said, say.label("sectors-overlap")]),
        sides.sources(frame, data["table"], theirs if reported else theirs[:0], partner, say),
    ]
    id = "sectors-subtitle-both" if reported else "sectors-subtitle"
    paint = partial(_paint, data=data, without=without, partner=partner, say=say)
    return Chart(
        "sectors",
        lang,
        "bars",
        _headline(data, partner, when, say),
        say.text(id, partner=partner, year=when),
        footer,
        [_series(of_flow, partner, say) for _, of_flow in data.groupby("flow", sort=False)],
        data,
        paint,
        notes,
    )


def _of_cbs(
    of_year: pd.DataFrame, known: Mapping[str, Sector], say: Words
) -> Iterator[dict[str, Any]]:
    """List what CBS publishes of each sector, or the bounds of what it withholds."""
    found = amounts(of_year, known) if len(of_year) else of_year
    for kind in named.KINDS if len(of_year) else ():
        rows = most_detailed(found, kind)
        for row in rows[rows["flow"].isin(FLOWS) & rows["sector"].isin(list(known))].to_dict(
            "records"
        ):
            low, high = row["low_meur"], row["high_meur"]
            if row["absent"] or pd.isna(high):
                continue
            sector = known[row["sector"]]
            name = sector.text(say.lang)
            low = 0.0 if pd.isna(low) else low
            share = row["share_pct"]
            label = (
                withheld(low, high, say)
                if pd.isna(row[VALUE])
                else say.text("amount", value=row[VALUE])
                if pd.isna(share)
                else say.text("with-share", amount=say.meur(row[VALUE]), share=share)
            )
            yield {
                "table": row["table"],
                "flow": row["flow"],
                "row": row["sector"],
                "kind": kind,
                "by": "CBS",
                VALUE: row[VALUE],
                "low": low,
                "high": high,
                "name": say.text("of-services", name=name) if kind == "services" else name,
                "share_pct": share,
                "label": label,
            }


def _of_partner(
    theirs: pd.DataFrame, partner: str, known: Mapping[str, Sector], say: Words
) -> Iterator[dict[str, Any]]:
    """List what the partner reported that it bought: each sector, and the chapters shown apart."""
    bought = theirs[theirs["flow"].eq("export")]
    if bought.empty:
        return
    found = sides.bought_by_sector(bought, known)
    cells = bought.set_index("product")[VALUE]
    table = bought["table"].iloc[0]
    for row in found[found["high_meur"].notna()].to_dict("records"):
        sector = known[row["sector"]]
        whole = {"row": sector.id, "name": sector.text(say.lang), "share_pct": row["share_pct"]}
        values = {VALUE: row[VALUE], "low": 0.0, "high": row["high_meur"]}
        if pd.notna(row["low_meur"]):
            values["low"] = row["low_meur"]
        parts = [
            {"row": f"{sector.id}/{code}", "name": _part(code, say)}
            | {VALUE: cells[code], "low": cells[code], "high": cells[code], "share_pct": None}
            for code in sector.hs_parts
            if pd.notna(cells.get(code))
        ]
        for one in [whole | values, *parts]:
            low, high = one["low"], one["high"]
            amount = (
                say.text("amount", value=low)
                if low == high
                else say.text("range", low=("meur", low), high=("meur", high))
            )
            kind = "part" if "/" in one["row"] else "goods"
            label = amount
            if pd.notna(one["share_pct"]):
                label = say.text("with-share", amount=amount, share=one["share_pct"])
            yield {
                "table": table,
                "flow": "export",
                "kind": kind,
                "by": partner,
                "label": label,
            } | one


def _part(code: str, say: Words) -> str:
    return say.text("of-which", part=registry.product(code).text(say.lang))


def _reported(partner: str, year: str, say: Words) -> Iterator[dict[str, Any]]:
    """List what offices and newspapers reported of a part of the goods."""
    for one in named.published_about(partner, [year]).values():
        if one.period != year or one.codes == ["TOTAL"] or one.flow not in FLOWS:
            continue
        value, publisher = one.value_meur, one.via
        yield {
            "table": "",
            "flow": one.flow,
            "row": one.id,
            "kind": "reported",
            "by": publisher,
            "name": one.text(say.lang),
            VALUE: value,
            "low": value,
            "high": value,
            "share_pct": None,
            "label": say.text("sectors-reported", value=value, publisher=publisher),
        }


def _sorted(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Put flows apart, the largest sector first, its parts under it, and what was reported last."""
    data = pd.DataFrame(rows, columns=COLUMNS)
    whole = data["row"].str.partition("/")[0]
    size = data.groupby([data["flow"], whole])["high"].transform("max")
    order = {"goods": 0, "services": 1, "part": 2, "reported": 3}
    keys = pd.DataFrame(
        {
            "flow": data["flow"].map(FLOWS.index),
            "reported": data["kind"].eq("reported"),
            "size": -size,
            "sector": whole,
            "kind": data["kind"].map(order),
            "high": -data["high"].where(data["kind"].eq("part"), 0),
            "by": data["by"].ne("CBS"),
        }
    )
    return data.loc[keys.sort_values(list(keys)).index].reset_index(drop=True)


def _headline(data: pd.DataFrame, partner: str, year: str, say: Words) -> str:
    """Name the largest sector of the exports by the partner's report, else of CBS's figures."""
    told = data[data["kind"].isin(["goods", "services"]) & data[VALUE].notna()]
    theirs = told[told["by"].eq(partner)]
    about: dict[str, Any] = {"partner": partner, "year": year}
    if len(theirs) > 1:
        top = theirs.loc[theirs[VALUE].idxmax()]
        ids = ["sectors-headline-partner", "sectors-headline-partner-short"]
        return sides.shortest(say, ids, sector=_name(top), **about)
    if told.empty:
        return say.text("sectors-headline-withheld", **about)
    top = told.loc[told[VALUE].idxmax()]
    about |= {"sector": _name(top), "share": top["share_pct"], "value": top[VALUE]}
    ids = [f"sectors-headline-{top['flow']}", f"sectors-headline-{top['flow']}-short"]
    return sides.shortest(say, ids, **about)


def _name(row: pd.Series) -> str:
    name = str(row["name"])
    return name[:1].upper() + name[1:]


def _series(rows: pd.DataFrame, partner: str, say: Words) -> Series:
    """Give the value of each row, or what is said of it where it has none of its own."""
    values: dict[str, float | str | None] = {}
    for row in rows.to_dict("records"):
        point = row["name"]
        if row["kind"] == "reported":
            point = say.text("reported-point-of", thing=row["name"], publisher=row["by"])
        elif row["by"] == partner:
            point = say.text("reported-point-by", thing=row["name"], partner=partner)
        values[point] = row["label"] if pd.isna(row[VALUE]) else float(row[VALUE])
    return Series(say.text(f"{rows['flow'].iloc[0]}-with", partner=partner), values, "meur")


def _paint(space: Canvas, data: pd.DataFrame, without: list[str], partner: str, say: Words) -> None:
    """Draw a panel for each flow: a line for each row, and below them what has no figure."""
    wide = [canvas.text_width(name, TEXT) for name in data["name"]]
    # A word is never broken, however narrow the figure is.
    words = [word for name in data["name"] for word in name.split()]
    longest = max(canvas.text_width(word, TEXT) for word in words)
    left = max(min(max(wide), 0.36 * space.width), longest) + 0.15
    width = space.width - left - 0.25
    # A ring has a line of its own under the bar of its sector, which is named once.
    again = data.duplicated(["flow", "name"])
    names = [canvas.wrap(name, left - 0.15, TEXT) for name in data["name"].mask(again, "")]

    flows, scales = [], []
    for _, of_flow in data.assign(name=names).groupby("flow", sort=False):
        # as wide a scale as leaves room for every label behind its bar, in lines where it is long
        least = [min(canvas.text_width(text, TEXT), 0.5 * width) for text in of_flow["label"]]
        inch = (
            max(h / (width - room) for h, room in zip(of_flow["high"], least, strict=True)) or 1.0
        )
        labels = [
            canvas.wrap(text, width - high / inch + 1e-9, TEXT)
            for text, high in zip(of_flow["label"], of_flow["high"], strict=True)
        ]
        count = [
            max(name.count("\n"), text.count("\n"))
            for name, text in zip(of_flow["name"], labels, strict=True)
        ]
        flows.append(of_flow.assign(label=labels, tall=[ROW + LINE * more for more in count]))
        scales.append(inch)

    told = say.text("sectors-without", count=len(without), sectors=say.several(without))
    note = canvas.wrap(told, space.width, TEXT) if without else ""
    below = SMALL * (note.count("\n") + 1) + 0.08 if note else 0.0
    sizes = [of_flow["tall"].sum() for of_flow in flows]
    key = _key(data, partner, space.width, say)
    top = KEY * (1 + max(line for line, *_ in key))
    height = sum(sizes) + TITLE * len(flows) + top + below
    sizes[-1] += below
    axes = space.open(height, ticks=False).axes(
        len(flows),
        1,
        left=left,
        titles=top + TITLE - 0.1,
        height_ratios=sizes,
        hspace=TITLE / (sum(sizes) / len(sizes)),
    )
    for ax, of_flow, inch, size in zip(axes, flows, scales, sizes, strict=True):
        ax.set(xlim=(0, inch * (space.width - left)), ylim=(size, 0))
        flow = of_flow["flow"].iloc[0]
        _draw(ax, of_flow, inch, partner)
        title = say.text(f"{flow}-with", partner=partner)
        colour = style.readable(style.COLOURS[flow])
        ax.set_title(title, loc="left", fontsize=9, weight="bold", color=colour)
    if note:
        at = (-left * scales[-1], sizes[-1] - below + 0.1)
        axes[-1].text(*at, note, va="top", fontsize=TEXT, color=style.SOFT, linespacing=1.25)
    _draw_key(space, key, top)


def _draw(ax: Axes, rows: pd.DataFrame, inch: float, partner: str) -> None:
    """Draw the bar, the ring or the diamond of each row, and its value beside it."""
    colour = style.COLOURS[rows["flow"].iloc[0]]
    spots = (rows["tall"].cumsum() - rows["tall"] / 2).tolist()
    for at, row in zip(spots, rows.to_dict("records"), strict=True):
        if row["by"] == partner:
            ax.plot([0, row["low"]], [at, at], color=style.PALE, linewidth=1.2, zorder=1)
            ax.plot([row["low"]], [at], clip_on=False, **sides.RING)
        elif row["kind"] == "reported":
            ax.plot([row[VALUE]], [at], clip_on=False, **sides.DIAMOND)
        elif pd.isna(row[VALUE]):
            ax.barh(at, row["low"], height=BAR, color=colour)
            look: dict[str, Any] = {"height": BAR, "color": style.PALE, "hatch": "///"}
            ax.barh(at, row["high"] - row["low"], left=row["low"], **look)
        else:
            ax.barh(at, row[VALUE], height=BAR, color=colour)
        beside = row["high"] + (0.06 if row["by"] == "CBS" else 0.1) * inch
        ax.text(beside, at, row["label"], va="center", fontsize=TEXT, linespacing=1.05)

    canvas.name_rows(ax, rows["name"], spots, -0.1 * inch)
    ax.spines["left"].set(visible=True, color=style.PALE)
    ax.spines["left"].set_bounds(0, rows["tall"].sum())


def _key(
    data: pd.DataFrame, partner: str, room: float, say: Words
) -> list[tuple[int, float, str, str]]:
    """Lay out what a bar, a ring and a diamond are: line, inches from the left, mark, words."""
    samples = []
    if data["by"].eq("CBS").any():
        samples.append(("bar", say.label("cbs")))
    if data["by"].eq(partner).any():
        samples.append(("ring", say.text("as-reported-by", partner=partner)))
    if data["kind"].eq("reported").any():
        samples.append(("diamond", say.label("reported-by-others")))

    placed, line, x = [], 0, 0.0
    for mark, words in samples:
        wide = MARKS[mark] + canvas.text_width(words, TEXT)
        if x and x + wide > room:
            line, x = line + 1, 0.0
        placed.append((line, x, mark, words))
        x += wide + 0.3
    return placed


def _draw_key(space: Canvas, key: list[tuple[int, float, str, str]], top: float) -> None:
    """Draw the key above the panels."""
    tall = space.figure.get_figheight()
    box = (
        space.margin / space.across,
        space.top - top / tall,
        space.width / space.across,
        top / tall,
    )
    ax = space.figure.add_axes(box)
    ax.set(xlim=(0, space.width), ylim=(top, 0))
    ax.set_axis_off()
    for line, x, mark, words in key:
        y = KEY * (line + 0.5)
        if mark == "bar":
            ax.barh(y, 0.22, left=x, height=0.11, color=style.GREY)
        else:
            ax.plot([x + 0.1], [y], **(sides.RING if mark == "ring" else sides.DIAMOND))
        told = x + MARKS[mark]
        ax.text(told, y, words, va="center_baseline", fontsize=TEXT, color=style.INK)
