#include "multistate/experiment/data_notes.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/text/plain_text.h"

namespace multistate {
namespace {

/// Names to show; more are counted. All of them are in the results.
constexpr size_t kMostNames = 10;

std::string listed(std::vector<std::string> names) {
  const size_t more = names.size() - std::min(names.size(), kMostNames);
  names.resize(names.size() - more);
  return join(names) +
         (more > 0 ? fmt::format(" and {} more (see data in result.json)", more) : "");
}

TextChanges changes_of(const nlohmann::json& text) {
  return {text.value("removed_bom", false), text.value("crlf_line_ends", int64_t{0})};
}

void add_note(const std::string& name, const nlohmann::json& text,
              std::vector<std::string>& notes) {
  if (const TextChanges changes = changes_of(text); changes.any()) {
    notes.push_back(note_of(name, changes));
  }
}

}  // namespace

std::vector<std::string> data_notes(const nlohmann::json& data_report) {
  std::vector<std::string> notes;
  const auto ignored = data_report.value("ignored_files", std::vector<std::string>());
  if (!ignored.empty()) {
    notes.push_back(fmt::format("ignored in the data folder, since they are not .txt files: {}",
                                listed(ignored)));
  }
  std::vector<std::string> short_ones;
  add_note("the prompts", data_report, notes);
  for (const auto& document : data_report.value("documents", nlohmann::json::array())) {
    const auto name = document.at("name").get<std::string>();
    if (document.value("too_short", false)) {
      short_ones.push_back(fmt::format("{} ({} tokens, {} skipped)", name,
                                       human_count(document.at("tokens").get<int64_t>()),
                                       human_count(document.at("skipped_tokens").get<int64_t>())));
    }
    add_note(name, document, notes);
  }
  if (!short_ones.empty()) {
    notes.push_back(
        fmt::format("left out, since they are too short for one chunk: {}", listed(short_ones)));
  }
  return notes;
}

}  // namespace multistate
