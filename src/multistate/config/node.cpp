#include "multistate/config/node.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

/// The parts of a dotted path; throws when it is none.
std::vector<std::string_view> split_path(std::string_view path, const Node& value) {
  std::vector<std::string_view> parts;
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('.', start), path.size());
    parts.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  if (std::any_of(parts.begin(), parts.end(), [](std::string_view part) { return part.empty(); })) {
    throw value.error(fmt::format("the key {} has an empty part", in_quotes(path)));
  }
  if (std::ssize(parts) > Node::kMaxDepth) {
    throw value.error(fmt::format("the key {} has {} parts; {} are allowed", in_quotes(path),
                                  parts.size(), Node::kMaxDepth));
  }
  return parts;
}

}  // namespace

Node Node::null(Mark mark) {
  Node node;
  node.mark_ = std::move(mark);
  return node;
}

Node Node::scalar(std::string text, Mark mark, bool quoted) {
  Node node = null(std::move(mark));
  node.kind_ = Kind::kScalar;
  node.text_ = std::move(text);
  node.quoted_ = quoted;
  return node;
}

Node Node::list(std::vector<Node> items, Mark mark) {
  Node node = null(std::move(mark));
  node.kind_ = Kind::kList;
  node.items_ = std::move(items);
  return node;
}

Node Node::map(std::vector<Entry> entries, Mark mark) {
  Node node = null(std::move(mark));
  node.kind_ = Kind::kMap;
  node.entries_ = std::move(entries);
  return node;
}

const Node* Node::member(std::string_view key) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.first == key; });
  return found == entries_.end() ? nullptr : &found->second;
}

Node* Node::mutable_member(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).member(key));
}

const Node* Node::find(std::string_view path) const {
  const Node* node = this;
  while (node != nullptr) {
    const size_t dot = path.find('.');
    node = node->member(path.substr(0, dot));
    if (dot == std::string_view::npos) {
      return node;
    }
    path.remove_prefix(dot + 1);
  }
  return nullptr;
}

void Node::set_member(std::string_view key, Node value) {
  if (kind_ == Kind::kNull) {
    kind_ = Kind::kMap;
  }
  if (kind_ != Kind::kMap) {
    throw value.error(fmt::format("cannot set {}: what is to hold it is not a map ({})",
                                  in_quotes(key), mark_.text));
  }
  value.set_key_mark(value.mark());
  if (Node* existing = mutable_member(key); existing != nullptr) {
    *existing = std::move(value);
  } else {
    entries_.emplace_back(key, std::move(value));
  }
}

void Node::set(std::string_view path, Node value) {
  const std::vector<std::string_view> parts = split_path(path, value);
  Node* node = this;
  const auto check_holder = [&] {
    if (node->kind_ == Kind::kScalar || node->kind_ == Kind::kList) {
      throw value.error(fmt::format("cannot set {}: what is to hold it is not a map ({})",
                                    in_quotes(path), node->mark_.text));
    }
  };
  check_holder();
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (node->member(parts[i]) == nullptr) {
      node->set_member(parts[i], map({}, value.mark()));
    }
    node = node->mutable_member(parts[i]);
    check_holder();
  }
  node->set_member(parts.back(), std::move(value));
}

bool Node::erase_member(std::string_view key) {
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.first == key; }) > 0;
}

bool Node::erase(std::string_view path) {
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) {
    return erase_member(path);
  }
  const Node* parent = std::as_const(*this).find(path.substr(0, dot));
  return parent != nullptr && const_cast<Node*>(parent)->erase_member(path.substr(dot + 1));
}

InputError Node::error(const std::string& message) const {
  return InputError{mark_.text.empty() ? message : fmt::format("{}: {}", mark_.text, message)};
}

}  // namespace multistate
