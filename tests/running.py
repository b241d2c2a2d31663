"""Coroutines in tests, also where the browser's driver keeps a loop running in this thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(work):
    """The result of a coroutine, run in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
