"""What the browser shows after a sign-in: one plain page that says how it ended."""

from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem;
  color: CanvasText; background: Canvas; color-scheme: light dark; }}
h1 {{ font-size: 1.5rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</body>
</html>
"""


def landing_page(failure: str | None) -> str:
    """Write the page.

    Args:
        failure: Why the sign-in failed, one sentence; None when it worked.
    """
    if failure is None:
        title, text = "You are signed in", "Close this tab and go back to the terminal."
    else:
        title, text = "The sign-in did not work", failure
    return _PAGE.format(title=escape(title), text=escape(text))
