"""What surrounds a command changes none of its files: signals, other writers, folders, streams, names, locales."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from commands import CALIBRATE, INPUTS, SIMULATE, TRAIN, WRITERS  # noqa: E402

PROGRAM = shutil.which("faasconf")
HAS_TORCH = shutil.which("faasconf-train") is not None
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}

writers = pytest.mark.parametrize("writer", [pytest.param(writer, id=writer.name) for writer in WRITERS
                                             if HAS_TORCH or not writer.needs_torch])
quick_writers = pytest.mark.parametrize("writer", [pytest.param(writer, id=writer.name) for writer in WRITERS
                                                   if not writer.slow])
needs_torch = pytest.mark.skipif(not HAS_TORCH, reason="built without torch")


def run(folder, words, **options):
    options = {"capture_output": True, "timeout": 60, **options}
    return subprocess.run([PROGRAM, *words], cwd=folder, check=False, **options)


@pytest.fixture
def folder(tmp_path):
    for path in INPUTS:
        shutil.copy(path, tmp_path)
    return tmp_path


def prepared(folder, writer):
    for command in writer.inputs:
        assert run(folder, command.split()).returncode == 0, command
    return folder


def written(folder, *, but=()):
    """Contents by path, without what tells the time."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and "tfevents" not in path.name and path.name not in ("log.jsonl", *but)}


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """What a command writes in usual surroundings, by its name."""
    found = {}

    def of(writer):
        if writer.name not in found:
            folder = tmp_path_factory.mktemp("usual")
            for path in INPUTS:
                shutil.copy(path, folder)
            done = run(prepared(folder, writer), writer.words(1))
            assert done.returncode == 0, done.stderr
            found[writer.name] = written(folder)
        return found[writer.name]
    return of


def left_over(folder):
    return [path.name for path in folder.rglob("*") if ".part-" in path.name or path.name.endswith("lock")]


def locale_with_decimal_commas():
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return next((name for name in known if name.lower().startswith(("de_", "fr_", "it_", "es_"))), "de_DE.UTF-8")


@writers
def test_the_environment_changes_no_byte(folder, writer, usual):
    name = locale_with_decimal_commas()
    bare = {"PATH": os.environ["PATH"], "LC_ALL": name, "LANG": name, "TZ": "Pacific/Chatham"}  # no HOME, no TMPDIR
    done = run(prepared(folder, writer), writer.words(1), env=bare)
    assert done.returncode == 0, done.stderr
    assert written(folder) == usual(writer)


@pytest.mark.parametrize("writer", [pytest.param(writer, id=writer.name) for writer in WRITERS if any(
    writer.name.startswith(name) for name in ("simulate", "evaluate", "predict", "search", "calibrate", "trace synth",
                                              "trace replay")) or writer.name == "train" and HAS_TORCH])
def test_threads_change_no_byte(folder, writer, usual):
    prepared(folder, writer)
    assert run(folder, [*writer.words(1), "--threads", "3"]).returncode == 0
    assert written(folder) == usual(writer)


@writers
def test_names_may_have_blanks_and_newlines(folder, writer, usual):
    place = folder / "a b\nc 'd' \"e\""
    place.mkdir()
    for path in INPUTS:
        (folder / path.name).rename(place / path.name)
    prepared(place, writer)
    done = run(place, writer.words(1))
    assert done.returncode == 0, done.stderr
    assert written(place) == usual(writer)
    assert not left_over(place)


def test_an_output_may_have_blanks_and_newlines_in_its_name(folder):
    odd = "a b\nc 'd' \"e\""
    done = run(folder, [*SIMULATE.split(), "--out", f"{odd}.h5"])
    assert done.returncode == 0, done.stderr
    done = run(folder, ["export-csv", f"{odd}.h5", "--out", odd])
    assert done.returncode == 0, done.stderr
    assert (folder / odd / "summary.csv").exists()


