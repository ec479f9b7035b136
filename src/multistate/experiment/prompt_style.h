#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "multistate/config/options.h"
#include "multistate/experiment/bos_option.h"
#include "multistate/text/chat_format.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// The options `template`, `chat_date` and `add_bos` of experiments that ask a model: how it is
/// given a prompt.
struct PromptStyle {
  enum class Template { kPlain, kChat, kByModel };

  Template chosen = Template::kPlain;
  std::string chat_date;  ///< See chat_format(); empty: none.
  BosOption add_bos = {};

  void visit(OptionVisitor& v);

  /// Throws InputError with the option's mark where they contradict each other.
  void check(const Node& node) const;
};

/// What stands around every prompt for one model.
class PromptFormat {
 public:
  /// Plain prompts without BOS.
  PromptFormat() = default;

  /// Throws InputError, which names the option, when the model has no chat format or no BOS token
  /// where one is asked for, a chat format where BOS is, or no use for the date.
  PromptFormat(const PromptStyle& style, const Tokenizer& tokenizer);

  /// The model's chat format; nullptr for plain prompts.
  const ChatFormat* chat() const { return chat_ ? &*chat_ : nullptr; }
  nlohmann::json chat_name() const;

  /// See Workload::settled_options.
  nlohmann::json settled_options() const;

  /// Whether a BOS token stands before a plain prompt.
  bool adds_bos() const { return !chat_ && !bos_.empty(); }

  /// The BOS token that begins a prompt, or nothing where none does or the format writes it.
  const std::vector<int64_t>& bos() const { return bos_; }

  /// Tokens before which an answer ends.
  const std::vector<int64_t>& end_ids() const { return end_ids_; }

 private:
  std::optional<ChatFormat> chat_;
  std::vector<int64_t> bos_;
  std::vector<int64_t> end_ids_;
  std::string chat_date_;
};

}  // namespace multistate
