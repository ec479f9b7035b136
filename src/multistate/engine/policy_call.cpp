#include "multistate/engine/policy_call.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

namespace multistate {

PolicyError error_of_policy(const PolicySetup& setup, int64_t layer, int64_t step) {
  const auto thrown = [&](const std::string& what) {
    return PolicyError(Breach::kThrows,
                       fmt::format("policy {}: layer {}, step {}: an exception leaves it: {}",
                                   setup.entry->info.name, layer, step, what));
  };
  try {
    throw;
  } catch (const PolicyError& error) {  // It says layer and step itself.
    return {error.breach(), fmt::format("policy {}: {}", setup.entry->info.name, error.what())};
  } catch (const c10::Error& error) {
    return thrown(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return thrown(error.what());
  } catch (...) {
    return thrown("one that is no std::exception");
  }
}

}  // namespace multistate
