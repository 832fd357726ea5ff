"""Run the command line with ``python -m nltrade``."""

from nltrade.cli import main

main()
