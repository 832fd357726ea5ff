"""
Bring records of UN Comtrade into the data folder: one question a partner, year and flow.

The preview needs no key and gives at most 500 rows, more than all chapters or SITC codes of one
partner, year and flow; with a key of one's own in NLTRADE_COMTRADE_KEY the full service is asked.
Answers are kept one by one, so that an interrupted download goes on where it stopped. They are
looked at before they count: the right countries, year and flow, each product once, no mode of
transport or customs procedure apart. Chapters that do not add up to their total are kept and told.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.errors import NoData, SourceError
from nltrade.files import write
from nltrade.registry.entries import Table
from nltrade.sources import snapshot, store
from nltrade.sources.asked import Question, Questions
from nltrade.sources.comtrade import CLOSE
from nltrade.sources.snapshot import Remark, Snapshot
from nltrade.sources.transport import Patience, Transport
from nltrade.words import Words

MOST = 500  # rows that the preview gives
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

    @property
    def key(self) -> dict[str, str]:
        """The key of one's own as the full service takes it, if there is one."""
        key = os.environ.get("NLTRADE_COMTRADE_KEY")
        return {"subscription-key": key} if key else {}

    @property
    def way(self) -> str:
        """The path of the full service, or of the preview."""
        return "data/v1/get" if self.key else "public/v1/preview"

    @property
    def via(self) -> str:
        """Where a download comes from, as its provenance says it."""
        return f"UN Comtrade at {self.shown} ({'with a key' if self.key else 'preview'})"


def fetch(plan: Questions, patience: Patience) -> Snapshot:
    """Ask what is planned, as far as no earlier try did, and keep what came as a snapshot."""
    request, table = plan.request, registry.table(plan.request.table)
    home = store.made_folder() / "raw" / table.id
    digest = hashlib.sha256(msgspec.json.encode(request)).hexdigest()[:12]
    pieces = home / f".partial-comtrade-{digest}"

    with Service(patience=patience) as service:
        answers = [
            _kept(service, table, question, pieces / f"{number:05}.json")
            for number, question in enumerate(plan.questions)
        ]
    if not any(answers):
        shutil.rmtree(pieces)
        raise NoData(
            f"UN Comtrade has nothing for {request.says} in {table.id}: nothing was reported; that "
            "does not mean zero."
        )
    remarks = list(_odd(table, plan.questions, answers))
    for one in remarks:
        told = Words("en").text(one.text, **one.values)
        logging.getLogger("nltrade").warning("%s: %s", table.id, told)

    date = f"{datetime.now(UTC):%Y-%m-%d}"
    rows = [record for records in answers for record in records]
    with store.new_folder(home) as new:
        sheet = pd.DataFrame(rows, columns=NAMES)
        sheet.to_csv(new / "Comtrade.csv", index=False, lineterminator="\n")
        found = snapshot.keep(
            new,
            {"Comtrade.csv": len(rows)},
            table=table.id,
            title=table.en,
            modified=date,
            via=service.via,
            request=request,
            remarks=remarks,
            licence="data of the United Nations (UN Comtrade); not CC BY",
            attribution=f"Source: United Nations, UN Comtrade; {table.concept} (retrieved {date})",
        )
        kept = new.rename(store.free(home, date))
    shutil.rmtree(pieces)
    return Snapshot(kept, found.origin)


def _kept(service: Service, table: Table, question: Question, path: Path) -> Records:
    """Give an answer that was kept; what is not there yet is asked for."""
    if not path.is_file():
        write(path, msgspec.json.encode(_answer(service, table, question)))
    return msgspec.json.decode(path.read_bytes(), type=Records)


def _answer(service: Service, table: Table, question: Question) -> Records:
    """Ask one question, and keep the records of totals."""
    codes = [one.id.removeprefix("HS") for one in registry.product_keys(table.id).values()]
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
        **service.key,
    }
    url = f"{service.address}/{service.way}/C/A/{OF_SERVICE[table.classes]}"
    answer = service.json(question.says, url, params)

    rows = answer.get("data")
    if answer.get("error") or not isinstance(rows, list):
        said = str(answer.get("error") or "no list of records")
        raise SourceError(f"UN Comtrade does not answer {question.says}: {said[:200]}.")
    totals = [row for row in rows if not _is_part(row)]
    faults = list(dict.fromkeys(_faults(rows, totals, question, codes)))
    if faults:
        raise SourceError(
            f"What UN Comtrade sent of {question.says} cannot be right: {'; '.join(faults[:5])}. "
            "Nothing of it was kept. Try again later."
        )
    return [
        {name: "" if row.get(name) is None else str(row[name]) for name in NAMES} for row in totals
    ]


def _is_part(row: Any) -> bool:
    """Tell whether a record is of one mode of transport, customs procedure or second partner."""
    if not isinstance(row, dict):
        return False
    # A null says nothing of how a row is cut: in the preview such columns can be empty.
    told = {name: row[name] for name in WHOLE if row.get(name) is not None}
    return any(str(code) != WHOLE[name] for name, code in told.items())


def _faults(
    rows: list[Any], totals: list[Any], question: Question, codes: list[str]
) -> Iterator[str]:
    """Say what is wrong with an answer, and with its records of totals."""
    if len(rows) >= MOST:
        yield f"it has {len(rows)} rows, as many as one answer can: some may be cut off"
        return
    if not all(isinstance(row, dict) for row in totals):
        yield "a record is no object"
        return

    expected = {
        "reporterCode": question.reporter,
        "partnerCode": question.partner,
        "flowCode": question.flow,
        "refYear": question.year,
    }
    for row in totals:
        for name, asked in expected.items():
            if str(row.get(name)) != asked:
                yield f"{name} is {row.get(name)}, not {asked}"
        value = row.get("primaryValue")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (is_number and value >= 0):
            yield f"the value of {row.get('cmdCode')} is {value!r}"

    products = [str(row.get("cmdCode") or "") for row in totals]
    if unknown := sorted(set(products) - set(codes)):
        yield f"products that were not asked: {', '.join(unknown[:5])}"
    if len(set(products)) < len(products):
        yield "a product is there twice"


def _odd(table: Table, questions: list[Question], answers: list[Records]) -> Iterator[Remark]:
    """Say which answers have nothing, and where the chapters or sections miss the total."""
    digits = 2 if table.classes == "HS" else 1
    for question, records in zip(questions, answers, strict=True):
        asked = msgspec.to_builtins(question)
        told = [one for one in records if one["primaryValue"]]
        values = {one["cmdCode"]: float(one["primaryValue"]) for one in told}
        total = values.get("TOTAL")
        parts = [value for code, value in values.items() if len(code) == digits]
        if not records:
            yield Remark("not-reported", asked)
        elif total is None or not parts:
            yield Remark("no-total-reported", asked)
        elif abs(total - sum(parts)) > CLOSE:
            yield Remark("left-of-total", {**asked, "left": round(total - sum(parts))})
