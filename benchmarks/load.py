"""Has many people ask a server at once, and reports times, errors, processor and memory.

    python benchmarks/load.py [--users 20] [--think 2 0] [--questions 300] [--memory 1000]
    python benchmarks/load.py --adding 10 --questions 0 --seconds 600 --think 2 --memory 0

Starts ``onrecord chat`` over an index of the sample corpus in a temporary folder, on this machine
only. Users of the page go the way of the browser: the page is opened, its load events are fired,
each question joins Gradio's queue, its snapshots come as server-sent events, and what the page
does after an answer (keeping it, questions to go on with) is asked for too. Users of the HTTP door
read the events of ``POST /api/ask``. ``--think`` gives the mean seconds that a user thinks between
an answer and the next question, exponentially distributed; 0 asks at once. After ``--turns``
questions a user of the page opens it anew.

With ``--workers`` so many processes of ``onrecord serve`` are asked instead, by HTTP.

With ``--adding`` an article is sent to ``POST /api/articles`` every so many seconds beside this,
and in the end every one of them has to be there. With ``--questions 0`` each line of the table
lasts ``--seconds``.

Then the users of the page ask ``--memory`` questions without thinking, and the server's resident
memory is noted. The exit status is 1 after an error, or when ``--p95-ms`` or ``--growth-kb`` is
missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import secrets
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from gradio_client.utils import apply_diff
from served import ROOT, served

QUESTIONS = ROOT / "tests" / "golden" / "sample.jsonl"
SEED = 0
SECONDS = 600  # the longest wait for anything; 120 were too few with a fifth of a slow core
WARM = 40  # questions before any is counted
EVERY = 20  # questions between two looks at the memory
SHOWN = 100
MB = 1e6


def main() -> int:
    """Runs what was asked for, prints the figures, and says whether the bounds were kept."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument(
        "--questions", type=int, default=300, help="for each line; 0 for as many as fit"
    )
    parser.add_argument("--seconds", type=float, default=300, help="the most for each line")
    parser.add_argument("--think", type=float, nargs="+", default=[2.0, 0.0])
    parser.add_argument("--doors", nargs="+", choices=sorted(DOORS), default=["page", "api"])
    parser.add_argument("--turns", type=int, default=8, help="questions in one chat")
    parser.add_argument("--memory", type=int, default=1000, help="questions; 0 for none")
    parser.add_argument("--adding", type=float, default=0, help="seconds between two articles")
    parser.add_argument("--workers", type=int, default=0, help="processes, without the page")
    parser.add_argument("--p95-ms", type=float, help="the most for 95 of 100 whole answers")
    parser.add_argument("--growth-kb", type=float, help="the most a question, in the last half")
    given = parser.parse_args()
    given.doors = ["api"] if given.workers else given.doors
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server ends too
    with tempfile.TemporaryDirectory(prefix="onrecord-load-") as folder:
        how = {"sample": not given.adding, "workers": given.workers}
        with served(Path(folder), **how) as (address, server):
            found = asyncio.run(measured(given, address, psutil.Process(server.pid)))
        print(Path(folder, "log").read_text("utf-8"), file=sys.stderr)
    print(written(found))
    return int(bool(missed(found, given.p95_ms, given.growth_kb)))


def missed(found: dict[str, Any], p95_ms: float | None, growth_kb: float | None) -> list[str]:
    """What was not kept, each told on standard error."""
    memory = found["memory"]
    told = [
        f"{row['door']}, thinking {row['think_s']:g} s: {what}"
        for row in found["rows"]
        for what, bad in (
            (f"{row['errors']} errors ({row['first_error']})", row["errors"]),
            ("fewer questions were answered in time than asked for", row["cut_short"]),
            (f"{row['add_errors']} articles not added ({row['add_error']})", row["add_errors"]),
            (f"p95 above {p95_ms} ms", p95_ms is not None and row["p95_ms"] > p95_ms),
        )
        if bad
    ]
    if memory:
        if memory["errors"]:
            told.append(f"memory: {memory['errors']} errors ({memory['first_error']})")
        if growth_kb is not None and memory["kb_per_question"] > growth_kb:
            told.append(f"memory: grows by more than {growth_kb} kB a question")
    for line in told:
        print(f"missed: {line}", file=sys.stderr)
    return told


