// Summarization: summaries of long texts, from files that users have, scored by ROUGE.
//
// Papers: Shaham et al., arXiv:2305.14196 (ZeroSCROLLS: SQuALITY and others, scored by the
// geometric mean of the means of rouge1, rouge2 and rougeL); Bai et al., arXiv:2308.14508
// (LongBench). Oren et al., arXiv:2401.06104, section 5.2, measure SQuALITY.

#include <array>

#include "multistate/experiment/answer_workload.h"
#include "multistate/experiment/registry.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/results/statistics.h"

namespace multistate {
namespace {

constexpr int64_t kSummaryTokens = 256;
constexpr const char* kGeometricMean = "rouge_geometric_mean";

struct SummaryOptions : AnswerTaskOptions {
  SummaryOptions() { prompt = "{context}\n\nSummary of the text above:"; }
};

class SummaryWorkload final : public AnswerWorkload {
 public:
  SummaryWorkload(const SummaryOptions& options, const Tokenizer& tokenizer)
      : AnswerWorkload(options, Purpose::kSummary, kSummaryTokens, tokenizer) {}

  /// With the geometric mean over means, which no sample has by itself.
  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary = AnswerWorkload::summarize(records);
    if (!summary.metrics.contains("rouge1")) {
      return summary;
    }
    const Units units(records, resampling());
    const std::array columns = {units.sums(column(records, "rouge1")),
                                units.sums(column(records, "rouge2")),
                                units.sums(column(records, "rougeL"))};
    const Estimate mean = geometric_mean_of(columns, units.sizes());
    summary.metrics[kGeometricMean] = {.value = mean.value,
                                       .standard_error = mean.standard_error,
                                       .n = static_cast<int64_t>(records.size()),
                                       .higher_is_better = true,
                                       .unit = "",
                                       .clusters = units.clusters()};
    return summary;
  }
};

class Summarization final : public Experiment {
 public:
  using Options = SummaryOptions;

  explicit Summarization(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<SummaryWorkload>(options_, tokenizer);
  }

  std::vector<std::string> path_options() const override { return {"data", "templates"}; }
  std::vector<std::string> headline() const override {
    return {kGeometricMean, "rougeL", "longbench_rouge_l", "answer_tokens", "truncated"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<Summarization> kRegistration{{
    .name = "summarization",
    .version = 2,
    .summary = "summaries of long texts, by ROUGE: own rows, ZeroSCROLLS, LongBench",
    .paper = "Shaham et al. 2023, arXiv:2305.14196; Bai et al. 2024, arXiv:2308.14508",
}};

}  // namespace
}  // namespace multistate
