"""A stand-in for UN Comtrade on this machine: rows of its shape with made-up values, and faults."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


def made_up(code, year, flow):
    """Obviously made-up dollars: the code and the year, in millions; TOTAL is added up later."""
    return 1e6 * (int(code) + int(year) % 100) + (0.5 if flow == "M" else 0.0)


def row(question, code, value):
    """A record as Comtrade sends it; of the preview, the descriptive columns are null."""
    flow = question["flowCode"]
    return {
        "typeCode": "C", "freqCode": "A", "refYear": int(question["period"]),
        "period": question["period"], "reporterCode": int(question["reportercode"]),
        "reporterISO": None, "flowCode": flow, "partnerCode": int(question["partnerCode"]),
        "partnerISO": None, "partner2Code": 0, "classificationCode": "H3", "cmdCode": code,
        "aggrLevel": None, "customsCode": "C00", "mosCode": "0", "motCode": 0,
        "cifvalue": value if flow == "M" else None, "fobvalue": None, "primaryValue": value,
        "isReported": True, "isAggregate": False,
    }  # fmt: skip


def rows(question):
    """Answer a question: each code that was asked, and the total of those of two digits."""
    codes = [code for code in question["cmdCode"].split(",") if code != "TOTAL"]
    year, flow = question["period"], question["flowCode"]
    found = [row(question, code, made_up(code, year, flow)) for code in codes]
    widest = min(len(code) for code in codes)
    parts = [one["primaryValue"] for one in found if len(one["cmdCode"]) == widest]
    return [row(question, "TOTAL", sum(parts)), *found]


class StandIn:
    """
    A service on loopback; `faults` are used up in their order, one an answer.

    A fault is a status with its headers, a body, or a function of the rows of the answer.
    """

    def __init__(self):
        self.faults, self.questions = [], []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                split = urlsplit(self.path)
                question = {name: value[0] for name, value in parse_qs(split.query).items()}
                stand_in.questions.append((split.path, question))
                fault = stand_in.faults.pop(0) if stand_in.faults else None
                if isinstance(fault, tuple):
                    status, headers = fault
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    return
                if isinstance(fault, bytes):
                    body = fault
                else:
                    data = fault(rows(question)) if fault else rows(question)
                    answer = {"elapsedTime": "0.1 secs", "count": len(data), "data": data}
                    body = json.dumps({**answer, "error": ""}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
