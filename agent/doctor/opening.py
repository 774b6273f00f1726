"""Begins an examination without holding up whoever draws the prompt."""

import asyncio
import importlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

from agent.doctor.case import Case
from agent.doctor.finding import Finding


async def examine(case: Case) -> AsyncGenerator[Finding, None]:
    """Look at everything; see `agent.doctor.examination`.

    Args:
        case: What is looked at.
    """
    # The MCP SDK takes more than a second to import.
    module = await asyncio.to_thread(importlib.import_module, "agent.doctor.examination")
    findings: AsyncGenerator[Finding, None] = module.examine(case)
    async with aclosing(findings) as found:
        async for finding in found:
            yield finding
