"""Runs first in the frozen program: programs that it starts get the environment that the user has.

The loader has read LD_LIBRARY_PATH already, so that taking it back changes nothing for this process; a browser or
file manager that is started with it would load our libraries instead of its own.
"""

import os
import sys

if sys.platform == "linux":
    original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if original is None:
        os.environ.pop("LD_LIBRARY_PATH", None)
    else:
        os.environ["LD_LIBRARY_PATH"] = original
