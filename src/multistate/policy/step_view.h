#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "multistate/base/random.h"
#include "multistate/config/options.h"

namespace multistate {

/// How rows are quantised: asymmetrically, between the least and the largest of the numbers that
/// share a range; keys by channel, over `group` rows that came one after the other; values by row,
/// over `group` channels of a head. The newest rows stay in floating point until `residual` of them
/// are there, after a step; then all of these are quantised. Queries attend to, and policies see,
/// what is left of them.
struct Quantization {
  int64_t bits = 4;  ///< 2, 4 or 8.
  int64_t group = 32;
  RowCount residual = {};  ///< Of a share of k at least one row.
};

/// How rows are scored by the attention that the later queries of the sample give them under full
/// causal attention, averaged over the heads of the set (StepView::future_scores).
struct Future {
  double gamma = 1.0;  ///< The query s steps later counts gamma^s; 0 < gamma <= 1.

  /// Not by these sums, but by a plan: the score is the step after which the row is evicted in the
  /// plan that loses the least attention over the whole sample (engine/eviction_plan.h). `gamma`
  /// has no meaning then.
  bool exact = false;
};

/// What a policy reads besides positions, and what it does besides evicting. The engine computes
/// and hands over only what is declared; reading anything else throws std::logic_error.
struct Needs {
  bool attention = false;         ///< Attention weights of the newest query.
  bool query = false;             ///< The newest query, after RoPE.
  bool query_statistics = false;  ///< Mean and covariance of all queries so far, before RoPE.
  bool keys = false;              ///< Keys of all rows, after RoPE.
  bool values = false;            ///< Values of all rows.
  bool random = false;            ///< The seeded generator; makes results depend on the seed.
  bool merges = false;            ///< Changes rows that stay when others go (Policy::merge).
  bool pools_heads = false;       ///< Key/value heads share a budget (Policy::evict_pooled).
  bool layer_budgets = false;     ///< Layers keep different numbers of rows (Policy::layer_budget).
  std::optional<Future> future = {};  ///< Later attention: the whole sample must be known.
  std::optional<Quantization> quantization = {};  ///< Rows are quantised, in this way.
  int64_t memory = 0;   ///< Floats that the policy remembers for every row.
  int64_t scratch = 0;  ///< Buffers of one float a row, for use during a call.
  int64_t vectors = 0;  ///< Buffers of one float an element of a head, for the same.

  /// What both read: a policy that asks another one needs its own and the other's.
  Needs operator|(const Needs& other) const;
};

/// A capacity that is never reached: that of a prompt which is cut once it has ended.
inline constexpr int64_t kUnlimitedRows = std::numeric_limits<int64_t>::max();

/// A strided matrix per head in the engine's memory: element (head, row, i) at
/// data[head * head_stride + row * row_stride + i].
struct HeadMatrices {
  const float* data = nullptr;
  int64_t head_stride = 0;
  int64_t row_stride = 0;
};

/// Where the engine keeps what a StepView shows. Filled in by an engine, never by a policy.
struct StepData {
  int64_t step = 0;
  int64_t layer = 0;
  int64_t state_size = 0;
  int64_t capacity = 0;
  int64_t live_rows = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_size = 0;
  double logit_scale = 0.0;
  std::span<const int64_t> positions;  ///< [N]
  std::span<const uint8_t> live;       ///< [N]
  int64_t first_candidate = 0;
  int64_t end_candidates = 0;
  HeadMatrices attention;                      ///< heads x [N]; row_stride is 1.
  HeadMatrices query;                          ///< heads x [D]
  HeadMatrices query_mean;                     ///< heads x [D]
  HeadMatrices query_covariance;               ///< heads x [D][D]
  std::span<const double> rotary_frequencies;  ///< [R/2]
  std::span<const float> future;               ///< [N]
  HeadMatrices keys;                           ///< kv_heads x [N][D]
  HeadMatrices values;                         ///< kv_heads x [N][D]
  float* memory = nullptr;  ///< fields x [N], memory_stride floats from field to field.
  int64_t memory_stride = 0;
  float* scratch = nullptr;  ///< buffers x [N], scratch_stride floats from buffer to buffer.
  int64_t scratch_stride = 0;
  float* vectors = nullptr;  ///< buffers x [D]
  Random* random = nullptr;
};

/// One set of rows at the moment after the newest token has attended to it: all that a policy sees.
///
/// The set has N = rows() slots in order of position, oldest first; the last is the newest token's.
/// A slot whose row was evicted a moment ago may still be there, with live(row) false and attention
/// 0: decisions about it are ignored. Letters: N slots, D head size; heads are those that share
/// this set (all query heads of the layer, or those of one key/value head, by the option `scope`).
/// Spans are valid during the call only.
class StepView {
 public:
  StepView(const StepData& data, const Needs& needs) : data_(data), needs_(needs) {}

