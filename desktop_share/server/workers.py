"""The threads that run Flask."""

from __future__ import annotations

import logging
import queue
import threading
import time
from typing import Protocol

logger = logging.getLogger(__name__)

STOP_SECONDS = 5.0


class Job(Protocol):
    def service(self) -> None: ...

    def cancel(self) -> None: ...


class Workers:
    """A fixed number of threads and a queue. `stop` joins them and cancels what was still queued."""

    def __init__(self, count: int, name: str) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-worker-{number}", daemon=True) for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def add_task(self, job: Job) -> None:
        self._jobs.put(job)

    def stop(self) -> None:
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0.0))
        stuck = [thread for thread in self._threads if thread.is_alive()]
        self._threads = []
        while not self._jobs.empty():
            job = self._jobs.get_nowait()
            if job is not None:
                job.cancel()
        for thread in stuck:
            logger.warning("%s is still at work after %.0f seconds", thread.name, STOP_SECONDS)
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job.service()
            except Exception:
                logger.exception("a request failed")
