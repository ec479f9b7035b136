#pragma once

#include <chrono>

namespace multistate {

/// Adds the seconds of its life to a total.
class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total) {}
  ~Stopwatch() {
    total_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Seconds that `work` takes.
template <class Work>
double seconds_of(const Work& work) {
  double seconds = 0.0;
  {
    const Stopwatch watch(seconds);
    work();
  }
  return seconds;
}

}  // namespace multistate
