#include "learner/nets/attention_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <torch/csrc/autograd/custom_function.h>

namespace faasconf::learner::nets {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

const float* read(const torch::Tensor& tensor) { return tensor.data_ptr<float>(); }
float* write(torch::Tensor& tensor) { return tensor.data_ptr<float>(); }

float dot(const float* a, const float* b, std::int64_t size) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

// to += factor from
void add(float factor, const float* from, float* to, std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) to[i] += factor * from[i];
}

// Who asks whom, for loops.
class PairList {
 public:
  PairList(const torch::Tensor& asking, const torch::Tensor& asked)
      : asking_(asking.data_ptr<std::int64_t>()), asked_(asked.data_ptr<std::int64_t>()), size_(asking.numel()) {}

  std::int64_t size() const { return size_; }
  std::int64_t asking(std::int64_t pair) const { return asking_[pair]; }
  std::int64_t asked(std::int64_t pair) const { return asked_[pair]; }

 private:
  const std::int64_t* asking_;
  const std::int64_t* asked_;
  std::int64_t size_;
};

struct PairProducts : Function<PairProducts> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& queries, const torch::Tensor& keys,
                               const torch::Tensor& asking, const torch::Tensor& asked) {
    const PairList pairs(asking, asked);
    const std::int64_t agents = queries.size(1), width = queries.size(2);
    torch::Tensor out = torch::empty({queries.size(0), pairs.size()});
    const float *q = read(queries), *k = read(keys);
    float* to = write(out);
    for (std::int64_t b = 0; b < queries.size(0); ++b, q += agents * width, k += agents * width) {
      for (std::int64_t p = 0; p < pairs.size(); ++p) {
        *to++ = dot(q + pairs.asking(p) * width, k + pairs.asked(p) * width, width);
      }
    }
    context->save_for_backward({queries, keys, asking, asked});
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &queries = saved[0], &keys = saved[1];
    const PairList pairs(saved[2], saved[3]);
    const std::int64_t agents = queries.size(1), width = queries.size(2);
    const torch::Tensor gradient = gradients[0].contiguous();
    torch::Tensor of_queries = torch::zeros_like(queries), of_keys = torch::zeros_like(keys);
    const float *q = read(queries), *k = read(keys), *g = read(gradient);
    float *dq = write(of_queries), *dk = write(of_keys);
    for (std::int64_t b = 0; b < queries.size(0); ++b) {
      for (std::int64_t p = 0; p < pairs.size(); ++p, ++g) {
        const std::int64_t j = pairs.asking(p) * width, l = pairs.asked(p) * width;
        add(*g, k + l, dq + j, width);
        add(*g, q + j, dk + l, width);
      }
      q += agents * width, k += agents * width, dq += agents * width, dk += agents * width;
    }
    return {of_queries, of_keys, {}, {}};
  }
};

struct PairShares : Function<PairShares> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& numbers, const torch::Tensor& asking,
                               double least) {
    const PairList pairs(asking, asking);
    torch::Tensor out = torch::empty_like(numbers);
    torch::Tensor sums = torch::empty({numbers.size(0), pairs.size()});  // of the asking agent, by pair
    const float* e = read(numbers);
    float *w = write(out), *s = write(sums);
    std::vector<float> of_agent(agents_of(pairs));
    for (std::int64_t b = 0; b < numbers.size(0); ++b) {
      std::fill(of_agent.begin(), of_agent.end(), static_cast<float>(least));
      for (std::int64_t p = 0; p < pairs.size(); ++p) at(of_agent, pairs.asking(p)) += e[p];
      for (std::int64_t p = 0; p < pairs.size(); ++p) {
        s[p] = at(of_agent, pairs.asking(p));
        w[p] = e[p] / s[p];
      }
      e += pairs.size(), w += pairs.size(), s += pairs.size();
    }
    context->save_for_backward({out, sums, asking});
    return out;
  }

  // d/de_l of w_k = (delta_kl - w_k) / S
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const PairList pairs(saved[2], saved[2]);
    const torch::Tensor gradient = gradients[0].contiguous();
    torch::Tensor of_numbers = torch::empty_like(saved[0]);
    const float *w = read(saved[0]), *s = read(saved[1]), *g = read(gradient);
    float* d = write(of_numbers);
    std::vector<float> of_agent(agents_of(pairs));
    for (std::int64_t b = 0; b < of_numbers.size(0); ++b) {
      std::fill(of_agent.begin(), of_agent.end(), 0.0F);
      for (std::int64_t p = 0; p < pairs.size(); ++p) at(of_agent, pairs.asking(p)) += g[p] * w[p];
      for (std::int64_t p = 0; p < pairs.size(); ++p) d[p] = (g[p] - at(of_agent, pairs.asking(p))) / s[p];
      w += pairs.size(), s += pairs.size(), g += pairs.size(), d += pairs.size();
    }
    return {of_numbers, {}, {}};
  }

 private:
  static std::size_t agents_of(const PairList& pairs) {
    std::int64_t last = 0;
    for (std::int64_t p = 0; p < pairs.size(); ++p) last = std::max(last, pairs.asking(p));
    return static_cast<std::size_t>(last) + 1;
  }
  static float& at(std::vector<float>& numbers, std::int64_t agent) { return numbers[static_cast<std::size_t>(agent)]; }
};

