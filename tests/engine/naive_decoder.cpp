#include "engine/naive_decoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace multistate::test {
namespace {

using Vector = std::vector<double>;

class NaiveDecoder {
 public:
  NaiveDecoder(const NaiveRules& rules, const NaiveTensors& tensors)
      : rules_(rules), tensors_(tensors) {}

  std::vector<double> losses(std::span<const int64_t> ids) {
    std::vector<Vector> hidden;
    const NaiveTensor& embedding = tensors_.at(rules_.embedding + ".weight");
    for (const int64_t id : ids) {
      Vector row = row_of(embedding, id);
      for (double& x : row) {
        x *= rules_.embedding_factor;
      }
      hidden.push_back(row);
    }
    for (int64_t layer = 0; layer < rules_.layers; ++layer) {
      run(layer, hidden);
    }
    std::vector<double> losses;
    for (size_t t = 0; t + 1 < ids.size(); ++t) {
      losses.push_back(loss(norm(rules_.final_norm, hidden[t]), ids[t + 1]));
    }
    return losses;
  }

 private:
  static Vector row_of(const NaiveTensor& tensor, int64_t row) {
    const auto first = tensor.values.begin() + row * tensor.shape.back();
    return {first, first + tensor.shape.back()};
  }

  Vector linear(const std::string& name, const Vector& x) const {
    const NaiveTensor& weight = tensors_.at(name + ".weight");
    const auto bias = tensors_.find(name + ".bias");
    Vector y;
    for (int64_t row = 0; row < weight.shape[0]; ++row) {
      const Vector w = row_of(weight, row);
      double sum = bias == tensors_.end()
                       ? 0.0
                       : static_cast<double>(bias->second.values[static_cast<size_t>(row)]);
      for (size_t i = 0; i < x.size(); ++i) {
        sum += w[i] * x[i];
      }
      y.push_back(sum);
    }
    return y;
  }

