#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/config/node.h"

namespace multistate {

/// Values from `low` to `high`, both allowed.
template <class T>
struct Range {
  T low = std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::max();
};

/// A number of rows: a count (64), or a share of the state size (0.5 of k, rounded down).
struct RowCount {
  std::variant<int64_t, double> value = int64_t{0};

  int64_t rows(int64_t state_size) const;
};

/// Visits the options of a policy or an experiment. Options are a struct with default values and
/// one function
///
///     void visit(OptionVisitor& v) {
///       v("decay", decay, {0.0, 1.0}, "share of the score that survives a step");
///     }
///
/// which declares every option once: YAML, help, catalogue and the errors for unknown keys follow
/// from it.
class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void operator()(const char* name, int64_t& value, Range<int64_t> range,
                          const char* help) = 0;
  virtual void operator()(const char* name, double& value, Range<double> range,
                          const char* help) = 0;
  virtual void operator()(const char* name, bool& value, const char* help) = 0;
  virtual void operator()(const char* name, std::string& value, const char* help) = 0;
  virtual void operator()(const char* name, RowCount& value, const char* help) = 0;

  /// Lists, of any number of values.
  virtual void operator()(const char* name, std::vector<int64_t>& values, Range<int64_t> range,
                          const char* help) = 0;
  virtual void operator()(const char* name, std::vector<double>& values, Range<double> range,
                          const char* help) = 0;
  virtual void operator()(const char* name, std::vector<std::string>& values, const char* help) = 0;

  /// An enumeration, by the names of its values.
  template <class E>
  void choice(const char* name, E& value, std::initializer_list<std::pair<const char*, E>> choices,
              const char* help);

  /// Options that may be in a map of their own, `name: {...}`. True when they are: `visit` has
  /// visited them there. A reader follows its input; a writer writes a map if `in_map` says so.
  virtual bool part(const char* name, bool in_map,
                    const std::function<void(OptionVisitor&)>& visit) = 0;

  /// One of `names`, which may be known only at run time.
  void choice(const char* name, std::string& value, std::span<const std::string> names,
              const char* help);

 protected:
  /// `index` is the chosen one of `names`.
  virtual void choose(const char* name, size_t& index, std::span<const std::string> names,
                      const char* help) = 0;
};

template <class E>
void OptionVisitor::choice(const char* name, E& value,
                           std::initializer_list<std::pair<const char*, E>> choices,
                           const char* help) {
  std::vector<std::string> names;
  size_t index = 0;
  for (const auto& [text, candidate] : choices) {
    index = candidate == value ? names.size() : index;
    names.emplace_back(text);
  }
  choose(name, index, names, help);
  value = (choices.begin() + index)->second;
}

/// An option as the catalogue shows it.
struct OptionInfo {
  std::string name;
  std::string type;  ///< "integer", "number", "boolean", "string", "rows or share", "choice",
                     ///< "integers", "numbers", "strings"
  nlohmann::json default_value;
  std::string allowed;  ///< "0 to 1", "1 or more", "layer | kv_head", "true | false", ""
  std::string help;
};

/// Collects the declarations: `OptionLister lister; options.visit(lister); lister.options()`.
class OptionLister final : public OptionVisitor {
 public:
  void operator()(const char* name, int64_t& value, Range<int64_t> range,
                  const char* help) override;
  void operator()(const char* name, double& value, Range<double> range, const char* help) override;
  void operator()(const char* name, bool& value, const char* help) override;
  void operator()(const char* name, std::string& value, const char* help) override;
  void operator()(const char* name, RowCount& value, const char* help) override;
  void operator()(const char* name, std::vector<int64_t>& values, Range<int64_t> range,
                  const char* help) override;
  void operator()(const char* name, std::vector<double>& values, Range<double> range,
                  const char* help) override;
  void operator()(const char* name, std::vector<std::string>& values, const char* help) override;
  bool part(const char* /*name*/, bool /*in_map*/,
            const std::function<void(OptionVisitor&)>& /*visit*/) override {
    return false;
  }
  const std::vector<OptionInfo>& options() const { return options_; }

 protected:
  void choose(const char* name, size_t& index, std::span<const std::string> names,
              const char* help) override;

 private:
  std::vector<OptionInfo> options_;
};

/// Sets the options from a map node; a member that is absent keeps its default, a single value
/// counts as a list of one. Values of the wrong
/// type or out of range throw InputError with the node's mark. The caller checks for members that
/// no option asked for: `reject_unknown(node, reader.taken(), prefix)`.
class OptionReader final : public OptionVisitor {
 public:
  /// `prefix` starts the key in messages ("policy." -> "policy.sinks"). `node` may be nullptr or a
  /// null node: all defaults. Throws InputError when it is neither of these nor a map.
  OptionReader(const Node* node, std::string prefix);
  void operator()(const char* name, int64_t& value, Range<int64_t> range,
                  const char* help) override;
  void operator()(const char* name, double& value, Range<double> range, const char* help) override;
  void operator()(const char* name, bool& value, const char* help) override;
  void operator()(const char* name, std::string& value, const char* help) override;
  void operator()(const char* name, RowCount& value, const char* help) override;
  void operator()(const char* name, std::vector<int64_t>& values, Range<int64_t> range,
                  const char* help) override;
  void operator()(const char* name, std::vector<double>& values, Range<double> range,
                  const char* help) override;
  void operator()(const char* name, std::vector<std::string>& values, const char* help) override;
  bool part(const char* name, bool in_map,
            const std::function<void(OptionVisitor&)>& visit) override;

  /// The names asked for so far, in the order of their declaration.
  const std::vector<std::string>& taken() const { return taken_; }

 protected:
  void choose(const char* name, size_t& index, std::span<const std::string> names,
              const char* help) override;

 private:
  const Node* member(const char* name);

  /// Reads a list with `read(item)` for each value, nullopt for an invalid one.
  template <class T, class Read>
  void read_list(const char* name, std::vector<T>& values, const std::string& expected,
                 const Read& read);

  const Node* node_;
  std::string prefix_;
  std::vector<std::string> taken_;
};

/// The options as a JSON object, every one with its value: what goes into results and identities.
class OptionWriter final : public OptionVisitor {
 public:
  void operator()(const char* name, int64_t& value, Range<int64_t> range,
                  const char* help) override;
  void operator()(const char* name, double& value, Range<double> range, const char* help) override;
  void operator()(const char* name, bool& value, const char* help) override;
  void operator()(const char* name, std::string& value, const char* help) override;
  void operator()(const char* name, RowCount& value, const char* help) override;
  void operator()(const char* name, std::vector<int64_t>& values, Range<int64_t> range,
                  const char* help) override;
  void operator()(const char* name, std::vector<double>& values, Range<double> range,
                  const char* help) override;
  void operator()(const char* name, std::vector<std::string>& values, const char* help) override;
  bool part(const char* name, bool in_map,
            const std::function<void(OptionVisitor&)>& visit) override;
  const nlohmann::json& json() const { return json_; }

 protected:
  void choose(const char* name, size_t& index, std::span<const std::string> names,
              const char* help) override;

 private:
  nlohmann::json json_ = nlohmann::json::object();
};

/// Throws InputError at the first member of `node` that is not in `known`, with the nearest known
/// name or, when none is near, all of them. `prefix` as for OptionReader.
void reject_unknown(const Node& node, std::span<const std::string> known, std::string_view prefix);

}  // namespace multistate
