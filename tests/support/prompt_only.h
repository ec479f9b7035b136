#pragma once

#include "multistate/policy/registry.h"

namespace multistate::test {

/// Whether a policy decides at the end of a prompt and at no other step, with the options that it
/// is registered with.
inline bool decides_prompt_only(const PolicyEntry& entry) {
  const CommonOptions& options = entry.info.defaults;
  return options.prompt == Prompt::kOneShot && options.after_prompt == AfterPrompt::kKeep;
}

}  // namespace multistate::test
