"""`kill -9` in the middle of bulk writes: what was acknowledged is there, and nothing is damaged."""

import sqlite3
import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from agent.sandbox.database import Database, open_database
from tests.sandbox.sandbox_http import RunningSandbox
from tests.sandbox.sandbox_invariants import broken
from tests.sandbox.sandbox_workspace import FakeTime
from tests.sandbox.test_sandbox_process import started

WRITERS = 3
BATCH = 20
REVISED = "Revised"
# How many acknowledgements to wait for in each round before the process is killed.
ROUNDS = (1, 4, 9, 16)
SECONDS = 60


@dataclass
class Writer:
    """Makes and then changes tasks in bulk until the connection breaks, and keeps what was acknowledged."""

    url: str
    token: str
    name: str
    acknowledgements: threading.Semaphore
    made: dict[int, str] = field(default_factory=dict[int, str])
    revised: set[int] = field(default_factory=set[int])

    def run(self) -> None:
        with httpx2.Client(timeout=SECONDS) as http:
            try:
                for number in count():
                    self.write(http, f"{self.name}, batch {number}")
            except httpx2.TransportError:
                return

    def write(self, http: httpx2.Client, batch: str) -> None:
        tasks = [{"taskTitle": f"{batch}, task {index}", "tags": ["bulk"]} for index in range(BATCH)]
        place = {"spaceId": 501, "projectId": 11272}
        made = self.call(http, "astravue_bulk_create_tasks", place | {"tasks": tasks})
        self.made |= {task["taskId"]: task["taskTitle"] for task in made}
        self.acknowledgements.release()
        updates = [{"taskId": task["taskId"], "description": REVISED} for task in made]
        self.revised |= {
            task["taskId"] for task in self.call(http, "astravue_bulk_update_tasks", {"updates": updates})
        }
        self.acknowledgements.release()

    def call(self, http: httpx2.Client, tool: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        answer = call_tool(http, self.url, self.token, tool, arguments)
        return [each["task"] for each in answer["structuredContent"]["results"]]


def call_tool(
    http: httpx2.Client, url: str, token: str, tool: str, arguments: dict[str, Any]
) -> dict[str, Any]:
    """Calls a tool in one request, as the protocol of 2026-07-28 allows."""
    prefix = "io.modelcontextprotocol"
    facts = {
        f"{prefix}/protocolVersion": "2026-07-28",
        f"{prefix}/clientInfo": {"name": "a-test", "version": "1"},
        f"{prefix}/clientCapabilities": {},
    }
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    params = {"name": tool, "arguments": arguments, "_meta": facts}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    answer = http.post(url, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def kill_while_writing(folder: Path, round_number: int, acknowledgements: int) -> list[Writer]:
    """Starts the sandbox, lets writers write, and kills it after so many acknowledgements."""
    with started("--data", str(folder), "--rate-limit", "0") as (process, ready):
        with httpx2.Client(timeout=SECONDS) as http:
            token = RunningSandbox(ready["issuer"], FakeTime(), http).sign_in().access
        seen = threading.Semaphore(0)
        writers = [
            Writer(ready["url"], token, f"Round {round_number}, writer {index}", seen)
            for index in range(WRITERS)
        ]
        threads = [threading.Thread(target=writer.run) for writer in writers]
        for thread in threads:
            thread.start()
        try:
            assert all(seen.acquire(timeout=SECONDS) for _ in range(acknowledgements))
        finally:
            process.kill()
            for thread in threads:
                thread.join()
    return writers


def check_kept(database: Database, writers: list[Writer]) -> None:
    rows = database.rows("SELECT task_id, task_title, description FROM tasks WHERE task_title LIKE 'Round %'")
    titles = {row["task_id"]: row["task_title"] for row in rows}
    revised = {row["task_id"] for row in rows if row["description"] == REVISED}
    for writer in writers:
        assert writer.made.items() <= titles.items(), "an acknowledged task is lost"
        assert writer.revised <= revised, "an acknowledged change is lost"
    batches = Counter(title.rpartition(", ")[0] for title in titles.values())
    assert set(batches.values()) == {BATCH}, "a call was done by half"
    tagged = database.value("SELECT COUNT(*) FROM task_tags JOIN tags USING (tag_id) WHERE tag_name = 'bulk'")
    assert tagged == len(rows)


def test_a_killed_process_keeps_what_it_acknowledged_and_its_database_is_sound(tmp_path: Path) -> None:
    writers: list[Writer] = []
    for round_number, acknowledgements in enumerate(ROUNDS):
        writers += kill_while_writing(tmp_path, round_number, acknowledgements)
        with closing(sqlite3.connect(tmp_path / "astravue.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database = open_database(tmp_path / "astravue.db")
        try:
            assert broken(database) == []
            check_kept(database, writers)
        finally:
            database.close()
    assert sum(len(writer.made) for writer in writers) >= BATCH * len(ROUNDS)
