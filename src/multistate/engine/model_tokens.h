#pragma once

#include <memory>
#include <vector>

#include "multistate/checkpoint/model_file.h"
#include "multistate/policy/setup.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// The kind of every id of the model, padding being text. Special are the added tokens that the
/// tokenizer's file calls so; separators by token_class().
std::shared_ptr<const std::vector<TokenKind>> token_kinds_of(const Tokenizer& tokenizer,
                                                             const TokenizerSpec& spec);

/// A model's tokenizer, and what setups have to know of it: the kinds of its tokens, and the ids of
/// the texts behind which a prompt is read again. It and the kinds are made once, when the first
/// one asks.
class ModelTokens {
 public:
  /// Keeps a reference.
  explicit ModelTokens(const ModelFile& model) : model_(model) {}

  /// Gives a setup, and those of its layers, what they need of that.
  void tell(PolicySetup& setup);

  /// As long as this object.
  const Tokenizer& tokenizer();

 private:
  void tell_instructions(PolicySetup& setup);

  const ModelFile& model_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::shared_ptr<const std::vector<TokenKind>> kinds_;
};

}  // namespace multistate
