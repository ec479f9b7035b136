#pragma once

#include <memory>
#include <vector>

#include "multistate/model/model_file.h"
#include "multistate/policy/setup.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// The kind of every id of the model, padding being text. Special are the added tokens that the
/// tokenizer's file calls so; separators by token_class().
std::shared_ptr<const std::vector<TokenKind>> token_kinds_of(const TokenizerSpec& spec);

/// The kinds of a model's tokens for the setups that need them: found out once, when the first one
/// asks.
class ModelTokenKinds {
 public:
  /// Keeps a reference.
  explicit ModelTokenKinds(const ModelFile& model) : model_(model) {}

  /// Gives them to a setup that needs them, and to those of its layers.
  void tell(PolicySetup& setup);

 private:
  const ModelFile& model_;
  std::shared_ptr<const std::vector<TokenKind>> kinds_;
};

}  // namespace multistate
