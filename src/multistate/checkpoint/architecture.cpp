#include "multistate/checkpoint/architecture.h"

#include <algorithm>

namespace multistate {
namespace {

/// The architecture whose `names` hold `name`.
const Architecture& find(const std::string& name, std::vector<std::string> Architecture::*names,
                         const std::string& what) {
  std::vector<std::string> all;
  for (const std::string& title : architecture_registry().names()) {
    const Architecture& one = *architecture_registry().find(title);
    if (std::find((one.*names).begin(), (one.*names).end(), name) != (one.*names).end()) {
      return one;
    }
    all.insert(all.end(), (one.*names).begin(), (one.*names).end());
  }
  std::sort(all.begin(), all.end());
  throw InputError(fmt::format("{} {}, which is not supported; supported: {}", what,
                               in_quotes(name), join(all)));
}

}  // namespace

Registry<Architecture>& architecture_registry() {
  static Registry<Architecture> registry("architecture");
  return registry;
}

const Architecture& architecture_by_class(const std::string& name, const std::string& source) {
  return find(name, &Architecture::hugging_face, source + ": 'architectures' is");
}

const Architecture& architecture_by_gguf(const std::string& name, const std::string& source) {
  return find(name, &Architecture::gguf, source + ": 'general.architecture' is");
}

}  // namespace multistate
