"""
Write down every answer of the package, to prove that a change of its code changes none of them.

``python benchmarks/answers.py dump FOLDER`` asks all there is to ask of the shipped figures and
writes the answers to FOLDER; with names of files, such as ``rankings.csv figures``, those only. The
same script in the changed code writes another folder, and
``python benchmarks/answers.py compare FOLDER OTHER`` shows what differs: a line with - is in FOLDER
only, one with + in OTHER only. Its exit code is 1 where anything differs.

Each file holds one answer a line, sorted; a .csv file has its heads above them. Numbers have 12
significant digits, a missing one is empty, and an error is an answer. The order of rankings, moves,
findings, verdicts and what is drawn or shown is part of the answer, as a number in the line; that
of the rows of other frames is not.

==============  ==================================================================================
file            what
==============  ==================================================================================
sources.txt     the files of CBS that the answers are from; where these differ, so will the others
types.txt       the columns of the frames of each function, and their types
rankings.csv    `rank_partners`: all tables, periods, flows (each alone, and all at once) and sides
                of the EU's border, of all goods, product 3, services, and goods and services
                together; for the years LATER_FOR with the members of a later day as well
moves.csv       `compare_places`: each year and the next
places.csv      `trace_place`: the partners of QUESTIONS
trade.csv       `total`, `balance`, `share` and `growth`: the whole frame
sectors.csv     `sector_trade`: all countries and years
verdicts.jsonl  `check_claims`: the shipped claims and those of every file in CLAIMS; also the
                shipped published figures, and the bases of the trade with the partners of QUESTIONS
findings.txt    the findings of a briefing: all countries, every third year; those of QUESTIONS,
                every year
figures/        the nine figures: QUESTIONS; what is drawn, and all that is said of it
shown.txt       `show` and `show_ranking`: Russia in 2012, and lists; 120 characters wide
==============  ==================================================================================

A dump takes about 22 minutes on one core, most of it for the findings. Those in Dutch are told
from the English figure of the ranking, as the data of the two are the same.
"""

import csv
import io
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import pairwise, product
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

# All that is asked of the package: what moves in it, moves here and nowhere else.
import nltrade
from nltrade import (
    balance,
    check_claims,
    claims,
    growth,
    load,
    rank_partners,
    sector_trade,
    select,
    share,
    show,
    show_ranking,
    tables,
    total,
)
from nltrade.briefing.findings import findings
from nltrade.charts import NAMES, draw
from nltrade.claims.base_of_trade import base_of_trade
from nltrade.claims.elsewhere import check_published
from nltrade.files import as_csv
from nltrade.questions.moves import compare_places, trace_place
from nltrade.sources.provenance import origins

ROOT = Path(__file__).parents[1]
CLAIMS = [ROOT / "tests"]
LANGS = ("en", "nl")
FLOWS = ("import", "export", "re-export", "domestic export", "total trade")
SIDES = ("outside EU", "inside EU", "all")
LATER = date(2023, 12, 31)
LATER_FOR = ("2003", "2006", "2012", "2018", "2020")  # years to rank with the members of that day
TYPES_FOR = ("2012", "2018", "2026")  # years of which the rankings tell their types
QUESTIONS = [
    ("RU", 2012),
    ("CN", 2019),
    ("DE", 2022),
    ("GB", 2020),
    ("NO", 2018),
    ("PT", 2009),
    ("SR", 2026),
    ("US", 2024),
    ("KI", 2019),
    ("IN", 2015),
    ("PL", 2004),
    ("BR", 2007),
]
YEARS = range(2002, 2027)
STEP = 3  # years from one to the next, in the findings of all countries
SHOWN = 10  # differences
VALUE = "value_meur"
WHOLES = ("all products", "all partners", "export")
ASKED = ["table", "kind", "product", "period", "among", "members_on", "asked"]
CELL = ["table", "kind", "flow", "partner", "product", "period", "complete", "status"]
RANKED = ["flow", "partner", VALUE, "place", "best", "worst"]
UNSURE = ["hidden", "unallocated_meur", "services_meur"]
MOVED = [
    "partner",
    *("before_meur", "before_place", "before_best", "before_worst"),
    *("after_meur", "after_place", "after_best", "after_worst"),
    *("moved", "certain"),
]
ADDED = ["whole_meur", "share_pct", "previous_meur", "growth_pct", "growth_note"]
OF_SECTORS = [
    *(name for name in CELL if name != "product"),
    *("sector", "codes", "published", "withheld", "absent", VALUE, "low_meur", "high_meur"),
    *("total_meur", "share_pct", "growth_pct", "growth_note"),
]
HEADS = {
    "rankings.csv": [*ASKED, "row", *RANKED, *UNSURE],
    "moves.csv": ["table", "before", "after", "among", "flow", "row", *MOVED],
    "places.csv": ["asked", "of", "table", "period", "among", *RANKED],
    "trade.csv": ["function", *CELL, VALUE, *ADDED],
    "sectors.csv": ["asked", *OF_SECTORS],
}


