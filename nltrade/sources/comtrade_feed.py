"""
Bring records of UN Comtrade into the data folder: one question a partner, year and flow.

The preview needs no key and gives at most 500 rows, more than all chapters or SITC codes of one
partner, year and flow; with a key of one's own in NLTRADE_COMTRADE_KEY the full service is asked.
Answers are kept one by one, so that an interrupted download goes on where it stopped. They are
looked at before they count: the right countries, year and flow, each product once, no mode of
transport or customs procedure apart. Chapters that do not add up to their total are kept and told.
"""

import csv
import hashlib
import io
import logging
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from nltrade import registry
from nltrade.errors import NoData, SourceError, UnknownName
from nltrade.files import sha256, write
from nltrade.registry.entries import Table
from nltrade.sources import snapshot
from nltrade.sources.comtrade import CLOSE
from nltrade.sources.plan import Request, ask
from nltrade.sources.snapshot import File, Origin, Snapshot
from nltrade.sources.transport import Patience, Transport

MOST = 500  # rows that the preview gives
NETHERLANDS = "528"
By = Literal["HS", "SITC"]
OF_SERVICE = {"HS": "HS", "SITC": "S4"}  # SITC revision 4
# What only totals have: no mode of transport, customs procedure or second partner apart.
WHOLE = {"motCode": "0", "mosCode": "0", "customsCode": "C00", "partner2Code": "0"}
NAMES = [
    *("reporterCode", "partnerCode", "flowCode", "refYear", "classificationCode", "cmdCode"),
    "primaryValue",
]
Records = list[dict[str, str]]


class Service(Transport):
    """UN Comtrade, for one download."""

    variable = "NLTRADE_COMTRADE"
    home = "https://comtradeapi.un.org"
    remedy = (
        "The full service wants a key that is valid and has not asked its number of questions "
        "today: see NLTRADE_COMTRADE_KEY, or unset it and take the preview."
    )


class Question(NamedTuple):
    """One question: what one country reported of its trade with another, in a year and a flow."""

    reporter: str
    partner: str
    flow: str
    year: str
    by: By

    @property
    def says(self) -> str:
        """The question in a few words."""
        return f"reporter {self.reporter}, partner {self.partner}, {self.flow} {self.year}"


def fetch(
    table: str,
    *,
    partner: str | Iterable[str],
    years: str | int | tuple[int, int],
    by: By = "HS",
    patience: Patience = Patience(),  # noqa: B008 (frozen)
) -> Snapshot:
    """
    Bring what partners, or the Netherlands, reported of some years.

    Parameters
    ----------
    table : {"comtrade-partner", "comtrade-nl"}
        Whose report.
    partner : str or iterable of str
        Countries.
    years : str, int or (int, int)
        As for `nltrade.fetch`.
    by : {"HS", "SITC"}
        Chapters of the HS, or the sections, divisions and groups of the SITC.
    patience : Patience
        How long and how often an answer is asked for.

    Returns
    -------
    Snapshot

    Raises
    ------
    UnknownName
        No partner or no years are named, or a name does not exist.
    NoData
        Nothing was reported.
    SourceError
        The service cannot be reached or refuses, or an answer cannot be right.
    """
    request, questions = plan(table, partner=partner, years=years, by=by)
    home = snapshot.own_folder() / "raw" / request.table
    digest = hashlib.sha256(msgspec.json.encode(request)).hexdigest()[:12]
    pieces = home / f".partial-comtrade-{digest}"

    key = os.environ.get("NLTRADE_COMTRADE_KEY", "")
    with Service(patience=patience) as service:
        for number, question in enumerate(questions):
            piece = pieces / f"{number:05}.json"
            if not piece.is_file():
                records = _answer(service, question, key)
                write(piece, msgspec.json.encode(records))
        via = f"UN Comtrade at {service.shown} ({'with a key' if key else 'preview'})"

    answers = [
        msgspec.json.decode((pieces / f"{number:05}.json").read_bytes(), type=Records)
        for number in range(len(questions))
    ]
    if not any(answers):
        shutil.rmtree(pieces)
        raise NoData(
            f"UN Comtrade has nothing for {request.says} in {request.table}: nothing was reported; "
            "that does not mean zero."
        )
    found = _keep(request, questions, answers, home, via)
    shutil.rmtree(pieces)
    return found


def plan(
    table: str,
    *,
    partner: str | Iterable[str] | None = None,
    years: str | int | tuple[int, int] | None = None,
    by: str = "HS",
) -> tuple[Request, list[Question]]:
    """Say what would be asked: the request in words, and a question a partner, year and flow."""
    if by not in ("HS", "SITC"):
        raise UnknownName(f"No classification {by!r}. Write HS (chapters) or SITC (groups).")
    if not partner or not years:
        raise UnknownName(
            f"{table} is asked by partner and year: name both, such as --partner TR --years 2012."
        )
    id = table if by == "HS" else f"{table}-sitc"
    request = ask(id, partner=partner, years=years)
    of = registry.table(id)
    numbers = {one.id: code for code, one in registry.partner_keys(id).items()}

    questions = []
    for year in range(int(request.first), int(request.last or of.last) + 1):
        for one in request.partners:
            pair = (numbers[one], NETHERLANDS)
            reporter, other = pair if of.partner == "reporterCode" else pair[::-1]
            for flow in of.flows:
                questions.append(Question(reporter, other, flow, str(year), by))  # type: ignore[arg-type]
    return request, questions


