"""The pages link to what exists, and name files that exist: who moves a file finds the sentences to change."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["docs", "sim", "traces", "learner", "experiments", "python", "tests"]  # without what is built
PAGES = [*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# `sim/core/time.hpp`, or `experiments/results/metrics` for both of its files; NAME stands for a name
FILE = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+)`")


def broken_links(page):
    for target in LINK.findall(page.read_text()):
        if not target.startswith(("http:", "https:")) and not (page.parent / target).exists():
            yield f"{page.relative_to(ROOT)}: {target}"


def exists(name):
    return (ROOT / name).exists() or any((ROOT / name).parent.glob(Path(name).name + ".*"))


def missing_files(page):
    for name in FILE.findall(page.read_text()):
        if not re.search(r"NAME|MODULE", name) and not exists(name):
            yield f"{page.relative_to(ROOT)}: {name}"


class Pages(unittest.TestCase):
    maxDiff = None

    def test_links_lead_somewhere(self):
        self.assertEqual([complaint for page in PAGES for complaint in broken_links(page)], [])

    def test_files_that_are_named_exist(self):
        self.assertEqual([complaint for page in PAGES for complaint in missing_files(page)], [])


if __name__ == "__main__":
    unittest.main()
