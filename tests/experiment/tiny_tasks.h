// A tiny model and workloads on the sample files of tasks.
#pragma once

#include <memory>
#include <string>

#include <fmt/format.h>

#include "multistate/checkpoint/model_file.h"
#include "multistate/experiment/registry.h"

#include "support/sample_file.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test {

struct Tiny {
  Tiny() {
    const TemporaryFolder folder;
    write_tiny_gguf({.context_length = 4096}, folder / "model.gguf");
    const auto file = ModelFile::open(folder / "model.gguf");
    model = Transformer::load(*file, at::kFloat);
    tokenizer = Tokenizer::make(file->tokenizer());
  }

  SampleRecord run(const Workload& workload, int64_t sample, const PolicySetup& policy) const {
    return workload.run(std::span(&sample, 1), {*model, *tokenizer, policy, 0, nullptr}).front();
  }

  std::shared_ptr<const Transformer> model;
  std::unique_ptr<Tokenizer> tokenizer;
};

inline std::shared_ptr<const Experiment> experiment_of(const std::string& name,
                                                       const std::string& yaml) {
  return set_up_experiment(*experiment_registry().find(name), parse_yaml(yaml, "here")).experiment;
}

/// The options for a sample file, with more behind them.
inline std::string options_for(const std::string& sample, const std::string& more = "") {
  return fmt::format("{{data: '{}'{}}}", sample_file(sample).string(), more);
}

inline std::unique_ptr<Workload> prepare(const Tiny& tiny, const std::string& name,
                                         const std::string& yaml) {
  return experiment_of(name, yaml)->prepare(*tiny.tokenizer);
}

inline int64_t tokens_of(const Tiny& tiny, const std::string& text) {
  return static_cast<int64_t>(tiny.tokenizer->encode(text).size());
}

}  // namespace multistate::test
