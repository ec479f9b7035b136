#include "multistate/engine/calibrating_scan.h"

#include <cmath>
#include <tuple>

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/where.h>

namespace multistate {
namespace {

/// Cosines and sines [T, R/2] of the angles by which RoPE has turned tokens `first`, first + 1, ...
struct Angles {
  Angles(std::span<const double> frequencies, int64_t first, int64_t tokens)
      : cos(at::empty({tokens, std::ssize(frequencies)}, at::kDouble)), sin(at::empty_like(cos)) {
    auto* cosines = cos.data_ptr<double>();
    auto* sines = sin.data_ptr<double>();
    for (int64_t token = 0; token < tokens; ++token) {
      for (const double frequency : frequencies) {
        const double angle = static_cast<double>(first + token) * frequency;
        *cosines++ = std::cos(angle);
        *sines++ = std::sin(angle);
      }
    }
  }

  int64_t pairs() const { return cos.size(1); }

  at::Tensor cos;
  at::Tensor sin;
};

/// Vectors [H, T, D] as they were before RoPE, summed over tokens: [H, D].
at::Tensor sum_turned_back(const at::Tensor& vectors, const Angles& angles) {
  const int64_t half = angles.pairs();
  const auto first = vectors.narrow(2, 0, half);
  const auto second = vectors.narrow(2, half, half);
  const auto still = vectors.narrow(2, 2 * half, vectors.size(2) - 2 * half);
  return at::cat({first.mul(angles.cos).add(second.mul(angles.sin)).sum(1),
                  second.mul(angles.cos).sub(first.mul(angles.sin)).sum(1), still.sum(1)},
                 1);
}

/// Lengths of the pairs of vectors [H, T, D], summed over tokens: [H, R/2].
at::Tensor sum_lengths(const at::Tensor& vectors, int64_t half) {
  return vectors.narrow(2, 0, half)
      .square()
      .add(vectors.narrow(2, half, half).square())
      .sqrt()
      .sum(1);
}

void add_to(at::Tensor& sum, const at::Tensor& more) {
  sum = sum.defined() ? sum.add(more) : more;
}

std::vector<float> numbers_of(const at::Tensor& tensor) {
  const auto numbers = tensor.to(at::kFloat).contiguous();
  const auto* data = numbers.data_ptr<float>();
  return {data, data + numbers.numel()};
}

/// The eigenvectors [H, D] of the largest eigenvalues of `products` [H, D, D], on the side of
/// `rotated` [H, D].
at::Tensor directions(const at::Tensor& products, const at::Tensor& rotated) {
  const auto vectors = std::get<1>(at::linalg_eigh(products));  // Columns, by ascending eigenvalue.
  const auto longest = vectors.select(2, vectors.size(2) - 1);
  const auto side = longest.mul(rotated).sum(1, /*keepdim=*/true);
  return at::where(side.lt(0.0), longest.neg(), longest);
}

}  // namespace

at::Tensor CalibratingScan::attend(const Qkv& qkv, LayerState& state) const {
  const int64_t first = state.sets().front().trace.tokens();
  const auto queries = qkv.queries.to(at::kCPU, at::kDouble);
  const auto keys = qkv.keys.to(at::kCPU, at::kDouble);
  const Angles angles(state.rotary_frequencies(), first, qkv.tokens());
  Sums& sums = sums_.at(static_cast<size_t>(state.layer()));
  sums.tokens += qkv.tokens();
  add_to(sums.products, at::matmul(queries.transpose(1, 2), queries));
  add_to(sums.rotated, queries.sum(1));
  add_to(sums.queries, sum_turned_back(queries, angles));
  add_to(sums.lengths, sum_lengths(queries, angles.pairs()));
  add_to(sums.keys, sum_turned_back(keys, angles));
  return scan_for(state.setup()).attend(qkv, state);
}

std::vector<LayerCalibration> CalibratingScan::layers() const {
  std::vector<LayerCalibration> layers;
  for (const Sums& sums : sums_) {
    const auto count = static_cast<double>(sums.tokens);
    layers.push_back({.heads = sums.queries.size(0),
                      .kv_heads = sums.keys.size(0),
                      .head_size = sums.queries.size(1),
                      .pairs = sums.lengths.size(1),
                      .query_directions = numbers_of(directions(sums.products, sums.rotated)),
                      .query_means = numbers_of(sums.queries.div(count)),
                      .query_lengths = numbers_of(sums.lengths.div(count)),
                      .key_means = numbers_of(sums.keys.div(count))});
  }
  return layers;
}

}  // namespace multistate
