#pragma once
// HDF5 1.10 crashes when a write fails on the way to the disk: its caches keep what they could not write and meet it
// again when the file closes. This driver never reports it to HDF5: PartFile keeps the error, and the writer asks for
// it.

#include "traces/files/part_file.hpp"

namespace H5 {
class H5File;
}

namespace faasconf::files {

// A new HDF5 file inside the part file, which outlives it. No object carries a time, so equal contents give equal
// bytes.
H5::H5File create_hdf5(PartFile& file);

}  // namespace faasconf::files
