"""Who may know whom: reads every #include and fails on an arrow that the map below lacks.

    python3 tests/include_test.py

The map is the one of the libraries in CONTRIBUTING.md. An arrow that is missing here is a decision, not an oversight.
"""

import re
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Our folders, in the order in which they may build on each other: a folder and what it may include beside itself.
# The longest name that fits a file counts.
SIM = ["sim/core", "sim/stats", "sim/policy", "sim/model", "sim/model/engine", "sim/env"]
WINGS = {"traces/files": [], "traces/core": ["traces/files"]}
WINGS["traces/azure"] = WINGS["traces/counts"] = WINGS["traces/store"] = ["traces/files", "traces/core"]
WINGS["traces/source"] = ["traces/files", "traces/core", "traces/azure", "traces/counts", "traces/store"]
WINGS["traces/synthetic"] = ["traces/files", "traces/core", "traces/azure"]
WINGS["traces/replay"] = ["traces/files", "traces/core"]
DECISION = ["learner/bundle", "learner/search", "learner/safety", "learner/serving"]
LEARNER = ["learner/nets", "learner/marl"]
SHARED_ROOMS = ["experiments/version.hpp", "experiments/config", "experiments/manifests",
                "experiments/results", "experiments/prediction",
                "experiments/policies"]
JUDGING_ROOMS = ["experiments/evaluation", "experiments/calibration"]  # side by side
EXPERIMENTS = [*SHARED_ROOMS, *JUDGING_ROOMS, "experiments/jobs", "experiments/sweep", "experiments/live"]
BELOW_ROOMS = ["sim", "traces/files", "POSIX"]
BELOW_EXPERIMENTS = ["sim", "traces", *DECISION, "HDF5", "yaml-cpp", "JSON", "MPI", "POSIX"]
EVERYTHING_BUT_TORCH = [*EXPERIMENTS, *BELOW_EXPERIMENTS, "experiments/cli"]


def rooms_before(room):
    """The rooms of experiments that one may include: those before it."""
    return EXPERIMENTS[:EXPERIMENTS.index(room)]


MAY_INCLUDE = {
    **{folder: [*SIM[:i], "Eigen"] for i, folder in enumerate(SIM)},
    "sim/core": ["Eigen", "POSIX"],  # huge pages
    **{wing: ["sim", *below] for wing, below in WINGS.items()},
    "traces/files": ["sim/core", "HDF5", "zlib", "zstd", "lzma", "POSIX"],
    "traces/azure": ["sim", *WINGS["traces/azure"], "POSIX"],  # instructions of newer processors
    "traces/store": ["sim", *WINGS["traces/store"], "HDF5"],
    **{folder: ["sim", *DECISION[:i], "Eigen", "NLopt", "JSON", "libzip", "POSIX"] for i, folder in enumerate(DECISION)},
    "learner/nets": ["sim", *DECISION, "Eigen", "torch", "POSIX", "malloc"],  # sets up its process
    "learner/marl": ["sim", *DECISION, "learner/nets", "Eigen", "torch", "MPI", "POSIX"],
    "experiments": ["experiments/version.hpp"],  # version.cpp
    **{room: [*rooms_before(room), *BELOW_ROOMS] for room in SHARED_ROOMS},
    "experiments/config": ["experiments/version.hpp", *BELOW_ROOMS, "yaml-cpp"],
    "experiments/results": [*rooms_before("experiments/results"), *BELOW_ROOMS, "HDF5", "JSON"],
    "experiments/policies": [*rooms_before("experiments/policies"), *BELOW_ROOMS, "learner/bundle", "learner/serving"],
    "experiments/evaluation": [*SHARED_ROOMS, *BELOW_ROOMS, "HDF5", "JSON"],
    # linear algebra and a polish around the search
    "experiments/calibration": [*SHARED_ROOMS, *BELOW_ROOMS, "learner/bundle", "learner/search", "JSON", "Eigen", "NLopt"],
    "experiments/jobs": [*rooms_before("experiments/jobs"), *BELOW_ROOMS, "traces", *DECISION, "Boost.Math"],
    "experiments/sweep": [*rooms_before("experiments/sweep"), *BELOW_EXPERIMENTS, "Boost.CRC, Boost.Random"],
    "experiments/live": [*rooms_before("experiments/live"), *BELOW_EXPERIMENTS, "libcurl", "Boost.Beast"],
    "experiments/train": [*EXPERIMENTS, *BELOW_EXPERIMENTS, *LEARNER, "torch"],
    "experiments/cli": [*EXPERIMENTS, *BELOW_EXPERIMENTS, "Boost.Program_options"],
    # the program that trains: the only one that links torch
    "experiments/cli/train_main.cpp": [*EVERYTHING_BUT_TORCH, *LEARNER, "experiments/train"],
    "python": [*EXPERIMENTS, *BELOW_EXPERIMENTS, "pybind11"],
    # a test may include what it tests, and what that may include
    "tests": ["sim", "Eigen", "zlib", "GoogleTest", "POSIX"],
    "tests/traces": ["traces", "sim", "HDF5", "tests", "GoogleTest", "POSIX"],
    "tests/traces/files": ["traces/files", "sim", "zlib", "zstd", "lzma", "tests", "GoogleTest", "POSIX"],
    "tests/learner": ["sim", *DECISION, *LEARNER, "Eigen", "torch", "JSON", "libzip", "tests", "GoogleTest", "POSIX"],
    "tests/experiments": [*EVERYTHING_BUT_TORCH, "libzip", "tests", "GoogleTest"],
    "tests/experiments/train": [*EXPERIMENTS, *BELOW_EXPERIMENTS, *LEARNER, "experiments/train", "torch", "tests",
                                "GoogleTest"],
    "tests/live": [*EVERYTHING_BUT_TORCH, "libcurl", "Boost.Beast", "tests", "GoogleTest"],
    "tests/benchmarks": [*EVERYTHING_BUT_TORCH, *LEARNER, "Eigen", "torch", "tests", "Google Benchmark"],
    "tests/faults": [*EVERYTHING_BUT_TORCH, "libzip", "tests", "GoogleTest", "POSIX"],
    "tests/fuzz": [*EVERYTHING_BUT_TORCH, "tests"],
    "tests/studies": [*EVERYTHING_BUT_TORCH, "tests", "tests/experiments"],
}

