#include "multistate/experiment/row_lives.h"

#include <algorithm>
#include <limits>

namespace multistate {
namespace {

int64_t overlap(int64_t begin_a, int64_t end_a, int64_t begin_b, int64_t end_b) {
  return std::max<int64_t>(0, std::min(end_a, end_b) - std::max(begin_a, begin_b));
}

}  // namespace

RecentRows recent_rows(const RowTrace& trace, int64_t k) {
  RecentRows rows;
  const int64_t tokens = trace.tokens();
  for (int64_t position = 0; position < tokens; ++position) {
    // Seen last by the query of the step after which it goes, so kept after those before it.
    const int64_t evicted = trace.evicted_at()[static_cast<size_t>(position)];
    const int64_t gone = evicted == RowTrace::kAlive ? tokens : evicted;
    rows.kept += overlap(position, gone, k, tokens);
    rows.recent += overlap(position, std::min(gone, position + k), k, tokens);
  }
  return rows;
}

int64_t lawful_lifetime(const LayerState& layer, const LayerState::Set& set) {
  const int64_t tokens = set.trace.tokens();
  int64_t rows = 0;
  int64_t total = 0;
  for (int64_t step = 0; step < tokens; ++step) {
    ++rows;
    total += rows;
    if (const auto window = layer.window_of_policy()) {
      rows = std::min(rows, *window - 1);
    }
    if (layer.setup().bounded() && rows > layer.capacity_after(step, set)) {
      rows = layer.state_size(set);
    }
  }
  return total;
}

RowPicture::RowPicture(int64_t tokens, int64_t cells)
    : tokens_(tokens),
      stride_((tokens + cells - 1) / cells),
      cells_((tokens + stride_ - 1) / stride_),
      seen_(static_cast<size_t>(cells_ * cells_)) {}

void RowPicture::add(const RowTrace& trace) {
  ++sets_;
  for (int64_t position = 0; position < tokens_; ++position) {
    const int64_t end = position + trace.lifetime(position);
    for (int64_t cell = position / stride_; cell * stride_ < end; ++cell) {
      seen_[static_cast<size_t>(cell * cells_ + position / stride_)] +=
          overlap(position, end, cell * stride_, (cell + 1) * stride_);
    }
  }
}

int64_t RowPicture::pairs(int64_t step_cell, int64_t position_cell) const {
  int64_t count = 0;
  const int64_t last = std::min((position_cell + 1) * stride_, tokens_);
  for (int64_t position = position_cell * stride_; position < last; ++position) {
    count += overlap(position, tokens_, step_cell * stride_, (step_cell + 1) * stride_);
  }
  return count;
}

std::vector<std::vector<double>> RowPicture::shares() const {
  std::vector<std::vector<double>> shares;
  for (int64_t step = 0; step < cells_; ++step) {
    auto& row = shares.emplace_back();
    for (int64_t position = 0; position < cells_; ++position) {
      const int64_t all = pairs(step, position) * sets_;
      const auto seen = static_cast<double>(seen_[static_cast<size_t>(step * cells_ + position)]);
      row.push_back(all == 0 ? std::numeric_limits<double>::quiet_NaN()
                             : seen / static_cast<double>(all));
    }
  }
  return shares;
}

}  // namespace multistate
