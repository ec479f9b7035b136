#include "multistate/experiment/experiment.h"

namespace multistate {

nlohmann::json SampleRecord::to_json() const {
  return {{"sample", sample},
          {"tokens", tokens},
          {"computed_tokens", computed_tokens},
          {"values", values},
          {"state",
           {{"peak_rows", state.peak_rows},
            {"peak_bytes", state.peak_bytes},
            {"peak_memory_bytes", state.peak_memory_bytes},
            {"peak_statistics_bytes", state.peak_statistics_bytes},
            {"end_bytes", state.end_bytes},
            {"evictions", state.evictions},
            {"rows_created", state.rows_created},
            {"total_lifetime", state.total_lifetime},
            {"full_lifetime", state.full_lifetime},
            {"queries", state.reads.queries},
            {"rows_read", state.reads.total},
            {"peak_rows_read", state.reads.peak}}},
          {"seconds",
           {{"linears", seconds.linears}, {"scan", seconds.scan}, {"logits", seconds.logits}}}};
}

SampleRecord SampleRecord::from_json(const nlohmann::json& json) {
  SampleRecord record;
  record.sample = json.at("sample");
  record.tokens = json.at("tokens");
  record.computed_tokens = json.at("computed_tokens");
  record.values = json.at("values");
  const auto& state = json.at("state");
  record.state.peak_rows = state.at("peak_rows");
  record.state.peak_bytes = state.at("peak_bytes");
  record.state.peak_memory_bytes = state.at("peak_memory_bytes");
  record.state.peak_statistics_bytes = state.at("peak_statistics_bytes");
  record.state.end_bytes = state.at("end_bytes");
  record.state.evictions = state.at("evictions");
  record.state.rows_created = state.at("rows_created");
  record.state.total_lifetime = state.at("total_lifetime");
  record.state.full_lifetime = state.at("full_lifetime");
  record.state.reads = {.queries = state.at("queries"),
                        .total = state.at("rows_read"),
                        .peak = state.at("peak_rows_read")};
  const auto& seconds = json.at("seconds");
  record.seconds.linears = seconds.at("linears");
  record.seconds.scan = seconds.at("scan");
  record.seconds.logits = seconds.at("logits");
  return record;
}

}  // namespace multistate