# Others' headers: the first pattern that matches names them.
EXTERNAL = [
    (r"(unsupported/)?Eigen/.*", "Eigen"),
    (r"H5.*\.h|hdf5\.h", "HDF5"),
    (r"zlib\.h", "zlib"),
    (r"zstd\.h", "zstd"),
    (r"lzma\.h", "lzma"),
    (r"nlopt\.hp*", "NLopt"),
    (r"nlohmann/.*", "JSON"),
    (r"zip\.h", "libzip"),
    (r"(torch|ATen|c10|caffe2)/.*", "torch"),
    (r"malloc\.h", "malloc"),
    (r"mpi\.h", "MPI"),
    (r"yaml-cpp/.*", "yaml-cpp"),
    (r"curl/.*", "libcurl"),
    (r"boost/program_options.*", "Boost.Program_options"),
    (r"boost/(beast|asio).*", "Boost.Beast"),
    (r"boost/math.*", "Boost.Math"),
    (r"boost/(crc|random/sobol)\.hpp", "Boost.CRC, Boost.Random"),
    (r"pybind11/.*", "pybind11"),
    (r"(gtest|gmock)/.*", "GoogleTest"),
    (r"benchmark/benchmark\.h", "Google Benchmark"),
    (r"(dlfcn|unistd|fcntl|signal|poll|pthread|sched|immintrin)\.h|sys/.*\.h", "POSIX"),
    (r"[a-z_]+", "standard library"),
]

HEADERS_STAY_IN_CPP = {"torch": ["learner", "tests/learner"], "HDF5": [], "Boost.Program_options": [], "Boost.Beast": [],
                        "Boost.Math": []}
TOP = ["sim", "traces", "learner", "experiments", "python", "tests"]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def lies_in(path, folder):
    return path == folder or path.startswith(folder + "/")


def folder_of(path):
    """The entry of the map that a file of ours belongs to."""
    return max((folder for folder in MAY_INCLUDE if lies_in(path, folder)), key=len, default=None)


def objection(path, bracket, name):
    """Why a file may not include a header; None where it may."""
    folder = folder_of(path)
    if folder is None:
        return "no library of the map owns this file"
    if bracket == '"':
        if name.split("/")[0] not in TOP:
            return f'includes of ours start at the repository root, got "{name}"'
        target = name
        allowed = lies_in(name, folder) and folder_of(name) == folder
    else:
        target = next((who for pattern, who in EXTERNAL if re.fullmatch(pattern, name)), None)
        if target is None:
            return f"<{name}> belongs to no dependency of the map"
        allowed = target == "standard library"
        stays = HEADERS_STAY_IN_CPP.get(target)
        if stays is not None and path.endswith(".hpp") and not any(lies_in(path, place) for place in stays):
            return f"{target} headers appear in .cpp files only, got <{name}>"
    if allowed or any(lies_in(target, known) for known in MAY_INCLUDE[folder]):
        return None
    return f"{folder} -> {folder_of(target) or target} is not on the map"


