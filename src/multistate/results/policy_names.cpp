#include "multistate/results/policy_names.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace multistate {
namespace {

/// The authors' names of policies that are not written as their names in sweep files.
constexpr std::array<std::pair<std::string_view, std::string_view>, 31> kNames = {{
    {"full", "full cache"},
    {"short_context", "short context"},
    {"h2o", "H2O"},
    {"tova", "TOVA"},
    {"streaming", "StreamingLLM"},
    {"snapkv", "SnapKV"},
    {"pyramidkv", "PyramidKV"},
    {"adakv", "Ada-KV"},
    {"scissorhands", "Scissorhands"},
    {"expected_attention", "Expected Attention"},
    {"kivi", "KIVI"},
    {"a2sf", "A2SF"},
    {"caote", "CAOTE"},
    {"keydiff", "KeyDiff"},
    {"keyformer", "Keyformer"},
    {"knorm", "Knorm"},
    {"lagkv", "LagKV"},
    {"morphkv", "MorphKV"},
    {"roco", "RoCo"},
    {"weightedkv", "WeightedKV"},
    {"r_kv", "R-KV"},
    {"vase", "VaSE"},
    {"nacl", "NACL"},
    {"dropkv", "DropKV"},
    {"d2o", "D2O"},
    {"cam", "CaM"},
    {"chunkkv", "ChunkKV"},
    {"fastgen", "FastGen"},
    {"sepllm", "SepLLM"},
    {"finch", "FINCH"},
    {"cur", "CurDKV"},
}};

}  // namespace

std::string display_name(const std::string& label) {
  const size_t end = std::min(label.find(' '), label.size());
  for (const auto& [policy, name] : kNames) {
    if (std::string_view(label).substr(0, end) == policy) {
      return std::string(name) + label.substr(end);
    }
  }
  return label == "?" ? "unknown" : label;
}

}  // namespace multistate
