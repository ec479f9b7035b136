#include "multistate/engine/selection.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "multistate/engine/policy_call.h"
#include "multistate/engine/softmax.h"

namespace multistate {
namespace {

[[noreturn]] void fail(const QueryData& query, Breach breach, const std::string& what) {
  throw PolicyError(breach, fmt::format("layer {}, step {}: {}", query.layer, query.step, what));
}

/// Returns how many rows the ranges have.
int64_t check_ranges(const QueryData& query, std::span<const RowsRead::Range> ranges) {
  const int64_t rows = query.step + 1;
  int64_t count = 0;
  int64_t end = 0;
  for (const RowsRead::Range& range : ranges) {
    if (range.first < 0 || range.end > rows || range.first >= range.end) {
      fail(query, Breach::kIndex,
           fmt::format("rows {} to {} are read; there are the rows 0 to {}", range.first,
                       range.end - 1, rows - 1));
    }
    if (range.first < end) {
      fail(query, Breach::kRepeated, fmt::format("row {} is read twice", range.first));
    }
    end = range.end;
    count += range.end - range.first;
  }
  return count;
}

void check(const QueryData& query, const RowsRead& read) {
  for (int64_t head = 0; head < read.heads(); ++head) {
    const int64_t count = check_ranges(query, read.ranges(head));
    if (count == 0 || count > query.budget) {
      fail(
          query, Breach::kRows,
          fmt::format("query head {} of key/value head {} reads {} rows, where 1 to {} are allowed",
                      head, query.kv_head, count, query.budget));
    }
  }
}

}  // namespace

void choose_rows(const PolicySetup& setup, const QueryData& query, RowsRead& read) {
  read.begin(query.heads);
  call_policy(setup, query.layer, query.step, [&] {
    setup.faces.selecting->select(QueryView(query, setup.needs), read);
    read.sort();
    check(query, read);
  });
}

Selection::Selection(SetInputs inputs, const LayerState& state, LayerState::Set& set)
    : inputs_(std::move(inputs)), state_(state), set_(set) {
  query_.layer = state.layer();
  query_.layers = state.layers();
  query_.budget = state.state_size();
  query_.heads = inputs_.heads() / inputs_.kv_heads();
  query_.head_size = inputs_.head_size();
}

void Selection::attend(int64_t kv_head, int64_t first, const at::Tensor& logits,
                       const at::Tensor& keys) {
  const PolicySetup& setup = state_.setup();
  logits_ = logits.data_ptr<float>();
  tokens_ = logits.size(1);
  rows_ = logits.size(2);
  at::Tensor keys_holder;
  at::Tensor queries_holder;
  const int64_t before = setup.needs.keys ? rows_ - tokens_ : 0;
  query_.kv_head = kv_head;
  query_.keys = readable(keys.narrow(0, rows_ - tokens_ - before, before + tokens_).unsqueeze(0),
                         keys_holder);
  queries_ = readable(inputs_.queries.select(0, kv_head).narrow(1, first, tokens_), queries_holder);
  scratch_.resize(static_cast<size_t>(setup.needs.scratch * rows_));
  weights_.resize(static_cast<size_t>(rows_));
  query_.scratch = scratch_.data();
  query_.scratch_stride = rows_;
  set_.key_ranges.reserve(rows_);
  const float* newest = query_.keys.data + before * query_.keys.row_stride;
  for (int64_t token = 0; token < tokens_; ++token, newest += query_.keys.row_stride) {
    set_.key_ranges.add(kv_head, newest);
    attend_one(token);
  }
}

void Selection::attend_one(int64_t token) {
  const int64_t step = rows_ - tokens_ + token;
  float* logits = logits_ + token * rows_;
  for (int64_t head = 0; head < query_.heads; ++head) {
    inputs_.cap(logits + head * tokens_ * rows_, step + 1);
  }
  const bool reads_part = state_.setup().reads_part(step, state_.length());
  if (reads_part) {
    query_.step = step;
    query_.query = {queries_.data + token * queries_.row_stride, queries_.head_stride, 0};
    query_.logits = {logits, tokens_ * rows_, 0};
    query_.ranges = set_.key_ranges.of_head(query_.kv_head);
    choose_rows(state_.setup(), query_, read_);
  }
  const RowsRead::Range all = {0, step + 1};
  for (int64_t head = 0; head < query_.heads; ++head, logits += tokens_ * rows_) {
    weigh(logits, reads_part ? read_.ranges(head) : std::span(&all, 1));
  }
}

void Selection::weigh(float* logits, std::span<const RowsRead::Range> ranges) {
  int64_t count = 0;
  for (const RowsRead::Range& range : ranges) {
    std::copy(logits + range.first, logits + range.end, weights_.data() + count);
    count += range.end - range.first;
  }
  softmax_row(weights_.data(), nullptr, count);
  std::fill_n(logits, rows_, 0.0F);
  const float* weight = weights_.data();
  for (const RowsRead::Range& range : ranges) {
    std::copy_n(weight, range.end - range.first, logits + range.first);
    weight += range.end - range.first;
  }
  set_.reads.add(count, 1);
}

}  // namespace multistate
