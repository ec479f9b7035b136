#include "multistate/sweep/cell_result.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include "multistate/checkpoint/weight_types.h"
#include "multistate/engine/model_calibrations.h"
#include "multistate/policy/plugin.h"
#include "multistate/results/context.h"
#include "multistate/results/packed.h"

namespace multistate {
namespace {

/// Of the process since it started, whatever cells it ran.
int64_t process_peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

/// Totals over the samples of a cell.
struct Totals {
  int64_t tokens = 0;
  int64_t computed_tokens = 0;
  StateUse state;
  PhaseSeconds seconds;
};

Totals total_of(std::span<const SampleRecord> records) {
  Totals totals;
  for (const SampleRecord& record : records) {
    totals.tokens += record.tokens;
    totals.computed_tokens += record.computed_tokens;
    totals.state.add(record.state);
    totals.seconds.linears += record.seconds.linears;
    totals.seconds.scan += record.seconds.scan;
    totals.seconds.logits += record.seconds.logits;
  }
  return totals;
}

nlohmann::json state_json(const StateUse& state) {
  return {{"rows_peak", state.peak_rows},
          {"bytes_peak", state.peak_bytes},
          {"bytes_peak_parts",
           {{"rows", state.peak_bytes - state.peak_memory_bytes - state.peak_statistics_bytes},
            {"policy_memory", state.peak_memory_bytes},
            {"query_statistics", state.peak_statistics_bytes}}},
          {"bytes_end", state.end_bytes},
          {"evictions", state.evictions},
          {"mean_row_lifetime",
           static_cast<double>(state.total_lifetime) / static_cast<double>(state.rows_created)},
          {"footprint", state.footprint()},
          {"rows_read_mean", state.reads.mean()},
          {"rows_read_peak", state.reads.peak}};
}

/// Why the speed of the cell is no measurement.
std::vector<std::string> noise_of(const Totals& totals, const TotalLoad& load) {
  auto reasons = noise_reasons(load);
  if (totals.computed_tokens < totals.tokens) {
    reasons.push_back(fmt::format("a shared prefix took the place of {} of {} tokens",
                                  totals.tokens - totals.computed_tokens, totals.tokens));
  }
  return reasons;
}

template <class Number>
nlohmann::json or_null(const std::optional<Number>& number) {
  return number ? nlohmann::json(*number) : nlohmann::json();
}

nlohmann::json perf_json(const Totals& totals, const TotalLoad& load) {
  const PhaseSeconds& seconds = totals.seconds;
  const double all = seconds.linears + seconds.scan + seconds.logits;
  nlohmann::json rate = nullptr;  // A cell may have found everything done by another.
  if (totals.computed_tokens > 0) {
    rate = static_cast<double>(totals.computed_tokens) / all;
  }
  const auto noise = noise_of(totals, load);
  return {{"seconds",
           {{"total", all},
            {"linears", seconds.linears},
            {"scan", seconds.scan},
            {"logits", seconds.logits}}},
          {"tokens_computed", totals.computed_tokens},
          {"tokens_per_s", rate},
          {"load",
           {{"jobs_beside", or_null(load.jobs_beside)}, {"other_cpus", or_null(load.other_cpus)}}},
          {"noisy", !noise.empty()},
          {"noisy_because", noise},
          {"process_peak_rss_bytes", process_peak_resident_bytes()},
          {"state_bytes", totals.state.peak_bytes}};
}

nlohmann::json warnings_of(const PlannedCell& cell) {
  auto warnings = nlohmann::json::array();
  const int64_t trained = cell.model->file().spec().context_length;
  const int64_t used = cell.spec->experiment.experiment->context_length();
  if (used > trained) {
    warnings.push_back(
        fmt::format("samples of {} tokens are longer than the {} that the model was trained on",
                    used, trained));
  }
  if (cell.limit) {
    warnings.push_back(fmt::format("only the first {} of {} samples were run (--limit)",
                                   cell.samples, cell.workload->samples()));
  }
  return warnings;
}

nlohmann::json model_json(const ModelFile& file) {
  const WeightTypes weights = weight_types(file.tensors());
  return {{"name", file.spec().name},
          {"architecture", file.spec().architecture},
          {"parameters", weights.parameters},
          {"weights", weights.text()},
          {"bits_per_weight", weights.bits_per_weight()},
          {"tensor_types", weights.shares}};
}

nlohmann::json tokenizer_json(const Tokenizer& tokenizer) {
  return {{"bos_id", or_null(tokenizer.bos_id())},
          {"add_bos", tokenizer.add_bos()},
          {"bos_rule", tokenizer.bos_rule()},
          {"end_ids", tokenizer.end_ids()}};
}

nlohmann::json inputs_json(const PlannedCell& cell) {
  nlohmann::json inputs = {{"model_sha256", cell.model->sha256()},
                           {"model_format", cell.model->file().format()},
                           {"tokenizer_sha256", cell.model->tokenizer().sha256()},
                           {"data_sha256", cell.workload->data_sha256()},
                           {"model", model_json(cell.model->file())},
                           {"tokenizer", tokenizer_json(cell.model->tokenizer())}};
  if (cell.spec->policy.needs.future) {
    inputs["sees_future"] = true;
  }
  for (const PolicySetup* reader : calibrated(cell.spec->policy)) {
    inputs["calibrations"].push_back({{"sha256", reader->calibration->sha256},
                                      {"text_sha256", reader->calibration->text_sha256},
                                      {"tokens", reader->calibration->tokens}});
  }
  if (const Plugin* plugin = cell.spec->policy.entry->plugin; plugin != nullptr) {
    inputs["plugin"] = to_json(*plugin);
  }
  return inputs;
}

}  // namespace

nlohmann::json make_cell_result(const PlannedCell& cell, std::span<const SampleRecord> records,
                                const TotalLoad& load, const nlohmann::json& context) {
  const Totals totals = total_of(records);
  const Summary summary = cell.workload->summarize(records);
  nlohmann::json result = {{"schema", {{"name", "multistate.result"}, {"version", kResultVersion}}},
                           {"cell_id", cell.id},
                           {"status", "ok"},
                           {"config", cell.config()},
                           {"policy",
                            {{"role", name_of(cell.spec->policy.entry->info.role)},
                             {"display_name", cell.spec->policy.entry->display_name()}}},
                           {"parameters", cell.spec->parameters},
                           {"metrics", to_json(summary.metrics)},
                           {"series", packed_series(summary.series)},
                           {"maps", packed_maps(summary.maps)},
                           {"counts",
                            {{"samples_planned", cell.workload->samples()},
                             {"samples", records.size()},
                             {"tokens", totals.tokens},
                             {"limited", cell.limit.has_value()}}},
                           {"data", cell.workload->data_report()},
                           {"state", state_json(totals.state)},
                           {"perf", perf_json(totals, load)},
                           {"warnings", warnings_of(cell)},
                           {"context", context}};
  if (const Resampling resampling = cell.workload->resampling(); resampling.clustered()) {
    result["resampling"] = to_json(resampling);
  }
  result["context"]["inputs"] = inputs_json(cell);
  result["context"]["finished"] = utc_now();
  return result;
}

nlohmann::json make_cell_error(const PlannedCell& cell, int64_t sample, const std::string& kind,
                               const std::string& message) {
  return {{"schema", {{"name", "multistate.error"}, {"version", 1}}},
          {"cell_id", cell.id},
          {"status", "error"},
          {"config", cell.config()},
          {"parameters", cell.spec->parameters},
          {"sample", sample},
          {"kind", kind},
          {"message", message}};
}

}  // namespace multistate
