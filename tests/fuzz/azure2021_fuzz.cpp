// Whatever a trace of calls holds, the reader gives them or throws sim::Error, and what it gives can be counted. The
// first byte chooses what happens to bad rows.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/core/error.hpp"
#include "traces/azure/azure2021.hpp"

using namespace faasconf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string rows(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool whole = (data[0] & 8) != 0;  // with a header of its own, or none
  const std::string text = whole ? rows : "app,func,end_timestamp,duration\n" + rows;
  const auto on_bad_row = static_cast<traces::OnBadRow>(data[0] % 3);
  try {
    traces::Azure2021Reader reader(files::bytes_of(text, "fuzz.csv"), "fuzz.csv", on_bad_row);
    for (traces::TraceInvocation call; reader.next(call);) {
      if (!(call.start_s >= 0) || !(call.duration_s >= 0) || std::isinf(call.start_s + call.duration_s)) std::abort();
      if (call.function >= reader.functions().size()) std::abort();
    }
    traces::Azure2021Reader again(files::bytes_of(text, "fuzz.csv"), "fuzz.csv", on_bad_row);
    traces::read_azure2021(again);
  } catch (const sim::Error&) {
    // as it should
  }
  return 0;
}
