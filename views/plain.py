"""Words that people, files or devices supply, to be shown exactly as they were written.

Streamlit renders most of what it is given as Markdown: in a note, ``2*5 mg, then 1*5 mg`` would
read 25 mg and 15 mg in italics. Whatever is not a sentence of our own goes through here on its way
to a page.
"""

from __future__ import annotations

import re

_JOIN = "\u2060"
"""Takes no room and breaks no line; for what Markdown's own escape does not hold back."""

_MEANS_SOMETHING = re.compile(r"[!-/:-@\[-`{-~]")
_LINKS = re.compile(r"https?(?=:)|www(?=\.)|[\w.+-](?=@)", re.IGNORECASE)
_PICTURES = re.compile(r":(?!\d\d:)(?=[\w+-]+:)")
_SIGNS = re.compile(r"(?<!\S)(<->?|->|--|>=|<=|~=)(?!\S)")


def plain(text: str) -> str:
    """Return Markdown that shows a text as it stands, line by line, with no link and no sign in it.

    For labels, tooltips and every other text that Streamlit renders.
    """
    held = _SIGNS.sub(lambda sign: sign[0][0] + _JOIN + sign[0][1:], text)
    held = _PICTURES.sub(":" + _JOIN, _LINKS.sub(lambda part: part[0] + _JOIN, held))
    lines = _MEANS_SOMETHING.sub(lambda mark: "\\" + mark[0], held).splitlines()
    return "  \n".join(lines)


def read_plain(markdown: str) -> str:
    """Return what somebody reads where :func:`plain` gave the Markdown."""
    without = markdown.replace(_JOIN, "").replace("  \n", "\n")
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", without)


def in_figure(text: str) -> str:
    """Return a text that plotly shows as it stands, not as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
