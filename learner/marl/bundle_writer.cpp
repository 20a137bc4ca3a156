#include "learner/marl/bundle_writer.hpp"

#include <sstream>
#include <utility>
#include <variant>
#include <vector>

#include <torch/csrc/jit/api/module.h>

namespace faasconf::learner::marl {
namespace {

torch::Tensor torch_tensor(const bundle::Tensor& tensor) {
  const std::vector<std::int64_t> shape(tensor.shape.begin(), tensor.shape.end());
  return torch::tensor(tensor.values).view(shape);
}

// Python's names have no dots
std::string script_name(std::string name) {
  for (char& letter : name) letter = letter == '.' ? '_' : letter;
  return name;
}

// The lines of a forward function: h is what goes from layer to layer.
class Script {
 public:
  Script() {
    line("def forward(self, rows):")
        .line("  x = torch.clamp((rows - self.mean) * self.scale, -self.limit, self.limit)");
  }

  Script& line(const std::string& text) {
    text_ += text + "\n";
    return *this;
  }
  // h becomes a matrix times h and a vector, of a layer that all agents share or that each has its own of
  Script& linear(const std::string& name, bool shared) {
    const std::string weight = "self." + name + "_weight", bias = "self." + name + "_bias";
    return shared ? line("  h = torch.linear(h, " + weight + "[0], " + bias + "[0])")
                  : line("  h = torch.einsum('bni,noi->bno', h, " + weight + ") + " + bias);
  }
  Script& perceptron(std::size_t hidden, bool shared, bundle::Normalisation normalisation) {
    for (std::size_t i = 0; i < hidden; ++i) {
      const std::string number = std::to_string(i), norm = "self.norm" + number;
      linear("layer" + number, shared).line("  h = torch.relu(h)");
      if (normalisation == bundle::Normalisation::batch) {
        line("  h = (h - " + norm + "_mean) * torch.rsqrt(" + norm + "_variance + 1e-5) * " + norm + "_weight + " +
             norm + "_bias");
      } else if (normalisation == bundle::Normalisation::layer) {
        line("  h = torch.layer_norm(h, [h.shape[-1]]) * " + norm + "_weight + " + norm + "_bias");
      }
    }
    return linear("layer" + std::to_string(hidden), shared);
  }
  std::string end() {
    line("  return torch.sigmoid(h)");
    return std::move(text_);
  }

