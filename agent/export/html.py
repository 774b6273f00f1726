"""A document as one HTML file: it fetches nothing, runs nothing and reads in light and in dark.

Sources: HTML Living Standard, sections 4.11.1 (details) and 4.9.9 (th); Web Content Accessibility Guidelines
2.2, 1.4.3 (contrast) and 1.4.10 (reflow).
"""

from collections.abc import Iterator
from html import escape

from agent.drawing.markdown_blocks import new_parser
from agent.export.document import Answered, Called, Document, Entry, Noted, Said, Table
from agent.export.head import write_head

_STYLE = """
body { margin: 0; background: var(--back); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
header, main { max-width: 52rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1rem 0 0.5rem; }
h2 { font-size: 1rem; margin: 2.5rem 0 0.5rem; color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; color: var(--dim); margin: 0; }
dd { margin: 0; }
a { color: var(--link); }
.said { background: var(--box); border-left: 4px solid var(--link); border-radius: 4px; padding: 0.75rem 1rem;
  white-space: pre-wrap; }
.note { color: var(--dim); font-size: 0.9rem; }
.problem { color: var(--bad); font-weight: 600; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 0.75rem 0; padding: 0.5rem 0.75rem; }
summary { cursor: pointer; }
pre, .scroll { overflow-x: auto; }
pre { background: var(--box); border-radius: 6px; padding: 0.75rem; white-space: pre-wrap; }
code { font: 0.9em ui-monospace, SFMono-Regular, Menlo, monospace; }
table { border-collapse: collapse; font-size: 0.9rem; overflow-wrap: normal; }
th, td { border: 1px solid var(--line); padding: 0.3rem 0.6rem; text-align: left; vertical-align: top;
  max-width: 20rem; overflow-wrap: break-word; }
th { background: var(--box); white-space: nowrap; }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--dim); }
@media print { details > * { display: block; } }
"""


def write_html(document: Document) -> str:
    """Write a document down."""
    title = escape(document.title)
    facts = "\n".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in document.facts)
    body = "\n".join(piece for entry in document.entries for piece in _entry(entry))
    return (
        f"{write_head(document.title, _STYLE)}\n<body>\n"
        f"<header>\n<h1>{title}</h1>\n<dl>\n{facts}\n</dl>\n</header>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _entry(entry: Entry) -> Iterator[str]:
    match entry:
        case Said(number, text, sent, at):
            when = f', <time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M}</time>' if at else ""
            yield f'<h2 id="turn-{number}">{number}. You{when}</h2>'
            yield f'<div class="said" dir="auto">{escape(text)}</div>'
            if sent:
                yield _fold("What was sent", _preformatted(sent))
        case Answered(text, interrupted):
            yield f'<div class="answer" dir="auto">{_answer(text)}</div>'
            if interrupted:
                yield '<p class="note">(interrupted)</p>'
        case Called():
            yield _called(entry)
        case Noted(text, is_problem):
            kind = "problem" if is_problem else "note"
            yield f'<p class="{kind}" dir="auto">{escape(text)}</p>'


def _answer(text: str) -> str:
    parser = new_parser()
    # A table of an answer may be wider than a telephone.
    rendered: str = parser.render(text)
    rendered = rendered.replace("<table>", '<div class="scroll" tabindex="0"><table>')
    rendered = rendered.replace("</table>", "</table></div>").replace("<th>", '<th scope="col">')
    return rendered.replace("<a href=", '<a rel="noreferrer noopener" href=').strip()


def _called(call: Called) -> str:
    parts: list[str] = []
    told = [*call.questions, *([call.decision] if call.decision else [])]
    if told:
        parts.append("<ul>" + "".join(f'<li dir="auto">{escape(line)}</li>' for line in told) + "</ul>")
    if call.arguments not in ("", "{}"):
        parts += ["<p>Arguments</p>", _preformatted(call.arguments)]
    if call.table:
        parts.append(_table(call.table, call.title))
    elif call.text:
        parts += ["<p>Answer</p>", _preformatted(call.text)]
    return _fold(f"{call.title} · {call.outcome}", "\n".join(parts))


def _fold(summary: str, inside: str) -> str:
    return f"<details>\n<summary>{escape(summary)}</summary>\n{inside}\n</details>"


def _preformatted(text: str) -> str:
    return f'<pre dir="auto" tabindex="0"><code>{escape(text)}</code></pre>'


def _table(table: Table, caption: str) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in table.headings)
    rows = "\n".join(
        "<tr>" + "".join(f'<td dir="auto">{escape(cell)}</td>' for cell in row) + "</tr>"
        for row in table.rows
    )
    more = f'\n<p class="note">and {table.left_out:,} more</p>' if table.left_out else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">\n<table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>{more}"
    )