# who asks


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question.

    Attributes:
        first: Seconds until the first snapshot.
        whole: Seconds until the answer was whole.
        answered: Whether it was one, and no refusal.
        error: What went wrong; "" if nothing did.
    """

    first: float = 0.0
    whole: float = 0.0
    answered: bool = False
    error: str = ""


@dataclass
class Adding:
    """Articles that were sent, and how long each took; what went wrong with those that failed."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Work:
    """So many questions, to be shared by all users, until a time."""

    left: float
    until: float
    done: list[Asked] = field(default_factory=list)
    failed: int = 0
    ended: float = 0.0

    def take(self) -> bool:
        """Whether there is one more to ask."""
        if self.left <= 0 or time.monotonic() > self.until:
            return False
        self.left -= 1
        return True

    def add(self, asked: Asked) -> None:
        """One more that was asked."""
        self.done.append(asked)
        self.ended = time.perf_counter()


class Tab:
    """The page, open in one browser."""

    def __init__(self, client: httpx.AsyncClient, config: dict[str, Any]) -> None:
        self._client = client
        self._session = secrets.token_hex(5)
        self._dependencies = {each["id"]: each for each in config["dependencies"]}
        components = config["components"]
        self._values = {each["id"]: each["props"].get("value") for each in components}
        self._states = {each["id"] for each in components if each["type"] == "state"}
        found = {each["props"].get("elem_id"): each["id"] for each in components}
        self._chat, self._send = found["chat"], found["keys"]
        self._events: defaultdict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self._pending: set[str] = set()
        self._news = asyncio.Event()
        self.failed = 0
        self._background: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def opened(cls, client: httpx.AsyncClient) -> AsyncIterator[Tab]:
        """Opens the page and fires what it does then; closes it in the end."""
        page = (await client.get("/")).raise_for_status().text
        told = page.partition("window.gradio_config = ")[2]
        tab = cls(client, json.JSONDecoder().raw_decode(told)[0])
        tasks = [asyncio.create_task(tab._listen()), asyncio.create_task(tab._live())]
        try:
            for number, each in tab._dependencies.items():
                if each["backend_fn"] and any(event == "load" for _, event in each["targets"]):
                    await tab._fire(number)
            yield tab
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def ask(self, question: str) -> Asked:
        """Types a question and clicks; what comes after the answer goes on."""
        taken = next(  # from the box, by the page itself
            number
            for number, each in self._dependencies.items()
            if [self._send, "send"] in each["targets"]
        )
        number = next(n for n, each in self._dependencies.items() if each["trigger_after"] == taken)
        self._values[self._dependencies[number]["inputs"][0]] = question
        started = time.perf_counter()
        try:
            first = await self._fire(number)
            whole = time.perf_counter() - started
        except (httpx.HTTPError, TimeoutError, RuntimeError) as error:
            return Asked(error=f"{type(error).__name__}: {error}")
        for after, each in self._dependencies.items():
            if each["trigger_after"] == number:
                task = asyncio.create_task(self._follow(after))
                self._background.add(task)
                task.add_done_callback(self._background.discard)
        html = self._values[self._chat][-1]["content"]
        said = html if isinstance(html, str) else json.dumps(html)
        wrong = "the page told of a problem" if 'class="problem"' in said.replace("\\", "") else ""
        return Asked(first - started, whole, "refusal" not in said, wrong)

    async def rest(self) -> None:
        """Waits for what comes after the answers."""
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _follow(self, number: int) -> None:
        try:
            await self._fire(number)
        except (httpx.HTTPError, TimeoutError, RuntimeError):
            self.failed += 1

    async def _fire(self, number: int) -> float:
        """One event of the page, until it is over; returns when its first snapshot came.

        Raises:
            TimeoutError: it took too long; also what HTTP raises, or RuntimeError if it failed.
        """
        async with asyncio.timeout(SECONDS):
            return await self._fired(number)

    async def _fired(self, number: int) -> float:
        each = self._dependencies[number]
        data = [None if id_ in self._states else self._values[id_] for id_ in each["inputs"]]
        joined = await self._client.post(
            "/gradio_api/queue/join",
            json={
                "data": data,
                "event_data": None,
                "fn_index": number,
                "trigger_id": each["targets"][0][0],
                "session_hash": self._session,
            },
        )
        joined.raise_for_status()
        event = joined.json()["event_id"]
        self._pending.add(event)
        self._news.set()
        first = 0.0
        shown: list[Any] = []
        while True:
            message = await self._events[event].get()
            kind = message["msg"]
            if kind not in ("process_generating", "process_completed"):
                continue
            if kind == "process_completed":
                self._pending.discard(event)
                del self._events[event]
            if not message["success"]:
                raise RuntimeError(str(message["output"])[:200])
            first = first or time.perf_counter()
            came = message["output"].get("data") or []
            if kind == "process_generating" and shown:
                came = [apply_diff(old, new) for old, new in zip(shown, came, strict=True)]
            shown = came or shown
            if kind == "process_completed":
                break
        for id_, value in zip(each["outputs"], shown, strict=False):
            if isinstance(value, dict) and value.get("__type__") == "update":
                if "value" not in value:
                    continue
                value = value["value"]
            self._values[id_] = value
        return first

    async def _listen(self) -> None:
        """Reads the session's events, as long as any are to come."""
        query = {"session_hash": self._session}
        while True:
            await self._news.wait()
            self._news.clear()
            async with self._client.stream("GET", "/gradio_api/queue/data", params=query) as events:
                async for line in events.aiter_lines():
                    if not line.startswith("data:"):
                        continue
                    message = json.loads(line[5:])
                    if message["msg"] == "close_stream":
                        break
                    if event := message.get("event_id"):
                        self._events[event].put_nowait(message)
            if self._pending:
                self._news.set()

    async def _live(self) -> None:
        path = f"/gradio_api/heartbeat/{self._session}"
        async with self._client.stream("GET", path) as beats:
            async for _ in beats.aiter_lines():
                pass


