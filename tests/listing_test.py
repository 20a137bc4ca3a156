"""Every .cpp file is listed by hand in a CMakeLists.txt: one that is forgotten is never built, and its tests never run."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def names(cmake, path):
    return path in re.split(r"[\s()]+", cmake.read_text())


def unlisted(root):
    for top in ["sim", "traces", "learner", "experiments", "python", "tests"]:
        for file in sorted((root / top).rglob("*.cpp")):
            lists = [folder / "CMakeLists.txt" for folder in file.parents if root in folder.parents]
            if not any(names(cmake, file.relative_to(cmake.parent).as_posix()) for cmake in lists if cmake.exists()):
                yield file.relative_to(root).as_posix()


class Listing(unittest.TestCase):
    def test_every_source_is_listed(self):
        self.assertEqual(list(unlisted(ROOT)), [])


if __name__ == "__main__":
    unittest.main()
