#include "learner/nets/networks.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "tests/learner/nets/gradients.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::nets {
namespace {

constexpr std::int64_t kFeatures = 3;
constexpr auto kActions = static_cast<std::int64_t>(sim::kKnobs);

// a leads to b, b to c; nobody calls d.
Structure chain_and_one_alone() {
  sim::WorkflowSpec workflow;
  for (const char* name : {"a", "b", "c", "d"}) workflow.functions.push_back(sim::function_named(name));
  workflow.entry = {sim::Sequence{{{sim::Call{"a"}}, {sim::Call{"b"}}, {sim::Call{"c"}}}}};
  return Structure(sim::AgentGraph(workflow, sim::ActionSpace(workflow)));
}

at::Generator generator(std::uint64_t seed = 1) { return at::detail::createCPUGenerator(seed); }

void set(torch::nn::Module& module, const std::string& name, const torch::Tensor& values) {
  const torch::NoGradGuard no_grad;
  module.named_parameters()[name].copy_(values);
}

TEST(Structure, TellsNeighboursAndRelations) {
  const Structure structure = chain_and_one_alone();
  EXPECT_TRUE(torch::equal(structure.neighbours.asking, torch::tensor({0, 1, 1, 2}, torch::kLong)));
  EXPECT_TRUE(torch::equal(structure.neighbours.asked, torch::tensor({1, 0, 2, 1}, torch::kLong)));
  EXPECT_TRUE(torch::equal(structure.degree, torch::tensor({1.0F, 2.0F, 1.0F, 0.0F})));
  const torch::Tensor relation = torch::tensor({{0, 2, 4, 4}, {1, 0, 2, 4}, {4, 1, 0, 4}, {4, 4, 4, 0}}, torch::kLong);
  EXPECT_TRUE(torch::equal(structure.relation, relation)) << structure.relation;
}

// One feature, queries and keys that hand it on: the products of a = 1, b = 2, c = 3 are ab = 2 and bc = 6.
torch::Tensor weights_by_hand(bundle::Attention kind) {
  at::Generator random = generator();
  NeighbourAttention attention(kind, 1, 1, random);
  const torch::Tensor first = torch::zeros({1, 1, kAttentionWidth});
  first[0][0][0] = 1;
  for (const auto& parameter : attention.named_parameters()) set(attention, parameter.key(), first);
  return attention.weights(torch::tensor({{{1.0F}, {2.0F}, {3.0F}, {4.0F}}}), chain_and_one_alone()).detach();
}

// Pairs: a of b, b of a, b of c, c of b; d has none.
TEST(NeighbourAttention, SquaredProductsOverTheirSum) {
  const torch::Tensor expected = torch::tensor({{4 / 4.001F, 4 / 40.001F, 36 / 40.001F, 36 / 36.001F}});
  EXPECT_TRUE(torch::allclose(weights_by_hand(bundle::Attention::squared), expected, 1e-6));
}

TEST(NeighbourAttention, SoftmaxOverTheNeighboursOnly) {
  const float of_a = 1 / (1 + std::exp(4 / std::sqrt(32.0F)));
  EXPECT_TRUE(
      torch::allclose(weights_by_hand(bundle::Attention::softmax), torch::tensor({{1.0F, of_a, 1 - of_a, 1.0F}})));
}

TEST(NeighbourAttention, TheMeanWeighsAllAlike) {
  EXPECT_TRUE(torch::equal(weights_by_hand(bundle::Attention::mean), torch::tensor({{1.0F, 0.5F, 0.5F, 1.0F}})));
}

// Oracle: a module for all with the weights of agent j's own weighs j's neighbours alike.
TEST(NeighbourAttention, ModulesOfTheirOwnSpeakForTheirAgents) {
  const Structure structure = chain_and_one_alone();
  const torch::Tensor rows = normal({5, 4, kFeatures}, 2);
  for (const bundle::Attention kind : {bundle::Attention::squared, bundle::Attention::softmax}) {
    at::Generator random = generator();
    const NeighbourAttention own(kind, 4, kFeatures, random);
    const torch::Tensor weights = own.weights(rows, structure);
    for (std::int64_t pair = 0; pair < weights.size(1); ++pair) {
      const auto j = structure.neighbours.asking[pair].item<std::int64_t>();
      NeighbourAttention all(kind, 1, kFeatures, random);
      for (const auto& parameter : own.named_parameters()) set(all, parameter.key(), parameter.value()[j].unsqueeze(0));
      EXPECT_TRUE(torch::allclose(weights.select(1, pair), all.weights(rows, structure).select(1, pair), 1e-4, 1e-6))
          << pair;
    }
  }
}

// Oracle: the formula over all pairs, in double precision. Slopes cannot tell here: where a product is near 0, its
// square over the sum of squares bends within any step that floats can measure.
TEST(NeighbourAttention, GradientsOfSquaredProductsAreTheFormulas) {
  const Structure structure = chain_and_one_alone();
  const torch::Tensor rows = normal({64, 4, kFeatures}, 4), of_weights = normal({64, 4}, 5);
  torch::Tensor adjacency = torch::zeros({4, 4}, torch::kDouble);
  adjacency.index_put_({structure.neighbours.asking, structure.neighbours.asked}, 1.0);
  for (const std::int64_t sets : {1, 4}) {
    at::Generator random = generator();
    const NeighbourAttention attention(bundle::Attention::squared, sets, kFeatures, random);
    const torch::Tensor query = attention.named_parameters()["query"], key = attention.named_parameters()["key"];
    const auto got = torch::autograd::grad({(attention.weights(rows, structure) * of_weights).sum()}, {query, key});

    const auto exactly = [](const torch::Tensor& tensor) {
      return tensor.detach().to(torch::kDouble).requires_grad_();
    };
    const torch::Tensor q = exactly(query), k = exactly(key);
    const auto each = [](const torch::Tensor& set) { return set.expand({4, -1, -1}); };
    // j asks k, both by j's own module: batch x j x k
    const torch::Tensor asked =
        torch::einsum("bjf,jfw,jgw,bkg->bjk", {rows.to(torch::kDouble), each(q), each(k), rows.to(torch::kDouble)});
    const torch::Tensor squares = asked.square() * adjacency;
    const torch::Tensor shares = squares / (squares.sum(-1, true) + 1e-3);
    const torch::Tensor of_pairs =
        shares.index({torch::indexing::Slice(), structure.neighbours.asking, structure.neighbours.asked});
    const auto expected = torch::autograd::grad({(of_pairs * of_weights).sum()}, {q, k});
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double largest = expected[i].abs().max().item<double>();
      EXPECT_LT((got[i] - expected[i]).abs().max().item<double>(), 1e-4 * largest) << sets;
    }
  }
}

