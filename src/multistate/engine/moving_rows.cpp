#include "multistate/engine/moving_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "multistate/base/vectorize.h"
#include "multistate/engine/places.h"
#include "multistate/model/host_memory.h"
#include "multistate/model/layers.h"

namespace multistate {
namespace {

/// (c, s) times (cos, sin) as complex numbers.
MULTISTATE_INLINE void turn(double& c, double& s, double cos, double sin) {
  const double real = c * cos - s * sin;
  s = c * sin + s * cos;
  c = real;
}

/// Queries of `count` heads that lie `stride` apart.
struct Heads {
  const float* queries;
  int64_t count;
  int64_t stride;
};

/// out[h * size + i] of the queries, their first 2 * half elements rotated in the half-split form.
MULTISTATE_VECTORIZE
void rotate_heads_to(const Heads& heads, const float* rotations, int64_t half, int64_t size,
                     float* out) {
  const float* queries = heads.queries;
  for (int64_t head = 0; head < heads.count; ++head, queries += heads.stride, out += size) {
#pragma omp simd
    for (int64_t i = 0; i < half; ++i) {
      out[i] = queries[i] * rotations[i] - queries[half + i] * rotations[half + i];
      out[half + i] = queries[half + i] * rotations[i] + queries[i] * rotations[half + i];
    }
    for (int64_t i = 2 * half; i < size; ++i) {
      out[i] = queries[i];
    }
  }
}

/// out[h * out_stride + row]: products of the queries with `rows` keys [rows, D].
MULTISTATE_VECTORIZE
void multiply_rows(const Heads& heads, const float* keys, int64_t rows, int64_t size, float* out,
                   int64_t out_stride) {
  for (int64_t row = 0; row < rows; ++row, keys += size) {
    for (int64_t head = 0; head < heads.count; ++head) {
      const float* query = heads.queries + head * heads.stride;
      float sum = 0.0F;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = 0; i < size; ++i) {
        sum += query[i] * keys[i];
      }
      out[head * out_stride + row] = sum;
    }
  }
}

}  // namespace

MovingRows::MovingRows(SetInputs inputs, const LayerState& state, const LayerState::Set& set)
    : inputs_(std::move(inputs)), state_(state), set_(set) {
  const size_t turned = 2 * state.rotary_frequencies().size();
  aim_.resize(turned);
  seen_.resize(turned);
  rotated_.resize(static_cast<size_t>(inputs_.heads() * inputs_.head_size()));
}

void MovingRows::begin(const at::Tensor& keys, int64_t first, int64_t count) {
  const auto positions = set_.rows.positions();
  const auto rows = static_cast<int64_t>(positions.size());
  places_ = places_of(positions, state_.setup().common.positions);
  keys_ = to_host(keys).clone(at::MemoryFormat::Contiguous);
  rotate_in_place(keys_, make_rotary_table(places_, state_.rotary_frequencies(), keys_.options()));
  queries_ = to_host(inputs_.queries.flatten(0, 1).narrow(1, first, count))
                 .mul(inputs_.scale)
                 .contiguous();
  previous_.resize(positions.size());
  next_.resize(positions.size());
  std::iota(previous_.begin(), previous_.end(), -1);
  std::iota(next_.begin(), next_.end(), 1);
  // A row that goes makes one run more at most.
  const size_t half = state_.rotary_frequencies().size();
  run_begins_.reserve(static_cast<size_t>(rows) + 1);
  run_turns_.reserve((static_cast<size_t>(rows) + 1) * 2 * half);
  run_begins_.assign(1, 0);
  run_turns_.assign(half, 1.0);
  run_turns_.resize(2 * half, 0.0);
}

double MovingRows::closing_gap(int64_t slot) const {
  const auto positions = set_.rows.positions();
  const auto at = [&](int64_t index) { return positions[static_cast<size_t>(index)]; };
  const int64_t before = previous_[static_cast<size_t>(slot)];
  const int64_t behind = next_[static_cast<size_t>(slot)];
  const auto gap = [&](int64_t left, int64_t right) {
    return place_gap(at(right) - at(left), state_.setup().common.positions);
  };
  return gap(before, behind) - gap(before, slot) - gap(slot, behind);
}

