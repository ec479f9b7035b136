#include "multistate/engine/protected_tokens.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/policy/setup.h"

namespace multistate {

ProtectedTokens::ProtectedTokens(const PolicySetup& setup, int64_t tokens) {
  if (setup.bounded() && setup.protects_tokens()) {
    if (setup.common.protect_special && setup.token_kinds == nullptr) {
      throw std::invalid_argument("special tokens are protected, and kinds of tokens not known");
    }
    setup_ = &setup;
    of_position_.reserve(static_cast<size_t>(tokens));
    of_row_.reserve(static_cast<size_t>(tokens));
  }
}

void ProtectedTokens::add(std::span<const int64_t> ids) {
  if (setup_ == nullptr) {
    return;
  }
  const CommonOptions& common = setup_->common;
  for (const int64_t id : ids) {
    const auto position = static_cast<int64_t>(of_position_.size());
    const auto& positions = common.protect_positions;
    const bool special = common.protect_special &&
                         setup_->token_kinds->at(static_cast<size_t>(id)) == TokenKind::kSpecial;
    const bool listed = std::find(positions.begin(), positions.end(), position) != positions.end();
    of_position_.push_back(special || listed ? 1 : 0);
  }
}

void ProtectedTokens::mark(StepData& step) {
  if (setup_ == nullptr) {
    return;
  }
  of_row_.clear();
  for (const int64_t position : step.positions) {
    of_row_.push_back(of_position_[static_cast<size_t>(position)]);
  }
  step.is_protected = of_row_;
  int64_t candidates = 0;
  for (auto row = static_cast<size_t>(step.first_candidate);
       row < static_cast<size_t>(step.end_candidates); ++row) {
    candidates += step.live[row] != 0 && of_row_[row] == 0 ? 1 : 0;
  }
  require_room(step, candidates);
}

void ProtectedTokens::require_room(const StepData& step, int64_t candidates) const {
  const int64_t excess = step.live_rows > step.capacity ? step.live_rows - step.state_size : 0;
  if (candidates < excess) {
    throw InputError(fmt::format(
        "policy {}: layer {}, step {}: {} rows are protected (sinks, recent, protect_special, "
        "protect_positions), where {} are to be left",
        setup_->entry->info.name, step.layer, step.step, step.live_rows - candidates,
        step.state_size));
  }
}

}  // namespace multistate
