#include "multistate/results/machine_load.h"

#include <chrono>
#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.h"

namespace multistate::test::machine_load_test {
namespace {

/// Keeps a CPU busy in another process while it lives.
class BusyProcess {
 public:
  BusyProcess() : id_(::fork()) {
    // A loop without side effects may be removed by the compiler.
    for (volatile bool busy = id_ == 0; busy;) {
    }
  }
  ~BusyProcess() {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  BusyProcess(const BusyProcess&) = delete;
  BusyProcess& operator=(const BusyProcess&) = delete;

 private:
  pid_t id_;
};

}  // namespace

TEST_CASE("a busy process counts as load, the work of this one does not") {
  using namespace std::chrono_literals;
  const BusyProcess busy;
  const LoadMeter meter;
  std::this_thread::sleep_for(400ms);
  const SampleLoad load = meter.load();
  CHECK(load.seconds >= 0.4);
  if (!load.other_cpu_seconds) {
    WARN("this system does not tell how busy its CPUs are");
    return;
  }
  CHECK(*load.other_cpu_seconds > 0.1);  // 0.4 on an idle machine, less of a shared CPU.
  CHECK(!noise_reasons(total_load({load})).empty());
}

TEST_CASE("samples together have their most neighbours and their mean load") {
  const TotalLoad total = total_load({SampleLoad{1, 3.0, 0.3}, SampleLoad{0, 1.0, 0.1}});
  CHECK(total.jobs_beside == 1);
  CHECK(*total.other_cpus == approx(0.1));
  CHECK(!total_load({SampleLoad{0, 1.0, std::nullopt}}).other_cpus);
  CHECK(!total_load({}).jobs_beside);
}

TEST_CASE("what makes times noise is said") {
  CHECK(noise_reasons({.jobs_beside = 0, .other_cpus = 0.05}).empty());
  CHECK(noise_reasons({.jobs_beside = 2, .other_cpus = 0.0}) ==
        std::vector<std::string>{"2 other samples ran beside it"});
  CHECK(noise_reasons({.jobs_beside = 1, .other_cpus = 0.72}) ==
        std::vector<std::string>{"another sample ran beside it", "other processes used 0.7 CPUs"});
  CHECK(noise_reasons({.jobs_beside = 0, .other_cpus = std::nullopt}) ==
        std::vector<std::string>{"the load of the machine is unknown"});
}

TEST_CASE("a load is read as it is written") {
  for (const auto& other : {std::optional(0.25), std::optional<double>()}) {
    const SampleLoad load = load_from_json(to_json(SampleLoad{2, 1.5, other}));
    CHECK(load.jobs_beside == 2);
    CHECK(load.seconds == 1.5);
    CHECK(load.other_cpu_seconds == other);
  }
}

}  // namespace multistate::test::machine_load_test
