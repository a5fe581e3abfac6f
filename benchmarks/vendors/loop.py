"""Runs in a vendor's environment: does one call as often as it is told to, line by line, and says how long one took.

A line is ``<times> <at once>``; the answer a line with the microseconds of one call. Standard library only.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor


def on_threads(call: Callable[[], object]) -> None:
    """``call`` blocks."""
    for line in sys.stdin:
        times, at_once = map(int, line.split())
        gc.collect()
        if at_once == 1:
            began = time.perf_counter()
            for _ in range(times):
                call()
        else:
            with ThreadPoolExecutor(at_once) as pool:
                list(pool.map(lambda _: call(), range(at_once)))  # every thread has been there
                began = time.perf_counter()
                list(pool.map(lambda _: call(), range(times)))
        print((time.perf_counter() - began) / times * 1e6, flush=True)


async def under_asyncio(call: Callable[[], Awaitable[object]]) -> None:
    """``call`` is awaited."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        left, at_once = map(int, line.split())
        times = left

        async def worker() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                await call()

        gc.collect()
        began = time.perf_counter()
        await asyncio.gather(*[worker() for _ in range(at_once)])
        print((time.perf_counter() - began) / times * 1e6, flush=True)
