#pragma once
// A trained actor as the file that leaves: a TorchScript archive with what serving reads as extra files.

#include <string>

#include "learner/marl/standardizer.hpp"
#include "learner/nets/networks.hpp"
#include "learner/serving/bundle.hpp"

namespace faasconf::learner {

// The actor's parameters and buffers under the names that serving knows them by.
Tensors weights_of(const Actor& actor);
NormalizerMoments moments_of(const Standardizer& standardizer);

// The bytes of a policy bundle (learner/serving/bundle.hpp). As a TorchScript module it maps rows as environments give
// them, batch x agents x features, to actions, batch x agents x kKnobs: torch.jit.load in Python opens it.
std::string encode_bundle(const PolicyBundle& policy);

}  // namespace faasconf::learner