void MovingRows::evict(int64_t slot) {
  const int64_t before = previous_[static_cast<size_t>(slot)];
  const int64_t behind = next_[static_cast<size_t>(slot)];
  const auto rows = static_cast<int64_t>(places_.size());
  // With nothing before it or behind it, all that is left moves alike.
  if (before >= 0 && behind < rows) {
    const double distance = closing_gap(slot);
    const auto frequencies = state_.rotary_frequencies();
    const size_t half = frequencies.size();
    const size_t first = split_at(slot + 1);
    for (size_t i = 0; i < half; ++i) {
      const double cos = std::cos(distance * frequencies[i]);
      const double sin = std::sin(distance * frequencies[i]);
      for (size_t run = first; run < run_begins_.size(); ++run) {
        double* turns = run_turns_.data() + run * 2 * half;
        turn(turns[i], turns[half + i], cos, sin);
      }
    }
  }
  if (before >= 0) {
    next_[static_cast<size_t>(before)] = behind;
  }
  if (behind < rows) {
    previous_[static_cast<size_t>(behind)] = before;
  }
}

size_t MovingRows::split_at(int64_t slot) {
  const auto found = std::lower_bound(run_begins_.begin(), run_begins_.end(), slot);
  const auto index = found - run_begins_.begin();
  if (found != run_begins_.end() && *found == slot) {
    return static_cast<size_t>(index);
  }
  const auto size = static_cast<std::ptrdiff_t>(aim_.size());
  run_begins_.insert(found, slot);
  // Up to here it has moved with the run before it.
  run_turns_.resize(run_turns_.size() + static_cast<size_t>(size));
  const auto place = run_turns_.begin() + index * size;
  std::copy_backward(place - size, run_turns_.end() - size, run_turns_.end());
  return static_cast<size_t>(index);
}

void MovingRows::aim(int64_t slot) {
  const auto run = static_cast<size_t>(
      std::upper_bound(run_begins_.begin(), run_begins_.end(), slot) - run_begins_.begin() - 1);
  const auto frequencies = state_.rotary_frequencies();
  const size_t half = frequencies.size();
  const double* turns = run_turns_.data() + run * 2 * half;
  for (size_t i = 0; i < half; ++i) {
    const double angle = places_[static_cast<size_t>(slot)] * frequencies[i];
    aim_[i] = std::cos(angle);
    aim_[half + i] = std::sin(angle);
    turn(aim_[i], aim_[half + i], turns[i], turns[half + i]);
  }
}

void MovingRows::rotate_queries(int64_t token, size_t run) {
  const size_t half = aim_.size() / 2;
  const double* turns = run_turns_.data() + run * 2 * half;
  for (size_t i = 0; i < half; ++i) {
    double cos = aim_[i];
    double sin = aim_[half + i];
    turn(cos, sin, turns[i], -turns[half + i]);
    seen_[i] = static_cast<float>(cos);
    seen_[half + i] = static_cast<float>(sin);
  }
  const Heads heads = {queries_.data_ptr<float>() + token * queries_.stride(1), queries_.size(0),
                       queries_.stride(0)};
  rotate_heads_to(heads, seen_.data(), static_cast<int64_t>(half), inputs_.head_size(),
                  rotated_.data());
}

void MovingRows::write_logits(int64_t token, int64_t visible, float* logits, int64_t head_stride) {
  aim(visible - 1);
  const int64_t size = inputs_.head_size();
  const int64_t group = inputs_.heads() / inputs_.kv_heads();
  for (size_t run = 0; run < run_begins_.size() && run_begins_[run] < visible; ++run) {
    const int64_t begin = run_begins_[run];
    const int64_t end =
        run + 1 < run_begins_.size() ? std::min(run_begins_[run + 1], visible) : visible;
    rotate_queries(token, run);
    for (int64_t kv_head = 0; kv_head < inputs_.kv_heads(); ++kv_head) {
      multiply_rows({rotated_.data() + kv_head * group * size, group, size},
                    keys_.data_ptr<float>() + kv_head * keys_.stride(0) + begin * size, end - begin,
                    size, logits + kv_head * group * head_stride + begin, head_stride);
    }
  }
}

}  // namespace multistate
