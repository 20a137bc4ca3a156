#pragma once
// Exports a trained actor: a TorchScript archive with what serving reads as extra files.

#include <string>

#include "learner/bundle/bundle.hpp"
#include "learner/marl/standardizer.hpp"
#include "learner/nets/networks.hpp"

namespace faasconf::learner::marl {

// The actor's parameters and buffers under the names that serving reads.
bundle::Tensors weights_of(const nets::Actor& actor);
bundle::NormalizerMoments moments_of(const Standardizer& standardizer);

// The bytes of a policy bundle (learner/bundle/bundle.hpp). As a TorchScript module it maps rows as environments give
// them, batch x agents x features, to actions, batch x agents x kKnobs: torch.jit.load in Python opens it.
std::string encode_bundle(const bundle::PolicyBundle& policy);

}  // namespace faasconf::learner::marl
