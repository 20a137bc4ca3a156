"""Times pandas.read_csv on the day that the benchmark Azure2019_Parse reads: CPU time on one core, and memory.

    ./run.sh bench --benchmark_filter=Azure2019_Parse    # makes the file
    apt install python3-pandas
    /usr/bin/python3 tests/benchmarks/pandas_read_csv.py [FILE]
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas

DAY = Path(tempfile.gettempdir(), "faasconf-benchmark-azure2019-1.csv")


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DAY
    size = path.stat().st_size
    start = time.process_time()
    rows, columns = pandas.read_csv(path).shape
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"pandas {pandas.__version__}: {rows} x {columns}, {seconds:.2f} s of CPU time, "
          f"{size / seconds / 1e6:.0f} MB/s, peak {peak:.2f} GiB")


if __name__ == "__main__":
    main()
