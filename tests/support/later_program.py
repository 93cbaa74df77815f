"""The program, with a clock of its links that can be set forward: by a second for each byte of the file LATER names."""

from __future__ import annotations

import os

from desktop_share.core import clock


class Clock(clock.Clock):
    def __call__(self) -> float:
        return super().__call__() + os.stat(os.environ["LATER"]).st_size


clock.Clock = Clock  # type: ignore[misc]  # before any module takes it from there

if __name__ == "__main__":
    from desktop_share.__main__ import main

    main()
