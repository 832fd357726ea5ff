"""
Invented tables in the shape of real ones.

No figure here is CBS's. Every invented value is one number written twice, with zeros between
(``184800001848``), so that nobody mistakes it. The cells are still consistent: a total is the sum
of its parts, a year that of its months or of its quarters, the world that of the EU and the rest.
The exceptions are those of real tables: some cells are secret, and a partner that does not exist in
a year is impossible in it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from cbs_replica.rows import IMPOSSIBLE, Cube
from cbs_replica.shape import Table, dimension, make, topic
from nltrade import registry

TWICE = 100_000_001
FIRST, LAST = 1996, 2017
MONTHS = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
]
MONTHS += ["november", "december"]

NOT_YET = {"017": 2000, "018": 2000}  # Belgium and Luxembourg are one, 002, until 1999
NOT_ANY_MORE = {"002": 1999}


def cells(number: int, measures: Iterable[str]) -> dict[str, int]:
    """Values for the measures of one invented row, different in each row and column."""
    return {name: (10 * (number + 1) + place) * TWICE for place, name in enumerate(measures)}


def is_invented(value: int) -> bool:
    """Whether a value bears the mark of an invented one."""
    return value % TWICE == 0 and value != 0


def sitc() -> tuple[list[dict[str, str]], dict[str, int]]:
    """
    Make the tree of sections, divisions and groups with the keys of 7137shih, and the weight of
    each key.
    """
    goods = [
        p
        for p in registry.products().values()
        if p.kind == "goods" and (p.id.isdigit() or p.id == "TOTAL")
    ]
    weights: dict[str, int] = {}
    for group in [p.id for p in goods if p.level == 3]:
        for key in ("T  ", f"tt{group[0]}", f"t{group[:2]}", group):
            weights[key] = weights.get(key, 0) + 1 + int(group[2]) % 2
    ordered = sorted(goods, key=lambda p: (p.level > 0, p.id))
    return [{"Key": p.keys[-1], "Title": f"{p.id} {p.nl}"[:40]} for p in ordered], weights


def partners(first: int, last: int) -> tuple[list[dict[str, str]], dict[str, dict[int, int]]]:
    """
    Make the partners of 7137shih, and what each weighs in a year; none where it does not exist.
    """
    groups_first = sorted(registry.partners().values(), key=lambda p: p.kind != "group")
    here = {p.keys["7137shih"]: p for p in groups_first if "7137shih" in p.keys}
    weights: dict[str, dict[int, int]] = {key: {} for key in here}
    for place, (key, partner) in enumerate(here.items()):
        for year in range(
            max(first, NOT_YET.get(key, 0)), min(last, NOT_ANY_MORE.get(key, 9999)) + 1
        ):
            if partner.kind != "group":
                inside = partner.id in registry.eu_members(date(year, 12, 31)) or partner.eu
                for member in (key, "teu" if inside else "neu", "999"):
                    weights[member][year] = weights[member].get(year, 0) + 1 + place % 2
            elif key not in ("teu", "neu", "999"):
                weights[key][year] = 1  # of the continents only the shape
    titles = {
        key: f"{partner.name('nl')}{' (vanaf 2000)' if key in NOT_YET else ''}"
        for key, partner in here.items()
    }
    return [{"Key": key, "Title": title} for key, title in titles.items()], weights


def periods(
    first: int, last: int, kinds: str = "MM KW JJ"
) -> tuple[list[dict[str, str]], dict[str, tuple[int, int]]]:
    """
    Make months, quarters and years, and the year and weight of each; the title of 2012 has a stray
    space.
    """
    rows, weights = [], {}
    for year in range(first, last + 1):
        months = [month + year - first for month in range(1, 13)]
        named = {
            f"{year}MM{month:02}": (f"{year} {MONTHS[month - 1]}", months[month - 1])
            for month in range(1, 13)
        }
        for quarter in range(4):
            label = f"{year} {quarter + 1}e kwartaal"
            named[f"{year}KW0{quarter + 1}"] = (label, sum(months[3 * quarter : 3 * quarter + 3]))
        named[f"{year}JJ00"] = ("2012 " if year == 2012 else str(year), sum(months))
        status = {last: "Voorlopig", last - 1: "NaderVoorlopig"}.get(year, "Definitief")
        for key, (title, weight) in named.items():
            if key[4:6] in kinds.split():
                rows.append({"Key": key, "Title": title, "Status": status})
                weights[key] = (year, weight)
    return rows, weights


def with_quarters(years: list[dict[str, str]]) -> list[dict[str, str]]:
    """Put the quarters of each year before it, as the feed does."""
    return [
        row
        for year in years
        for row in [
            *(
                {"Key": f"{year['Key'][:4]}KW0{n}", "Title": f"{year['Key'][:4]} {n}e kwartaal"}
                for n in range(1, 5)
            ),
            year,
        ]
    ]


def shih(rows: int | None = None, kinds: str = "MM KW JJ") -> Table:
    """
    Make a table of the shape of 7137shih: unit 1 000 euro, padded keys, three levels of SITC, six
    topics.

    Parameters
    ----------
    rows : int, optional
        Serve the first so many rows, with more years if 1996-2017 hold fewer; all of 1996-2017 by
        default. Nothing is held in memory: a page is made when it is asked for.
    kinds : str
        Kinds of periods. The real table has months and years only: ``"MM JJ"``.
    """
    products, weight = sitc()
    a_year = len(products) * len(partners(FIRST, LAST)[0]) * len(periods(FIRST, FIRST, kinds)[0])
    last = max(LAST, FIRST + -(-(rows or 0) // a_year) - 1)
    countries, size = partners(FIRST, last)
    times, time = periods(FIRST, last, kinds)
    order = {row["Key"]: place for place, row in enumerate([*products, *countries])}
    leaves = {key for key in weight if key.isdigit()}
    fuels = {key for key in weight if key.strip("t").startswith("3")}

    def cell(product: str, partner: str, period: str) -> tuple[Any, ...]:
        year, length = time[period]
        here = size[partner].get(year)
        if here is None:
            return (IMPOSSIBLE,) * 6
        growth = 7.7 if year > FIRST else IMPOSSIBLE
        if (partner == "028" and product in fuels) or (
            product in leaves and not (order[product] + order[partner]) % 41
        ):
            return None, None, None, None, None, None
        value = weight[product] * here * length * TWICE
        return value, 2 * value, value, 200.0, growth, growth

    measures = {
        "Invoerwaarde_1": ("Invoerwaarde", "1 000 euro", "Long"),
        "Uitvoerwaarde_2": ("Uitvoerwaarde", "1 000 euro", "Long"),
        "Handelsbalans_3": ("Handelsbalans", "1 000 euro", "Long"),
        "Dekkingspercentage_4": ("Dekkingspercentage", "%", "Double"),
        "JaarmutatieInvoer_5": ("Jaarmutatie invoer", "%", "Double"),
        "JaarmutatieUitvoer_6": ("Jaarmutatie uitvoer", "%", "Double"),
    }
    keys = {"SITC": products, "LandenGroepen": countries, "Perioden": times}
    return make(
        "7137shih",
        title=f"Internationale handel; in- en uitvoer naar SITC (3 digit), landen(groepen), {FIRST}-{last}",
        modified="2018-05-03T02:00:00",
        period=f"{FIRST} - {last}",
        dimensions={
            name: dimension(listed, time=name == "Perioden") for name, listed in keys.items()
        },
        topics=[topic(key, *rest) for key, rest in measures.items()],
        rows=Cube(_only_keys(keys), list(measures), cell, limit=rows),
        discontinued=True,
    )


def border_crossing() -> Table:
    """
    Make a small 85429NED: goods that cross the border, with quasi-transit as measures of its own.
    """
    goods = {
        "T001082": "Totaal goederen",
        "A018524": "0 Voeding en levende dieren",
        "A018591": "3 Minerale brandstoffen",
    }
    weight = {"T001082": 5, "A018524": 2, "A018591": 3}
    inside = {"L008552": "België", "L008592": "Duitsland"}
    outside = {
        "L008575": "China",
        "L008724": "Rusland",
        "L008776": "Verenigd Koninkrijk",
        "L008778": "Verenigde Staten",
    }
    groups = {
        "T001047": "Totaal landen",
        "L007935": "EU (exclusief Nederland)",
        "L006998": "Niet-EU",
    }
    size = {"T001047": len(inside) + len(outside), "L007935": len(inside), "L006998": len(outside)}
    times, time = periods(2015, 2026)

    def cell(partner: str, product: str, period: str) -> tuple[int, ...]:
        value = size.get(partner, 1) * weight[product] * time[period][1] * TWICE
        return 2 * value, 4 * value, 3 * value, value, 2 * value, 5 * value

    measures = {
        "TotaleInvoerwaarde_1": "Totale invoerwaarde",
        "DoorvoerwaardeInkomend_2": "Doorvoerwaarde inkomend",
        "TotaleUitvoerwaarde_3": "Totale uitvoerwaarde",
        "Wederuitvoerwaarde_4": "Wederuitvoerwaarde",
        "UitvoerwaardeProductNL_5": "Uitvoerwaarde product NL",
        "DoorvoerwaardeUitgaand_6": "Doorvoerwaarde uitgaand",
    }
    keys = {"Landen": _listed(groups | inside | outside), "SITC": _listed(goods), "Perioden": times}
    return _in_millions(
        "85429NED",
        "Internationale goederenhandel; grensoverschrijding, kerncijfers",
        measures,
        keys,
        cell,
    )


def key_figures() -> Table:
    """Make a small 70017: key figures of 2002-2022 for groups of countries only."""
    groups = {
        "T001047": "Totaal landen(groepen)",
        "L007935": "EU (exclusief Nederland)",
        "L006998": "Niet-EU",
    }
    size = {"T001047": 9, "L007935": 5, "L006998": 4}
    goods = {"T001082": "Totaal goederen", "A018591": "3 Minerale brandstoffen"}
    weight = {"T001082": 5, "A018591": 3}
    times, time = periods(2002, 2022)

    def cell(group: str, product: str, period: str) -> tuple[int, ...]:
        value = size[group] * weight[product] * time[period][1] * TWICE
        return value, 3 * value, 2 * value, 4 * value, value

    # Two series with the same titles, told apart by the group of topics.
    measures = {
        "Invoerwaarde_1": "Invoerwaarde",
        "Uitvoerwaarde_2": "Uitvoerwaarde",
        "Invoerwaarde_3": "Invoerwaarde",
        "Uitvoerwaarde_4": "Uitvoerwaarde",
        "Handelsbalans_5": "Handelsbalans",
    }
    groups_of = dict.fromkeys(measures, "Actuele reeks vanaf 2007") | {
        "Invoerwaarde_1": "Vorige reeks",
        "Uitvoerwaarde_2": "Vorige reeks",
    }
    keys = {"SITC": _listed(goods), "Landengroepen": _listed(groups), "Perioden": times}
    return _in_millions(
        "70017",
        "Internationale handel; in- en uitvoerwaarde kerncijfers, 2002-2022",
        measures,
        keys,
        lambda product, group, period: cell(group, product, period),
        groups_of,
    )


def _listed(titles: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Title": title} for key, title in titles.items()]


def _only_keys(dimensions: dict[str, list[dict[str, str]]]) -> dict[str, list[str]]:
    return {name: [row["Key"] for row in listed] for name, listed in dimensions.items()}


def _in_millions(
    id: str,
    title: str,
    measures: dict[str, str],
    keys: dict[str, list[dict[str, str]]],
    cell: Callable[..., tuple[Any, ...]],
    groups: Mapping[str, str] | None = None,
) -> Table:
    last = keys["Perioden"][-1]["Key"][:4]
    return make(
        id,
        title=title,
        modified=f"{last}-10-02T02:00:00",
        period=f"{keys['Perioden'][0]['Key'][:4]} - {last}",
        dimensions={
            name: dimension(listed, time=name == "Perioden") for name, listed in keys.items()
        },
        topics=[
            topic(key, name, "mln euro") | ({"Group": groups[key]} if groups else {})
            for key, name in measures.items()
        ],
        rows=Cube(_only_keys(keys), list(measures), cell),
        discontinued=id == "70017",
    )