def main() -> None:
    match sys.argv[1:]:
        case ["dump", folder, *only]:
            dump(Path(folder), only)
        case ["compare", folder, other]:
            sys.exit(compare(Path(folder), Path(other)))
        case _:
            sys.exit("Usage: answers.py dump FOLDER [FILE ...], or compare FOLDER OTHER")


def dump(folder: Path, only: list[str]) -> None:
    """Write the files; say of each how many lines it has and how much processor time it took."""
    os.environ["COLUMNS"] = "120"  # what is shown is as wide as the terminal
    print(f"The answers of {Path(nltrade.__file__).parent}")
    frame = load()
    parts: dict[str, Callable[[pd.DataFrame], Iterable[str]]] = {
        "sources.txt": of_sources,
        "types.txt": of_types,
        "rankings.csv": of_rankings,
        "moves.csv": of_moves,
        "places.csv": of_places,
        "trade.csv": of_trade,
        "sectors.csv": of_sectors,
        "verdicts.jsonl": of_verdicts,
        "findings.txt": of_findings,
        "shown.txt": of_shown,
    }
    for (partner, year), lang in product(QUESTIONS, LANGS):
        draw_all = partial(of_figures, partner=partner, year=year, lang=lang)
        parts[f"figures/{partner}-{year}.{lang}.txt"] = draw_all
    for name in [name for name in parts if not only or name.split("/")[0] in only]:
        start = time.process_time()
        heads, lines = HEADS.get(name, []), sorted(parts[name](frame))
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        above = [",".join(heads)] if heads else []
        path.write_text("".join(f"{each}\n" for each in above + lines), encoding="utf-8")
        print(f"{name:24} {len(lines):8} lines {time.process_time() - start:8.1f} s", flush=True)


def compare(folder: Path, other: Path) -> int:
    """Show for each file how many lines are equal and which differ; give the exit code."""
    paths = [(root, path) for root in (folder, other) for path in root.rglob("*") if path.is_file()]
    if not paths:
        sys.exit("There is nothing to compare.")
    differing = 0
    for name in sorted({path.relative_to(root) for root, path in paths}):
        before, after = read(folder / name), read(other / name)
        gone, new = before - after, after - before
        equal, differ = (before & after).total(), max(gone.total(), new.total())
        counts = f"{before.total()} and {after.total()} lines"
        print(f"{name!s:24} {counts}, {equal} equal, {differ} differ")
        marked = sorted([(each, "-") for each in gone] + [(each, "+") for each in new])
        for each, mark in marked[: 2 * SHOWN]:  # a difference is two lines: before and after
            print(f"    {mark} {each}")
        differing += differ
    return int(differing > 0)


