#include "traces/synthetic/write_azure2019.hpp"

#include <algorithm>

#include "sim/core/in_order.hpp"

namespace faasconf::traces {
namespace {

constexpr std::size_t kFunctionsAtOnce = 128;

}  // namespace

std::vector<std::string> write_azure2019(const std::string& folder, const SyntheticTrace& trace, std::size_t threads,
                                         const std::function<void(std::size_t)>& progress,
                                         const std::function<void(Azure2019Writer&)>& more) {
  struct Piece {
    Azure2019Rows rows;
    std::vector<TraceFunction> functions;
  };
  Azure2019Writer writer(folder, trace.spec().days);
  const std::size_t pieces = (trace.size() + kFunctionsAtOnce - 1) / kFunctionsAtOnce;
  std::size_t done = 0;
  const auto make = [&](std::size_t piece) {
    Piece made{Azure2019Rows(trace.spec().days), {}};
    const std::size_t end = std::min(trace.size(), (piece + 1) * kFunctionsAtOnce);
    for (std::size_t i = piece * kFunctionsAtOnce; i < end; ++i) {
      sim::throw_if_cancelled(trace.spec().go_on);
      made.functions.push_back(trace.function(i));
      made.rows.add(made.functions.back());
    }
    return made;
  };
  sim::in_order(pieces, static_cast<int>(threads), make, [&](const Piece& piece) {
    sim::throw_if_cancelled(trace.spec().go_on);
    writer.append(piece.rows);
    for (const TraceFunction& function : piece.functions) writer.note_app(function);
    done += piece.functions.size();
    if (progress) progress(done);
    return true;
  });
  if (more) more(writer);
  writer.commit();
  return writer.paths();
}

}  // namespace faasconf::traces
