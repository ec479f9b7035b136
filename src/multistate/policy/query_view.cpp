#include "multistate/policy/query_view.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/policy/policy_error.h"

namespace multistate {

void QueryView::require(bool declared, const char* what) const {
  require_declared(declared, what, layer(), step());
}

std::span<const float> QueryView::query(int64_t head) const {
  require(needs_.query, "query");
  return {data_.query.data + head * data_.query.head_stride, static_cast<size_t>(head_size())};
}

std::span<const float> QueryView::logits(int64_t head) const {
  require(needs_.logits, "logits");
  return {data_.logits.data + head * data_.logits.head_stride, static_cast<size_t>(rows())};
}

std::span<const float> QueryView::key(int64_t row) const {
  require(needs_.keys, "keys");
  return {data_.keys.data + row * data_.keys.row_stride, static_cast<size_t>(head_size())};
}

int64_t QueryView::pages() const {
  require(needs_.page_rows > 0, "page_rows");
  return (rows() + needs_.page_rows - 1) / needs_.page_rows;
}

std::span<const float> QueryView::range(int64_t page, int64_t end) const {
  require(page >= 0 && page < pages(), "page_rows");
  return {data_.ranges + (2 * page + end) * head_size(), static_cast<size_t>(head_size())};
}

std::span<const float> QueryView::least_of_page(int64_t page) const {
  return range(page, 0);
}

std::span<const float> QueryView::largest_of_page(int64_t page) const {
  return range(page, 1);
}

std::span<float> QueryView::scratch(int64_t buffer) const {
  require(buffer >= 0 && buffer < needs_.scratch, "scratch");
  return {data_.scratch + buffer * data_.scratch_stride, static_cast<size_t>(rows())};
}

void RowsRead::begin(int64_t heads) {
  heads_ = heads;
  if (std::ssize(all_) < heads) {
    all_.resize(static_cast<size_t>(heads));
  }
  for (auto& ranges : all_) {
    ranges.clear();
  }
}

void RowsRead::add(int64_t head, int64_t first, int64_t end) {
  if (head < 0 || head >= heads_) {
    throw std::out_of_range(
        fmt::format("rows are read by query head {}; there are {}", head, heads_));
  }
  auto& ranges = all_[static_cast<size_t>(head)];
  if (!ranges.empty() && ranges.back().end == first && first < end) {
    ranges.back().end = end;
  } else {
    ranges.push_back({first, end});
  }
}

void RowsRead::sort() {
  const auto by_first = [](const Range& a, const Range& b) { return a.first < b.first; };
  for (int64_t head = 0; head < heads_; ++head) {
    auto& ranges = all_[static_cast<size_t>(head)];
    if (!std::is_sorted(ranges.begin(), ranges.end(), by_first)) {
      std::sort(ranges.begin(), ranges.end(), by_first);
    }
  }
}

}  // namespace multistate
