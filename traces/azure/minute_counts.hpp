#pragma once
// The counts of one row, cell by cell: what is wrong with each is said, left out or mended.

#include <vector>

#include "traces/azure/azure2019_rows.hpp"
#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

// Reads the cells of the last row. False where the row is to be left out. Throws sim::Error.
bool read_minutes(const Azure2019RowReader& rows, OnBadRow on_bad_row, ReadReport& report,
                  std::vector<MinuteCount>& counts);

}  // namespace faasconf::traces
