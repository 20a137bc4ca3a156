#include "learner/search/cma_es_proposer.hpp"

#include <utility>

#include "sim/core/archive.hpp"
#include "sim/core/error.hpp"

namespace faasconf::learner::search {

void CmaEsProposer::tell(std::span<const Candidate> tried) {
  std::vector<double> losses;
  for (const Candidate& candidate : tried) losses.push_back(candidate.score);
  search_.tell(losses);
}

std::vector<std::byte> CmaEsProposer::save() {
  sim::ArchiveWriter writer;
  RestartingCmaEsState state = search_.state();
  writer(state);
  return writer.take();
}

void CmaEsProposer::restore(std::span<const std::byte> bytes) {
  sim::ArchiveReader reader(bytes);
  RestartingCmaEsState state;
  reader(state);
  const bool fits = reader.at_end() && !fault_of(state, search_.state().options.start.size());
  if (!fits) throw sim::Error("saved state of a CMA-ES search of other points, or damaged");
  search_ = RestartingCmaEs(std::move(state));
}

}  // namespace faasconf::learner::search
