"""HTML of a mail as plain text: nothing is loaded, run or kept but the words. Linear in its length, whatever the bytes.

Quotes are marked as plain mail marks them: ``> `` before each line of a block quote, a separator line where a program puts the
answered mail below a rule, so that one splitter serves both.
"""

from __future__ import annotations

import re
from html import unescape

CHARS_MAX = 500_000
LINES_MAX = 20_000
TAG_CHARS_MAX = 4_000
SEPARATOR = "-----Original Message-----"
_DROPPED = {
    name: re.compile(rf"</{name}(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII)
    for name in ("script", "style", "title", "template", "noscript", "svg", "math", "object", "xml")
}
"""What is left out, and how it ends. Not the head: its end may be left out, and what it holds stands here by itself."""
_COMMENT_END = re.compile("-->")
_BREAKS = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre", "section",
     "article", "header", "footer", "dt", "dd", "address", "center"}
)  # fmt: skip
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9:]{0,20}")
_BELOW = re.compile(
    r"divRplyFwdMsg|appendonsend|OLK_SRC_BODY|yahoo_quoted|stopSpelling|border-top:\s*solid\s+#(?:E1E1E1|B5C4DF)\b",
    re.IGNORECASE,
)
"""How Outlook, Yahoo and others mark where the answered mail begins."""


class _Page:
    """Collects lines with their depth of quotation."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._words: list[str] = []
        self.depth = 0
        self.separated = False

    def text(self, chars: str) -> None:
        self._words.append(chars)

    def end_line(self) -> None:
        line = " ".join("".join(self._words).split())
        self._words = []
        if (line or (self.lines and self.lines[-1].strip("> "))) and len(self.lines) < LINES_MAX:
            self.lines.append("> " * min(self.depth, 5) + line)

    def tag(self, name: str, closing: bool, inside: str) -> None:
        if not closing and not self.separated and _BELOW.search(inside):
            self.end_line()
            self.lines.append(SEPARATOR)
            self.separated = True
        if name in _BREAKS:
            self.end_line()
        elif name in {"td", "th"}:
            self.text(" ")
        if name == "blockquote":
            self.depth = max(0, self.depth + (-1 if closing else 1))
        elif name == "img" and not closing and (alt := re.search(r'\balt\s*=\s*"([^"]{1,80})"', inside)):
            self.text(f" [{unescape(alt.group(1))}] ")


def plain_text(html: str) -> str:
    """Give the words of an HTML body, a line for each block. Longer than ``CHARS_MAX`` characters is cut."""
    html, page, at = html[:CHARS_MAX], _Page(), 0
    ends: dict[str, int] = {}
    while at < len(html):
        start = html.find("<", at)
        if start < 0:
            break
        page.text(unescape(html[at:start]))
        at = _tag(html, start, page, ends)
    if at < len(html):
        page.text(unescape(html[at:]))
    page.end_line()
    return "\n".join(page.lines).strip()


def _tag(html: str, start: int, page: _Page, ends: dict[str, int]) -> int:
    """Read what begins with ``<`` and give where it ends. ``ends`` remembers what no longer comes, so that nothing is sought twice."""
    if html.startswith("<!--", start):
        return _after(html, _COMMENT_END, start + 4, ends) or start + 4
    closing = html.startswith("</", start)
    match = _NAME.match(html, start + 1 + closing)
    if match is None:
        if html.startswith(("<!", "<?"), start):
            return (html.find(">", start, start + TAG_CHARS_MAX) + 1) or start + 2
        page.text("<")
        return start + 1
    end = html.find(">", match.end(), start + TAG_CHARS_MAX) + 1
    if not end:
        page.text(" ")
        return match.end()
    name = match.group(0).lower()
    page.tag(name, closing, html[match.end() : end - 1])
    if name in _DROPPED and not closing and html[end - 2] != "/":
        # Without an end only the tag is left out: a person is to see too many words rather than too few.
        after = _after(html, _DROPPED[name], end, ends)
        return (html.find(">", after, after + TAG_CHARS_MAX) + 1 or after) if after else end
    return end


def _after(html: str, mark: re.Pattern[str], at: int, ends: dict[str, int]) -> int:
    """Give where ``mark`` ends that comes next, or 0 where none comes any more."""
    if ends.get(mark.pattern) == -1:
        return 0
    found = mark.search(html, at)
    if found is None:
        ends[mark.pattern] = -1
        return 0
    return found.end()
