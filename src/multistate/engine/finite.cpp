#include "multistate/engine/finite.h"

#include <algorithm>
#include <cmath>

#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include "multistate/base/all_finite.h"
#include "multistate/model/host_memory.h"

namespace multistate {
namespace {

constexpr const char* kCauses =
    "a weight of the model is NaN or infinite, or numbers overflow its type";

}  // namespace

std::optional<int64_t> first_non_finite(const at::Tensor& rows) {
  if (is_host_floats(rows) && rows.is_contiguous() &&
      all_finite({rows.data_ptr<float>(), static_cast<size_t>(rows.numel())})) {
    return std::nullopt;
  }
  const auto finite = at::isfinite(rows).flatten(1).all(1).to(at::kCPU);
  const bool* first = finite.data_ptr<bool>();
  const bool* end = first + finite.numel();
  const bool* found = std::find(first, end, false);
  return found == end ? std::nullopt : std::optional(static_cast<int64_t>(found - first));
}

void throw_non_finite_hidden(const TokenPlace& place, int64_t layer) {
  const std::string where =
      layer < 0 ? "the embedding" : fmt::format("layer {} (counted from 0)", layer);
  throw NonFiniteError(place.sample,
                       fmt::format("the numbers of the token at position {} are not finite from "
                                   "{} on: {}",
                                   place.token, where, kCauses));
}

void throw_non_finite_logits(const TokenPlace& place) {
  throw NonFiniteError(
      place.sample,
      fmt::format("the logits of the token at position {} are not finite, although its numbers "
                  "are in every layer (final norm or output head): {}",
                  place.token, kCauses));
}

void check_scores(std::span<const double> scores, const TokenPlace& first) {
  const auto found = std::find_if(scores.begin(), scores.end(),
                                  [](double score) { return !std::isfinite(score); });
  if (found != scores.end()) {
    throw_non_finite_logits({first.sample, first.token + (found - scores.begin())});
  }
}

}  // namespace multistate
