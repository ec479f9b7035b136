#include "aggregate/exports/changed_answers.h"

#include <algorithm>

#include <fmt/format.h>

namespace multistate::aggregate {
namespace {

using nlohmann::json;

std::optional<std::string> difference(const json& a, const json& b, const std::string& path);

std::optional<std::string> difference_of_members(const json& a, const json& b,
                                                 const std::string& path,
                                                 const std::set<std::string>& skipped) {
  for (const auto& [key, value] : a.items()) {
    const auto other = b.find(key);
    if (other != b.end() && skipped.count(key) == 0) {
      if (auto found =
              difference(value, *other, path.empty() ? key : fmt::format("{}.{}", path, key))) {
        return found;
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> difference(const json& a, const json& b, const std::string& path) {
  if (a.is_number() && b.is_number() && (a.is_number_float() || b.is_number_float())) {
    return std::nullopt;
  }
  if (a.is_object() && b.is_object()) {
    return difference_of_members(a, b, path, {});
  }
  if (!a.is_array() || !b.is_array() || a.size() != b.size()) {
    return a == b ? std::nullopt : std::optional(path);
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (auto found = difference(a[i], b[i], fmt::format("{}[{}]", path, i))) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> changed_answer(const json& a, const json& b,
                                          const std::set<std::string>& skipped) {
  return difference_of_members(a, b, "", skipped);
}

ChangedAnswers changed_answers(SampleReader a, SampleReader b,
                               const std::set<std::string>& skipped) {
  ChangedAnswers changed;
  while (true) {
    const auto left = a.next_line();
    const auto right = b.next_line();
    if (!left || !right) {
      return changed;
    }
    // Most lines are equal, and parsing takes the time.
    const auto key = *left == *right ? std::nullopt
                                     : changed_answer(a.parse(*left)["values"],
                                                      b.parse(*right)["values"], skipped);
    if (key && changed.samples++ == 0) {
      changed.first = a.line() - 1;
      changed.key = *key;
    }
  }
}

}  // namespace multistate::aggregate
