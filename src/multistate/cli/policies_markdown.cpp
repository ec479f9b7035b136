#include "multistate/cli/policies_markdown.h"

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/engine/layer_scan.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

using Row = std::vector<std::string>;

/// In a cell of a table a bar would end it.
std::string cell_text(std::string text) {
  for (size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.replace(at, 1, "\\|");
  }
  return text;
}

std::string table_line(const Row& row) {
  std::string line = "|";
  for (const std::string& cell : row) {
    line += " " + cell_text(cell) + " |";
  }
  return line + "\n";
}

std::string measured_text(const MeasuredPolicies& measured, const PolicyEntry& entry, int64_t k,
                          std::string (*show)(const MeasuredCell&)) {
  const MeasuredCell* cell = measured.find(entry.name(), entry.has_size() ? k : 0);
  return cell == nullptr ? "-" : show(*cell);
}

std::string perplexity_of(const MeasuredCell& cell) {
  return cell.perplexity;
}
std::string bytes_of(const MeasuredCell& cell) {
  return human_bytes(cell.state_bytes);
}

Row header(const std::optional<MeasuredPolicies>& measured) {
  Row row = {"policy", "idea", "paper", "reads", "scope", "runs"};
  if (measured) {
    for (const int64_t k : measured->state_sizes) {
      row.push_back(fmt::format("perplexity, k={}", k));
    }
    const int64_t largest = measured->state_sizes.empty() ? 0 : measured->state_sizes.back();
    row.push_back(fmt::format("peak bytes, k={}", largest));
  }
  return row;
}

Row line_of(const PolicyEntry& entry, const std::optional<MeasuredPolicies>& measured) {
  const PolicySetup setup = set_up_policy(entry, nullptr, int64_t{1} << 20);
  const bool by_token = &scan_for(setup) == &token_scan();
  Row row = {"`" + entry.name() + "`", entry.info.summary,
             entry.info.paper,         join(reads_of(entry)),
             scope_of(entry),          by_token ? "token by token" : "in blocks"};
  if (measured) {
    for (const int64_t k : measured->state_sizes) {
      row.push_back(measured_text(*measured, entry, k, &perplexity_of));
    }
    const int64_t largest = measured->state_sizes.empty() ? 0 : measured->state_sizes.back();
    row.push_back(measured_text(*measured, entry, largest, &bytes_of));
  }
  return row;
}

}  // namespace

std::vector<std::string> reads_of(const PolicyEntry& entry) {
  const Needs needs = entry.needs();
  std::vector<std::string> words;
  const auto add = [&words](bool declared, const std::string& word) {
    if (declared) {
      words.push_back(word);
    }
  };
  add(needs.attention, "attention");
  add(needs.query, "query");
  add(needs.query_statistics, "mean and covariance of queries");
  add(needs.prompt_queries > 0,
      fmt::format("attention of the newest {} queries of a prompt", needs.prompt_queries));
  add(needs.token_queries, "queries of a prompt");
  add(needs.replay.has_value(), "attention of a prompt that is read again");
  add(needs.keys, "keys");
  add(needs.logits, "logits");
  add(needs.page_rows > 0, fmt::format("ranges of keys of {} rows", needs.page_rows));
  add(needs.values, "values");
  add(needs.value_norms, "norms of projected values");
  add(needs.future.has_value(), "the future");
  add(needs.tokens, "tokens");
  add(needs.token_kinds, "kinds of tokens");
  add(needs.attention_change, "change of hidden states");
  add(needs.calibration, "a calibration");
  add(needs.random, "random numbers");
  add(words.empty() && !needs.remembers(), "positions");
  if (needs.memory > 0) {
    words.push_back(
        fmt::format("{} float{} of memory a row", needs.memory, needs.memory == 1 ? "" : "s"));
  }
  add(needs.set_memory > 0 || needs.head_memory > 0, "memory of the set");
  if (needs.quantization) {
    words.push_back(fmt::format("rows in {} bits", needs.quantization->bits));
  }
  return words;
}

std::string scope_of(const PolicyEntry& entry) {
  if (!entry.info.bounded) {
    return "-";
  }
  return entry.info.defaults.scope == Scope::kLayer ? "layer" : "kv_head";
}

std::string policies_markdown(const std::optional<MeasuredPolicies>& measured) {
  const Row first = header(measured);
  std::string text = table_line(first) + table_line(Row(first.size(), "---"));
  std::string deviations;
  for (const std::string& name : policy_registry().names()) {
    const PolicyEntry& entry = *policy_registry().find(name);
    text += table_line(line_of(entry, measured));
    if (!entry.info.deviations.empty()) {
      deviations += fmt::format("- `{}`: {}\n", name, entry.info.deviations);
    }
  }
  return fmt::format("{}\nHow they differ from what was published:\n\n{}", text, deviations);
}

}  // namespace multistate
