#include "multistate/bench/report.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/policy/plugin.h"

namespace multistate {
namespace {

std::string state_size_text(const PolicySetup& setup) {
  return setup.has_size() ? std::to_string(setup.state_size) : "-";
}

std::string range(const Spread& spread, double scale, int digits) {
  return fmt::format("{:.{}f}..{:.{}f}", spread.least * scale, digits, spread.most * scale, digits);
}

nlohmann::json spread_json(const Spread& spread) {
  return {{"median", spread.median}, {"min", spread.least}, {"max", spread.most}};
}

nlohmann::json case_json(const PrefillCase& measured) {
  nlohmann::json json = {{"policy", measured.setup.entry->info.name},
                         {"options", measured.setup.options},
                         {"state_size", nullptr}};
  if (measured.setup.entry->plugin != nullptr) {
    json["plugin"] = to_json(*measured.setup.entry->plugin);
  }
  if (measured.setup.has_size()) {
    json["state_size"] = measured.setup.state_size;
  }
  return json;
}

/// Half the distance of the extremes; none for one repetition.
std::optional<double> noise_of(const Spread& spread, int64_t repetitions) {
  return repetitions < 2 ? std::nullopt : std::optional((spread.most - spread.least) / 2.0);
}

/// Whether a difference is less than its noise; of one repetition the noise is unknown.
bool below_noise(const Spread& difference, int64_t repetitions) {
  const auto noise = noise_of(difference, repetitions);
  return !noise || difference.median <= *noise;
}

/// A difference of two times, with what is known of it.
std::string difference_text(const Spread& difference, double scale, int64_t repetitions) {
  const auto noise = noise_of(difference, repetitions);
  if (!noise) {
    return "unknown (one repetition)";
  }
  return below_noise(difference, repetitions)
             ? fmt::format("below the noise (±{:.2f})", *noise * scale)
             : fmt::format("{:.2f}", difference.median * scale);
}

/// Nothing can be faster than the linears alone: more is noise.
std::string share_text(const Spread& share, int64_t repetitions) {
  if (share.median <= 1.0) {
    return fmt::format("{:.3f}", share.median);
  }
  const auto noise = noise_of(share, repetitions);
  return noise ? fmt::format("1 within noise (±{:.3f})", *noise) : "1 within unknown noise";
}

/// What a result is compared with: the first policy with a batch chosen alike, after as long a
/// context.
const DecodeResult& first_like(const std::vector<DecodeResult>& results,
                               const DecodeResult& result) {
  return *std::find_if(results.begin(), results.end(), [&](const DecodeResult& other) {
    return other.measured->tokens == result.measured->tokens &&
           other.fills_memory == result.fills_memory &&
           (result.fills_memory || other.batch == result.batch);
  });
}

}  // namespace

std::string prefill_table(const std::vector<PrefillResult>& results, int64_t repetitions) {
  std::vector<std::vector<std::string>> rows = {{"policy", "k", "T", "tokens/s", "min..max",
                                                 "linears", "share of it", "state", "peak memory"}};
  for (const PrefillResult& result : results) {
    const Spread& rate = result.tokens_per_second;
    rows.push_back(
        {result.measured->label, state_size_text(result.measured->setup),
         std::to_string(result.measured->tokens), fmt::format("{:.1f}", rate.median),
         range(rate, 1.0, 1), fmt::format("{:.1f}", result.linears_tokens_per_second.median),
         share_text(result.of_linears, repetitions),
         human_bytes(static_cast<double>(result.state.peak_bytes)),
         result.peak_resident_bytes ? human_bytes(static_cast<double>(*result.peak_resident_bytes))
                                    : "unknown"});
  }
  return format_table(rows);
}

std::string workers_table(const std::vector<WorkersResult>& results) {
  std::vector<std::vector<std::string>> rows = {
      {"policy", "k", "T", "workers", "tokens/s", "of one worker", "min..max"}};
  for (const WorkersResult& result : results) {
    rows.push_back({result.measured->label, state_size_text(result.measured->setup),
                    std::to_string(result.measured->tokens), std::to_string(result.workers),
                    fmt::format("{:.1f}", result.tokens_per_second.median),
                    fmt::format("{:.2f}", result.speedup.median), range(result.speedup, 1.0, 2)});
  }
  return format_table(rows);
}

std::string decode_table(const std::vector<DecodeResult>& results, int64_t repetitions) {
  std::vector<std::vector<std::string>> rows = {{"policy", "k", "context", "batch", "tokens/s",
                                                 "min..max", "linears", "share of it", "state",
                                                 "relative"}};
  for (const DecodeResult& result : results) {
    const Spread& rate = result.tokens_per_second;
    const double relative = rate.median / first_like(results, result).tokens_per_second.median;
    rows.push_back({result.measured->label, state_size_text(result.measured->setup),
                    std::to_string(result.measured->tokens),
                    fmt::format("{}{}", result.batch, result.fills_memory ? " (fits)" : ""),
                    fmt::format("{:.1f}", rate.median), range(rate, 1.0, 1),
                    fmt::format("{:.1f}", result.linears_tokens_per_second.median),
                    share_text(result.of_linears, repetitions),
                    human_bytes(static_cast<double>(result.state_bytes)),
                    fmt::format("{:.2f}", relative)});
  }
  return format_table(rows);
}

std::string decision_table(const std::vector<DecisionResult>& results, int64_t repetitions) {
  constexpr double kMicro = 1e6;
  std::vector<std::vector<std::string>> rows = {
      {"policy", "k", "decision", "min..max", "host", "scan", "scan, no-op"}};
  for (const DecisionResult& result : results) {
    rows.push_back(
        {result.measured->label, state_size_text(result.measured->setup),
         difference_text(result.cost.decision, kMicro, repetitions),
         range(result.cost.decision, kMicro, 2),
         result.cost.host ? fmt::format("{:.2f}", result.cost.host->median * kMicro) : "-",
         fmt::format("{:.2f}", result.cost.scan.median * kMicro),
         fmt::format("{:.2f}", result.cost.no_op.median * kMicro)});
  }
  return format_table(rows);
}

nlohmann::json to_json(const PrefillResult& result) {
  auto json = case_json(*result.measured);
  json["tokens"] = result.measured->tokens;
  json["tokens_per_second"] = spread_json(result.tokens_per_second);
  json["linears_tokens_per_second"] = spread_json(result.linears_tokens_per_second);
  json["of_linears"] = spread_json(result.of_linears);
  json["seconds"] = {{"linears", result.seconds.linears},
                     {"scan", result.seconds.scan},
                     {"logits", result.seconds.logits}};
  json["state_bytes"] = result.state.peak_bytes;
  json["peak_resident_bytes"] = nullptr;
  if (result.peak_resident_bytes) {
    json["peak_resident_bytes"] = *result.peak_resident_bytes;
  }
  return json;
}

nlohmann::json to_json(const WorkersResult& result) {
  auto json = case_json(*result.measured);
  json["tokens"] = result.measured->tokens;
  json["workers"] = result.workers;
  json["tokens_per_second"] = spread_json(result.tokens_per_second);
  json["speedup"] = spread_json(result.speedup);
  return json;
}

nlohmann::json to_json(const DecodeResult& result) {
  auto json = case_json(*result.measured);
  json["context_tokens"] = result.measured->tokens;
  json["batch"] = result.batch;
  json["fills_memory"] = result.fills_memory;
  json["tokens_per_second"] = spread_json(result.tokens_per_second);
  json["linears_tokens_per_second"] = spread_json(result.linears_tokens_per_second);
  json["of_linears"] = spread_json(result.of_linears);
  json["state_bytes"] = result.state_bytes;
  return json;
}

nlohmann::json to_json(const DecisionResult& result, int64_t repetitions) {
  auto json = case_json(*result.measured);
  json["unit"] = "seconds a token and layer";
  json["decision"] = spread_json(result.cost.decision);
  json["below_noise"] = below_noise(result.cost.decision, repetitions);
  json["scan"] = spread_json(result.cost.scan);
  json["scan_no_op"] = spread_json(result.cost.no_op);
  json["host"] = result.cost.host ? spread_json(*result.cost.host) : nlohmann::json();
  return json;
}

}  // namespace multistate
