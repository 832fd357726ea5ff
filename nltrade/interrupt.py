"""
An interrupt while the command is still being read in ends it in silence, as that of any program.

Reading in pandas takes a third of a second, in which Python would answer Ctrl-C with a traceback.
Who imports the package into a program of their own is left alone.
"""

import signal
import sys
from pathlib import Path

if sys.orig_argv[1:3] == ["-m", "nltrade"] or Path(sys.argv[0] or "-").stem == "nltrade":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