struct PairSums : Function<PairSums> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& weights, const torch::Tensor& numbers,
                               const torch::Tensor& asking, const torch::Tensor& asked) {
    const PairList pairs(asking, asked);
    const std::int64_t agents = numbers.size(1), width = numbers.size(2), stride = stride_of(weights, pairs);
    torch::Tensor out = torch::zeros_like(numbers);
    const float *w = read(weights), *x = read(numbers);
    float* to = write(out);
    for (std::int64_t b = 0; b < numbers.size(0); ++b) {
      for (std::int64_t p = 0; p < pairs.size(); ++p) {
        add(w[p], x + pairs.asked(p) * width, to + pairs.asking(p) * width, width);
      }
      w += stride, x += agents * width, to += agents * width;
    }
    context->save_for_backward({weights, numbers, asking, asked});
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &weights = saved[0], &numbers = saved[1];
    const PairList pairs(saved[2], saved[3]);
    const std::int64_t agents = numbers.size(1), width = numbers.size(2), stride = stride_of(weights, pairs);
    const torch::Tensor gradient = gradients[0].contiguous();
    torch::Tensor of_weights = torch::zeros_like(weights), of_numbers = torch::zeros_like(numbers);
    const float *w = read(weights), *x = read(numbers), *g = read(gradient);
    float *dw = write(of_weights), *dx = write(of_numbers);
    for (std::int64_t b = 0; b < numbers.size(0); ++b) {
      for (std::int64_t p = 0; p < pairs.size(); ++p) {
        const std::int64_t j = pairs.asking(p) * width, k = pairs.asked(p) * width;
        dw[p] += dot(g + j, x + k, width);
        add(w[p], g + j, dx + k, width);
      }
      w += stride, dw += stride, x += agents * width, dx += agents * width, g += agents * width;
    }
    return {of_weights, of_numbers, {}, {}};
  }

 private:
  // the same weights may serve the whole batch
  static std::int64_t stride_of(const torch::Tensor& weights, const PairList& pairs) {
    return weights.size(0) == 1 ? 0 : pairs.size();
  }
};

// Where things lie in a sample of qkv.
struct Heads {
  Heads(const torch::Tensor& qkv, const torch::Tensor& bias)
      : heads(bias.size(0)), agents(qkv.size(1)), row(qkv.size(2)), all(row / 3), width(all / heads) {}

  std::int64_t heads, agents;
  std::int64_t row;    // numbers of an agent in qkv
  std::int64_t all;    // of which queries
  std::int64_t width;  // and of one head
};

