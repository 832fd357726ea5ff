"""The sectors of a year, sorted: what CBS publishes, the range of what it withholds, and what others reported."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import canvas, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import origins_in, source_lines, statuses, year_label
from nltrade.claims.elsewhere import Checked, check_published
from nltrade.errors import NoData
from nltrade.questions.sectors import REMAINDER, most_detailed, sector_trade, why_missing
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Lang, Sector
from nltrade.words import Words

ROW, LINE, BAR, TITLE = (
    0.235,
    0.13,
    0.15,
    0.42,
)  # inches: a row, each further line of its text, a bar, a title
NAME, LABEL = 8.5, 8.0  # sizes of text


def draw_sectors(
    frame: pd.DataFrame,
    *,
    partner: str = "RU",
    period: str | int = 2012,
    sectors: Mapping[str, Sector] | None = None,
    lang: Lang = "en",
) -> Chart:
    """
    Draw imports and exports of goods by sector, the largest first, with the rest of the total and reported figures.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year.
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default.
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
    >>> drawn = draw_sectors(nl.load(), partner="Russia", period=2012).data
    >>> drawn.loc[drawn["flow"] == "import", ["row", "value_meur"]].values.tolist()
    [['energy', 18682.0], ['remainder', 1650.0]]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    known = named.sectors() if sectors is None else sectors
    of_year = frame[
        frame["period"].eq(year) & frame["kind"].eq("goods") & frame["partner"].eq(partner)
    ]
    found = most_detailed(sector_trade(of_year, partner, year, sectors=known), "goods")
    about = {
        id: one
        for id, one in named.published().items()
        if (registry.partner(one.partner).id, one.period) == (partner, year)
        and one.codes != ["TOTAL"]
    }
    figures = check_published(of_year, about) if about else []
    data = pd.concat([_rows(found, flow, known, figures, say) for flow in ("import", "export")])
    data.insert(0, "table", found["table"].iloc[0] if len(found) else "")
    drawn = data[data["kind"] == "sector"]
    if drawn.empty:
        raise NoData(
            f"No sector of {registry.partner(partner).named()} has a figure for {year} here. "
            "See `nltrade sectors` for what would bring one."
        )
    table = str(found["table"].iloc[0])
    label = year_label(frame, table, year, lang)
    headline = _headline(drawn, partner, label, say)
    lacking = found[(found["absent"] > 0) & (found["flow"] == "import")]
    able = [why_missing(row, known.get(row["sector"])) for row in lacking.to_dict("records")]
    fetch = next((values["table"] for id, values in able if id == "sector-fetch"), None)
    notes = [say.label("sectors-note")]
    if fetch:
        notes.append(say.text("sectors-lacking", count=len(lacking), table=fetch))
    if hidden := _without_bounds(found, known, lang):
        notes.append(say.text("sectors-unbounded", sectors=say.several(hidden)))
    status = statuses(frame[frame["table"] == table], year)
    footer = [" ".join(notes), *source_lines(origins_in(frame, [table]), lang, status)]
    subtitle = say.text("sectors-subtitle", partner=partner, year=label)
    series = [_series(rows, partner, say) for _, rows in data.groupby("flow", sort=False)]
    paint = partial(_paint, data=data, partner=partner, say=say)
    return Chart("sectors", lang, "bars", headline, subtitle, footer, series, data, paint)


def _series(rows: pd.DataFrame, partner: str, say: Words) -> Series:
    """Give the value of each row, or what is said of it where it has none of its own; all reports of one thing."""
    reported = rows["kind"].eq("reported")
    own = rows[~reported]
    values = dict(
        zip(
            own["name"],
            own[VALUE].astype(object).where(own[VALUE].notna(), own["label"]),
            strict=True,
        )
    )
    for thing, labels in rows[reported].groupby("name", sort=False)["label"]:
        values[say.text("reported-point", thing=thing)] = "; ".join(labels)
    return Series(say.text(f"{rows['flow'].iloc[0]}-with", partner=partner), values, "meur")


def _paint(space: Canvas, data: pd.DataFrame, partner: str, say: Words) -> None:
    left = min(
        max(canvas.text_width(name, NAME) for name in data["name"]) + 0.15, 0.4 * space.width
    )
    names = [canvas.wrap(name, left - 0.15, NAME) for name in data["name"]]
    # One scale for both flows, as wide as leaves room for every label behind its bar, in lines where it is long.
    width = space.width - left - 0.25
    least = [min(canvas.text_width(label, LABEL), 0.6 * width) for label in data["label"]]
    inch = (
        max(high / (width - room) for high, room in zip(data["high"], least, strict=True)) or 1.0
    )  # million euro
    rooms = width + 1e-9 - data["high"] / inch
    labels = [
        canvas.wrap(label, room, LABEL) for label, room in zip(data["label"], rooms, strict=True)
    ]
    lines = [
        max(name.count("\n"), label.count("\n")) + 1
        for name, label in zip(names, labels, strict=True)
    ]
    data = data.assign(name=names, label=labels, tall=[ROW + LINE * (count - 1) for count in lines])
    flows = [rows for _, rows in data.groupby("flow", sort=False)]
    sizes = [rows["tall"].sum() for rows in flows]
    mean = sum(sizes) / len(sizes)
    axes = space.open(sum(sizes) + TITLE * len(flows), ticks=False).axes(
        len(flows), 1, left=left, titles=0.25, height_ratios=sizes, hspace=TITLE / mean
    )
    for ax, rows in zip(axes, flows, strict=True):
        ax.set(xlim=(0, inch * (space.width - left)), ylim=(rows["tall"].sum(), 0), xticks=[])
        _draw(ax, rows, inch, partner, say)


