#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "multistate/recommend/conclusion.h"
#include "multistate/recommend/contenders.h"
#include "multistate/recommend/schedule.h"
#include "multistate/recommend/stage.h"

namespace multistate::recommend {

/// Exactly one of the two.
struct Constraint {
  std::optional<int64_t> memory;  ///< Bytes of one sample's cache at the peak, at most.
  std::optional<double> within;   ///< Share by which perplexity may exceed that of the full cache.

  /// `within` in nats per token: ln(1 + share), since perplexity is exp(loss).
  double loss_limit() const;
};

/// "1%" -> 0.01. Throws InputError, naming --within, for what is no percentage above 0.
double parse_share(const std::string& text);

/// Shares of the full cache's bytes that are tried where the loss is limited.
const std::vector<double>& memory_levels();

/// Runs a sweep file, and returns the folders of its cells in their order.
using RunSweep = std::function<std::vector<std::filesystem::path>(const std::filesystem::path&)>;

struct Recommendation {
  Search search;
  std::vector<Contender> contenders;     ///< Finalists that have results and keep to the limit of
                                         ///< memory,
  std::vector<Finalist> finalists;       ///< and what was measured of them, in the same order.
  std::vector<LeftOut> fallen;           ///< Other finalists, and why.
  Measured full;                         ///< On the chunks that confirm.
  std::optional<Conclusion> conclusion;  ///< None where there are no finalists.
};

/// Screens and confirms: writes a sweep file for each stage, has it run and reads its results.
/// A contender that takes more memory in the screening than it may gets a smaller size; one that
/// does so in the end is left out. Throws InputError where there is nothing to compare.
Recommendation recommend(const Task& task, const Constraint& constraint, const Field& field,
                         const SampleShape& shape, const Schedule& schedule, const RunSweep& run);

/// The name of the last stage, that confirms.
inline constexpr const char* kFinalStage = "finalists";

}  // namespace multistate::recommend
