#include "multistate/experiment/task_metrics.h"

#include "multistate/experiment/sample_metrics.h"

namespace multistate {

Resampling task_resampling() {
  return {.unit = "document", .key = "document"};
}

void note_prompt(const TaskRow& row, int64_t removed_tokens, nlohmann::json& values) {
  constexpr size_t kDigits = 16;  // Of 64: enough to tell the texts of a file apart.
  values["document"] = row.document_sha256.substr(0, kDigits);
  values["truncated"] = removed_tokens > 0 ? 1 : 0;
  values["removed_tokens"] = removed_tokens;
}

Metrics cut_metrics(std::span<const SampleRecord> records) {
  return {{"truncated", ratio_metric(records, {.numerator = "truncated"}, {}, task_resampling())},
          {"removed_tokens", ratio_metric(records, {.numerator = "removed_tokens"},
                                          {.unit = "tokens"}, task_resampling())}};
}

}  // namespace multistate
