"""The head of an HTML file that fetches nothing, and runs nothing but the one script that is in it.

A content security policy says so to the browser too, with style sheet and script named by their digests.

Sources: Content Security Policy Level 3, section 2.3.1; Trusted Types, section 4 (what a script puts into the
page is never read as HTML); Web Content Accessibility Guidelines 2.2, 1.4.3 (contrast).
"""

import base64
import hashlib
from html import escape

_COLOURS = """
:root { color-scheme: light dark; --text: #1b1f24; --dim: #57606a; --back: #ffffff; --box: #f3f5f7;
  --line: #d0d7de; --link: #0550ae; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9da7b3; --back: #0d1117;
  --box: #161b22; --line: #3d444d; --link: #79c0ff; --bad: #ff9492; } }
"""


def write_head(title: str, style: str, script: str = "") -> str:
    """Write all that stands before the body.

    Args:
        title: Of the document.
        style: The style sheet; it may use the colours `--text`, `--dim`, `--back`, `--box`, `--line`,
            `--link` and `--bad`.
        script: What stands between the only tags of a script; nothing for none.
    """
    style = _COLOURS + style
    policy = f"default-src 'none'; style-src {_digest(style)}; base-uri 'none'; form-action 'none'"
    if script:
        policy += f"; script-src {_digest(script)}; require-trusted-types-for 'script'; trusted-types 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