 private:
  std::string text_;
};

std::string script_of(const bundle::NeighbourhoodSpec& spec) {
  Script script;
  const char* const product =
      spec.shared_attention
          ? "  e = torch.matmul(torch.matmul(x, self.query[0]), torch.matmul(x, self.key[0]).transpose(1, 2))"
          : "  e = torch.matmul(torch.einsum('bjf,jfd,jgd->bjg', x, self.query, self.key), x.transpose(1, 2))";
  switch (spec.attention) {
    case bundle::Attention::none:
      return script.line("  h = x").perceptron(spec.hidden.size(), spec.shared, spec.normalisation).end();
    case bundle::Attention::mean:
      script.line("  w = (self.adjacency / torch.clamp(self.adjacency.sum(-1, keepdim=True), 1.0)).unsqueeze(0)");
      break;
    case bundle::Attention::squared:
      script.line(product).line("  e = e * e * self.adjacency").line("  w = e / (e.sum(-1, keepdim=True) + 1e-3)");
      break;
    case bundle::Attention::softmax:
      // far below what counts, and still a softmax where there is no neighbour
      script.line(product)
          .line("  e = (e / 32.0 ** 0.5).masked_fill(self.adjacency == 0, -1e30)")
          .line("  w = torch.softmax(e, -1) * self.adjacency");
      break;
  }
  return script.line("  h = torch.cat([x, torch.matmul(w, x)], -1)")
      .perceptron(spec.hidden.size(), spec.shared, spec.normalisation)
      .end();
}

std::string script_of(const bundle::JointSpec& spec) {
  return Script()
      .line("  h = x.flatten(1)")
      .perceptron(spec.hidden.size(), true, spec.normalisation)
      .line("  h = h.view(rows.shape[0], rows.shape[1], -1)")
      .end();
}

std::string script_of(const bundle::TransformerSpec& spec) {
  Script script;
  const auto linear = [](const std::string& name, const std::string& of) {
    return "torch.linear(" + of + ", self." + name + "_weight, self." + name + "_bias)";
  };
  const auto norm = [](const std::string& name) {
    return "torch.layer_norm(h, [h.shape[-1]], self." + name + "_weight, self." + name + "_bias)";
  };
  const std::string width = std::to_string(spec.width), heads = std::to_string(spec.heads),
                    part = std::to_string(spec.width / spec.heads);
  script.line("  h = " + linear("embed", "x"));
  for (std::size_t i = 0; i < spec.layers; ++i) {
    const std::string block = "block" + std::to_string(i) + "_";
    if (spec.attention) {
      script
          .line("  qkv = " + linear(block + "qkv", norm(block + "norm1")) + ".view(rows.shape[0], rows.shape[1], 3, " +
                heads + ", " + part + ").permute(2, 0, 3, 1, 4)")
          .line("  s = torch.matmul(qkv[0], qkv[1].transpose(-1, -2)) / " + part + ".0 ** 0.5 + self." + block +
                "relation[:, self.relations]")
          .line(
              "  h = h + " +
              linear(
                  block + "out",
                  "torch.matmul(torch.softmax(s, -1), qkv[2]).transpose(1, 2).reshape(rows.shape[0], rows.shape[1], " +
                      width + ")"));
    }
    script.line("  h = h + " +
                linear(block + "down", "torch.relu(" + linear(block + "up", norm(block + "norm2")) + ")"));
  }
  return script.line("  h = " + linear("head", norm("final_norm"))).end();
}

torch::Tensor adjacency_of(const bundle::Metadata& metadata) {
  const auto agents = static_cast<std::int64_t>(metadata.agents.size());
  torch::Tensor adjacency = torch::zeros({agents, agents});
  for (const auto& [from, to] : metadata.edges) {
    const auto a = static_cast<std::int64_t>(from), b = static_cast<std::int64_t>(to);
    adjacency[a][b] = adjacency[b][a] = 1.0F;
  }
  return adjacency;
}

// As Structure::relation: itself, leads to it, led to by it, both, not connected.
torch::Tensor relations_of(const bundle::Metadata& metadata) {
  const auto agents = static_cast<std::int64_t>(metadata.agents.size());
  torch::Tensor leads = torch::zeros({agents, agents}, torch::kLong);
  for (const auto& [from, to] : metadata.edges) {
    leads[static_cast<std::int64_t>(from)][static_cast<std::int64_t>(to)] = 1;
  }
  const torch::Tensor sum = leads.t() + 2 * leads;  // 1: k leads to j, 2: j leads to k, 3: both
  return torch::where(sum == 0, 4, sum).fill_diagonal_(0);
}

}  // namespace

bundle::Tensors weights_of(const nets::Actor& actor) {
  bundle::Tensors weights;
  const auto add = [&weights](std::string name, const torch::Tensor& tensor) {
    for (const std::string_view prefix : {"layers.", "attention."}) {
      if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    const torch::Tensor flat = tensor.detach().contiguous();
    const float* const first = flat.data_ptr<float>();
    weights[name] = {{flat.sizes().begin(), flat.sizes().end()}, {first, first + flat.numel()}};
  };
  for (const auto& parameter : actor.named_parameters()) add(parameter.key(), parameter.value());
  for (const auto& buffer : actor.named_buffers()) add(buffer.key(), buffer.value());
  return weights;
}

bundle::NormalizerMoments moments_of(const Standardizer& standardizer) {
  bundle::NormalizerMoments moments{.mean = {}, .deviation = {}, .limit = standardizer.limit()};
  for (std::int64_t c = 0; c < standardizer.mean().numel(); ++c) {
    const double scale = standardizer.scale()[c].item<double>();
    moments.mean.push_back(standardizer.mean()[c].item<double>());
    moments.deviation.push_back(scale > 0 ? 1 / scale : 0);
  }
  return moments;
}

std::string encode_bundle(const bundle::PolicyBundle& policy) {
  const bundle::Metadata& metadata = policy.metadata;
  torch::jit::Module module("FaasconfPolicy");
  for (const auto& [name, tensor] : policy.weights) {
    module.register_parameter(script_name(name), torch_tensor(tensor), false);
  }
  std::vector<float> mean(metadata.normalizer.mean.begin(), metadata.normalizer.mean.end()), scale;
  for (const double deviation : metadata.normalizer.deviation) {
    scale.push_back(deviation > 0 ? static_cast<float>(1 / deviation) : 0.0F);
  }
  module.register_buffer("mean", torch::tensor(mean));
  module.register_buffer("scale", torch::tensor(scale));
  module.register_buffer("adjacency", adjacency_of(metadata));
  module.register_buffer("relations", relations_of(metadata));
  module.register_attribute("limit", c10::FloatType::get(), metadata.normalizer.limit);
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(std::visit([](const auto& spec) { return script_of(spec); }, metadata.network));

  std::ostringstream bytes;
  module.save(bytes, {{std::string(bundle::kMetadataMember), to_json(metadata)},
                      {std::string(bundle::kWeightsMember), bundle::encode_tensors(policy.weights)}});
  return std::move(bytes).str();
}

}  // namespace faasconf::learner::marl
