#pragma once
// The minute counts of one function, or of all functions of one app, over one or several days, from files of the Azure
// Functions 2019 data set: the original schema (HashOwner,HashApp,HashFunction,Trigger,1..1440; a file is one day) or a
// series extract (HashFunction,day,1..1440). Streams; memory does not grow with the files.

#include <memory>
#include <string>
#include <vector>

#include "traces/core/minute_series.hpp"
#include "traces/files/byte_source.hpp"

namespace faasconf::traces {

// One path per day, in the order of days, or one series extract. A day without a row is a day of zeros. The columns of
// every row are counted, the numbers of the chosen ones alone are read: a fault in another function's counts does no
// harm here. A row that is left out is a day of zeros. Throws sim::Error; so too where the function has two rows for
// one day.
MinuteSeries read_series(const std::vector<std::string>& paths, const SeriesRequest& request);

// The same of one file from bytes, of which `name` is for messages.
MinuteSeries read_series(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                         const SeriesRequest& request);

}  // namespace faasconf::traces