@quick_writers
def test_a_pipe_that_is_closed_keeps_no_file_from_being_written(folder, writer, usual):
    prepared(folder, writer)
    reading, writing = os.pipe()
    os.close(reading)
    done = run(folder, writer.words(1), capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    if done.returncode != 0:  # whoever says nothing on stdout does not notice
        assert done.returncode == 1
        assert b"standard output" not in done.stderr
    assert written(folder) == usual(writer)


@quick_writers
def test_a_stream_that_is_closed_gets_nothing_into_a_file(folder, writer, usual):
    prepared(folder, writer)
    done = subprocess.run(["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", PROGRAM, *writer.words(1)], cwd=folder,
                          timeout=60, check=False)
    assert done.returncode in (0, 1)
    assert written(folder) == usual(writer)


def test_a_full_disk_behind_stdout_is_said(folder):
    with open("/dev/full", "wb") as full:
        done = run(folder, SIMULATE.split(), capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert b"the answer could not be written to standard output" in done.stderr


@quick_writers
def test_a_folder_that_cannot_be_written_to_is_said_at_once(folder, writer):
    prepared(folder, writer)
    before = written(folder)
    who = {}
    if os.geteuid() == 0:
        for path in [folder, *folder.parents]:
            if path.stat().st_uid == 0 and "pytest" in path.name:
                path.chmod(0o755)
        who = {"user": 65534, "group": 65534, "extra_groups": []}
    for place in (folder, *(path for path in folder.iterdir() if path.is_dir())):
        place.chmod(0o555)
    try:
        done = run(folder, writer.words(1), **who)
    except PermissionError:
        pytest.skip("the program is not for other users")
    finally:
        folder.chmod(0o755)
    if b"Permission denied" not in done.stderr and done.returncode == 126:
        pytest.skip("the program is not for other users")
    assert done.returncode in (1, 2)
    assert b"ermission denied" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert written(folder) == before


# each would take minutes
LONG = {
    "simulate": "simulate parallel --users 9 --duration 100m --replications 100000 --quiet --out run.h5",
    "evaluate": "evaluate parallel --config demo-lean.yaml --users 9 --seeds 10000 --quiet --out e.h5",
    "predict": "predict parallel --in demo-configurations.csv --replications 1000000 --quiet --out p.csv",
    "search": "search workflow.yaml --users 9 --promise published --instances fresh --windows 100000000 --quiet "
              "--out table.yaml",
    "calibrate": CALIBRATE.replace("--budget 12", "--budget 10000000") + " --out c.yaml",
    "trace synthesize": "trace synthesize --functions 46412 --days 14 --out t.h5",
    "trace synthesize to a folder": "trace synthesize --functions 46412 --days 14 --out day",
    "trace replay": "trace replay t.h5 --out functions.csv",
    "trace inspect": "trace inspect t.h5",
    "trace convert": "trace convert t.h5 --out day",
    "train": TRAIN.replace("training.steps=24", "training.steps=1000000") + " --out training",
}


def wait_for_handler(process, number, log):
    """Until the program itself sees the signal; one that trains becomes another, which begins a log then."""
    mask = 1 << (number - 1)
    for _ in range(2000):
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
        if caught & mask and (log is None or log.exists()):
            return
        time.sleep(0.005)
    raise AssertionError("no handler")


@pytest.fixture(scope="module")
def large_trace(tmp_path_factory):
    place = tmp_path_factory.mktemp("large") / "t.h5"
    made = run(place.parent, ["trace", "synthesize", "--functions", "5000", "--days", "7", "--out", str(place)])
    assert made.returncode == 0
    return place


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("name", [name for name in LONG if name != "train" or HAS_TORCH])
def test_a_signal_ends_a_command_with_its_code_and_leaves_whole_files(folder, name, number, large_trace):
    if "t.h5" in LONG[name] and "synthesize" not in name:
        (folder / "t.h5").symlink_to(large_trace)
    process = subprocess.Popen([PROGRAM, *LONG[name].split()], cwd=folder, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    wait_for_handler(process, number, folder / "training/log.jsonl" if name == "train" else None)
    time.sleep(0.1)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == CODES[number], said
    assert b"interrupted" in said or name == "train"
    assert not left_over(folder)


def test_a_hangup_that_is_ignored_stays_ignored(folder):
    process = subprocess.Popen(["nohup", PROGRAM, *LONG["simulate"].split()], cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for_handler(process, signal.SIGTERM, None)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143


@pytest.mark.parametrize("name", ["simulate", "predict", "trace synthesize to a folder"])
def test_two_writers_of_one_output_leave_that_of_one(folder, name, usual):
    writer = next(writer for writer in WRITERS if writer.name == name)
    other = folder / "other"
    other.mkdir()
    for path in folder.glob("*.*"):
        shutil.copy(path, other)
    assert run(prepared(other, writer), writer.words(2)).returncode == 0
    ends = [usual(writer), written(other)]
    prepared(folder, writer)
    both = [subprocess.Popen([PROGRAM, *writer.words(seed)], cwd=folder, stdout=subprocess.DEVNULL) for seed in (1, 2)]
    assert [process.wait(60) for process in both] in ([0, 0], [0, 1], [1, 0])
    shutil.rmtree(other)
    assert written(folder) in ends


@pytest.mark.parametrize("command, lock", [
    pytest.param(f"{TRAIN} --out training", "training/lock", id="train", marks=needs_torch),
    pytest.param(f"{CALIBRATE} --out c.yaml", "c.yaml.checkpoint.lock", id="calibrate"),
])
def test_a_second_writer_is_refused_where_the_first_one_goes_step_by_step(folder, command, lock):
    (folder / lock).parent.mkdir(exist_ok=True)
    with open(folder / lock, "w", encoding="utf-8") as held:
        held.write("process 4711 on elsewhere")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        done = run(folder, command.split())
        assert done.returncode == 2
        assert b"process 4711 on elsewhere" in done.stderr
    assert run(folder, command.split()).returncode == 0, "a lock file that nobody holds is no lock"
    assert not left_over(folder)


def test_figures_need_no_home(folder):
    has = subprocess.run(["/usr/bin/python3", "-c", "import h5py, matplotlib"], capture_output=True, check=False)
    if has.returncode != 0:
        pytest.skip("no Python with h5py and matplotlib")
    done = run(folder, [*SIMULATE.split(), "--plot", "a b.png"], env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr
    assert (folder / "a b.png").stat().st_size > 1000
    assert not left_over(folder)


@needs_torch
def test_a_finished_training_says_so_and_trains_on(folder):
    command = f"{TRAIN} --out training".replace("--quiet ", "").split()
    assert run(folder, command).returncode == 0
    done = run(folder, [*command, "--resume"])
    assert done.returncode == 0
    assert b"it had all its steps" in done.stderr
    more = [word.replace("steps=24", "steps=48") for word in command]
    done = run(folder, [*more, "--resume"])
    assert done.returncode == 0, done.stderr
    assert b"48 steps, 24 of them" in done.stderr
    done = run(folder, [*more, "--resume", "--set", "seed=9"])
    assert done.returncode == 2
    assert b"seed: 1, now 9" in done.stderr