def _answer(service: Service, question: Question, key: str) -> Records:
    """Ask one question, and keep the records of totals."""
    table = registry.table("comtrade-partner" if question.by == "HS" else "comtrade-partner-sitc")
    codes = [id.removeprefix("HS") for id in _ids(table)]
    params = {
        "reportercode": question.reporter,
        "partnerCode": question.partner,
        "flowCode": question.flow,
        "period": question.year,
        "cmdCode": ",".join(codes),
        **WHOLE,
        "maxRecords": str(MOST),
        "format": "JSON",
        "includeDesc": "false",
    }
    way = "data/v1/get" if key else "public/v1/preview"
    if key:
        params["subscription-key"] = key
    url = f"{service.address}/{way}/C/A/{OF_SERVICE[question.by]}"
    answer = service.json(question.says, url, params)

    rows = answer.get("data")
    if answer.get("error") or not isinstance(rows, list):
        said = str(answer.get("error") or "no list of records")
        raise SourceError(f"UN Comtrade does not answer {question.says}: {said[:200]}.")
    faults, records = _records(rows, question, set(codes))
    if faults:
        raise SourceError(
            f"What UN Comtrade sent of {question.says} cannot be right: {'; '.join(faults)}. "
            "Nothing of it was kept. Try again later."
        )
    return records


def _ids(table: Table) -> list[str]:
    return [product.id for product in registry.product_keys(table.id).values()]


def _records(rows: list[Any], question: Question, codes: set[str]) -> tuple[list[str], Records]:
    """Keep the rows of totals in the names of Comtrade, and list what is wrong with them."""
    if len(rows) >= MOST:
        return [f"it has {len(rows)} rows, as many as one answer can: some may be cut off"], []
    expected = {
        "reporterCode": question.reporter,
        "partnerCode": question.partner,
        "flowCode": question.flow,
        "refYear": question.year,
    }
    faults: list[str] = []
    records: Records = []
    for row in rows:
        if not isinstance(row, dict):
            return ["a record is no object"], []
        # A null says nothing of how a row is cut: in the preview such columns can be empty.
        if any(
            str(row[name]) != whole for name, whole in WHOLE.items() if row.get(name) is not None
        ):
            continue
        strange = [name for name, asked in expected.items() if str(row.get(name)) != asked]
        faults += [f"{name} is {row.get(name)}, not {expected[name]}" for name in strange]
        value = row.get("primaryValue")
        if value is not None and not (isinstance(value, int | float) and value >= 0):
            faults.append(f"the value of {row.get('cmdCode')} is {value!r}")
        records.append({name: "" if row.get(name) is None else str(row[name]) for name in NAMES})

    products = [record["cmdCode"] for record in records]
    if unknown := sorted(set(products) - codes):
        faults.append(f"products that were not asked: {', '.join(unknown[:5])}")
    if len(set(products)) < len(products):
        faults.append("a product is there twice")
    return list(dict.fromkeys(faults))[:5], records


def _left(records: Records, by: By) -> float | None:
    """Give the dollars that chapters (or sections) leave of the total; None without a total."""
    values = {r["cmdCode"]: float(r["primaryValue"]) for r in records if r["primaryValue"]}
    total = values.pop("TOTAL", None)
    parts = [value for code, value in values.items() if len(code) == (2 if by == "HS" else 1)]
    return None if total is None or not parts else total - sum(parts)


def _keep(
    request: Request, questions: list[Question], answers: list[Records], home: Path, via: str
) -> Snapshot:
    """Write the records and their origin as a snapshot of today, and tell what does not add up."""
    told = []
    for question, records in zip(questions, answers, strict=True):
        left = _left(records, question.by)
        if not records:
            told.append(f"{question.says}: nothing was reported")
        elif left is None:
            told.append(f"{question.says}: there is no total to hold the parts against")
        elif abs(left) > CLOSE:
            told.append(f"{question.says}: {left:,.0f} dollars of the total are in no part")
    for one in told:
        logging.getLogger("nltrade").warning("%s: %s", request.table, one)

    now = datetime.now(UTC)
    date = f"{now:%Y-%m-%d}"
    folder = snapshot.free(home, date)
    content = io.StringIO()
    sheet = csv.DictWriter(content, NAMES, lineterminator="\n")
    sheet.writeheader()
    rows = [record for records in answers for record in records]
    sheet.writerows(rows)

    path = write(folder / "Comtrade.csv", content.getvalue().encode())
    table = registry.table(request.table)
    origin = Origin(
        table=request.table,
        title=table.en,
        modified=date,
        retrieved=now.isoformat(timespec="seconds"),
        via=via,
        request=request,
        selection="; ".join([request.says, *told]),
        files={path.name: File(len(rows), sha256(path))},
        licence="data of the United Nations (UN Comtrade); not CC BY",
        attribution=f"Source: United Nations, UN Comtrade; {table.concept} (retrieved {date})",
    )
    return snapshot.keep(folder, origin)
