#include "multistate/checkpoint/layer_kinds.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

using nlohmann::json;

/// "0-4, 6, 8-10"
std::string ranges(const std::vector<int64_t>& numbers) {
  std::vector<std::string> parts;
  for (size_t first = 0; first < numbers.size();) {
    size_t last = first;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) {
      ++last;
    }
    parts.push_back(first == last ? std::to_string(numbers[first])
                                  : fmt::format("{}-{}", numbers[first], numbers[last]));
    first = last + 1;
  }
  return join(parts);
}

std::string rope_text(const AttentionSpec& attention) {
  const RotationSpec& rotation = attention.rotation;
  if (rotation.size == 0) {
    return "none";
  }
  std::string text = fmt::format("theta {}", rotation.theta);
  if (rotation.scaling != "none") {
    text += fmt::format(", scaling {}", rotation.scaling);
  }
  if (rotation.limit) {
    text += fmt::format(", another beyond {} tokens", human_count(*rotation.limit));
  }
  if (rotation.size != attention.head_size) {
    text += fmt::format(", {} of {} elements", rotation.size, attention.head_size);
  }
  return text;
}

std::string window_text(const AttentionSpec& attention) {
  return attention.window ? fmt::format("window of {} tokens", human_count(*attention.window))
                          : "full attention";
}

std::string bias_text(const AttentionSpec& attention) {
  std::vector<std::string> with;
  if (attention.qkv_bias) {
    with = {"query", "key", "value"};
  }
  if (attention.output_bias) {
    with.emplace_back("output");
  }
  return with.empty() ? "no biases" : "biases: " + join(with);
}

std::string attention_text(const LayerSpec& layer) {
  const AttentionSpec& attention = layer.attention;
  std::vector<std::string> parts = {
      fmt::format("{} query heads", attention.heads),
      fmt::format("{} key/value {} of {}", attention.kv_heads,
                  attention.kv_heads == 1 ? "head" : "heads", attention.head_size),
      fmt::format("scale {:.6g}", attention.scale), bias_text(attention)};
  if (attention.qk_norm != QkNorm::kNone) {
    parts.push_back(fmt::format("norm of queries and keys by {}",
                                attention.qk_norm == QkNorm::kHead ? "head" : "projection"));
  }
  if (attention.logit_cap) {
    parts.push_back(fmt::format("logits capped at {}", *attention.logit_cap));
  }
  return join(parts);
}

std::string norms_text(const LayerSpec& layer) {
  std::vector<std::string> places;
  if (layer.norm_before) {
    places.emplace_back("before");
  }
  if (layer.norm_after) {
    places.emplace_back("after");
  }
  std::string text = join(places, " and ") + " attention and MLP";
  if (layer.parallel) {
    text += ", which run in parallel";
  }
  if (layer.residual_multiplier != 1.0) {
    text += fmt::format(", residuals times {}", layer.residual_multiplier);
  }
  return text;
}

std::string activation_name(Activation activation) {
  switch (activation) {
    case Activation::kSilu:
      return "SiLU";
    case Activation::kGelu:
      return "GELU";
    case Activation::kGeluTanh:
      return "GELU (tanh)";
  }
  return "";
}

std::string mlp_text(const LayerSpec& layer) {
  const MlpSpec& mlp = layer.mlp;
  return fmt::format("{} inner elements, {}{}, {}", human_count(mlp.size),
                     mlp.gated ? "gated " : "", activation_name(mlp.activation),
                     mlp.bias ? "biases" : "no biases");
}

using Text = std::function<std::string(const LayerSpec&)>;

/// All that tells one layer from another.
std::string whole_text(const LayerSpec& layer) {
  const std::vector<std::string> parts = {window_text(layer.attention), rope_text(layer.attention),
                                          attention_text(layer), norms_text(layer),
                                          mlp_text(layer)};
  return join(parts, "; ");
}

}  // namespace

std::vector<LayerKind> layer_kinds(const DecoderSpec& spec) {
  std::vector<LayerKind> kinds;
  for (int64_t number = 0; number < spec.layer_count(); ++number) {
    const LayerSpec& layer = spec.layer(number);
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const LayerKind& kind) {
      return kind.spec.attention.rotation == layer.attention.rotation &&
             whole_text(kind.spec) == whole_text(layer);
    });
    if (found == kinds.end()) {
      kinds.push_back({{number}, layer});
    } else {
      found->layers.push_back(number);
    }
  }
  return kinds;
}

std::vector<std::pair<std::string, std::string>> describe_layers(const DecoderSpec& spec) {
  const auto kinds = layer_kinds(spec);
  std::vector<std::pair<std::string, std::string>> lines;
  lines.emplace_back("layers", std::to_string(spec.layer_count()));
  for (const LayerKind& kind : kinds) {
    const AttentionSpec& attention = kind.spec.attention;
    lines.emplace_back(
        "", fmt::format("{} with {}, RoPE {}{}", kind.layers.size(), window_text(attention),
                        rope_text(attention), kinds.size() == 1 ? "" : ": " + ranges(kind.layers)));
  }
  const std::vector<std::pair<std::string, Text>> details = {
      {"attention", attention_text}, {"norms", norms_text}, {"MLP", mlp_text}};
  for (const auto& [name, text] : details) {
    std::vector<std::string> seen;
    for (const LayerKind& kind : kinds) {
      const std::string value = text(kind.spec);
      if (std::find(seen.begin(), seen.end(), value) == seen.end()) {
        lines.emplace_back(seen.empty() ? name : "", value);
        seen.push_back(value);
      }
    }
  }
  return lines;
}

json layer_kinds_json(const DecoderSpec& spec) {
  auto kinds = json::array();
  for (const LayerKind& kind : layer_kinds(spec)) {
    const AttentionSpec& attention = kind.spec.attention;
    kinds.push_back({{"layers", kind.layers.size()},
                     {"numbers", kind.layers},
                     {"window", attention.window ? json(*attention.window) : json()},
                     {"rope", rope_text(attention)},
                     {"attention", attention_text(kind.spec)},
                     {"norms", norms_text(kind.spec)},
                     {"mlp", mlp_text(kind.spec)}});
  }
  return kinds;
}

}  // namespace multistate
