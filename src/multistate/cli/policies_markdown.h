#pragma once

#include <optional>
#include <string>
#include <vector>

#include "multistate/cli/measured_policies.h"
#include "multistate/policy/registry.h"

namespace multistate {

/// The catalogue of all registered policies in Markdown: a table, with columns for what `measured`
/// holds, and how each policy differs from its publication.
std::string policies_markdown(const std::optional<MeasuredPolicies>& measured);

/// What a policy reads, in words: "attention", "1 float of memory a row".
std::vector<std::string> reads_of(const PolicyEntry& entry);

/// "layer", "kv_head", or "-" for a policy that keeps every row.
std::string scope_of(const PolicyEntry& entry);

}  // namespace multistate
