#include "multistate/model/dtype.h"

#include <map>
#include <vector>

namespace multistate {
namespace {

const std::map<std::string, at::ScalarType>& dtypes() {
  static const std::map<std::string, at::ScalarType> types = {{"float32", at::kFloat},
                                                              {"float64", at::kDouble}};
  return types;
}

}  // namespace

std::span<const std::string> dtype_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, type] : dtypes()) {
      all.push_back(name);
    }
    return all;
  }();
  return names;
}

at::ScalarType dtype_of(const std::string& name) {
  return dtypes().at(name);
}

}  // namespace multistate
