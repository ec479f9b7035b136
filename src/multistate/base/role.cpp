#include "multistate/base/role.h"

#include <stdexcept>

namespace multistate {

std::string_view name_of(Role role) {
  switch (role) {
    case Role::kPolicy:
      return "policy";
    case Role::kBaseline:
      return "baseline";
    case Role::kControl:
      return "control";
    case Role::kReference:
      return "reference";
  }
  throw std::logic_error("no such role");
}

}  // namespace multistate