async def page_user(
    client: httpx.AsyncClient, work: Work, think: Callable[[], float], given: argparse.Namespace
) -> None:
    """Asks on the page, some questions in each chat."""
    asked = list(questions())
    while work.left > 0 and time.monotonic() < work.until:
        async with Tab.opened(client) as tab:
            for _ in range(given.turns):
                await asyncio.sleep(think())
                if not work.take():
                    break
                work.add(await tab.ask(random.choice(asked)))  # noqa: S311
            await tab.rest()
            work.failed += tab.failed


async def api_user(
    client: httpx.AsyncClient, work: Work, think: Callable[[], float], given: argparse.Namespace
) -> None:
    """Asks through the HTTP door."""
    asked = list(questions())
    while True:
        await asyncio.sleep(think())
        if not work.take():
            return
        work.add(await _post(client, random.choice(asked)))  # noqa: S311


async def _post(client: httpx.AsyncClient, question: str) -> Asked:
    first, started, name = 0.0, time.perf_counter(), ""
    headers = {"accept": "text/event-stream"}
    try:
        async with client.stream(
            "POST", "/api/ask", json={"question": question}, headers=headers
        ) as events:
            events.raise_for_status()
            async for line in events.aiter_lines():
                first = first or time.perf_counter()
                if line.startswith("event: "):
                    name = line[7:]
                elif name == "done" and line.startswith("data: "):
                    whole = time.perf_counter() - started
                    return Asked(first - started, whole, json.loads(line[6:])["answered"])
                elif name == "error":
                    return Asked(error=line)
    except httpx.HTTPError as error:
        return Asked(error=f"{type(error).__name__}: {error}")
    return Asked(error="the stream ended before the answer was whole")


