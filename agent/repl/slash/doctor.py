"""`/doctor`: what may be wrong, and what helps, as it is found out."""

from contextlib import aclosing

from agent.doctor.finding import Finding
from agent.repl.command_context import CommandContext
from agent.repl.findings import draw_finding, summarise


async def run(context: CommandContext, _rest: str) -> None:
    """Show each finding as it comes."""
    findings: list[Finding] = []
    async with aclosing(context.host.examine()) as found:
        async for finding in found:
            findings.append(finding)
            context.show(draw_finding(finding, context.screen.columns, context.palette))
    context.remark(summarise(findings))
