import matplotlib
import pytest
import synthetic

import faasconf

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def result_path(tmp_path_factory):
    return synthetic.write_result(tmp_path_factory.mktemp("result") / "run.h5")


@pytest.fixture(scope="session")
def result(result_path):
    return faasconf.load(result_path)
