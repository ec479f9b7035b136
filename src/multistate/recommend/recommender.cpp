#include "multistate/recommend/recommender.h"

#include <cmath>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"

namespace multistate::recommend {
namespace {

/// Writes the sweep file of a stage, runs it and reads what came of it.
StageResults run_stage(const Task& task, const std::string& stage,
                       std::span<const Contender> contenders, const ChunkRange& chunks,
                       const RunSweep& run) {
  const auto file = sweep_file(task, stage);
  write_atomically(file, sweep_text(task, stage, contenders, chunks));
  const auto folders = run(file);
  return read_stage(folders);
}

std::vector<Contender> those_of(const Field& field, std::span<const size_t> entries) {
  std::vector<Contender> contenders;
  for (const size_t entry : entries) {
    contenders.push_back(field.contenders[entry]);
  }
  return contenders;
}

Search search_for(const Task& task, const Constraint& constraint, const Field& field,
                  const Schedule& schedule, const RunSweep& run) {
  const Measure measure = [&](const std::string& stage, std::span<const size_t> entries,
                              ChunkRange chunks) {
    const StageResults results = run_stage(task, stage, those_of(field, entries), chunks, run);
    Losses losses = {results.full.losses, {}};
    for (const auto& one : results.contenders) {
      losses.entries.push_back(one ? std::optional(one->losses) : std::nullopt);
    }
    return losses;
  };
  return constraint.memory
             ? halve(field.contenders.size(), schedule.screening, measure)
             : descend(field.ladder, constraint.loss_limit(), schedule.screening, measure);
}

/// Why a finalist is not in the running; empty: it is.
std::string objection(const std::optional<Measured>& measured, const Constraint& constraint) {
  if (!measured) {
    return "its run failed";
  }
  if (constraint.memory && measured->peak_bytes > *constraint.memory) {
    return fmt::format("took {}", human_bytes(static_cast<double>(measured->peak_bytes)));
  }
  return "";
}

}  // namespace

double Constraint::loss_limit() const {
  return std::log1p(*within);
}

const std::vector<double>& memory_levels() {
  static const std::vector<double> levels = {0.75,  0.5,     0.375,  0.25,     0.1875,
                                             0.125, 0.09375, 0.0625, 0.046875, 0.03125};
  return levels;
}

Recommendation recommend(const Task& task, const Constraint& constraint, const Field& field,
                         const Schedule& schedule, const RunSweep& run) {
  if (field.contenders.empty()) {
    throw InputError("no policy can be compared; lines above say why");
  }
  Recommendation recommendation;
  recommendation.search = search_for(task, constraint, field, schedule, run);
  const auto finalists = those_of(field, recommendation.search.finalists);
  if (finalists.empty()) {
    throw InputError("every contender failed; see error.json in the folders below " +
                     task.output.string());
  }
  const StageResults results = run_stage(task, kFinalStage, finalists, schedule.confirming, run);
  recommendation.full = results.full;
  for (size_t i = 0; i < finalists.size(); ++i) {
    const auto& measured = results.contenders[i];
    if (std::string why = objection(measured, constraint); !why.empty()) {
      recommendation.fallen.push_back({finalists[i].label(), std::move(why)});
      continue;
    }
    recommendation.finalists.push_back(
        {finalists[i].label(), measured->peak_bytes, finalists[i].inputs, measured->losses});
    recommendation.contenders.push_back(finalists[i]);
  }
  const auto& compared = recommendation.finalists;
  if (!compared.empty()) {
    recommendation.conclusion =
        constraint.memory ? conclude(compared, results.full.losses)
                          : conclude_within(compared, results.full.losses, constraint.loss_limit());
  }
  return recommendation;
}

}  // namespace multistate::recommend
