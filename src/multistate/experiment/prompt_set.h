#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/config/options.h"
#include "multistate/experiment/prompt_style.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// Which prompts texts go on from: options of an experiment.
struct PromptOptions {
  enum class Source { kList, kChunks };

  std::string data;
  Source prompts = Source::kList;
  int64_t prompt_tokens = 128;
  int64_t max_prompts = 0;
  int64_t chunk_tokens = 2048;
  int64_t skip_tokens = 0;
  PromptStyle style = {};

  void visit(OptionVisitor& v);

  /// Throws InputError with the node's mark when there is no such data, or options contradict each
  /// other.
  void check(const Node& node) const;
};

/// A prompt, ready for the model, with what results say of it.
struct PreparedPrompt {
  std::string id;
  std::string text;  ///< Without what a chat format puts around it.
  std::vector<int64_t> ids;
};

/// The prompts of an experiment. Immutable.
class PromptSet {
 public:
  /// Throws InputError when data cannot be read or tokenized, when a prompt is too long, or when
  /// the model has no BOS token or chat format where one is asked for.
  PromptSet(const PromptOptions& options, const Tokenizer& tokenizer);

  /// At least one.
  const std::vector<PreparedPrompt>& prompts() const { return prompts_; }

  /// Tokens before which a text ends.
  const std::vector<int64_t>& end_ids() const { return format_.end_ids(); }

  /// See Workload.
  nlohmann::json settled_options() const;
  const nlohmann::json& data_report() const { return report_; }
  const std::string& data_sha256() const { return sha256_; }
  const std::vector<std::string>& document_sha256s() const { return document_sha256s_; }

 private:
  void read_list(const PromptOptions& options, const Tokenizer& tokenizer);
  void read_chunks(const PromptOptions& options, const Tokenizer& tokenizer);

  PromptFormat format_;
  bool adds_bos_ = false;
  std::vector<PreparedPrompt> prompts_;
  nlohmann::json report_;
  std::string sha256_;
  std::vector<std::string> document_sha256s_;
};

}  // namespace multistate
