import os

import h5py
import numpy as np
import pytest
import synthetic

import faasconf
from faasconf.result import load as load_result


def test_columns_have_names_and_units_in_the_files_order(result):
    assert list(result.windows)[:4] == ["case", "replication", "window", "start_s"]
    assert result.windows.units["latency_mean_s"] == "s"
    assert result.windows.units["success_ratio"] == "1"
    assert result.windows["latency_mean_s"].dtype == np.float64
    assert len(result.windows["price"]) == result.windows.row_count == 2 * 20 * 170


def test_a_summary_knows_the_names_of_before(result):
    rows = result.summary.where(case=0, function=-1, metric="latency_mean")
    assert rows["metric"].tolist() == ["latency_mean_s"]


def test_counts_that_were_not_measured_are_nan(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=1, window_count=3)
    with h5py.File(path, "r+") as file:
        file["functions/arrivals"][0] = -1
        file["functions/arrivals"].attrs["absent"] = -1
    arrivals = faasconf.load(path).functions["arrivals"]
    assert np.isnan(arrivals[0]) and np.isfinite(arrivals[1:]).all()


def test_names_come_in_the_order_of_the_indices(result):
    assert result.case_names == ["small", "large"]
    assert result.function_names == synthetic.FUNCTIONS
    assert result.case_index("large") == 1
    assert result.inputs[1] == ("azure <day 1>.csv", "a" * 64)


def test_a_column_becomes_a_matrix_of_replications_and_windows(result):
    matrix = result.by_window("users", 1)
    rows = result.windows.where(case=1, replication=3)
    assert matrix.shape == (20, 170)
    assert np.array_equal(matrix[3], rows["users"])


def test_what_is_absent_is_nan_and_nothing_else_is(result):
    latency = result.by_window("latency_mean_s", 0)
    assert np.isnan(latency[:, 60:64]).all()
    assert np.isfinite(np.delete(latency, np.s_[60:64], axis=1)).all()


def test_replications_of_different_number_leave_the_rest_of_the_matrix_absent(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=3, window_count=5)
    with h5py.File(path, "r+") as file:
        keep = ~((file["windows/case"][()] == 0) & (file["windows/replication"][()] == 2))
        for name in list(file["windows"]):
            values = file["windows"][name][keep]
            del file["windows"][name]
            file["windows"][name] = values
    matrix = faasconf.load(path).by_window("price", 0)
    assert np.isfinite(matrix[:2]).all() and np.isnan(matrix[2]).all()


def test_spans_are_none_unless_asked_for(result):
    assert result.spans is None


def test_spans_are_read_when_used(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=1, window_count=2)
    with h5py.File(path, "r+") as file:
        synthetic.write_table(file, "spans", {"request": [0, 1], "called_s": [0.5, 1.5]})
    assert faasconf.load(path).spans["called_s"].tolist() == [0.5, 1.5]


def test_an_unknown_column_is_a_key_error_that_says_which_there_are(result):
    with pytest.raises(KeyError, match="no column \"latency\"; expected one of case, .*latency_mean_s"):
        result.windows["latency"]
    assert result.windows.get("latency") is None


def test_an_unknown_case_is_an_error_that_says_which_there_are(result):
    with pytest.raises(faasconf.Error, match="no case \"medium\"; expected one of small, large"):
        result.case_index("medium")


def test_error_is_a_value_error():
    assert issubclass(faasconf.Error, ValueError)


def test_a_missing_file_is_one_message(tmp_path):
    with pytest.raises(faasconf.Error, match="nothing.h5: no such file$"):
        faasconf.load(tmp_path / "nothing.h5")


def test_a_file_that_is_not_hdf5_is_one_message(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("start_s,users\n")
    with pytest.raises(faasconf.Error, match="run.csv: expected a result file"):
        load_result(path)


def test_a_folder_is_no_result(tmp_path):
    with pytest.raises(faasconf.Error, match="expected a file, got a directory"):
        load_result(tmp_path)


def test_another_hdf5_file_is_no_result(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file.attrs["format"] = "something else"
    with pytest.raises(faasconf.Error, match="format \"faasconf-result\", got \"something else\""):
        load_result(tmp_path / "other.h5")


def test_a_newer_format_is_refused(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=1, window_count=2)
    with h5py.File(path, "r+") as file:
        file.attrs["format_version"] = 2
    with pytest.raises(faasconf.Error, match="format version 2, but this faasconf reads up to 1"):
        faasconf.load(path)


def test_a_file_cut_short_is_one_message(tmp_path, result_path):
    path = tmp_path / "cut.h5"
    path.write_bytes(result_path.read_bytes()[:20000])
    with pytest.raises(faasconf.Error, match="cut.h5: cannot be read"):
        faasconf.load(path)


def test_a_result_that_another_program_writes_is_locked_and_not_damaged(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=1, window_count=2)
    for mode in ("r+", "w"):
        with h5py.File(path, mode):
            for read in (faasconf.load, load_result):
                with pytest.raises(faasconf.Error, match=r"run.h5: is locked by another program.*HDF5_USE_FILE_LOCKING"):
                    read(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_missing_permission_is_said(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=1, window_count=2)
    path.chmod(0)
    with pytest.raises(faasconf.Error, match="cannot be opened: Permission denied"):
        faasconf.load(path)


def test_a_result_that_lacks_a_table_is_damaged(tmp_path):
    path = synthetic.write_result(tmp_path / "run.h5", replications=1, window_count=2)
    with h5py.File(path, "r+") as file:
        del file["summary"]
    with pytest.raises(faasconf.Error, match="run.h5: a damaged faasconf-result"):
        faasconf.load(path)
