#pragma once
// The state of a fit in a file, written aside and renamed, so that the file is always complete; it ends with the digest
// of all before it, which is checked before anything is used.

#include <cstddef>
#include <optional>
#include <string>

#include "learner/search/cma_es.hpp"

namespace faasconf::experiments::calibration {

// Whose search it is.
struct CheckpointNotes {
  std::string identity;  // of the fit
  std::string record{};  // JSON: what the file says of itself; empty: nothing
};

// Throws as files::PartFile.
void write_checkpoint(const std::string& path, const CheckpointNotes& notes,
                      const learner::search::RestartingCmaEsState& state);

// Absent where there is no such file. Throws sim::Error where it is no checkpoint, damaged, or one of another fit.
std::optional<learner::search::RestartingCmaEsState> read_checkpoint(const std::string& path,
                                                                     const std::string& identity,
                                                                     std::size_t coordinates);

}  // namespace faasconf::experiments::calibration
