#pragma once

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

}  // namespace multistate::aggregate
