#include "multistate/engine/calibrating_scan.h"

#include <numeric>
#include <tuple>

#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/where.h>

#include "multistate/model/layers.h"

namespace multistate {
namespace {

/// How RoPE has turned tokens `first`, first + 1, ...
RotaryTable table_of(std::span<const double> frequencies, int64_t first, int64_t tokens) {
  std::vector<double> places(static_cast<size_t>(tokens));
  std::iota(places.begin(), places.end(), static_cast<double>(first));
  return make_rotary_table(places, frequencies, at::kDouble);
}

/// Vectors [H, T, D] as they were before RoPE, summed over tokens: [H, D].
at::Tensor sum_turned_back(const at::Tensor& vectors, const RotaryTable& table) {
  const auto turned = vectors.clone();
  rotate_in_place(turned, {table.cos, table.sin.neg()});
  return turned.sum(1);
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
  const auto table = table_of(state.rotary_frequencies(), first, qkv.tokens());
  Sums& sums = sums_.at(static_cast<size_t>(state.layer()));
  sums.tokens += qkv.tokens();
  add_to(sums.products, at::matmul(queries.transpose(1, 2), queries));
  add_to(sums.rotated, queries.sum(1));
  add_to(sums.queries, sum_turned_back(queries, table));
  add_to(sums.lengths, sum_lengths(queries, table.cos.size(1)));
  add_to(sums.keys, sum_turned_back(keys, table));
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