def read(path: Path) -> Counter[str]:
    """Count the lines of a file; one that is not there has none."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return Counter(text.split("\n")[:-1])


def written(value: Any) -> str:
    """Write a value: a number with 12 digits whatever its type, a missing one as nothing."""
    if isinstance(value, str):
        return value.replace("\n", "\\n")
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, Real) and not isinstance(value, bool):
        return format(float(value), ".12g")
    return str(value)


def line(*values: Any) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(map(written, values))
    return text.getvalue()


def text_lines(about: tuple[Any, ...], texts: Iterable[str]) -> Iterator[str]:
    """Give the texts of one answer, in their order, each behind what it is about."""
    for number, text in enumerate(texts):
        yield "|".join([*map(written, about), f"{number:04}", written(text)])


def row_lines(about: tuple[Any, ...], found: Any, columns: list[str]) -> Iterator[str]:
    """Give the rows of a frame, each behind what it is about; a column not there is empty."""
    if isinstance(found, Exception):
        yield line(*about, told(found))
        return
    values = [found[name].tolist() if name in found else [None] * len(found) for name in columns]
    for row in zip(*values, strict=True):
        yield line(*about, *row)


def answer(question: Callable[[], Any]) -> Any:
    """Ask a question; an error is an answer too."""
    try:
        return question()
    except Exception as error:
        return error


def told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def of_sources(frame: pd.DataFrame) -> Iterator[str]:
    for origin in origins(frame):
        for name, file in origin.files.items():
            yield line(origin.table, origin.modified, name, file.rows, file.sha256)


def of_types(frame: pd.DataFrame) -> Iterator[str]:
    frames = {"load": frame, **of_arithmetic(frame)}
    frames["sector_trade"] = sector_trade(frame, "RU")
    frames["compare_places"] = compare_places(frame, 2012, 2019)
    frames["trace_place"] = trace_place(frame, "RU")
    some = frame[frame["period"].isin(TYPES_FOR)]
    for asked in [*of_one_table(some), *of_two_tables(some)]:
        ranked = answer(partial(rank_partners, frame, **asked))
        frames[f"rank_partners {line(*key(asked))}"] = ranked
    for name, found in frames.items():
        if not isinstance(found, Exception):
            types = ", ".join(f"{column} {kind}" for column, kind in found.dtypes.items())
            yield f"{name}: {types}"


def of_rankings(frame: pd.DataFrame) -> Iterator[str]:
    for asked in [*of_one_table(frame), *of_two_tables(frame)]:
        found = answer(partial(rank_partners, frame, **asked))
        if isinstance(found, pd.DataFrame):
            found = found.assign(row=range(1, len(found) + 1))
        yield from row_lines(key(asked), found, ["row", *RANKED, *UNSURE])


def of_one_table(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the questions to each table: every flow alone, and all of them at once."""
    for (table, period), cells in frame.groupby(["table", "period"]):
        kind, flows = cells["kind"].iloc[0], flows_of(cells)
        codes = ("TOTAL", "3") if kind == "goods" else ("S",)
        for code, among, flow in product(codes, SIDES, [*flows, flows]):
            asked = {"table": table, "kind": kind, "product": code, "period": period}
            asked |= {"among": among, "flow": flow}
            yield asked
            if period in LATER_FOR:
                yield asked | {"members_on": LATER}


