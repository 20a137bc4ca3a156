#pragma once

#include <cstddef>
#include <functional>

namespace faasconf::experiments {

// Calls work(0) .. work(count - 1) on so many threads, in any order; whoever wants results that do not depend on the
// number of threads writes them to places of their own. The first exception ends it and is thrown again.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace faasconf::experiments
