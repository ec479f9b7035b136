// Question answering: short answers to questions on long texts, from files that users have, scored
// as their authors score them.
//
// Papers: Shaham et al., arXiv:2305.14196 (ZeroSCROLLS); Bai et al., arXiv:2308.14508 (LongBench);
// Hsieh et al., arXiv:2404.06654 (RULER). Oren et al., arXiv:2401.06104, section 5.2, measure
// QASPER of ZeroSCROLLS.

#include "multistate/experiment/answer_workload.h"
#include "multistate/experiment/registry.h"

namespace multistate {
namespace {

constexpr int64_t kAnswerTokens = 64;

struct QuestionOptions : AnswerTaskOptions {
  QuestionOptions() { prompt = "{context}\n\nQuestion: {question}\nAnswer:"; }
};

class QuestionAnswering final : public Experiment {
 public:
  using Options = QuestionOptions;

  explicit QuestionAnswering(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<AnswerWorkload>(options_, Purpose::kAnswer, kAnswerTokens, tokenizer);
  }

  std::vector<std::string> path_options() const override { return {"data", "templates"}; }
  std::vector<std::string> headline() const override {
    return {"f1",
            "exact_match",
            "accuracy",
            "string_match_all",
            "string_match_part",
            "exponential_similarity",
            "concordance_index",
            "classification_score",
            "retrieval_score",
            "count_score",
            "edit_similarity",
            "truncated"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<QuestionAnswering> kRegistration{{
    .name = "question_answering",
    .version = 2,
    .summary = "short answers to questions on long texts: own rows, ZeroSCROLLS, LongBench, RULER",
    .paper =
        "Shaham et al. 2023, arXiv:2305.14196; Bai et al. 2024, arXiv:2308.14508; Hsieh et al. "
        "2024, arXiv:2404.06654",
}};

}  // namespace
}  // namespace multistate
