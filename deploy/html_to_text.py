"""Turns a folder of HTML pages into plain text files of prose, one a page, for training runs.

html_to_text.py FROM TO: pages with little text (menus, redirects) are left out.
"""
import html.parser
import pathlib
import re
import sys

MIN_CHARACTERS = 2000
MIN_LETTER_SHARE = 0.7  # prose has about 0.8; tables of links and numbers have less
SKIPPED = {"script", "style", "head", "title"}
BLOCKS = {"p", "div", "br", "li", "ul", "ol", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table",
          "blockquote", "pre", "hr", "center"}


class Prose(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts = []
        self.skipping = 0

    def handle_starttag(self, tag, attrs):
        self.skipping += tag in SKIPPED
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data):
        if not self.skipping:
            self.parts.append(re.sub(r"\s+", " ", data))

    def text(self):
        lines = (line.strip() for line in "".join(self.parts).split("\n"))
        return "\n".join(line for line in lines if line) + "\n"


def is_prose(text):
    letters = sum(c.isalpha() for c in text)
    return len(text) > MIN_CHARACTERS and letters > MIN_LETTER_SHARE * len(text)


def main(source, target):
    written = 0
    for page in sorted(pathlib.Path(source).rglob("*.html")):
        parser = Prose()
        parser.feed(page.read_text(encoding="utf-8", errors="replace"))
        parser.close()
        text = parser.text()
        if is_prose(text):
            (pathlib.Path(target) / f"{page.stem}.txt").write_text(text, encoding="utf-8")
            written += 1
    if written == 0:
        sys.exit(f"html_to_text: no prose found in {source}")
    print(f"{written} pages of prose", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
