"""`faasconf train`: it goes on from where it was stopped, says what is wrong, and writes what others read."""

import json
import os
import shutil
import signal
import subprocess
import time
import zipfile

import numpy as np
import pytest

import faasconf

PROGRAM = shutil.which("faasconf")
pytestmark = pytest.mark.skipif(PROGRAM is None or shutil.which("faasconf-train") is None,
                                reason="faasconf-train is not on the PATH: built without torch")

SMALL = ["--set", "training.environments=4", "--set", "training.steps_per_iteration=4", "--set", "training.episode=5",
         "--set", "training.selection={every: 320, users: [11], windows: 5}"]


def train(folder, steps, *arguments, **options):
    command = [PROGRAM, "train", "train-parallel", "--out", str(folder), *SMALL,
               "--set", f"training.steps={steps}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)


def weights(policy):
    with zipfile.ZipFile(policy) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("faasconf/weights")))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train") / "straight"
    done = train(folder, 9600, "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_logs_and_policies_are_there(trained):
    folder, end = trained
    assert end["steps"] == 9600
    assert end["loads"][0]["users"] == 11
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    selections = [line for line in lines if line["kind"] == "selection"]
    assert [line["step"] for line in selections] == list(range(320, 9601, 320))
    assert max(line["score"] for line in selections) == end["best_score"]
    for name in ["experiment.yaml", "best.ckpt", "best.fcp", "last.ckpt", "last.fcp"]:
        assert (folder / name).exists(), name
    assert list(folder.glob("events.out.tfevents.*"))


def test_each_file_of_a_training_has_its_record(trained):
    folder, end = trained
    made = faasconf.load(folder)
    assert made.record.verb == "train" and "method:" in made.experiment
    assert len(made.log) > 0 and all("record" not in line for line in made.log)
    kinds = {"experiment.yaml": faasconf.TrainingExperiment, "log.jsonl": faasconf.TrainingLog,
             "last.ckpt": faasconf.TrainingCheckpoint, "best.fcp": faasconf.Policy}
    for name, kind in kinds.items():
        read = faasconf.load(folder / name)
        assert isinstance(read, kind), name
        assert read.record.identity == made.record.identity, name
        assert read.record.experiment == made.experiment, name
    assert faasconf.load(folder / "log.jsonl").lines == made.log
    assert faasconf.load(folder / "best.ckpt").best == pytest.approx(end["best_score"])
    assert faasconf.load(folder / "best.ckpt").experiment == made.experiment


def test_interrupted_and_resumed_ends_in_the_same_weights(trained, tmp_path):
    straight, _ = trained
    folder = tmp_path / "resumed"
    process = subprocess.Popen([PROGRAM, "train", "train-parallel", "--out", str(folder), *SMALL,
                                "--set", "training.steps=9600"], stderr=subprocess.PIPE, text=True)
    while not (folder / "last.ckpt").exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert "--resume goes on" in said
    again = train(folder, 9600)
    assert again.returncode == 2 and "--resume" in again.stderr, "what is there is not overwritten"
    done = train(folder, 9600, "--resume")
    assert done.returncode == 0, done.stderr
    assert weights(folder / "last.fcp") == weights(straight / "last.fcp")
    assert weights(folder / "best.fcp") == weights(straight / "best.fcp")


@pytest.mark.skipif(shutil.which("mpirun") is None, reason="mpirun is not installed")
def test_processes_change_nothing(trained, tmp_path):
    straight, _ = trained
    command = ["mpirun", "-n", "2", "--oversubscribe", PROGRAM, "train", "train-parallel", "--out", str(tmp_path / "mpi"),
               *SMALL, "--set", "training.steps=9600"]
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert weights(tmp_path / "mpi" / "last.fcp") == weights(straight / "last.fcp")


def test_export_gives_what_training_wrote(trained, tmp_path):
    folder, _ = trained
    subprocess.run([PROGRAM, "export", str(folder / "last.ckpt"), "--out", str(tmp_path / "p.fcp")], check=True,
                   capture_output=True)
    assert weights(tmp_path / "p.fcp") == weights(folder / "last.fcp")


def test_evaluate_takes_the_policy(trained):
    folder, _ = trained
    done = subprocess.run([PROGRAM, "evaluate", "parallel", "--bundle", str(folder / "best.fcp"), "--promise", "published",
                           "--instances", "fresh", "--users", "12", "--seeds", "2", "--windows", "4", "--quiet"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "price" in done.stdout


def test_torch_opens_the_policy(trained):
    torch = pytest.importorskip("torch", reason="python3-torch is not installed")
    folder, _ = trained
    policy = torch.jit.load(str(folder / "best.fcp"))
    metadata = json.loads(next_extra(folder / "best.fcp", "faasconf/metadata.json"))
    rows = torch.from_numpy(np.random.default_rng(1).normal(
        metadata["normalizer"]["mean"], np.maximum(metadata["normalizer"]["deviation"], 1e-3),
        size=(3, len(metadata["workflow"]["agents"]), len(metadata["features"]["names"]))).astype(np.float32))
    actions = policy(rows).detach().numpy()
    assert actions.shape == (3, len(metadata["workflow"]["agents"]), 4)
    assert ((actions >= 0) & (actions <= 1)).all()
    assert np.abs(actions[0] - actions[1]).max() > 1e-4, "it looks at what it is given"


def next_extra(policy, ending):
    with zipfile.ZipFile(policy) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(ending)))


@pytest.mark.parametrize("command", ["train", "export"])
def test_examples_work_when_pasted(command, tmp_path):
    text = subprocess.run([PROGRAM, command, "--help"], check=True, capture_output=True, text=True).stdout
    for line in text[text.index("example:"):].splitlines()[1:]:
        # a tenth of the steps shows as much
        done = subprocess.run(line.replace("steps=20000", "steps=2000"), shell=True, capture_output=True, text=True,
                              cwd=tmp_path)
        assert done.returncode == 0, line + "\n" + done.stderr


@pytest.mark.parametrize("arguments, said", [
    (["train", "no-such-file"], "no-such-file"),
    (["train", "train-parallel", "--set", "training.method=magic"], "expected one of mappo"),
    (["train", "train-parallel", "--resume"], "no checkpoint"),
    (["export", "no.ckpt"], "no.ckpt"),
])
def test_misuse_is_said_once(arguments, said, tmp_path):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_a_damaged_checkpoint_is_refused(trained, tmp_path):
    folder, _ = trained
    whole = (folder / "last.ckpt").read_bytes()
    (tmp_path / "half.ckpt").write_bytes(whole[:len(whole) // 2])
    done = subprocess.run([PROGRAM, "export", str(tmp_path / "half.ckpt"), "--out", str(tmp_path / "p.fcp")],
                          capture_output=True, text=True)
    assert done.returncode == 2
    assert "half.ckpt: expected a checkpoint" in done.stderr
    assert not (tmp_path / "p.fcp").exists()
