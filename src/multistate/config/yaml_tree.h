#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <yaml-cpp/eventhandler.h>

#include "multistate/config/node.h"

namespace YAML {
struct Mark;
}

namespace multistate {

/// Makes a Node tree of yaml-cpp's events. Its own tree is not used because it keeps duplicate
/// keys, drops the marks of keys, and shares the targets of aliases, so that a few lines can expand
/// to billions of values.
class YamlTree final : public YAML::EventHandler {
 public:
  /// `source` stands for the file in marks. `end_marker`: a scalar that contains it ran past the
  /// end of the text.
  YamlTree(std::string source, std::string end_marker);

  /// The only document; nullopt when there was none.
  std::optional<Node>& root() { return root_; }

  Mark mark(const YAML::Mark& place) const;

  void OnDocumentStart(const YAML::Mark& place) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& place, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& place, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& place, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& place, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& place, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  /// A list or map whose end has not been seen.
  struct Level {
    bool is_map = false;
    Mark mark;
    YAML::anchor_t anchor = 0;
    std::vector<Node> items;
    std::vector<Node::Entry> entries;
    std::map<std::string, Mark> keys;
    std::optional<std::string> key;
    Mark key_mark;
  };

  bool expects_key() const;
  void open(bool is_map, const YAML::Mark& place, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void add(Node node, YAML::anchor_t anchor);
  void add_key(const Node& node);
  void count(int64_t values, const Mark& mark);

  std::string source_;
  std::string end_marker_;
  bool seen_document_ = false;
  int64_t values_ = 0;
  std::vector<Level> levels_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::optional<Node> root_;
};

}  // namespace multistate