  Vector norm(const std::string& name, Vector x) const {
    if (name.empty()) {
      return x;
    }
    const NaiveTensor& weight = tensors_.at(name + ".weight");
    const auto size = static_cast<double>(x.size());
    double mean = 0.0;
    for (const double value : x) {
      mean += rules_.layer_norm ? value / size : 0.0;
    }
    double variance = 0.0;
    for (const double value : x) {
      variance += (value - mean) * (value - mean) / size;
    }
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] = (x[i] - mean) / std::sqrt(variance + rules_.epsilon) *
             (static_cast<double>(weight.values[i]) + rules_.norm_plus);
      if (rules_.layer_norm) {
        x[i] += static_cast<double>(tensors_.at(name + ".bias").values[i]);
      }
    }
    return x;
  }

  /// "" stays "".
  std::string in_layer(int64_t layer, const std::string& name) const {
    return name.empty() ? "" : rules_.prefix + std::to_string(layer) + "." + name;
  }

  struct Projected {
    Vector queries;  ///< [H * D]
    Vector keys;     ///< [G * D]
    Vector values;
  };

  Projected project(int64_t layer, const Vector& x) const {
    const auto size = static_cast<std::ptrdiff_t>(rules_.head_size);
    const auto heads = static_cast<std::ptrdiff_t>(rules_.heads);
    const auto kv_heads = static_cast<std::ptrdiff_t>(rules_.kv_heads);
    if (rules_.qkv == NaiveRules::Qkv::kApart) {
      return {linear(in_layer(layer, "self_attn.q_proj"), x),
              linear(in_layer(layer, "self_attn.k_proj"), x),
              linear(in_layer(layer, "self_attn.v_proj"), x)};
    }
    const Vector all = linear(in_layer(layer, rules_.joined), x);
    Projected result;
    const auto append = [&](Vector& to, std::ptrdiff_t first, std::ptrdiff_t count) {
      to.insert(to.end(), all.begin() + first, all.begin() + first + count);
    };
    if (rules_.qkv == NaiveRules::Qkv::kJoined) {
      append(result.queries, 0, heads * size);
      append(result.keys, heads * size, kv_heads * size);
      append(result.values, (heads + kv_heads) * size, kv_heads * size);
      return result;
    }
    for (std::ptrdiff_t head = 0; head < heads; ++head) {
      append(result.queries, 3 * head * size, size);
      append(result.keys, (3 * head + 1) * size, size);
      append(result.values, (3 * head + 2) * size, size);
    }
    return result;
  }

  void norm_heads(const std::string& name, Vector& x) const {
    const auto size = rules_.qk_norm == NaiveRules::QkNorm::kHead
                          ? static_cast<std::ptrdiff_t>(rules_.head_size)
                          : static_cast<std::ptrdiff_t>(x.size());
    for (auto head = x.begin(); head != x.end(); head += size) {
      const Vector normed = norm(name, {head, head + size});
      std::copy(normed.begin(), normed.end(), head);
    }
  }

  void rotate(int64_t layer, size_t position, Vector& x) const {
    const Vector& frequencies = rules_.frequencies[static_cast<size_t>(layer)];
    const size_t half = frequencies.size();
    for (size_t head = 0; head < x.size(); head += static_cast<size_t>(rules_.head_size)) {
      for (size_t i = 0; i < half; ++i) {
        const double angle = static_cast<double>(position) * frequencies[i];
        const double cos = rules_.magnitude * std::cos(angle);
        const double sin = rules_.magnitude * std::sin(angle);
        const double low = x[head + i];
        const double high = x[head + half + i];
        x[head + i] = low * cos - high * sin;
        x[head + half + i] = high * cos + low * sin;
      }
    }
  }

  Vector attend(int64_t layer, const std::vector<Projected>& tokens) const {
    const size_t now = tokens.size() - 1;
    const auto size = static_cast<size_t>(rules_.head_size);
    const auto group = static_cast<size_t>(rules_.heads / rules_.kv_heads);
    const int64_t window = rules_.windows.empty() ? 0 : rules_.windows[static_cast<size_t>(layer)];
    Vector attended;
    for (size_t head = 0; head < static_cast<size_t>(rules_.heads); ++head) {
      const size_t kv = head / group * size;
      Vector sum(size, 0.0);
      double total = 0.0;
      for (size_t t = 0; t <= now; ++t) {
        if (window > 0 && static_cast<int64_t>(now - t) >= window) {
          continue;
        }
        double logit = 0.0;
        for (size_t i = 0; i < size; ++i) {
          logit += tokens[now].queries[head * size + i] * tokens[t].keys[kv + i];
        }
        logit *= rules_.scale;
        if (rules_.attention_cap > 0.0) {
          logit = rules_.attention_cap * std::tanh(logit / rules_.attention_cap);
        }
        total += std::exp(logit);
        for (size_t i = 0; i < size; ++i) {
          sum[i] += std::exp(logit) * tokens[t].values[kv + i];
        }
      }
      for (const double x : sum) {
        attended.push_back(x / total);
      }
    }
    return attended;
  }

  Vector mlp(int64_t layer, const Vector& x) const {
    Vector gate;
    Vector up;
    if (!rules_.joined_gates.empty()) {
      const Vector both = linear(in_layer(layer, rules_.joined_gates), x);
      const auto middle = both.begin() + static_cast<std::ptrdiff_t>(both.size() / 2);
      gate.assign(both.begin(), middle);
      up.assign(middle, both.end());
    } else {
      up = linear(in_layer(layer, rules_.up), x);
      gate = rules_.gate.empty() ? Vector() : linear(in_layer(layer, rules_.gate), x);
    }
    for (size_t i = 0; i < up.size(); ++i) {
      up[i] = gate.empty() ? rules_.activation(up[i]) : rules_.activation(gate[i]) * up[i];
    }
    return linear(in_layer(layer, rules_.down), up);
  }

  void add(const Vector& update, Vector& hidden) const {
    for (size_t i = 0; i < hidden.size(); ++i) {
      hidden[i] += rules_.residual_factor * update[i];
    }
  }

  void run(int64_t layer, std::vector<Vector>& hidden) const {
    std::vector<Projected> tokens;
    for (size_t t = 0; t < hidden.size(); ++t) {
      tokens.push_back(project(layer, norm(in_layer(layer, rules_.attention_norm), hidden[t])));
      if (rules_.qk_norm != NaiveRules::QkNorm::kNone) {
        norm_heads(in_layer(layer, "self_attn.q_norm"), tokens[t].queries);
        norm_heads(in_layer(layer, "self_attn.k_norm"), tokens[t].keys);
      }
      rotate(layer, t, tokens[t].queries);
      rotate(layer, t, tokens[t].keys);
      const Vector attended = norm(in_layer(layer, rules_.attention_post_norm),
                                   linear(in_layer(layer, rules_.output), attend(layer, tokens)));
      const auto inner = [&] {
        return norm(in_layer(layer, rules_.mlp_post_norm),
                    mlp(layer, norm(in_layer(layer, rules_.mlp_norm), hidden[t])));
      };
      if (rules_.parallel) {
        const Vector beside = inner();
        add(attended, hidden[t]);
        add(beside, hidden[t]);
      } else {
        add(attended, hidden[t]);
        add(inner(), hidden[t]);
      }
    }
  }

  double loss(const Vector& x, int64_t target) const {
    const NaiveTensor& head = tensors_.at(rules_.head + ".weight");
    double total = 0.0;
    double wanted = 0.0;
    for (int64_t id = 0; id < head.shape[0]; ++id) {
      const Vector row = row_of(head, id);
      double logit = 0.0;
      for (size_t i = 0; i < x.size(); ++i) {
        logit += row[i] * x[i];
      }
      logit *= rules_.logit_factor;
      if (rules_.logit_cap > 0.0) {
        logit = rules_.logit_cap * std::tanh(logit / rules_.logit_cap);
      }
      total += std::exp(logit);
      wanted = id == target ? logit : wanted;
    }
    return std::log(total) - wanted;
  }

  const NaiveRules& rules_;
  const NaiveTensors& tensors_;
};

}  // namespace

std::vector<double> naive_losses(const NaiveRules& rules, const NaiveTensors& tensors,
                                 std::span<const int64_t> ids) {
  return NaiveDecoder(rules, tensors).losses(ids);
}

double silu(double x) {
  return x / (1.0 + std::exp(-x));
}

double gelu(double x) {
  return x / 2.0 * (1.0 + std::erf(x / std::numbers::sqrt2));
}

double gelu_tanh(double x) {
  return x / 2.0 *
         (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

std::vector<double> naive_frequencies(int64_t size, double theta) {
  std::vector<double> frequencies;
  for (int64_t i = 0; i < size / 2; ++i) {
    frequencies.push_back(
        std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(size)));
  }
  return frequencies;
}

}  // namespace multistate::test
