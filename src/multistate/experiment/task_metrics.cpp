#include "multistate/experiment/task_metrics.h"

#include "multistate/experiment/sample_metrics.h"

namespace multistate {

void note_cut(int64_t removed_tokens, nlohmann::json& values) {
  values["truncated"] = removed_tokens > 0 ? 1 : 0;
  values["removed_tokens"] = removed_tokens;
}

Metrics cut_metrics(std::span<const SampleRecord> records) {
  return {{"truncated", ratio_metric(records, {.numerator = "truncated"}, {})},
          {"removed_tokens",
           ratio_metric(records, {.numerator = "removed_tokens"}, {.unit = "tokens"})}};
}

}  // namespace multistate
