#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {

/// Things that register themselves under a name while the program starts.
///
/// A registration must not throw, since nothing can catch it that early: its errors are kept and
/// thrown by check(), which `main` calls first.
template <class Entry>
class Registry {
 public:
  /// `kind` is what the entries are called in messages: "policy".
  explicit Registry(std::string kind) : kind_(std::move(kind)) {}

  void add(Entry entry) {
    std::string name = entry.name();
    if (name.empty() || !entries_.emplace(name, std::move(entry)).second) {
      problems_.push_back(fmt::format("{} '{}' is registered {}", kind_, name,
                                      name.empty() ? "without a name" : "twice"));
    }
  }

  /// Throws InputError when a registration went wrong.
  void check() const {
    if (!problems_.empty()) {
      throw InputError(join(problems_, "; "));
    }
  }

  /// nullptr when there is none.
  const Entry* find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }

  /// "unknown policy 'tovaa'; did you mean 'tova'? known: full, h2o, ..."
  std::string unknown(std::string_view name) const {
    return fmt::format("unknown {} {}{}; known: {}", kind_, in_quotes(name),
                       did_you_mean(name, names()), join(names()));
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) {
      all.push_back(name);
    }
    return all;
  }

 private:
  std::string kind_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::string> problems_;
};

}  // namespace multistate