  int64_t step() const { return data_.step; }  ///< Index of the newest token in its sample, from 0.
  int64_t layer() const { return data_.layer; }
  int64_t rows() const { return static_cast<int64_t>(data_.positions.size()); }
  int64_t live_rows() const { return data_.live_rows; }
  int64_t state_size() const { return data_.state_size; }  ///< k, the rows to keep.

  /// Rows allowed after a step: k, or k + n - 1 with the option `every: n`; within a prompt that is
  /// cut at its end, kUnlimitedRows.
  int64_t capacity() const { return data_.capacity; }

  /// Rows that have to go now: 0 while there are at most capacity(), else live_rows() - k.
  int64_t excess() const {
    return data_.live_rows > data_.capacity ? data_.live_rows - data_.state_size : 0;
  }

  int64_t heads() const { return data_.heads; }        ///< Query heads that share the set.
  int64_t kv_heads() const { return data_.kv_heads; }  ///< Key/value heads of the set.
  int64_t head_size() const { return data_.head_size; }

  /// What products of queries and keys are multiplied by before the softmax: 1 / sqrt(D) in most
  /// models.
  double logit_scale() const { return data_.logit_scale; }

  std::span<const int64_t> positions() const { return data_.positions; }  ///< [N], ascending.
  bool live(int64_t row) const { return data_.live[static_cast<size_t>(row)] != 0; }

  /// Rows from first_candidate() up to, but not including, end_candidates() may be evicted: the
  /// options `sinks` and `recent` protect those before and after. Dead slots may be among them.
  int64_t first_candidate() const { return data_.first_candidate; }
  int64_t end_candidates() const { return data_.end_candidates; }

  /// [N] softmax weights that the newest query of `head` (0 <= head < heads()) gave; they sum to 1.
  std::span<const float> attention(int64_t head) const;

  /// [D]
  std::span<const float> query(int64_t head) const;

  /// Of the head's queries up to and with the newest, those of the first `sinks` tokens left out,
  /// each before RoPE: their mean [D], and the mean of the products of their differences from it
  /// [D][D]; 0 while there are none. (Needs::query_statistics)
  std::span<const float> query_mean(int64_t head) const;
  std::span<const float> query_covariance(int64_t head) const;

  /// [R/2] angles by which RoPE turns the pairs (i, i + R/2) of the first R elements of a head from
  /// one position to the next; the others do not turn. R is D in most models, 0 in layers without
  /// RoPE.
  std::span<const double> rotary_frequencies() const { return data_.rotary_frequencies; }

  /// [N] scores of the rows by what the later queries of the sample give them, as Needs::future
  /// says; lower is less worth keeping.
  std::span<const float> future_scores() const;

  /// [D]; 0 <= kv_head < kv_heads(), 0 <= row < rows().
  std::span<const float> key(int64_t kv_head, int64_t row) const;
  std::span<const float> value(int64_t kv_head, int64_t row) const;

  /// [N] floats that the policy keeps, one a row; 0 for a new row. 0 <= field < Needs::memory.
  std::span<float> memory(int64_t field = 0) const;

  /// [N] and [D] floats of unknown content, for use during this call. 0 <= buffer < Needs::scratch
  /// or Needs::vectors.
  std::span<float> scratch(int64_t buffer = 0) const;
  std::span<float> vector(int64_t buffer = 0) const;

  /// Depends on seed, sample, layer and set only.
  Random& random() const;

 private:
  void require(bool declared, const char* what) const;

  const StepData& data_;
  const Needs& needs_;
};

/// out[row] = mean over the heads of the set of attention(head)[row].
void mean_attention(const StepView& step, std::span<float> out);

}  // namespace multistate
