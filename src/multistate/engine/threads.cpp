#include "multistate/engine/threads.h"

#include <mutex>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <torch/version.h>

#include "multistate/model/product.h"

namespace multistate {
namespace {

/// A function of a library that this program may or may not be linked to.
template <class Function>
Function find_symbol(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

void set_intra_op_threads(int threads) {
  // After a fork LibTorch makes its pool of threads anew at the first call; one beside it finds
  // none.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  at::init_num_threads();
  const auto set_openblas = find_symbol<void (*)(int)>("openblas_set_num_threads");
  if (set_openblas != nullptr) {
    set_openblas(threads);
  }
  at::set_num_threads(set_openblas != nullptr ? 1 : threads);
  let_blas_use_threads(threads > 1);
}

std::string blas_description() {
  if (const auto config = find_symbol<char* (*)()>("openblas_get_config")) {
    return config();
  }
  return at::hasMKL() ? "MKL" : "unknown";
}

std::string libtorch_version() {
  return TORCH_VERSION;
}

}  // namespace multistate
