#include "multistate/conformance/suite.h"

#include <cstdlib>
#include <string>

#include <dlfcn.h>

namespace multistate {
namespace {

/// Where in memory the library or program is that holds this address.
const void* module_of(const void* address) {
  Dl_info info = {};
  return dladdr(address, &info) != 0 ? info.dli_fbase : nullptr;
}

/// Whether the policy's code is part of this library.
bool of_this_library(const PolicyEntry& entry) {
  return module_of(reinterpret_cast<const void*>(entry.maker)) ==
         module_of(reinterpret_cast<const void*>(&of_this_library));
}

const PolicyEntry& registered(const std::string& name) {
  const PolicyEntry* entry = policy_registry().find(name);
  if (entry == nullptr) {
    throw InputError("MULTISTATE_CONFORMANCE_POLICIES: " + policy_registry().unknown(name));
  }
  return *entry;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> names(1);
  for (const char c : text) {
    if (c == ',') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return names;
}

}  // namespace

std::vector<Subject> conformance_subjects(std::string_view chosen) {
  policy_registry().check();
  const char* set = std::getenv("MULTISTATE_CONFORMANCE_POLICIES");
  const std::string_view text = set != nullptr && *set != '\0' ? set : chosen;
  std::vector<Subject> subjects;
  if (!text.empty() && text != "*") {
    for (const std::string& name : split(text)) {
      subjects.push_back(make_subject(registered(name)));
    }
    return subjects;
  }
  for (const std::string& name : policy_registry().names()) {
    const PolicyEntry& entry = registered(name);
    if (text == "*" || !of_this_library(entry)) {
      subjects.push_back(make_subject(entry));
    }
  }
  return subjects;
}

}  // namespace multistate
