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

/// Gives the kinds of a model's tokens to a setup that needs them, and to those of its layers.
void tell_token_kinds(const ModelFile& model, PolicySetup& setup);

}  // namespace multistate
