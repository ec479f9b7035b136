#pragma once

#include <string>

namespace multistate {

/// What this program was built from. Commit and dirty are those of the working tree at the last
/// build; "unknown" outside git.
struct BuildInfo {
  std::string version;
  std::string commit;
  bool dirty = false;
  std::string build_type;
  std::string compiler;
};

const BuildInfo& build_info();

}  // namespace multistate
