#include "aggregate/judge/comparison.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

using Parameters = std::map<std::string, nlohmann::json>;

/// What two cells have to agree in.
Parameters setting_of(const Cell& cell) {
  Parameters setting = cell.parameters;
  std::erase_if(setting, [](const auto& parameter) {
    const std::string& key = parameter.first;
    return key.starts_with("policy.") || key == "state_size" || key == "seed";
  });
  return setting;
}

bool draws_alike(const Cell& a, const Cell& b) {
  const auto seed_a = a.parameters.find("seed");
  const auto seed_b = b.parameters.find("seed");
  return seed_a == a.parameters.end() || seed_b == b.parameters.end() ||
         seed_a->second == seed_b->second;
}

bool same_inputs(const Cell& a, const Cell& b) {
  const auto inputs = [](const Cell& cell, const char* key) {
    const auto found = cell.context.find("inputs");
    return found == cell.context.end() ? nlohmann::json() : found->value(key, nlohmann::json());
  };
  return inputs(a, "model_sha256") == inputs(b, "model_sha256") &&
         inputs(a, "data_sha256") == inputs(b, "data_sha256");
}

size_t partner_of(const Collection& collection, const Cell& cell, const std::string& against) {
  std::optional<size_t> partner;
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    const Cell& other = collection.cells[i];
    if (other.state != CellState::kDone || other.label != against ||
        setting_of(other) != setting_of(cell) || !draws_alike(other, cell) ||
        !same_inputs(other, cell)) {
      continue;
    }
    if (partner) {
      throw InputError(fmt::format(
          "--against {}: {} could be compared with {} and with {}; --filter leaves cells out",
          in_quotes(against), name_of(cell), name_of(collection.cells[*partner]), name_of(other)));
    }
    partner = i;
  }
  if (!partner) {
    throw InputError(fmt::format(
        "--against {}: no cell labelled so is done that made texts from the same as {} (model, "
        "prompts, options of the experiment, seed)",
        in_quotes(against), name_of(cell)));
  }
  return *partner;
}

}  // namespace

std::string name_of(const Cell& cell) {
  const auto size = cell.parameters.find("state_size");
  const std::string rows =
      size == cell.parameters.end() ? "" : fmt::format(" k={}", size->second.dump());
  return fmt::format("{}{} ({})", cell.label, rows, cell.id.substr(0, 8));
}

std::vector<CellPair> comparisons_against(const Collection& collection,
                                          const std::vector<size_t>& cells,
                                          const std::string& against) {
  std::vector<CellPair> comparisons;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    if (cell.state == CellState::kDone && cell.label != against) {
      comparisons.push_back({index, partner_of(collection, cell, against)});
    }
  }
  if (comparisons.empty()) {
    throw InputError(
        fmt::format("no cell that is done is left to compare with {}", in_quotes(against)));
  }
  return comparisons;
}

}  // namespace multistate::aggregate