def objections(root):
    found = []
    for top in TOP:
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".hpp", ".cpp", ".h", ".in"):
                continue
            path = file.relative_to(root).as_posix()
            if path.startswith("tests/install/"):
                continue  # a stranger's project: it sees the installed library
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                reason = match and objection(path, *match.groups())
                if reason:
                    found.append(f"{path}:{number}: {reason}")
    return found


class Includes(unittest.TestCase):
    def test_the_repository_follows_the_map(self):
        self.assertEqual(objections(ROOT), [])


class TheCheckItself(unittest.TestCase):
    def check(self, files, expected):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            self.assertEqual(objections(Path(folder)), expected)

    def test_accepts_arrows_of_the_map(self):
        self.check({
            "sim/model/simulation.cpp": '#include "sim/model/simulation.hpp"\n#include "sim/core/time.hpp"\n#include <vector>\n',
            "traces/store/fit.cpp": '#include "sim/stats/quantiles.hpp"\n#include <H5Cpp.h>\n',
            "learner/nets/attention.hpp": "#include <torch/torch.h>\n",
            "experiments/cli/simulate.cpp": '#include "experiments/config/files.hpp"\n#include <boost/program_options.hpp>\n',
        }, [])

    def test_names_file_line_and_arrow(self):
        self.check({"sim/core/time.cpp": '#include <vector>\n\n#include "traces/azure/azure2019.hpp"\n'},
                   ["sim/core/time.cpp:3: sim/core -> traces/azure is not on the map"])

    def test_arrows_inside_sim_never_turn_back(self):
        self.check({"sim/stats/mean.hpp": '#include "sim/model/simulation.hpp"\n'},
                   ["sim/stats/mean.hpp:1: sim/stats -> sim/model is not on the map"])

    def test_arrows_between_the_wings_of_traces_never_turn_back(self):
        self.check({"traces/files/digest.cpp": '#include "traces/core/trace.hpp"\n',
                    "traces/store/store.cpp": '#include "traces/azure/azure2019.hpp"\n'},
                   ["traces/files/digest.cpp:1: traces/files -> traces/core is not on the map",
                    "traces/store/store.cpp:1: traces/store -> traces/azure is not on the map"])

    def test_the_learner_never_meets_traces(self):
        self.check({"learner/marl/attmf.cpp": '#include "traces/azure/azure2019.hpp"\n'},
                   ["learner/marl/attmf.cpp:1: learner/marl -> traces/azure is not on the map"])

    def test_libraries_do_not_know_the_program(self):
        self.check({"experiments/config/files.cpp": '#include "experiments/cli/options.hpp"\n'},
                   ["experiments/config/files.cpp:1: experiments/config -> experiments/cli is not on the map"])

    def test_training_does_not_know_the_program(self):
        self.check({"experiments/train/train.cpp": '#include "experiments/cli/paths.hpp"\n',
                    "experiments/cli/train_main.cpp": '#include "experiments/train/train.hpp"\n'},
                   ["experiments/train/train.cpp:1: experiments/train -> experiments/cli is not on the map"])

    def test_arrows_inside_experiments_never_turn_back(self):
        self.check({"experiments/results/summary.cpp": '#include "experiments/evaluation/evaluation.hpp"\n'},
                   ["experiments/results/summary.cpp:1: experiments/results -> experiments/evaluation is not on the map"])

    def test_dependencies_are_arrows_too(self):
        self.check({"sim/stats/log.cpp": "#include <yaml-cpp/yaml.h>\n#include <unistd.h>\n#include <fmt/core.h>\n"},
                   ["sim/stats/log.cpp:1: sim/stats -> yaml-cpp is not on the map",
                    "sim/stats/log.cpp:2: sim/stats -> POSIX is not on the map",
                    "sim/stats/log.cpp:3: <fmt/core.h> belongs to no dependency of the map"])

    def test_heavy_headers_stay_in_cpp_files(self):
        self.check({"traces/store/store.hpp": "#include <H5Cpp.h>\n"},
                   ["traces/store/store.hpp:1: HDF5 headers appear in .cpp files only, got <H5Cpp.h>"])

    def test_includes_start_at_the_root(self):
        self.check({"sim/core/random.cpp": '#include "random.hpp"\n'},
                   ['sim/core/random.cpp:1: includes of ours start at the repository root, got "random.hpp"'])

    def test_every_file_belongs_to_a_library(self):
        self.check({"sim/stray.cpp": "#include <vector>\n"},
                   ["sim/stray.cpp:1: no library of the map owns this file"])


if __name__ == "__main__":
    unittest.main()
