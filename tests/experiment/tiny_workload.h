#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "multistate/checkpoint/model_file.h"
#include "multistate/experiment/registry.h"

#include "support/temporary_folder.h"

namespace multistate::test {

/// An experiment on a text with a tiny model, without the runner.
class TinyWorkload {
 public:
  /// `options` are lines of YAML, without `data`; `text` is the only document.
  TinyWorkload(const std::string& experiment, const std::string& options, const std::string& text);

  const Workload& workload() const { return *workload_; }
  const Transformer& model() const { return *model_; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }

  /// Tokens of the text.
  const std::vector<int64_t>& ids() const { return ids_; }

  SampleRecord run(const PolicySetup& policy, int64_t sample = 0) const;

  /// Of all samples.
  Summary summary(const PolicySetup& policy) const;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<ModelFile> file_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::shared_ptr<const Transformer> model_;
  ExperimentSetup setup_;
  std::unique_ptr<Workload> workload_;
  std::vector<int64_t> ids_;
};

}  // namespace multistate::test
