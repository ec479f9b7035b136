#include "multistate/recommend/recommender.h"

#include <charconv>
#include <cmath>
#include <utility>

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

/// What is searched, and the sizes that it has come to.
class Searcher {
 public:
  Searcher(const Task& task, const Constraint& constraint, Field field, const SampleShape& shape,
           const RunSweep& run)
      : task_(task), constraint_(constraint), field_(std::move(field)), shape_(shape), run_(run) {}

  Search search(const ChunkRange& screening) {
    const Measure measure = [this](const std::string& stage, std::span<const size_t> entries,
                                   ChunkRange chunks) { return losses_of(stage, entries, chunks); };
    return constraint_.memory
               ? halve(field_.contenders.size(), screening, measure)
               : descend(field_.ladder, constraint_.loss_limit(), screening, measure);
  }

  std::vector<Contender> those_of(std::span<const size_t> entries) const {
    std::vector<Contender> contenders;
    for (const size_t entry : entries) {
      contenders.push_back(field_.contenders[entry]);
    }
    return contenders;
  }

 private:
  Losses losses_of(const std::string& stage, std::span<const size_t> entries, ChunkRange chunks) {
    const StageResults results = run_stage(task_, stage, those_of(entries), chunks, run_);
    Losses losses = {results.full.losses, {}};
    for (size_t i = 0; i < entries.size(); ++i) {
      const auto& one = results.contenders[i];
      losses.entries.push_back(one ? std::optional(one->losses) : std::nullopt);
      if (one && constraint_.memory && one->peak_bytes > *constraint_.memory) {
        shrink(field_.contenders[entries[i]], one->peak_bytes);
      }
    }
    return losses;
  }

  /// Gives a contender that took more than was expected (of quantised rows) the size that should
  /// fit by this measure, if there is one.
  void shrink(Contender& contender, int64_t peak_bytes) const {
    const double share = static_cast<double>(*constraint_.memory) / static_cast<double>(peak_bytes);
    const auto smaller = fit(contender.choice, shape_,
                             static_cast<int64_t>(share * static_cast<double>(contender.bytes)));
    if (smaller.contender) {
      contender = *smaller.contender;
    }
  }

  const Task& task_;
  const Constraint& constraint_;
  Field field_;
  const SampleShape& shape_;
  const RunSweep& run_;
};

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

double parse_share(const std::string& text) {
  double percent = 0.0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, percent);
  if (error != std::errc() || last + 1 != end || *last != '%' || !(percent > 0.0) ||
      !(percent <= 1000.0)) {
    throw InputError(fmt::format(
        "--within: expected a percentage above 0, at most 1000%, as in 1% or 0.5%; found {}",
        in_quotes(text)));
  }
  return percent / 100.0;
}

const std::vector<double>& memory_levels() {
  static const std::vector<double> levels = {0.75,  0.5,     0.375,  0.25,     0.1875,
                                             0.125, 0.09375, 0.0625, 0.046875, 0.03125};
  return levels;
}

Recommendation recommend(const Task& task, const Constraint& constraint, const Field& field,
                         const SampleShape& shape, const Schedule& schedule, const RunSweep& run) {
  if (field.contenders.empty()) {
    throw InputError("no policy can be compared; lines above say why");
  }
  Recommendation recommendation;
  Searcher searcher(task, constraint, field, shape, run);
  recommendation.search = searcher.search(schedule.screening);
  const auto finalists = searcher.those_of(recommendation.search.finalists);
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
