#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/config/option_text.h"
#include "multistate/config/options.h"

namespace multistate {
namespace {

std::string without_dot(std::string_view prefix) {
  return std::string(prefix.substr(0, prefix.size() - (prefix.ends_with('.') ? 1 : 0)));
}

/// "layer or kv_head", "a, b or c".
std::string alternatives(std::span<const std::string> names) {
  const std::string& last = names.back();
  const auto others = names.first(names.size() - 1);
  return others.empty() ? last : fmt::format("{} or {}", join(others), last);
}

template <class T>
bool contains(const Range<T>& range, T value) {
  return value >= range.low && value <= range.high;
}

}  // namespace

OptionReader::OptionReader(const Node* node, std::string prefix)
    : node_(node), prefix_(std::move(prefix)) {
  if (node_ != nullptr && node_->kind() != Node::Kind::kNull && node_->kind() != Node::Kind::kMap) {
    throw node_->expected("a map of options",
                          prefix_.empty() ? "the options" : without_dot(prefix_));
  }
}

const Node* OptionReader::member(const char* name) {
  taken_.emplace_back(name);
  return node_ == nullptr ? nullptr : node_->member(name);
}

void OptionReader::operator()(const char* name, int64_t& value, Range<int64_t> range,
                              const char* /*help*/) {
  if (const Node* node = member(name); node != nullptr) {
    const auto number = node->integer();
    if (!number || !contains(range, *number)) {
      throw node->expected(expectation("an integer", range), prefix_ + name);
    }
    value = *number;
  }
}

void OptionReader::operator()(const char* name, double& value, Range<double> range,
                              const char* /*help*/) {
  if (const Node* node = member(name); node != nullptr) {
    const auto number = node->number();
    if (!number || !contains(range, *number)) {
      throw node->expected(expectation("a number", range), prefix_ + name);
    }
    value = *number;
  }
}

void OptionReader::operator()(const char* name, bool& value, const char* /*help*/) {
  if (const Node* node = member(name); node != nullptr) {
    value = node->as_boolean(prefix_ + name);
  }
}

void OptionReader::operator()(const char* name, std::string& value, const char* /*help*/) {
  if (const Node* node = member(name); node != nullptr) {
    value = node->as_string(prefix_ + name);
  }
}

void OptionReader::operator()(const char* name, RowCount& value, const char* /*help*/) {
  const Node* node = member(name);
  if (node == nullptr) {
    return;
  }
  const auto rows = node->integer();
  const auto share = node->number();
  if (rows && *rows >= 0) {
    value.value = *rows;
  } else if (!rows && share && *share > 0.0 && *share < 1.0) {
    value.value = *share;
  } else {
    throw node->expected(
        "a number of rows (an integer, 0 or more) or a share of the state size (above 0, below 1)",
        prefix_ + name);
  }
}

template <class T, class Read>
void OptionReader::read_list(const char* name, std::vector<T>& values, const std::string& expected,
                             const Read& read) {
  const Node* node = member(name);
  if (node == nullptr) {
    return;
  }
  const bool is_list = node->kind() == Node::Kind::kList;
  std::vector<T> found;
  for (const Node& item : is_list ? node->items() : std::vector<Node>{*node}) {
    const auto value = read(item);
    if (!value) {
      throw item.expected(is_list ? expected : expected + " or a list of such", prefix_ + name);
    }
    found.push_back(*value);
  }
  values = std::move(found);
}

void OptionReader::operator()(const char* name, std::vector<int64_t>& values, Range<int64_t> range,
                              const char* /*help*/) {
  read_list(name, values, expectation("an integer", range), [&](const Node& item) {
    const auto number = item.integer();
    return number && contains(range, *number) ? number : std::nullopt;
  });
}

void OptionReader::operator()(const char* name, std::vector<double>& values, Range<double> range,
                              const char* /*help*/) {
  read_list(name, values, expectation("a number", range), [&](const Node& item) {
    const auto number = item.number();
    return number && contains(range, *number) ? number : std::nullopt;
  });
}

void OptionReader::operator()(const char* name, std::vector<std::string>& values,
                              const char* /*help*/) {
  read_list(name, values, "a string",
            [&](const Node& item) { return std::optional(item.as_string(prefix_ + name)); });
}

bool OptionReader::part(const char* name, bool /*in_map*/,
                        const std::function<void(OptionVisitor&)>& visit) {
  const Node* node = node_ == nullptr ? nullptr : node_->member(name);
  if (node == nullptr || node->kind() != Node::Kind::kMap) {
    return false;
  }
  taken_.emplace_back(name);
  const std::string prefix = fmt::format("{}{}.", prefix_, name);
  OptionReader reader(node, prefix);
  visit(reader);
  reject_unknown(*node, reader.taken(), prefix);
  return true;
}

void OptionReader::choose(const char* name, size_t& index, std::span<const std::string> names,
                          const char* /*help*/) {
  const Node* node = member(name);
  if (node == nullptr) {
    return;
  }
  const bool is_scalar = node->kind() == Node::Kind::kScalar;
  const auto found = std::find(names.begin(), names.end(), is_scalar ? node->text() : "");
  if (found == names.end()) {
    const std::string hint = is_scalar ? did_you_mean(node->text(), names) : "";
    throw InputError(node->expected(alternatives(names), prefix_ + name).what() + hint);
  }
  index = static_cast<size_t>(found - names.begin());
}

}  // namespace multistate
