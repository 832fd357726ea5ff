"""The rows of the figure of services, and what is said of them."""

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years as panels
from nltrade.charts.provenance import year_label
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

FLOWS = ["import", "export"]
TOTAL, OLD = "S", "EBOPS-"  # the whole, and how the classes of the fifth manual begin

HEADLINES = {
    "export import": "services-headline",
    "export": "services-headline-export",
    "import": "services-headline-import",
    "": "services-headline-none",
}


def rows(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Take the totals, and the classes of the sixth manual that are not inside another one."""
    services = trade.select(frame, kind="services")
    cells = services[
        (services["partner"] == partner) & (services["freq"] == "A") & services["flow"].isin(FLOWS)
    ]
    if cells[VALUE].isna().all():
        name = registry.partner(partner).name()
        tables = ", ".join(services["table"].unique())
        raise NoData(
            f"No yearly services with {name} ({partner}) are published separately ({tables}); that is not zero."
        )
    ids = set(cells["product"]) - {TOTAL}
    outer = {id for id in ids if not any(id != other and id.startswith(other) for other in ids)}
    cells = cells[cells["product"].isin([TOTAL, *(id for id in outer if not id.startswith(OLD))])]
    order = {id: at for at, id in enumerate([*registry.tables(), *registry.products()])}
    keys = ["table", "flow", "product", "period"]
    cells = cells.sort_values(
        keys, key=lambda s: s.map(order) if s.name in ("table", "product") else s
    )
    published = cells.groupby("table")[VALUE].transform("count") > 0
    columns = [
        "table",
        "concept",
        "partner",
        "flow",
        "product",
        "period",
        "complete",
        "status",
        VALUE,
    ]
    return cells.loc[published, columns].reset_index(drop=True)


def largest(data: pd.DataFrame, most: int) -> list[str]:
    """Choose the classes to draw, by their latest year, and give them in the order of the registry."""
    classes = data[data["product"] != TOTAL]
    last = (
        classes[classes["period"] == classes["period"].max()]
        .groupby("product")[VALUE]
        .max()
        .fillna(0)
    )
    kept = set(last.sort_values(ascending=False, kind="stable").index[:most])
    return [id for id in classes["product"].unique() if id in kept]


def marks(drawn: pd.DataFrame, lang: Lang) -> dict[str, float]:
    """Say where one table gives way to the next, and where in the years that is."""
    say = Words(lang)
    found = {}
    totals = list(drawn[drawn[VALUE].notna()].groupby("table", sort=False))
    for (before, earlier), (after, later) in pairwise(totals):
        end, start = int(earlier["period"].max()), int(later["period"].min())
        years = say.several(sorted(set(earlier["period"]) & set(later["period"])))
        same = earlier["concept"].iloc[0] == later["concept"].iloc[0]
        id = ("services-vintages" if years else "services-tables") if same else "services-manuals"
        found[say.text(id, years=years, before=before, after=after)] = (end + start) / 2
    return found


def notes(
    frame: pd.DataFrame, drawn: pd.DataFrame, marked: Mapping[str, float], partner: str, lang: Lang
) -> list[str]:
    """Say where lines stop, what is left out and what is not published."""
    say = Words(lang)
    listed = "; ".join(f"({number}) {text}" for number, text in enumerate(marked, start=1))
    said = [say.text("services-breaks", breaks=listed)] if listed else []
    said += panels.notes(drawn, {}, lang)
    old = frame[
        (frame["partner"] == partner) & frame["product"].str.startswith(OLD) & frame[VALUE].notna()
    ]
    said += [say.text("services-old-classes", table=table) for table in old["table"].unique()]
    counts = drawn.groupby("product", sort=False)[VALUE].count()
    if drawn[VALUE].isna().any():
        said.append(say.label("services-gaps"))
    empty = [registry.product(id).text(lang) for id in counts[counts == 0].index]
    if empty:
        said.append(say.text("services-empty", classes=say.several(empty)))
    return said


def headline(frame: pd.DataFrame, drawn: pd.DataFrame, partner: str, lang: Lang) -> str:
    """Say the totals of the latest year, and the largest class."""
    say = Words(lang)
    known = drawn.dropna(subset=[VALUE])
    totals = known[known["product"] == TOTAL]
    newest = (totals if len(totals) else known).sort_values("period", kind="stable").iloc[-1]
    year, table = newest["period"], newest["table"]
    latest = known[(known["period"] == year) & (known["table"] == table)]
    flows = latest[latest["product"] == TOTAL].set_index("flow")[VALUE].to_dict()
    values = {"partner": partner, "year": year_label(frame, table, year, lang)}
    values |= {"export": flows.get("export"), "import_": flows.get("import")}
    sentence = say.text(HEADLINES[" ".join(sorted(flows))], **values)
    classes = latest[latest["product"] != TOTAL]
    if classes.empty:
        return sentence
    top = classes.loc[classes[VALUE].idxmax()]
    service = registry.product(top["product"]).text(lang)
    return sentence + say.text(
        "services-largest", service=service, flow=top["flow"], value=top[VALUE]
    )