TEST(AgentLayers, LayersOfTheirOwnServeTheirAgents) {
  at::Generator random = generator();
  for (const bundle::Normalisation kind :
       {bundle::Normalisation::batch, bundle::Normalisation::layer, bundle::Normalisation::none}) {
    AgentLayers own(4, kFeatures, {6, 5}, 2, kind, random);
    const torch::Tensor rows = normal({20, 4, kFeatures}, 3);
    const torch::Tensor out = own.forward(rows);
    for (std::int64_t j = 0; j < 4; ++j) {
      AgentLayers one(1, kFeatures, {6, 5}, 2, kind, random);
      for (const auto& parameter : own.named_parameters()) set(one, parameter.key(), parameter.value()[j].unsqueeze(0));
      EXPECT_TRUE(torch::allclose(out.select(1, j), one.forward(rows.select(1, j)), 1e-4, 1e-5)) << j;
    }
  }
}

// Agents that share weights are more rows of the batch.
TEST(AgentLayers, SharedBatchMomentsAreOfAllAgents) {
  at::Generator random = generator();
  AgentLayers layers(1, kFeatures, {6}, 2, bundle::Normalisation::batch, random);
  const torch::Tensor rows = normal({20, 4, kFeatures}, 3);
  const torch::Tensor together = layers.forward(rows), flat = layers.forward(rows.flatten(0, 1));
  EXPECT_TRUE(torch::equal(together.flatten(0, 1), flat));
}

std::vector<std::pair<std::string, bundle::NetworkSpec>> actors() {
  const std::vector<std::size_t> hidden = {8, 6};
  return {
      {"squared", bundle::NeighbourhoodSpec{.hidden = hidden}},
      {"softmax",
       bundle::NeighbourhoodSpec{
           .attention = bundle::Attention::softmax, .normalisation = bundle::Normalisation::layer, .hidden = hidden}},
      {"own",
       bundle::NeighbourhoodSpec{
           .attention = bundle::Attention::softmax, .shared = false, .shared_attention = false, .hidden = hidden}},
      {"own softmax",
       bundle::NeighbourhoodSpec{.attention = bundle::Attention::softmax, .shared_attention = false, .hidden = hidden}},
      {"mean",
       bundle::NeighbourhoodSpec{
           .attention = bundle::Attention::mean, .normalisation = bundle::Normalisation::none, .hidden = hidden}},
      {"alone", bundle::NeighbourhoodSpec{.attention = bundle::Attention::none,
                                          .shared = false,
                                          .normalisation = bundle::Normalisation::layer,
                                          .hidden = hidden}},
      {"joint", bundle::JointSpec{.hidden = hidden}},
      {"transformer", bundle::TransformerSpec{.width = 8, .heads = 2, .layers = 2}},
      {"transformer without attention",
       bundle::TransformerSpec{.width = 8, .heads = 2, .layers = 1, .attention = false}}};
}

