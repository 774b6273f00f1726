"""A conversation with one of everything, and with hostile texts wherever others can put any."""

from collections.abc import Sequence
from pathlib import Path

from agent.jsontypes import JsonObject, JsonValue
from agent.transcripts.header import Header, Origin
from agent.transcripts.transcript import Transcript

NOW = 1_795_000_000.0


def hostile(address: str) -> str:
    """Everything that would run, or fetch something, in a document that takes it for more than text."""
    return (
        f"<script>document.title = 'owned'; fetch('{address}/script')</script>"
        f"<img src='{address}/image' onerror=\"document.title = 'owned'\">"
        f"![picture]({address}/markdown) [click](javascript:document.title='owned') "
        f"</pre></code></td></summary></details></style></title></p><iframe src='{address}/frame'></iframe>"
        f'" onmouseover="document.title=1" <link rel=stylesheet href={address}/style> &lt;b&gt; &#60;u&#62; '
        f"`<svg onload=alert(1)>` \\`<embed src={address}/embed>\\` | cell | --- \x1b[2J\u202eesrever"
    )


def transcript(text: str) -> Transcript:
    """A conversation in which a text stands wherever one can."""
    header = Header("20261123-090000-abcd", NOW, text, text, forked_from=Origin(text, 2))
    call: JsonObject = {"id": "c1", "name": text, "arguments": '{"title": "' + text.replace('"', "'") + '"}'}
    rows: JsonValue = {"items": [{"label": text, text: "value", "count": 3, "done": True}]}
    usage: JsonObject = {"input_tokens": 1_200, "output_tokens": 34, "cost": 0.0125}
    events: Sequence[JsonObject] = (
        {"type": "turn_started", "text": f"About {text}", "time": NOW},
        {"type": "request_prefix", "model": "m", "system": "Never shown.", "functions": []},
        {
            "type": "step_finished",
            "text": f"Let me **look**.\n\n{text}",
            "tool_calls": [call],
            "usage": usage,
        },
        {
            "type": "approval_requested",
            "call_id": "c1",
            "summary": f"Create {text}",
            "details": [text],
            "because": text,
            "undo": text,
            "decision": "allowed",
        },
        {
            "type": "tool_call_finished",
            "call": call,
            "title": text,
            "outcome": "succeeded",
            "text": text,
            "structured": rows,
            "decision": "allowed",
            "rule": "",
        },
        {
            "type": "tool_call_finished",
            "call": call,
            "title": text,
            "outcome": "failed",
            "text": text,
            "structured": None,
            "decision": "denied_by_rule",
            "rule": text,
        },
        {"type": "notice", "text": text},
        {"type": "compacted", "text": text, "covers": 2},
        {"type": "elicitation_requested", "server": text, "message": text, "action": "decline"},
        {"type": "sign_in_requested", "error": {}, "signed_in": True},
        {"type": "step_interrupted", "text": f"| a | b |\n| --- | --- |\n| {text.replace('|', '')} | 2 |\n"},
        {"type": "turn_failed", "error": {"message": text, "hint": text}, "usage": usage},
        {"type": "turn_started", "text": f"Report\n\n{text}", "typed": f"/report {text}"},
        {"type": "turn_interrupted"},
    )
    return Transcript(header, events, Path("20261123-090000-abcd.jsonl"))
