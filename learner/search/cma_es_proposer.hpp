#pragma once
// CMA-ES with restarts as a search method.

#include <cstddef>
#include <span>
#include <vector>

#include "learner/search/cma_es.hpp"
#include "learner/search/proposer.hpp"

namespace faasconf::learner::search {

class CmaEsProposer final : public Proposer {
 public:
  explicit CmaEsProposer(const CmaEsOptions& options) : search_(options) {}

  std::vector<Point> ask(double /*spent*/) override { return search_.ask(); }  // a generation
  void tell(std::span<const Candidate> tried) override;
  std::vector<std::byte> save() override;
  void restore(std::span<const std::byte> bytes) override;

 private:
  RestartingCmaEs search_;
};

}  // namespace faasconf::learner::search
