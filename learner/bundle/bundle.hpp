#pragma once
// A trained policy in one file: a TorchScript archive, a zip, of which this side reads two members only,
// ".../extra/faasconf/metadata.json" and ".../extra/faasconf/weights".

#include <string>
#include <string_view>

#include "learner/bundle/metadata.hpp"
#include "learner/bundle/tensors.hpp"

namespace faasconf::learner::bundle {

// Names of TorchScript's extra files.
inline constexpr std::string_view kMetadataMember = "faasconf/metadata.json";
inline constexpr std::string_view kWeightsMember = "faasconf/weights";

struct PolicyBundle {
  Metadata metadata;
  Tensors weights;
};

// Throws Error when the file is missing, damaged, of a newer format, or no policy bundle.
PolicyBundle read_bundle(const std::string& path);
// The same from a file's bytes; name: for error messages.
PolicyBundle decode_bundle(std::string_view bytes, const std::string& name);

}  // namespace faasconf::learner::bundle
