#include "multistate/conformance/naive_selection.h"

#include <algorithm>
#include <limits>

#include "multistate/conformance/naive_statistics.h"

namespace multistate {
namespace {

bool reads_all(const NaiveInputs& inputs, const PolicySetup& setup, int64_t t, int64_t layer) {
  const SelectingPolicy* selecting = setup.faces.selecting;
  return selecting == nullptr || inputs.window || !selecting->selects_in(layer) ||
         t + 1 <= setup.state_size ||
         (setup.common.prompt == Prompt::kOneShot && t < inputs.prompt);
}

/// What a policy is shown of one key/value head.
class Shown {
 public:
  Shown(const NaiveInputs& inputs, const PolicySetup& setup, int64_t t, int64_t kv_head)
      : inputs_(inputs),
        setup_(setup),
        t_(t),
        kv_head_(kv_head),
        heads_(inputs.heads / inputs.kv_heads) {
    add_vectors();
    add_ranges();
    // What nobody has written must not be read.
    scratch_.assign(static_cast<size_t>(setup.needs.scratch * (t + 1)),
                    std::numeric_limits<float>::quiet_NaN());
  }

  QueryData data(int64_t layer) {
    const int64_t size = inputs_.head_size;
    return {.step = t_,
            .layer = layer,
            .kv_head = kv_head_,
            .budget = setup_.state_size,
            .heads = heads_,
            .head_size = size,
            .query = {queries_.data(), size, 0},
            .logits = {logits_.data(), t_ + 1, 0},
            .keys = {keys_.data(), 0, size},
            .ranges = ranges_.data(),
            .scratch = scratch_.data(),
            .scratch_stride = t_ + 1};
  }

 private:
  void add_vectors() {
    const int64_t size = inputs_.head_size;
    for (int64_t row = 0; row <= t_; ++row) {
      const double* key = vector_of(inputs_, inputs_.keys, kv_head_, row);
      keys_.insert(keys_.end(), key, key + size);
    }
    for (int64_t head = kv_head_ * heads_; head < (kv_head_ + 1) * heads_; ++head) {
      const double* query = vector_of(inputs_, inputs_.queries, head, t_);
      queries_.insert(queries_.end(), query, query + size);
      for (int64_t row = 0; row <= t_; ++row) {
        const double* key = vector_of(inputs_, inputs_.keys, kv_head_, row);
        double product = 0.0;
        for (int64_t i = 0; i < size; ++i) {
          product += query[i] * key[i];
        }
        logits_.push_back(static_cast<float>(inputs_.logit(product)));
      }
    }
  }

  void add_ranges() {
    const int64_t page_rows = setup_.needs.page_rows;
    for (int64_t first = 0; page_rows > 0 && first <= t_; first += page_rows) {
      std::vector<double> least;
      std::vector<double> largest;
      for (int64_t i = 0; i < inputs_.head_size; ++i) {
        least.push_back(vector_of(inputs_, inputs_.keys, kv_head_, first)[i]);
        largest.push_back(least.back());
        for (int64_t row = first; row <= std::min(first + page_rows - 1, t_); ++row) {
          const double x = vector_of(inputs_, inputs_.keys, kv_head_, row)[i];
          least.back() = std::min(least.back(), x);
          largest.back() = std::max(largest.back(), x);
        }
      }
      ranges_.insert(ranges_.end(), least.begin(), least.end());
      ranges_.insert(ranges_.end(), largest.begin(), largest.end());
    }
  }

  const NaiveInputs& inputs_;
  const PolicySetup& setup_;
  int64_t t_;
  int64_t kv_head_;
  int64_t heads_;
  std::vector<float> queries_;
  std::vector<float> keys_;
  std::vector<float> logits_;
  std::vector<float> ranges_;
  std::vector<float> scratch_;
};

}  // namespace

std::vector<std::vector<uint8_t>> naive_rows_read(const NaiveInputs& inputs,
                                                  const PolicySetup& setup, int64_t t,
                                                  int64_t layer) {
  const bool all = reads_all(inputs, setup, t, layer);
  std::vector<std::vector<uint8_t>> is_read(
      static_cast<size_t>(inputs.heads),
      std::vector<uint8_t>(static_cast<size_t>(t + 1), all ? 1 : 0));
  for (int64_t kv_head = 0; !all && kv_head < inputs.kv_heads; ++kv_head) {
    Shown shown(inputs, setup, t, kv_head);
    const QueryData data = shown.data(layer);
    RowsRead read;
    read.begin(data.heads);
    setup.faces.selecting->select(QueryView(data, setup.needs), read);
    for (int64_t head = 0; head < data.heads; ++head) {
      auto& of_head = is_read[static_cast<size_t>(kv_head * data.heads + head)];
      for (const RowsRead::Range& range : read.ranges(head)) {
        for (int64_t row = range.first; row < range.end; ++row) {
          of_head.at(static_cast<size_t>(row)) = 1;
        }
      }
    }
  }
  return is_read;
}

}  // namespace multistate
