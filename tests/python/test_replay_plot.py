import subprocess
import sys

import matplotlib.image
import numpy as np
import pytest

from faasconf import replay_plot

HEADER = ("owner,app,function,trigger,calls,denied,cold,cold_share,latency_mean_s,latency_p50_s,latency_p95_s,"
          "latency_p99_s,latency_max_s,execution_s,execution_mib_s,instances_started,instances_pre_warmed,"
          "instances_most,start_up_s,busy_s,idle_s,start_up_mib_s,busy_mib_s,idle_mib_s")
CALLED = "o,a,f,http,100,0,5,0.05,1.5,1,2,3,4,150,15000,5,0,1,5,150,3600,500,15000,7372800"
SELDOM = "o,a,g,timer,1,0,1,1,2,2,2,2,2,1,100,,,,,,,,,"
NEVER = "o,b,h,queue,0,0,0,,,,,,,0,0,0,0,0,0,0,0,0,0,0"


def written(path, *rows, header=HEADER):
    path.write_text("\n".join(["# origin: a trace; replayed: policy fixed, keep-alive 10m", header, *rows]) + "\n")
    return path


def test_the_figure_is_a_png_of_the_promised_size_and_not_blank(tmp_path):
    out = tmp_path / "r.png"
    done = subprocess.run([sys.executable, "-m", "faasconf.replay_plot",
                           str(written(tmp_path / "f.csv", CALLED, SELDOM, NEVER)), "--out", str(out)],
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pixels = matplotlib.image.imread(out)
    assert pixels.shape[:2] == (1100, 1600)
    for part in np.array_split(pixels[:, :, :3], 2):
        assert 0.005 < np.mean(part.min(axis=2) < 0.9) < 0.5


def test_what_is_drawn_is_what_was_written(tmp_path):
    functions, settings = replay_plot.read(written(tmp_path / "f.csv", CALLED, SELDOM, NEVER))
    assert settings == "policy fixed, keep-alive 10m"
    shares, popularity, memory, latencies = replay_plot.draw(functions, settings).axes
    assert list(shares.lines[0].get_xdata()) == [5, 100]
    assert list(popularity.lines[0].get_xdata()) == [100, 1]
    # the app's memory stands in one row: 7,372,800 MiB s are 2 GiB h
    assert [bar.get_height() for bar in memory.patches][2] == pytest.approx(2)
    assert [list(line.get_xdata()) for line in latencies.lines] == [[1, 2], [1.5, 2], [2, 3]]


@pytest.mark.parametrize("rows", [[NEVER], ["o,a,f,http,5,5,0,,,,,,,0,0,0,0,0,0,0,0,0,0,0"],
                                  ["o,a,f,http,5,0,0,0,0,0,0,0,0,0,0,1,0,1,0,0,0,0,0,0"]],
                         ids=["no calls", "all denied", "latencies of 0"])
def test_unusual_replays_are_drawn(tmp_path, rows):
    out = tmp_path / "r.svg"
    assert replay_plot.main([str(written(tmp_path / "f.csv", *rows)), "--out", str(out)]) == 0
    assert out.read_text().startswith("<?xml")


@pytest.mark.parametrize("arguments, message", [
    (["none.csv", "--out", "x.png"], "none.csv: No such file or directory"),
    (["FUNCTIONS", "--out", "x.gif"], "--out: expected a name that ends in .png, .svg or .pdf, got \"x.gif\""),
    (["OTHER", "--out", "x.png"], "expected CSV of faasconf trace replay"),
    (["WORDS", "--out", "x.png"], "expected numbers"),
    (["FEWER", "--out", "x.png"], "expected a column 'cold_share'"),
])
def test_misuse_is_one_line_and_exit_code_2(tmp_path, capsys, arguments, message):
    places = {"FUNCTIONS": str(written(tmp_path / "f.csv", CALLED)),
              "OTHER": str(written(tmp_path / "o.csv", "1,2", header="a,b")),
              "FEWER": str(written(tmp_path / "fewer.csv", CALLED, header=HEADER.replace("cold_share", "share"))),
              "WORDS": str(written(tmp_path / "w.csv", CALLED.replace("100", "many", 1)))}
    assert replay_plot.main([places.get(argument, argument) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
