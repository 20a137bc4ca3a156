#pragma once
// Archives as torch writes them, as far as the torch-free side reads them.

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <zip.h>

#include "learner/bundle/bundle.hpp"

namespace faasconf::learner::bundle {

using Members = std::vector<std::pair<std::string, std::string>>;  // name, bytes

inline Members members_of(const PolicyBundle& bundle) {
  return {{"policy/data.pkl", "for torch"},
          {"policy/extra/" + std::string(kMetadataMember), to_json(bundle.metadata)},
          {"policy/extra/" + std::string(kWeightsMember), encode_tensors(bundle.weights)}};
}

// Stored, as torch does, or deflated.
inline void write_archive(const std::string& path, const Members& members, bool deflated = false) {
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (archive == nullptr) throw std::runtime_error("zip_open " + path);
  for (const auto& [name, bytes] : members) {
    zip_source_t* const source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const auto index = static_cast<zip_uint64_t>(zip_file_add(archive, name.c_str(), source, 0));
    zip_set_file_compression(archive, index, deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    zip_file_set_mtime(archive, index, 315532800, 0);  // 1980-01-01: the same bytes every time
  }
  if (zip_close(archive) != 0) throw std::runtime_error("zip_close " + path);
}

}  // namespace faasconf::learner::bundle