// Oracle: the central difference along a direction in the space of all inputs and parameters,
//   (f(x + h v) - f(x - h v)) / 2h = grad f . v + O(h^2),
// where rounding adds some 1e-7 |f| / h. The kinks of relu are few along so short a way.
void expect_slope(torch::nn::Module& module, std::vector<torch::Tensor> inputs,
                  const std::function<torch::Tensor(const std::vector<torch::Tensor>&)>& function) {
  constexpr double kStep = 2e-4;
  std::vector<torch::Tensor> all = module.parameters();
  for (torch::Tensor& input : inputs) all.push_back(input.requires_grad_());
  const torch::Tensor value = function(inputs);
  const torch::Tensor weights = normal(value.sizes(), 50);
  const auto gradients = torch::autograd::grad({(value * weights).sum()}, all, {}, false, false, /*allow_unused=*/true);

  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> direction;
  double squares = 0, slope = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    direction.push_back(gradients[i].defined() ? gradients[i] + normal(all[i].sizes(), 60 + i)
                                               : torch::zeros_like(all[i]));
    squares += direction[i].square().sum().item<double>();
  }
  const double unit = 1 / std::sqrt(squares);
  const auto move = [&](double way) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i].add_(direction[i], way * unit);
  };
  const auto at_present = [&] { return (function(inputs) * weights).sum().item<double>(); };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (gradients[i].defined()) slope += unit * (gradients[i] * direction[i]).sum().item<double>();
  }
  move(kStep);
  const double after = at_present();
  move(-2 * kStep);
  EXPECT_NEAR((after - at_present()) / (2 * kStep), slope, 1e-2 * slope);
}

TEST(Actor, GradientsAreSlopes) {
  const Structure structure = chain_and_one_alone();
  for (const auto& [name, spec] : actors()) {
    SCOPED_TRACE(name);
    at::Generator random = generator();
    const auto actor = make_actor(spec, 4, kFeatures, random);
    expect_slope(*actor, {normal({64, 4, kFeatures}, 4)},
                 [&](const auto& in) { return actor->logits(in[0], structure); });
  }
}

TEST(Actor, OneSeedGivesOneNetwork) {
  for (const auto& [name, spec] : actors()) {
    at::Generator random = generator(7), again = generator(7), other = generator(8);
    const auto one = make_actor(spec, 4, kFeatures, random), two = make_actor(spec, 4, kFeatures, again),
               three = make_actor(spec, 4, kFeatures, other);
    const torch::Tensor rows = normal({2, 4, kFeatures}, 4);
    const Structure structure = chain_and_one_alone();
    EXPECT_TRUE(torch::equal(one->logits(rows, structure), two->logits(rows, structure))) << name;
    EXPECT_FALSE(torch::equal(one->logits(rows, structure), three->logits(rows, structure))) << name;
  }
}

// What an agent sees beside itself is its neighbours, and of the loner nothing gets anywhere.
TEST(Actor, SeesItsNeighboursOnly) {
  const Structure structure = chain_and_one_alone();
  for (const bundle::Attention attention :
       {bundle::Attention::squared, bundle::Attention::softmax, bundle::Attention::mean}) {
    at::Generator random = generator();
    const auto actor = make_actor(bundle::NeighbourhoodSpec{.attention = attention}, 4, kFeatures, random);
    actor->eval();
    const torch::Tensor rows = normal({1, 4, kFeatures}, 4), before = actor->logits(rows, structure);
    const torch::Tensor other = rows.clone();
    other[0][2] += 1;  // c
    const torch::Tensor moved = (actor->logits(other, structure) - before).abs().amax({0, 2}) > 0;
    EXPECT_TRUE(torch::equal(moved, torch::tensor({false, true, true, false}))) << moved;
  }
}

CriticSpec linear_critic(CriticView view, bundle::Attention attention) {
  return {.view = view, .attention = attention, .normalisation = bundle::Normalisation::none, .hidden = {}};
}