struct Attend : Function<Attend> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& qkv, const torch::Tensor& bias) {
    const Heads size(qkv, bias);
    const float scale = scale_of(size);
    torch::Tensor out = torch::zeros({qkv.size(0), size.agents, size.all});
    torch::Tensor weights = torch::empty({qkv.size(0), size.heads, size.agents, size.agents});
    const float* in = read(qkv);
    float *to = write(out), *w = write(weights);
    for (std::int64_t b = 0; b < qkv.size(0); ++b, in += size.agents * size.row, to += size.agents * size.all) {
      const float* extra = read(bias);
      for (std::int64_t h = 0; h < size.heads; ++h) {
        const float* const head = in + h * size.width;
        for (std::int64_t j = 0; j < size.agents; ++j, w += size.agents, extra += size.agents) {
          for (std::int64_t k = 0; k < size.agents; ++k) {
            w[k] = scale * dot(head + j * size.row, head + k * size.row + size.all, size.width) + extra[k];
          }
          softmax(w, size.agents);
          for (std::int64_t k = 0; k < size.agents; ++k) {
            add(w[k], head + k * size.row + 2 * size.all, to + j * size.all + h * size.width, size.width);
          }
        }
      }
    }
    context->save_for_backward({qkv, bias, weights});
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &qkv = saved[0], &bias = saved[1];
    const Heads size(qkv, bias);
    const float scale = scale_of(size);
    const torch::Tensor gradient = gradients[0].contiguous();
    torch::Tensor of_qkv = torch::zeros_like(qkv), of_bias = torch::zeros_like(bias);
    const float *in = read(qkv), *g = read(gradient), *w = read(saved[2]);
    float* d = write(of_qkv);
    std::vector<float> of_score(static_cast<std::size_t>(size.agents));
    for (std::int64_t b = 0; b < qkv.size(0); ++b) {
      float* of_extra = write(of_bias);
      for (std::int64_t h = 0; h < size.heads; ++h) {
        const float* const head = in + h * size.width;
        float* const d_head = d + h * size.width;
        for (std::int64_t j = 0; j < size.agents; ++j, w += size.agents, of_extra += size.agents) {
          const float* const of_seen = g + j * size.all + h * size.width;
          float mean = 0;
          for (std::int64_t k = 0; k < size.agents; ++k) {
            const std::int64_t value = k * size.row + 2 * size.all;
            add(w[k], of_seen, d_head + value, size.width);
            of_score[static_cast<std::size_t>(k)] = dot(of_seen, head + value, size.width);
            mean += w[k] * of_score[static_cast<std::size_t>(k)];
          }
          for (std::int64_t k = 0; k < size.agents; ++k) {
            const float of_this = w[k] * (of_score[static_cast<std::size_t>(k)] - mean);
            const std::int64_t query = j * size.row, key = k * size.row + size.all;
            of_extra[k] += of_this;
            add(scale * of_this, head + key, d_head + query, size.width);
            add(scale * of_this, head + query, d_head + key, size.width);
          }
        }
      }
      in += size.agents * size.row, d += size.agents * size.row, g += size.agents * size.all;
    }
    return {of_qkv, of_bias};
  }

 private:
  static float scale_of(const Heads& size) { return 1 / std::sqrt(static_cast<float>(size.width)); }
  static void softmax(float* numbers, std::int64_t size) {
    const float most = *std::max_element(numbers, numbers + size);
    float sum = 0;
    for (std::int64_t i = 0; i < size; ++i) sum += numbers[i] = std::exp(numbers[i] - most);
    for (std::int64_t i = 0; i < size; ++i) numbers[i] /= sum;
  }
};

}  // namespace

torch::Tensor pair_products(const torch::Tensor& queries, const torch::Tensor& keys, const Pairs& pairs) {
  return PairProducts::apply(queries.contiguous(), keys.contiguous(), pairs.asking, pairs.asked);
}

torch::Tensor pair_shares(const torch::Tensor& numbers, const Pairs& pairs, double least) {
  return PairShares::apply(numbers.contiguous(), pairs.asking, least);
}

torch::Tensor pair_sums(const torch::Tensor& weights, const torch::Tensor& numbers, const Pairs& pairs) {
  return PairSums::apply(weights.contiguous(), numbers.contiguous(), pairs.asking, pairs.asked);
}

torch::Tensor attention(const torch::Tensor& qkv, const torch::Tensor& bias) {
  return Attend::apply(qkv.contiguous(), bias.contiguous());
}

}  // namespace faasconf::learner::nets
