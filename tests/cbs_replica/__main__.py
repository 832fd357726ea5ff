"""Serve the replica by hand: ``PYTHONPATH=tests python -m cbs_replica``."""

import argparse
import sys
import threading

from cbs_replica import Replica, build, shih
from cbs_replica.tables import INVENTED, SHIPPED


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m cbs_replica", description="Serve a replica of the CBS feed."
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on; a free one by default"
    )
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--rows", type=int, help="rows of 7137shih; 1996-2017 in full by default")
    parser.add_argument(
        "--kinds",
        default="MM KW JJ",
        help="kinds of periods in 7137shih; the real one has MM and JJ",
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep every answer and give it again, for benchmarks"
    )
    given = parser.parse_args()
    tables = [
        shih(given.rows, given.kinds) if id == "7137shih" else build(id)
        for id in [*SHIPPED, *INVENTED]
    ]
    with Replica(tables, latency=given.latency, port=given.port, keep=given.keep) as cbs:
        sys.stdout.write(f"{cbs.url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("stopped\n")


if __name__ == "__main__":
    main()