// By hand, with a layer that hands on the first knob of the neighbours' mean: a, b, c, d do 1, 2, 4, 8.
TEST(Critic, ANeighbourhoodEndsWithWhatTheNeighboursDo) {
  at::Generator random = generator();
  const auto critic =
      make_critic(linear_critic(CriticView::neighbourhood, bundle::Attention::mean), 4, kFeatures, random);
  const torch::Tensor weight = torch::zeros({1, 1, 2 * (kFeatures + kActions)});
  weight[0][0][kFeatures + kActions + kFeatures] = 1;
  set(*critic, "layers.layer0.weight", weight);
  set(*critic, "layers.layer0.bias", torch::full({1, 1}, 10));
  const torch::Tensor actions = torch::zeros({1, 4, kActions});
  actions.select(2, 0).copy_(torch::tensor({1.0F, 2.0F, 4.0F, 8.0F}));
  EXPECT_TRUE(torch::allclose(critic->values(torch::zeros({1, 4, kFeatures}), actions, chain_and_one_alone()),
                              torch::tensor({{12.0F, 12.5F, 12.0F, 10.0F}})));
}

// By hand, with layers that add up all actions: the stored ones are 1 each, the proposed ones 0. An improvement of one
// agent keeps the others as they are stored; of all together, none.
TEST(Critic, JointCriticsJudgeOneProposalOrAll) {
  at::Generator random = generator();
  const torch::Tensor rows = torch::zeros({1, 4, kFeatures}), stored = torch::ones({1, 4, kActions});
  const Structure structure = chain_and_one_alone();
  const auto adding_up = [&](CriticView view, std::int64_t sets) {
    auto critic = make_critic(linear_critic(view, bundle::Attention::none), 4, kFeatures, random);
    torch::Tensor weight = torch::zeros({sets, 1, 4 * (kFeatures + kActions)});
    weight.slice(2, 4 * kFeatures).fill_(1);
    set(*critic, "layers.layer0.weight", weight);
    set(*critic, "layers.layer0.bias", torch::zeros({sets, 1}));
    return critic;
  };
  const auto by_agent = adding_up(CriticView::joint_by_agent, 4), joint = adding_up(CriticView::joint, 1);
  EXPECT_TRUE(torch::equal(by_agent->values(rows, stored, structure), torch::full({1, 4}, 16.0F)));
  EXPECT_TRUE(torch::equal(by_agent->values_of_policy(rows, torch::zeros_like(stored), stored, structure),
                           torch::full({1, 4}, 12.0F)));
  EXPECT_TRUE(torch::equal(joint->values(rows, stored, structure), torch::full({1, 1}, 16.0F)));
  EXPECT_TRUE(
      torch::equal(joint->values_of_policy(rows, torch::zeros_like(stored), stored, structure), torch::zeros({1, 1})));
}

TEST(Critic, GradientsAreSlopes) {
  const Structure structure = chain_and_one_alone();
  std::vector<CriticSpec> critics = {{.view = CriticView::joint_by_agent, .hidden = {8, 6}},
                                     {.view = CriticView::joint, .hidden = {8, 6}}};
  for (const bundle::Attention attention :
       {bundle::Attention::squared, bundle::Attention::softmax, bundle::Attention::mean, bundle::Attention::none}) {
    for (const bool shared : {true, false}) {
      critics.push_back({.attention = attention, .shared = shared, .shared_attention = shared, .hidden = {8, 6}});
    }
  }
  for (std::size_t i = 0; i < critics.size(); ++i) {
    SCOPED_TRACE(i);
    at::Generator random = generator();
    const auto critic = make_critic(critics[i], 4, kFeatures, random);
    const torch::Tensor rows = normal({64, 4, kFeatures}, 4), proposed = torch::sigmoid(normal({64, 4, kActions}, 5)),
                        stored = torch::sigmoid(normal({64, 4, kActions}, 6));
    expect_slope(*critic, {rows, proposed, stored},
                 [&](const auto& in) { return critic->values_of_policy(in[0], in[1], in[2], structure); });
  }
}

TEST(ValueNetwork, TakesAgentsInAnyOrderAndNumber) {
  at::Generator random = generator();
  ValueNetwork value(kFeatures, 8, random);
  const torch::Tensor rows = normal({5, 4, kFeatures}, 4);
  const torch::Tensor of_rows = value.forward(rows);
  EXPECT_EQ(of_rows.sizes(), at::IntArrayRef({5, 2}));
  EXPECT_TRUE(torch::allclose(of_rows, value.forward(rows.flip({1})), 1e-4, 1e-6));
  EXPECT_TRUE(torch::allclose(of_rows, value.forward(rows.repeat({1, 3, 1})), 1e-4, 1e-6));
  expect_slope(value, {rows}, [&](const auto& in) { return value.forward(in[0]); });
}

}  // namespace
}  // namespace faasconf::learner::nets
