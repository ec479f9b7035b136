#include "tiny_workload.h"

#include <fmt/format.h>

#include "support/tiny_model.h"

namespace multistate::test {

TinyWorkload::TinyWorkload(const std::string& experiment, const std::string& options,
                           const std::string& text) {
  write_tiny_gguf(TinyModel{}, folder_ / "model.gguf");
  write_file(folder_ / "text.txt", text);
  file_ = ModelFile::open(folder_ / "model.gguf");
  tokenizer_ = Tokenizer::make(file_->tokenizer());
  model_ = Transformer::load(*file_, at::kFloat);
  const auto node =
      parse_yaml(fmt::format("data: {}\n{}", (folder_ / "text.txt").string(), options), "options");
  setup_ = set_up_experiment(*experiment_registry().find(experiment), node);
  setup_.experiment->check_model(file_->spec());
  workload_ = setup_.experiment->prepare(*tokenizer_);
  ids_ = tokenizer_->encode(text);
}

SampleRecord TinyWorkload::run(const PolicySetup& policy, int64_t sample) const {
  return workload_
      ->run(std::span(&sample, 1), {.model = *model_, .tokenizer = *tokenizer_, .policy = policy})
      .front();
}

Summary TinyWorkload::summary(const PolicySetup& policy) const {
  std::vector<SampleRecord> records;
  for (int64_t sample = 0; sample < workload_->samples(); ++sample) {
    records.push_back(run(policy, sample));
  }
  return workload_->summarize(records);
}

}  // namespace multistate::test