@asynccontextmanager
async def adding(client: httpx.AsyncClient, every: float) -> AsyncIterator[Adding]:
    """Sends an article every so many seconds, until the block ends; 0 for none."""
    done = Adding()

    async def go_on() -> None:
        while every:
            await asyncio.sleep(every)
            started = time.perf_counter()
            try:
                (await client.post("/api/articles", json=article())).raise_for_status()
                done.seconds.append(time.perf_counter() - started)
            except httpx.HTTPError as error:
                done.errors.append(f"{type(error).__name__}: {error}")

    before = await total(client)
    task = asyncio.create_task(go_on())
    yield done
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    there = await total(client) - before
    if there < len(done.seconds):
        done.errors.append(f"{len(done.seconds)} were added and {there} are there")


def article() -> dict[str, Any]:
    """An article unlike all others."""
    words = [secrets.token_hex(3) for _ in range(8)]
    lines = [f"The {a} of {b} was opened on Monday." for a in words for b in words if a != b]
    return {"articles": [{"title": f"The opening of {words[0]}", "text": " ".join(lines)}]}


async def total(client: httpx.AsyncClient) -> int:
    """How many articles there are."""
    found = (await client.get("/api/articles", params={"count": 1})).raise_for_status()
    return int(found.json()["total"])


DOORS = {"page": page_user, "api": api_user}


def questions() -> Iterator[str]:
    """The golden questions on the sample corpus."""
    for line in QUESTIONS.read_text("utf-8").splitlines():
        yield json.loads(line)["question"]


# what is measured


async def measured(
    given: argparse.Namespace, address: str, process: psutil.Process
) -> dict[str, Any]:
    """Every line of the table, then the memory."""
    random.seed(SEED)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=address, timeout=2 * SECONDS, limits=limits, trust_env=False
    ) as client:
        await crowd(
            client, given, given.doors[0], 0.0, Work(WARM, time.monotonic() + given.seconds)
        )
        rows = [
            await row(client, given, process, door, think)
            for door in given.doors
            for think in given.think
        ]
        grown = await growth(client, given, process) if given.memory else None
    return {"users": given.users, "load_average": os.getloadavg(), "rows": rows, "memory": grown}


async def crowd(
    client: httpx.AsyncClient, given: argparse.Namespace, door: str, think: float, work: Work
) -> None:
    """All users at work until the work is done."""

    def thinks() -> float:
        return random.expovariate(1 / think) if think else 0.0

    await asyncio.gather(*(DOORS[door](client, work, thinks, given) for _ in range(given.users)))


