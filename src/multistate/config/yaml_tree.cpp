#include "multistate/config/yaml_tree.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/mark.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr int64_t kMaxValues = 200'000;

InputError error_at(const Mark& mark, const std::string& message) {
  return InputError{fmt::format("{}: {}", mark.text, message)};
}

struct Extent {
  int64_t values = 1;
  int64_t depth = 0;
};

Extent extent_of(const Node& node) {
  Extent all;
  const auto include = [&](const Node& child) {
    const Extent inner = extent_of(child);
    all.values += inner.values;
    all.depth = std::max(all.depth, inner.depth);
  };
  for (const Node& item : node.items()) {
    include(item);
  }
  for (const auto& [key, value] : node.entries()) {
    include(value);
  }
  const bool is_leaf = node.kind() == Node::Kind::kScalar || node.kind() == Node::Kind::kNull;
  all.depth += is_leaf ? 0 : 1;
  return all;
}

void refuse_depth(int64_t depth, const Mark& mark) {
  if (depth > Node::kMaxDepth) {
    throw error_at(mark, fmt::format("nested more than {} levels deep", Node::kMaxDepth));
  }
}

/// yaml-cpp's "?" stands for no tag, "!" for quotes (or for an explicit "!", which means text as
/// well).
void refuse_tag(const std::string& tag, bool is_scalar, const Mark& mark) {
  if (tag != "?" && !tag.empty() && !(is_scalar && tag == "!")) {
    throw error_at(mark,
                   fmt::format("tags such as {} are not supported; write the value without it",
                               in_quotes(tag)));
  }
}

}  // namespace

YamlTree::YamlTree(std::string source, std::string end_marker)
    : source_(std::move(source)), end_marker_(std::move(end_marker)) {}

Mark YamlTree::mark(const YAML::Mark& place) const {
  if (place.is_null()) {
    return {source_};
  }
  return {fmt::format("{}:{}:{}", source_, place.line + 1, place.column + 1)};
}

void YamlTree::OnDocumentStart(const YAML::Mark& place) {
  if (std::exchange(seen_document_, true)) {
    throw error_at(mark(place),
                   "the text goes on after its first YAML document; only one is allowed");
  }
}

void YamlTree::OnNull(const YAML::Mark& place, YAML::anchor_t anchor) {
  count(1, mark(place));
  add(Node::null(mark(place)), anchor);
}

void YamlTree::OnAlias(const YAML::Mark& place, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    throw error_at(mark(place), "an alias cannot stand inside the value that it stands for");
  }
  const Extent extent = extent_of(found->second);
  refuse_depth(std::ssize(levels_) + extent.depth, mark(place));
  count(extent.values, mark(place));
  add(found->second, 0);
}

void YamlTree::OnScalar(const YAML::Mark& place, const std::string& tag, YAML::anchor_t anchor,
                        const std::string& value) {
  if (value.find(end_marker_) != std::string::npos) {
    throw error_at(mark(place), "the quotes that begin here are never closed");
  }
  refuse_tag(tag, true, mark(place));
  count(1, mark(place));
  add(Node::scalar(value, mark(place), tag == "!"), anchor);
}

void YamlTree::OnSequenceStart(const YAML::Mark& place, const std::string& tag,
                               YAML::anchor_t anchor, YAML::EmitterStyle::value /*style*/) {
  open(false, place, tag, anchor);
}

void YamlTree::OnMapStart(const YAML::Mark& place, const std::string& tag, YAML::anchor_t anchor,
                          YAML::EmitterStyle::value /*style*/) {
  open(true, place, tag, anchor);
}

bool YamlTree::expects_key() const {
  return !levels_.empty() && levels_.back().is_map && !levels_.back().key.has_value();
}

void YamlTree::open(bool is_map, const YAML::Mark& place, const std::string& tag,
                    YAML::anchor_t anchor) {
  if (expects_key()) {
    throw error_at(mark(place), fmt::format("a key must be text, not a {}; is a bracket left open?",
                                            is_map ? "map" : "list"));
  }
  refuse_tag(tag, false, mark(place));
  refuse_depth(std::ssize(levels_) + 1, mark(place));
  count(1, mark(place));
  Level level;
  level.is_map = is_map;
  level.mark = mark(place);
  level.anchor = anchor;
  levels_.push_back(std::move(level));
}

void YamlTree::close() {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  add(level.is_map ? Node::map(std::move(level.entries), std::move(level.mark))
                   : Node::list(std::move(level.items), std::move(level.mark)),
      level.anchor);
}

void YamlTree::add(Node node, YAML::anchor_t anchor) {
  if (anchor != 0) {
    anchors_[anchor] = node;
  }
  if (levels_.empty()) {
    root_ = std::move(node);
  } else if (expects_key()) {
    add_key(node);
  } else if (Level& level = levels_.back(); !level.is_map) {
    level.items.push_back(std::move(node));
  } else {
    if (node.kind() == Node::Kind::kNull) {
      node = Node::null(level.key_mark);  // yaml-cpp puts it where the next thing begins.
    }
    node.set_key_mark(level.key_mark);
    level.entries.emplace_back(*std::exchange(level.key, std::nullopt), std::move(node));
  }
}

void YamlTree::add_key(const Node& node) {
  Level& level = levels_.back();
  if (node.kind() != Node::Kind::kScalar || node.text().empty()) {
    throw node.error("a key must be text, and not empty");
  }
  if (node.text() == "<<" && !node.quoted()) {
    throw node.error("merge keys (<<) are not supported; write the keys out");
  }
  const auto [first, is_new] = level.keys.emplace(node.text(), node.mark());
  if (!is_new) {
    throw node.error(fmt::format("the key {} is given twice, first at {}", in_quotes(node.text()),
                                 first->second.text));
  }
  level.key = node.text();
  level.key_mark = node.mark();
}

void YamlTree::count(int64_t values, const Mark& mark) {
  values_ += values;
  if (values_ > kMaxValues) {
    throw error_at(mark, fmt::format("more than {} values, with aliases written out",
                                     human_count(kMaxValues)));
  }
}

}  // namespace multistate
