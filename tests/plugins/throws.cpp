// Throws where a plug-in's code runs before anybody has asked for its policy.

#include <stdexcept>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Thrower final : public EvictingPolicy {
 public:
  struct Options {
    void visit(OptionVisitor& /*v*/) {
#ifdef THROW_IN_OPTIONS
      throw std::runtime_error("no options today");
#endif
    }
  };

  explicit Thrower(const Options& /*options*/) {
#ifdef THROW_IN_CONSTRUCTOR
    throw std::runtime_error("no policy today");
#endif
  }

  void evict(const StepView& /*step*/, std::span<float> /*scratch*/,
             Evictions& /*evictions*/) const override {}
};

std::string name() {
#ifdef THROW_IN_REGISTRATION
  throw std::runtime_error("no name today");
#endif
#ifdef THROW_A_NUMBER
  throw 5;
#endif
  return "plugged_thrower";
}

const PolicyRegistration<Thrower> kRegistration{
    {.name = name(), .version = 1, .summary = "", .paper = "", .deviations = "", .defaults = {}}};

}  // namespace
}  // namespace multistate
