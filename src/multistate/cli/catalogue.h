#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/json_layout.h"
#include "multistate/config/options.h"
#include "multistate/config/registry.h"

namespace multistate {

/// A table of entries, the first row its header; on a terminal that is narrower, a paragraph for
/// each entry.
std::string entries_text(const std::vector<std::vector<std::string>>& rows);

/// Options for a terminal, wrapped to its width, and as JSON.
std::string options_text(const std::vector<OptionInfo>& options);
nlohmann::json options_json(const std::vector<OptionInfo>& options);

/// How the entries of a registry are shown.
template <class Entry>
struct CatalogueView {
  nlohmann::json (*to_json)(const Entry&);
  void (*print_one)(const Entry&);
  void (*print_all)();
};

/// Shows one entry, or all of them when `name` is empty. Throws InputError for a name that is not
/// registered.
template <class Entry>
int show_catalogue(const Registry<Entry>& registry, const CatalogueView<Entry>& view,
                   const std::string& name, bool json) {
  const Entry* entry = registry.find(name);
  if (!name.empty() && entry == nullptr) {
    throw InputError(registry.unknown(name));
  }
  if (json) {
    auto all = nlohmann::json::array();
    for (const std::string& each : registry.names()) {
      all.push_back(view.to_json(*registry.find(each)));
    }
    fmt::print("{}", json_page(entry == nullptr ? all : view.to_json(*entry)));
  } else if (entry == nullptr) {
    view.print_all();
  } else {
    view.print_one(*entry);
  }
  return 0;
}

}  // namespace multistate