async def row(
    client: httpx.AsyncClient,
    given: argparse.Namespace,
    process: psutil.Process,
    door: str,
    think: float,
) -> dict[str, Any]:
    """One line of the table."""
    work = Work(given.questions or np.inf, time.monotonic() + given.seconds)
    started, server, here = time.perf_counter(), cpu(process), time.process_time()
    seen: list[tuple[float, float]] = []

    async def look() -> None:
        while True:
            seen.append(((time.perf_counter() - started) / 60, memory(process) / MB))
            await asyncio.sleep(1)

    looking = asyncio.create_task(look())
    async with adding(client, given.adding) as added:
        await crowd(client, given, door, think, work)
    looking.cancel()
    late = seen[len(seen) // 2 :]
    wall, took = work.ended - started, time.perf_counter() - started
    good = [each for each in work.done if not each.error]
    whole = [1000 * np.quantile([each.whole for each in good], share) for share in (0.5, 0.95, 1)]
    first = [1000 * np.quantile([each.first for each in good], share) for share in (0.5, 0.95)]
    found = {
        "door": door,
        "think_s": think,
        "questions": len(work.done),
        "cut_short": bool(given.questions) and work.left > 0,
        "added": len(added.seconds),
        "add_p50_s": float(np.median(added.seconds)) if added.seconds else 0.0,
        "add_errors": len(added.errors),
        "add_error": added.errors[0] if added.errors else "",
        "mb": [round(size) for _, size in seen[:: max(1, len(seen) // 10)]],
        "mb_per_minute": np.polyfit(*zip(*late, strict=True), 1)[0] if len(late) > 1 else 0.0,
        "answered": sum(each.answered for each in good),
        **errors(work.done),
        **dict(zip(("p50_ms", "p95_ms", "max_ms"), whole, strict=True)),
        **dict(zip(("first_p50_ms", "first_p95_ms"), first, strict=True)),
        "further_failed": work.failed,
        "cpu_ms": 1000 * (cpu(process) - server) / len(work.done),
        "per_second": len(work.done) / wall,
        "server_cores": (cpu(process) - server) / took,
        "users_cores": (time.process_time() - here) / took,
    }
    print(json.dumps(found), file=sys.stderr, flush=True)
    return found


async def growth(
    client: httpx.AsyncClient, given: argparse.Namespace, process: psutil.Process
) -> dict[str, Any]:
    """The server's memory while many questions are asked."""
    work = Work(given.memory, time.monotonic() + 4 * given.seconds)
    seen = {0: memory(process)}

    async def look() -> None:
        while True:
            count = len(work.done)
            if count >= max(seen) + EVERY:
                seen[count] = memory(process)
                print(f"{count:5} {seen[count] / MB:7.1f} MB", file=sys.stderr, flush=True)
            await asyncio.sleep(0.02)

    looking = asyncio.create_task(look())
    await crowd(client, given, "page", 0.0, work)
    looking.cancel()
    seen[len(work.done)] = memory(process)
    late = [(count, size) for count, size in seen.items() if count >= len(work.done) / 2]
    shown = range(0, len(work.done) + 1, SHOWN)
    return {
        "questions": len(work.done),
        **errors(work.done),
        "mb": {n: next(s for c, s in seen.items() if c >= n) / MB for n in shown},
        "kb_per_question": np.polyfit(*zip(*late, strict=True), 1)[0] / 1000,
    }


def memory(process: psutil.Process) -> int:
    """Bytes that a process and those which it started have in memory."""
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))


def errors(done: Sequence[Asked]) -> dict[str, Any]:
    """How many questions failed, and how the first of them did."""
    found = [each.error for each in done if each.error]
    return {"errors": len(found), "first_error": found[0] if found else ""}


def cpu(process: psutil.Process) -> float:
    """Seconds of processor time that a process has used, and those which it started."""
    every = (process, *process.children(recursive=True))
    return sum(times.user + times.system for times in (each.cpu_times() for each in every))


# what is printed


def written(found: dict[str, Any]) -> str:
    """The figures as a table and a list."""
    lines = [
        f"{found['users']} users; load average {found['load_average'][0]:.1f}",
        "door  think  questions  errors   p50 /  p95 /  max ms   first p50 /  p95   per s"
        "  CPU ms  cores (users)",
    ]
    lines += [
        f"{r['door']:4}  {r['think_s']:3.1f} s  {r['questions']:9}  {r['errors']:6}"
        f"  {r['p50_ms']:5.0f} /{r['p95_ms']:5.0f} /{r['max_ms']:5.0f}     "
        f"  {r['first_p50_ms']:8.0f} /{r['first_p95_ms']:5.0f}  {r['per_second']:6.1f}"
        f"  {r['cpu_ms']:6.0f}  {r['server_cores']:5.2f} ({r['users_cores']:.2f})"
        for r in found["rows"]
    ]
    lines += [
        f"{r['added']} articles added beside {r['door']}, each in {r['add_p50_s']:.1f} s,"
        f" {r['add_errors']} errors; memory {', '.join(map(str, r['mb']))} MB, in the last half"
        f" {r['mb_per_minute']:+.1f} MB a minute"
        for r in found["rows"]
    ]
    if memory := found["memory"]:
        lines.append(f"memory over {memory['questions']} questions, {memory['errors']} errors:")
        lines += [f"  {count:5} {size:7.1f} MB" for count, size in memory["mb"].items()]
        lines.append(f"  in the last half {memory['kb_per_question']:.1f} kB a question")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
