// A policy that takes its process with it, or its time, in step 20 of the last layer.

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

enum class Fault {
  kNone,
  kSegfault,
  kAbort,
  kStack,
  kExit,
  kThrow,
  kNoexcept,
  kLoop,
  kKilled,
  kSlow
};

// Deeper than any stack; the compiler must not make a loop of it.
// NOLINTNEXTLINE(misc-no-recursion)
__attribute__((noinline)) int64_t deep(volatile int64_t* above) {
  volatile int64_t here[512] = {};
  here[0] = *above + 1;
  return here[0] < 0 ? 0 : deep(here) + here[0];
}

[[noreturn]] void throw_an_error() {
  throw std::runtime_error("nobody catches this");
}

[[noreturn]] void throw_where_none_may_pass() noexcept {
  throw_an_error();
}

class Deadly final : public ScoringPolicy {
 public:
  struct Options {
    Fault fault = Fault::kNone;

    void visit(OptionVisitor& v) {
      v.choice("fault", fault,
               {{"none", Fault::kNone},
                {"segfault", Fault::kSegfault},
                {"abort", Fault::kAbort},
                {"stack", Fault::kStack},
                {"exit", Fault::kExit},
                {"throw", Fault::kThrow},
                {"noexcept", Fault::kNoexcept},
                {"loop", Fault::kLoop},
                {"killed", Fault::kKilled},
                {"slow", Fault::kSlow}},
               "what happens");
    }
  };

  explicit Deadly(const Options& options) : fault_(options.fault) {}

  void score(const StepView& step, std::span<float> scores) const override {
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = static_cast<float>(row);
    }
    if (fault_ == Fault::kSlow) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    } else if (step.layer() == step.layers() - 1 && step.step() == 20) {
      act();
    }
  }

 private:
  void act() const {
    volatile int64_t start = 0;
    switch (fault_) {
      case Fault::kSegfault:
        *reinterpret_cast<volatile int*>(start + 8) = 1;
        break;
      case Fault::kAbort:
        std::abort();
      case Fault::kStack:
        deep(&start);
        break;
      case Fault::kExit:
        std::exit(0);  // NOLINT(concurrency-mt-unsafe)
      case Fault::kThrow:
        throw 42;  // NOLINT(hicpp-exception-baseclass)
      case Fault::kNoexcept:
        throw_where_none_may_pass();
      case Fault::kLoop:
        while (start == 0) {
        }
        break;
      case Fault::kKilled:
        ::kill(::getpid(), SIGKILL);
        break;
      default:
        break;
    }
  }

  Fault fault_;
};

const PolicyRegistration<Deadly> kRegistration{{
    .name = "deadly",
    .version = 1,
    .summary = "dies",
    .paper = "none",
    .deviations = "",
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
