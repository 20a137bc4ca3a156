#include "learner/marl/bundle_writer.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/import.h>

#include "learner/serving/policy_network.hpp"
#include "tests/learner/bundle/policies.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::marl {
namespace {

constexpr std::int64_t kAgents = 5, kFeatures = 6, kRows = 40;
constexpr std::int64_t kConstant = 2;  // a column that does not vary

// a and b lead to each other, b to c, a to d; nobody calls the last one.
sim::WorkflowSpec workflow_with_all_relations() {
  sim::WorkflowSpec workflow;
  workflow.name = "all relations";
  for (const char* name : {"a", "b", "c", "d", "alone"}) workflow.functions.push_back(sim::function_named(name));
  const auto in_order = [](const char* first, const char* second, const char* third) {
    return sim::Block{sim::Sequence{{{sim::Call{first}}, {sim::Call{second}}, {sim::Call{third}}}}};
  };
  workflow.entry = {sim::Parallel{{in_order("a", "b", "c"), in_order("b", "a", "d")}}};
  return workflow;
}

torch::Tensor rows_for(at::Generator& random) {
  torch::Tensor rows = 3 * torch::randn({kRows, kAgents, kFeatures}, random) + 5;
  rows.select(2, kConstant).fill_(7);
  return rows;
}

Standardizer standardizer_of(const torch::Tensor& rows) {
  RowSums sums(kFeatures);
  sums.add({rows.data_ptr<float>(), static_cast<std::size_t>(rows.numel())});
  Standardizer standardizer(kFeatures, 2);  // cuts some
  standardizer.learn(sums.take());
  return standardizer;
}

// As training leaves it: no weight is 0 or 1 any more, and batches have left their moments.
void wear_in(nets::Actor& actor, const torch::Tensor& rows, const nets::Structure& structure, at::Generator& random) {
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : actor.parameters()) parameter.add_(0.2 * torch::randn(parameter.sizes(), random));
  for (int i = 0; i < 10; ++i) actor.logits(rows, structure);
  actor.eval();
}

struct Answers {
  torch::Tensor trained, scripted, served;
};

// The actions of the three that ought to be one.
Answers answers_of(const bundle::NetworkSpec& network) {
  const sim::WorkflowSpec workflow = workflow_with_all_relations();
  const sim::ActionSpace actions(workflow);
  const sim::AgentGraph graph(workflow, actions);
  const nets::Structure structure(graph);
  at::Generator random = at::detail::createCPUGenerator(3);
  const torch::Tensor rows = rows_for(random);
  const Standardizer standardizer = standardizer_of(rows);
  const auto actor = nets::make_actor(network, kAgents, kFeatures, random);
  wear_in(*actor, standardizer.apply(rows), structure, random);

  bundle::PolicyBundle policy;
  policy.metadata.digest = "00";
  policy.metadata.network = network;
  policy.metadata.feature_names = {"one", "two", "three", "four", "five", "six"};
  policy.metadata.normalizer = moments_of(standardizer);
  describe(workflow, actions, graph, policy.metadata);
  policy.weights = weights_of(*actor);
  const std::string bytes = encode_bundle(policy);

  const torch::NoGradGuard no_grad;
  std::istringstream file(bytes);
  Answers answers{actor->actions(standardizer.apply(rows), structure),
                  torch::jit::load(file).forward({rows}).toTensor(),
                  torch::empty({kRows, kAgents, static_cast<std::int64_t>(sim::kKnobs)})};
  const bundle::PolicyBundle read = bundle::decode_bundle(bytes, "policy.fcp");
  serving::PolicyNetwork served(read.metadata, read.weights);
  const std::size_t in = kAgents * kFeatures, out = kAgents * sim::kKnobs;
  for (std::size_t i = 0; i < kRows; ++i) {
    served.act({rows.data_ptr<float>() + i * in, in}, {answers.served.data_ptr<float>() + i * out, out});
  }
  return answers;
}

double greatest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

class BundleTest : public ::testing::TestWithParam<bundle::NetworkSpec> {};

// The trained actor, the bundle in TorchScript and the bundle served by Eigen, in float all of them.
TEST_P(BundleTest, IsTheTrainedActor) {
  const Answers answers = answers_of(GetParam());
  ASSERT_EQ(answers.scripted.sizes(), answers.trained.sizes());
  EXPECT_LT(greatest_difference(answers.scripted, answers.trained), 1e-5);
  EXPECT_LT(greatest_difference(answers.served, answers.trained), 1e-5);
  EXPECT_GT(answers.trained.std().item<double>(), 0.05) << "actions that tell networks apart";
}

INSTANTIATE_TEST_SUITE_P(Neighbourhoods, BundleTest, ::testing::ValuesIn(bundle::neighbourhoods()));
INSTANTIATE_TEST_SUITE_P(
    Joint, BundleTest,
    ::testing::Values(bundle::JointSpec{.hidden = {20, 9}},
                      bundle::JointSpec{.normalisation = bundle::Normalisation::layer, .hidden = {20}},
                      bundle::JointSpec{.normalisation = bundle::Normalisation::none, .hidden = {}}));
INSTANTIATE_TEST_SUITE_P(Transformers, BundleTest,
                         ::testing::Values(bundle::TransformerSpec{},
                                           bundle::TransformerSpec{.width = 12, .heads = 3, .layers = 2},
                                           bundle::TransformerSpec{.width = 8, .heads = 1, .attention = false}));

}  // namespace
}  // namespace faasconf::learner::marl
