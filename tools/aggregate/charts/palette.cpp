#include "aggregate/charts/palette.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "aggregate/reading/plain_text.h"

namespace multistate::aggregate {
namespace {

constexpr std::array<const char*, 10> kColors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#B0508A", "#8470D8",
                                                 "#8F8F2F", "#3FA096"};
constexpr const char* kGrey = "#808080";

struct Marker {
  const char* shape;
  bool filled;
};

constexpr std::array<Marker, 11> kMarkers = {{{"circle", true},
                                              {"square", true},
                                              {"triangle-up", true},
                                              {"diamond", true},
                                              {"triangle-down", true},
                                              {"circle", false},
                                              {"square", false},
                                              {"triangle-up", false},
                                              {"diamond", false},
                                              {"triangle-down", false},
                                              {"M-1,-1L1,1M-1,1L1,-1", false}}};

const std::array<std::vector<int>, 5> kDashes = {{{}, {6, 3}, {2, 2}, {8, 3, 2, 3}, {10, 4}}};

/// Places in the lists above.
struct Style {
  size_t color;  ///< kColors.size(): grey.
  size_t marker;
  size_t dash;
};

struct Known {
  std::string_view policy;
  const char* name;
  Style style;
};

constexpr size_t kIsGrey = kColors.size();

constexpr std::array<Known, 24> kKnown = {{
    {"full", "full cache", {kIsGrey, 0, 1}},
    {"short_context", "short context", {kIsGrey, 6, 3}},
    {"random", "random", {kIsGrey, 10, 2}},
    {"h2o", "H2O", {0, 0, 0}},
    {"tova", "TOVA", {1, 1, 0}},
    {"streaming", "StreamingLLM", {2, 2, 0}},
    {"window", "window", {3, 3, 0}},
    {"snapkv", "SnapKV", {4, 4, 0}},
    {"pyramidkv", "PyramidKV", {5, 0, 0}},
    {"adakv", "Ada-KV", {6, 1, 0}},
    {"scissorhands", "Scissorhands", {7, 2, 0}},
    {"expected_attention", "Expected Attention", {8, 3, 0}},
    {"kivi", "KIVI", {9, 4, 0}},
    {"a2sf", "A2SF", {0, 6, 1}},
    {"caote", "CAOTE", {1, 5, 1}},
    {"keydiff", "KeyDiff", {2, 8, 1}},
    {"keyformer", "Keyformer", {3, 7, 1}},
    {"knorm", "Knorm", {4, 5, 1}},
    {"lagkv", "LagKV", {5, 6, 1}},
    {"morphkv", "MorphKV", {6, 9, 1}},
    {"roco", "RoCo", {7, 5, 1}},
    {"weightedkv", "WeightedKV", {8, 6, 1}},
    {"oracle", "oracle", {9, 8, 2}},
    {"?", "unknown", {kIsGrey, 9, 4}},
}};

/// FNV-1a: the same on every machine.
size_t hash_of(std::string_view text) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return static_cast<size_t>(hash >> 32U);
}

const Known* find_known(std::string_view policy) {
  const auto* const found = std::find_if(
      kKnown.begin(), kKnown.end(), [&](const Known& known) { return known.policy == policy; });
  return found == kKnown.end() ? nullptr : found;
}

Style style_of(std::string_view policy) {
  if (const Known* known = find_known(policy)) {
    return known->style;
  }
  const size_t hash = hash_of(policy);
  return {hash % kColors.size(), hash / kColors.size() % kMarkers.size(), 3};
}

std::string name_of(const std::string& label, size_t policy_end) {
  const Known* known = find_known(std::string_view(label).substr(0, policy_end));
  return plain_text(known == nullptr ? label : known->name + label.substr(policy_end));
}

}  // namespace

Palette::Palette(const std::set<std::string>& labels) {
  std::set<std::tuple<size_t, size_t, size_t>> styles;
  std::set<std::string> names;
  for (const std::string& label : labels) {
    const size_t policy_end = std::min(label.find(' '), label.size());
    Style style = style_of(std::string_view(label).substr(0, policy_end));
    // The next marker, after all of them the next dash, after all of these the next colour.
    for (size_t tries = 0; !styles.emplace(style.color, style.marker, style.dash).second; ++tries) {
      style.marker = (style.marker + 1) % kMarkers.size();
      if ((tries + 1) % kMarkers.size() == 0) {
        style.dash = (style.dash + 1) % kDashes.size();
      }
      if ((tries + 1) % (kMarkers.size() * kDashes.size()) == 0) {
        style.color = (style.color + 1) % (kColors.size() + 1);
      }
      if (tries > (kColors.size() + 1) * kMarkers.size() * kDashes.size()) {
        break;  // More labels than looks: they are told apart by their names.
      }
    }
    std::string name = name_of(label, policy_end);
    for (int number = 2; !names.insert(name).second; ++number) {
      name = plain_text(label) + " (" + std::to_string(number) + ")";
    }
    const Marker& marker = kMarkers.at(style.marker);
    looks_[label] = {style.color == kIsGrey ? kGrey : kColors.at(style.color), marker.shape,
                     marker.filled, kDashes.at(style.dash), name};
  }
}

}  // namespace multistate::aggregate
