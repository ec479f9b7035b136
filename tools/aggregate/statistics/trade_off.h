#pragma once

#include <optional>
#include <span>
#include <vector>

namespace multistate::aggregate {

/// A candidate of which less is better in both.
struct Costs {
  double first = 0.0;
  double second = 0.0;
};

/// Indices of the Pareto front, by ascending first cost: those than which no other is as low in
/// both costs and lower in one (Pareto, Manuale di economia politica, 1906). Equal candidates are
/// all on it; one with a NaN never is.
std::vector<size_t> pareto_front(std::span<const Costs> candidates);

/// The smallest state size from which on the gap to the full model stays within `tolerance`.
///
/// `sizes` ascend, gaps[i] is what size i loses against the full model. From the largest size down,
/// the sizes within the tolerance are passed; between the last of them, (k1, g1), and the next
/// smaller size, (k0, g0) with g0 > tolerance, the gap is taken to be linear in log2(size):
///
///     log2 k = log2 k1 - (log2 k1 - log2 k0) (tolerance - g1) / (g0 - g1)
///
/// A size within the tolerance below one that is not does not count: more state must not be worse.
/// None when even the largest size is not within the tolerance (or its gap is NaN); the smallest
/// size when all are (`sizes` do not tell how much smaller it might be).
std::optional<double> smallest_state(std::span<const double> sizes, std::span<const double> gaps,
                                     double tolerance);

}  // namespace multistate::aggregate
