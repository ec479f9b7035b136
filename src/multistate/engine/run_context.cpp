#include "multistate/engine/run_context.h"

#include <nlohmann/json.hpp>

#include "multistate/engine/threads.h"
#include "multistate/results/context.h"

namespace multistate {

nlohmann::json make_run_context(const std::string& command, int64_t jobs, int64_t threads) {
  nlohmann::json context = make_context(command);
  context["libtorch"] = libtorch_version();
  context["blas"] = blas_description();
  context["threads"] = {{"jobs", jobs}, {"intra_op", threads}};
  return context;
}

}  // namespace multistate
