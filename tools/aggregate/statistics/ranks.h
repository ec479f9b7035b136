#pragma once

#include <optional>
#include <span>
#include <vector>

namespace multistate::aggregate {

/// Ranks from 1 for the smallest value; equal values share the mean of their ranks.
std::vector<double> ranks_of(std::span<const double> values);

/// Kendall's tau-b, the agreement of two orders of n items: -1 (opposite) to 1 (the same),
///
///     (concordant - discordant) / sqrt((n0 - n1) (n0 - n2)),  n0 = n (n - 1) / 2,
///
/// n1, n2 the pairs that are equal in the first, in the second (Kendall, The Treatment of Ties in
/// Ranking Problems, Biometrika 33, 1945). None where one of them has all items equal.
std::optional<double> kendall_tau_b(std::span<const double> a, std::span<const double> b);

/// Kendall's coefficient of concordance W of m >= 2 orders (each `values[j]`) of n >= 2 items: 0
/// (no agreement) to 1 (all the same),
///
///     W = 12 S / (m^2 (n^3 - n) - m sum_j T_j),
///
/// S the squared deviations of the items' rank sums from their mean, T_j = sum (t^3 - t) over the
/// groups of t equal values in order j (Kendall & Babington Smith, Annals of Mathematical
/// Statistics 10, 1939; Siegel & Castellan, Nonparametric Statistics, 2nd ed., 1988, section 9.6).
/// None where every order has all items equal.
std::optional<double> kendall_w(std::span<const std::vector<double>> values);

/// Mean of tau-b over all pairs of orders; none where a pair has none.
std::optional<double> mean_tau_b(std::span<const std::vector<double>> values);

}  // namespace multistate::aggregate
