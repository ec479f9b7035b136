#include "aggregate/exports/same_cells.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "aggregate/reading/labels.h"

namespace multistate::aggregate {
namespace {

std::string parameters_key(const Cell& cell) {
  std::string key;
  for (const auto& [name, value] : cell.parameters) {
    if (name != "policy.version" && name != "experiment.version") {
      key += name + "=" + parameter_text(value) + "\n";
    }
  }
  return key;
}

using Places = std::map<std::string, size_t>;

/// Cells that are not in `taken`, by what `key` gives; of several one that is done.
template <class Key>
Places places_by(const Collection& collection, const std::set<size_t>& taken, const Key& key) {
  Places places;
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    const std::string text = key(collection.cells[i]);
    if (taken.count(i) != 0 || text.empty()) {
      continue;
    }
    const auto [place, is_new] = places.try_emplace(text, i);
    if (!is_new && collection.cells[place->second].state != CellState::kDone) {
      place->second = i;
    }
  }
  return places;
}

}  // namespace

SameCells same_cells(const Collection& a, const Collection& b) {
  std::map<size_t, size_t> pairs;
  std::set<size_t> taken_a;
  std::set<size_t> taken_b;
  const auto match = [&](const auto& key) {
    const Places left = places_by(a, taken_a, key);
    const Places right = places_by(b, taken_b, key);
    for (const auto& [text, cell] : left) {
      if (const auto other = right.find(text); other != right.end()) {
        pairs[cell] = other->second;
        taken_a.insert(cell);
        taken_b.insert(other->second);
      }
    }
  };
  match([](const Cell& cell) { return cell.id; });
  match(parameters_key);
  SameCells same;
  same.pairs.assign(pairs.begin(), pairs.end());
  for (size_t i = 0; i < a.cells.size(); ++i) {
    if (taken_a.count(i) == 0) {
      same.only_a.push_back(i);
    }
  }
  for (size_t i = 0; i < b.cells.size(); ++i) {
    if (taken_b.count(i) == 0) {
      same.only_b.push_back(i);
    }
  }
  return same;
}

std::optional<std::string> other_inputs(const Cell& a, const Cell& b) {
  const auto hash = [](const Cell& cell, const char* name) -> std::string {
    if (!cell.context.is_object()) {
      return "";
    }
    const auto inputs = cell.context.find("inputs");
    return inputs != cell.context.end() && inputs->is_object() && inputs->contains(name) &&
                   (*inputs)[name].is_string()
               ? (*inputs)[name].get<std::string>()
               : "";
  };
  constexpr std::pair<const char*, const char*> kInputs[] = {
      {"model_sha256", "model"}, {"tokenizer_sha256", "tokenizer"}, {"data_sha256", "data"}};
  for (const auto& [name, what] : kInputs) {
    const std::string left = hash(a, name);
    const std::string right = hash(b, name);
    if (!left.empty() && !right.empty() && left != right) {
      return fmt::format("the {} differs (sha256 {} and {})", what, left.substr(0, 12),
                         right.substr(0, 12));
    }
  }
  return std::nullopt;
}

}  // namespace multistate::aggregate
