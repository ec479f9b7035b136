#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/policy/step_view.h"

namespace multistate {

/// Where the engine keeps what a QueryView shows. Filled in by an engine, never by a policy.
struct QueryData {
  int64_t step = 0;
  int64_t layer = 0;
  int64_t layers = 1;
  int64_t kv_head = 0;
  int64_t budget = 0;
  int64_t heads = 0;
  int64_t head_size = 0;
  HeadMatrices query;             ///< heads x [D]
  HeadMatrices logits;            ///< heads x [N]; row_stride is 1.
  HeadMatrices keys;              ///< One x [N][D]
  const float* ranges = nullptr;  ///< pages x [2][D]: least and largest elements.
  float* scratch = nullptr;       ///< buffers x [N], scratch_stride floats from buffer to buffer.
  int64_t scratch_stride = 0;
};

/// The rows of one key/value head at the moment before the newest token attends to them, and the
/// queries of the heads that share it: all that a SelectingPolicy sees. No row was ever evicted, so
/// row i is that of token i, and the last one is the newest token's own. Letters: N rows, D head
/// size. Spans are valid during the call only.
class QueryView {
 public:
  QueryView(const QueryData& data, const Needs& needs) : data_(data), needs_(needs) {}

  int64_t step() const { return data_.step; }  ///< Index of the newest token in its sample, from 0.
  int64_t layer() const { return data_.layer; }      ///< From 0 to layers() - 1.
  int64_t layers() const { return data_.layers; }    ///< Of the model.
  int64_t kv_head() const { return data_.kv_head; }  ///< Of the layer.
  int64_t rows() const { return data_.step + 1; }

  /// k: rows that each query may read. There are more.
  int64_t budget() const { return data_.budget; }

  int64_t heads() const { return data_.heads; }  ///< Query heads that share the rows.
  int64_t head_size() const { return data_.head_size; }

  /// [D], after RoPE. 0 <= head < heads(). (Needs::query)
  std::span<const float> query(int64_t head) const;

  /// [N]: what the softmax of a query that reads every row would be taken of. (Needs::logits)
  std::span<const float> logits(int64_t head) const;

  /// [D], after RoPE. 0 <= row < rows(). (Needs::keys)
  std::span<const float> key(int64_t row) const;

  /// Pages of Needs::page_rows rows in order of position; the last one may have fewer.
  int64_t pages() const;

  /// [D] each: the least and the largest that each element of the page's keys is. 0 <= page <
  /// pages().
  std::span<const float> least_of_page(int64_t page) const;
  std::span<const float> largest_of_page(int64_t page) const;

  /// [N] floats of unknown content, for use during this call. 0 <= buffer < Needs::scratch.
  std::span<float> scratch(int64_t buffer = 0) const;

 private:
  void require(bool declared, const char* what) const;
  std::span<const float> range(int64_t page, int64_t end) const;

  const QueryData& data_;
  const Needs& needs_;
};

/// The rows that the queries of a QueryView read, each row once a query.
class RowsRead {
 public:
  /// Rows first to end - 1.
  struct Range {
    int64_t first = 0;
    int64_t end = 0;

    bool operator==(const Range&) const = default;
  };

  /// Empties it for queries of `heads` heads.
  void begin(int64_t heads);

  /// The query of `head` reads rows first to end - 1 as well, or one more row; in any order. Throws
  /// std::out_of_range for a head that does not exist.
  void add(int64_t head, int64_t first, int64_t end);
  void add(int64_t head, int64_t row) { add(head, row, row + 1); }

  int64_t heads() const { return heads_; }
  std::span<const Range> ranges(int64_t head) const { return all_[static_cast<size_t>(head)]; }

  /// Puts the ranges of every head in ascending order.
  void sort();

 private:
  int64_t heads_ = 0;
  std::vector<std::vector<Range>>
      all_;  ///< By head; those behind heads_ are kept for their memory.
};

}  // namespace multistate