def of_two_tables(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the questions to each pair of a table of goods and one of services."""
    there = frame[["table", "kind", "period"]].drop_duplicates()
    goods, services = (there[there["kind"] == kind] for kind in ("goods", "services"))
    for pair in goods.merge(services, on="period").to_dict("records"):
        both = (pair["table_x"], pair["table_y"])
        for among, flow in product(SIDES, ("import", "export", "total trade")):
            asked = {"table": both, "kind": "goods and services", "period": pair["period"]}
            asked |= {"among": among, "flow": flow}
            yield asked
            if pair["period"] in LATER_FOR:
                yield asked | {"members_on": LATER}


def key(asked: dict[str, Any]) -> tuple[str, ...]:
    """Write a question to `rank_partners` in the columns ASKED."""
    table = " + ".join(several(asked["table"]))
    named = asked | {"table": table, "asked": " + ".join(several(asked["flow"]))}
    return tuple(written(named.get(name)) for name in ASKED)


def several(names: str | Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def flows_of(cells: pd.DataFrame) -> list[str]:
    """List the flows of some cells, with total trade where imports and exports are there."""
    there = set(cells["flow"])
    if {"import", "export"} <= there:
        there.add("total trade")
    return [flow for flow in FLOWS if flow in there]


def of_moves(frame: pd.DataFrame) -> Iterator[str]:
    goods = frame[frame["kind"] == "goods"]
    for table, cells in goods.groupby("table"):
        pairs = pairwise(sorted(cells["period"].unique()))
        for (before, after), among, flow in product(pairs, SIDES, flows_of(cells)):
            asked = {"flow": flow, "among": among, "table": table}
            found = answer(partial(compare_places, frame, before, after, **asked))
            if isinstance(found, pd.DataFrame):
                found = found.assign(row=range(1, len(found) + 1))
            yield from row_lines((table, before, after, among, flow), found, ["row", *MOVED])


def of_places(frame: pd.DataFrame) -> Iterator[str]:
    for (partner, _), flow in product(QUESTIONS, ("import", "export", "total trade")):
        found = answer(partial(trace_place, frame, partner, flow=flow))
        yield from row_lines((partner, flow), found, ["table", "period", "among", *RANKED])


def of_trade(frame: pd.DataFrame) -> Iterator[str]:
    for name, rows in of_arithmetic(frame).items():
        yield from row_lines((name,), rows, [*CELL, VALUE, *ADDED])


def of_arithmetic(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    found = {"total": total(frame), "balance": balance(frame)}
    found |= {f"share of {of}": share(frame, of) for of in WHOLES}
    for breaks, parts in product((False, True), repeat=2):
        name = "growth" + " across breaks" * breaks + " of part-years" * parts
        found[name] = growth(frame, across_breaks=breaks, part_years=parts)
    return found


def of_sectors(frame: pd.DataFrame) -> Iterator[str]:
    for partner in countries(frame):
        found = answer(partial(sector_trade, frame, partner))
        yield from row_lines((partner,), found, OF_SECTORS)


def countries(frame: pd.DataFrame) -> list[str]:
    return sorted(frame.loc[frame["partner_kind"] == "country", "partner"].unique())


def of_verdicts(frame: pd.DataFrame) -> Iterator[str]:
    files = sorted(path for folder in CLAIMS for path in folder.rglob("*.toml"))
    for path in [None, *files]:
        inside = path is not None and path.is_relative_to(ROOT)
        name = "shipped" if path is None else str(path.relative_to(ROOT) if inside else path)
        found = answer(lambda path=path: check_claims(frame, claims(path)))
        if isinstance(found, Exception):
            yield as_json(file=name, error=told(found))
            continue
        for number, verdict in enumerate(found):
            yield as_json(file=name, claim=verdict.claim.id, number=number, **of_verdict(verdict))
    for one in check_published(frame):
        why = {lang: one.why(lang) for lang in LANGS}
        about = {"value": one.value_meur, "table": one.table, "verdict": one.verdict}
        yield as_json(file="published", claim=one.figure.id, **about, why=why)
    for partner, _ in QUESTIONS:
        for one in base_of_trade(frame, partner):
            why = {lang: one.why(lang) for lang in LANGS}
            about = {"flow": one.flow, "kind": one.kind, "least": one.least, "most": one.most}
            claim = f"{partner} {one.sector.id}"
            yield as_json(file="bases", claim=claim, **about, verdict=one.verdict, why=why)


def of_verdict(verdict: Any) -> dict[str, Any]:
    said = {
        "says": {lang: verdict.says(lang) for lang in LANGS},
        "margin": {lang: verdict.margin(lang) for lang in LANGS},
        "why": {lang: verdict.why(lang) for lang in LANGS},
    }
    readings = []
    for one in verdict.readings:
        label = {lang: one.label(lang, verdict.in_several) for lang in LANGS}
        numbers = {name: getattr(one, name) for name in ("value", "margin", "holds", "judged")}
        ends = {name: getattr(one.place, name, None) for name in ("place", "best", "worst")}
        about = {"tables": one.tables, "flow": one.flow, "of_the_time": one.of_the_time}
        readings.append({"label": label, **about, **numbers, **ends})
    return {"verdict": verdict.verdict, **said, "readings": readings}


def as_json(**entry: Any) -> str:
    return json.dumps(rounded(entry), ensure_ascii=False)


def rounded(value: Any) -> Any:
    """Keep 12 digits of each number in lists and mappings, whatever its type; NaN is none."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, Real) and not isinstance(value, bool):
        number = float(format(float(value), ".12g"))
        return None if pd.isna(number) else int(number) if number.is_integer() else number
    return value


def of_findings(frame: pd.DataFrame) -> Iterator[str]:
    closer = {partner for partner, _ in QUESTIONS}
    for partner in countries(frame):
        own = frame[frame["partner"].isin([partner, "WORLD"])]
        for year in YEARS if partner in closer else YEARS[::STEP]:
            about = {"partner": partner, "period": year}
            ranking = answer(partial(draw, "ranking", frame, [], **about, lang="en"))
            for lang in LANGS:
                composition = answer(partial(draw, "composition", own, [], **about, lang=lang))
                both = {"ranking": ranking, "composition": composition}
                charts = {name: it for name, it in both.items() if not isinstance(it, Exception)}
                asked = {"partner": partner, "year": str(year), "lang": lang}
                found = answer(partial(findings, own, charts, **asked))
                sentences = [told(found)] if isinstance(found, Exception) else found
                yield from text_lines((partner, year, lang), sentences)


def of_figures(frame: pd.DataFrame, *, partner: str, year: int, lang: str) -> Iterator[str]:
    verdicts = check_claims(frame, claims(partner=partner, year=year))
    for name in NAMES:
        asked = {"partner": partner, "period": year, "lang": lang}
        chart = answer(partial(draw, name, frame, verdicts, **asked))
        if isinstance(chart, Exception):
            yield from text_lines((name, "error"), [told(chart)])
            continue
        data = answer(partial(as_lines, chart.data))
        told_of = {
            "headline": [chart.headline],
            "subtitle": [chart.subtitle],
            "alternative": [chart.alt],
            "footer": chart.footer,
            "data": [told(data)] if isinstance(data, Exception) else data,
            "table": chart.table().to_csv(lineterminator="\n").split("\n")[:-1],
        }
        for what, texts in told_of.items():
            yield from text_lines((name, what), texts)


def as_lines(data: pd.DataFrame) -> list[str]:
    """Write what a figure draws as its CSV file has it, with 12 digits of each number."""
    columns = {
        name: pd.Series([shorter(value) for value in column], column.index, column.dtype)
        for name, column in data.items()
        if column.dtype in (float, object)
    }
    return as_csv(data.assign(**columns)).decode().split("\n")[:-1]


def shorter(value: Any) -> Any:
    return float(format(value, ".12g")) if isinstance(value, float) else value


def of_shown(frame: pd.DataFrame) -> Iterator[str]:
    russia = select(frame, partner="RU", product="TOTAL", period=2012, kind="goods")
    all_years = select(frame, partner="RU", product="TOTAL", kind="goods")
    results = {
        "select": russia,
        "total": total(russia),
        "balance": balance(russia),
        "share": share(russia, "export"),
        "growth": growth(all_years),
        "sector_trade": sector_trade(frame, "RU", 2012),
        "compare_places": compare_places(frame, 2012, 2019),
        "tables": tables(),
        "claims": claims(),
        "check_claims": check_claims(),
    }
    for lang in LANGS:
        for name, result in results.items():
            yield from text_lines((name, lang), repr(show(result, lang)).split("\n"))
        for flow in ("total trade", "import", "export"):
            shown = repr(show_ranking(frame, period=2012, flow=flow, partner="RU", lang=lang))
            yield from text_lines((f"show_ranking {flow}", lang), shown.split("\n"))


if __name__ == "__main__":
    main()