def _without_bounds(found: pd.DataFrame, known: Mapping[str, Sector], lang: Lang) -> list[str]:
    """Name the sectors that CBS withholds without anything that bounds them."""
    open = found[(found["absent"] == 0) & (found["codes"] > 0) & found["high_meur"].isna()]
    return [known[id].text(lang) for id in open["sector"].unique() if id in known]


def _rows(
    found: pd.DataFrame,
    flow: str,
    known: Mapping[str, Sector],
    figures: Sequence[Checked],
    say: Words,
) -> pd.DataFrame:
    """List what is drawn of a flow: sectors from the largest, the rest of the total, reported figures."""
    rows: list[dict[str, Any]] = []
    for row in found[found["flow"] == flow].to_dict("records"):
        share = None if pd.isna(row["share_pct"]) else row["share_pct"]
        low, high = (0.0 if pd.isna(row["low_meur"]) else row["low_meur"]), row["high_meur"]
        if not pd.isna(row[VALUE]):
            label = say.text("sectors-value", value=row[VALUE], share=share or 0.0)
        elif row["absent"] == 0 and not pd.isna(high):
            label = say.text("sector-withheld", low=low, high=high)
        else:
            continue
        rest = row["sector"] == REMAINDER
        name = say.label(REMAINDER) if rest else known[row["sector"]].text(say.lang)
        kind = "rest" if rest else "sector"
        rows.append(
            {
                "row": row["sector"],
                "kind": kind,
                "name": name,
                VALUE: row[VALUE],
                "low": low,
                "high": high,
            }
        )
        rows[-1] |= {"label": label, "share_pct": share}
    rows.sort(key=lambda row: (row["kind"] == "rest", -row["high"]))
    reported = [one for one in figures if one.figure.flow == flow]
    for one in sorted(reported, key=lambda one: -one.figure.value_meur):
        value, publisher = one.figure.value_meur, one.figure.publisher
        label = say.text("sectors-reported", value=value, publisher=publisher, verdict=one.verdict)
        rows.append(
            {
                "row": one.figure.id,
                "kind": "reported",
                "name": one.figure.text(say.lang),
                VALUE: value,
            }
        )
        rows[-1] |= {"low": value, "high": value, "label": label}
    columns = ["row", "kind", "name", VALUE, "low", "high", "share_pct", "label"]
    data = pd.DataFrame(rows, columns=columns)
    data.insert(0, "flow", flow)
    return data


def _draw(ax: Axes, rows: pd.DataFrame, inch: float, partner: str, say: Words) -> None:
    flow = rows["flow"].iloc[0]
    colour = style.COLOURS[flow]
    spots = (rows["tall"].cumsum() - rows["tall"] / 2).tolist()
    for at, row in zip(spots, rows.to_dict("records"), strict=True):
        if row["kind"] == "reported":
            look: dict[str, Any] = {
                "marker": "D",
                "markersize": 5,
                "linestyle": "none",
                "clip_on": False,
            }
            ax.plot([row[VALUE]], [at], color=style.SUBJECT, **look)
        elif pd.isna(row[VALUE]):
            ax.barh(at, row["low"], height=BAR, color=colour)
            ax.barh(
                at,
                row["high"] - row["low"],
                left=row["low"],
                height=BAR,
                color=style.PALE,
                hatch="///",
            )
        else:
            ax.barh(
                at, row[VALUE], height=BAR, color=style.PALE if row["kind"] == "rest" else colour
            )
        apart = 0.1 if row["kind"] == "reported" else 0.05
        ax.text(
            row["high"] + apart * inch,
            at,
            row["label"],
            va="center",
            fontsize=LABEL,
            linespacing=1.05,
        )
    ax.set_yticks(spots, rows["name"], fontsize=NAME)
    ax.tick_params(axis="y", pad=7)
    ax.grid(visible=False)
    title = say.text(f"{flow}-with", partner=partner)
    ax.set_title(title, loc="left", fontsize=9, weight="bold", color=style.readable(colour))


def _headline(drawn: pd.DataFrame, partner: str, year: str, say: Words) -> str:
    """Name the largest sector of each flow, or the only one at hand."""
    values: dict[str, Any] = {"partner": partner, "year": year}
    known = []
    for flow, rows in drawn.dropna(subset=[VALUE]).groupby("flow", sort=False):
        top = rows.loc[rows[VALUE].idxmax()]
        values |= {f"{flow}_sector": top["name"], f"{flow}_share": top["share_pct"]}
        known.append(str(flow))
    only = known and drawn["row"].nunique() == 1
    return say.text("-".join(["sectors-only" if only else "sectors-largest", *known]), **values)
