#include "aggregate/tables/baseline.h"

#include "aggregate/reading/setting.h"

namespace multistate::aggregate {
namespace {

const nlohmann::json* parameter(const Cell& cell, const std::string& key) {
  const auto found = cell.parameters.find(key);
  return found == cell.parameters.end() ? nullptr : &found->second;
}

bool same(const Cell& a, const Cell& b, const std::string& key) {
  const auto* left = parameter(a, key);
  const auto* right = parameter(b, key);
  return left == nullptr || right == nullptr ? left == right : *left == *right;
}

}  // namespace

Baselines::Baselines(const Collection& collection, const std::string& label)
    : collection_(collection) {
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    const Cell& cell = collection.cells[i];
    if (cell.label == label && cell.state == CellState::kDone) {
      by_setting_[setting_of(cell)].push_back(i);
    }
  }
}

std::optional<size_t> Baselines::of(size_t cell) const {
  const Cell& compared = collection_.cells[cell];
  const auto found = by_setting_.find(setting_of(compared));
  if (found == by_setting_.end()) {
    return std::nullopt;
  }
  std::optional<size_t> best;
  int best_rank = 0;
  for (const size_t candidate : found->second) {
    const Cell& other = collection_.cells[candidate];
    int rank = parameter(other, "state_size") == nullptr ? 2 : 0;
    rank = same(compared, other, "state_size") ? 4 : rank;
    if (rank == 0) {
      continue;
    }
    rank += same(compared, other, "seed") ? 1 : 0;
    if (rank > best_rank) {
      best = candidate;
      best_rank = rank;
    }
  }
  return best;
}

}  // namespace multistate::aggregate
