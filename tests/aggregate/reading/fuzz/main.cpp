// Spoils the files of a sweep at random and reads it, for as many seconds as are asked for:
//
//     fuzz_aggregate_reading SECONDS [SEED]
//
// The same seed spoils the same. Fails when reading does anything but return or throw InputError:
// another exception, a crash, or more than ten seconds for one sweep. The folder is then kept.

#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/aggregate/collect.h"
#include "multistate/base/error.h"

#include "aggregate/support/made_sweep.h"

namespace {

namespace fs = std::filesystem;
using multistate::test::MadeSweep;

/// What mutations put in: numbers at the limits, structure, text that is no UTF-8.
const std::array<std::string, 28> kTokens = {"null",
                                             "true",
                                             "-1",
                                             "0",
                                             "1e999",
                                             "-1e308",
                                             "9223372036854775807",
                                             "1e-400",
                                             "nan",
                                             "\"nan\"",
                                             "\"-inf\"",
                                             "{",
                                             "}",
                                             "18446744073709551616",
                                             "[",
                                             "]",
                                             "[[[[[[[[[",
                                             "{}",
                                             "[]",
                                             "\"\"",
                                             "\\u0000",
                                             "\xff\xfe",
                                             "\"\\ud800\"",
                                             ":",
                                             ",",
                                             "\n",
                                             "\"value\":",
                                             "\"schema\":"};

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  size_t below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  std::string spoiled(std::string text) {
    for (size_t changes = 1 + below(4); changes > 0; --changes) {
      change(text);
    }
    return text;
  }

 private:
  void change(std::string& text) {
    const size_t at = below(text.size() + 1);
    const size_t length = below(1 + std::min<size_t>(text.size() - at, 1 + below(200)));
    switch (below(7)) {
      case 0:
        text.resize(at);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, kTokens[below(kTokens.size())]);
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), length));
        break;
      case 4:
        text.insert(at, 1 + below(2000), "[{\"0 "[below(5)]);
        break;
      case 5:
        replace_value(text, at);
        break;
      default:
        if (at < text.size()) {
          text[at] = static_cast<char>(below(256));
        }
    }
  }

  /// The value after the next colon becomes a token: stays JSON more often than blind changes do.
  void replace_value(std::string& text, size_t from) {
    const size_t colon = text.find(':', from);
    if (colon == std::string::npos) {
      return;
    }
    const size_t end = text.find_first_of(",}\n", colon);
    text.replace(colon + 1, end == std::string::npos ? end : end - colon - 1,
                 kTokens[below(kTokens.size())]);
  }

  std::mt19937_64 random_;
};

/// The files of a sound sweep: done, failed and partial cells.
std::map<fs::path, std::string> sound_sweep(const fs::path& folder) {
  MadeSweep sweep(folder);
  sweep.done({.policy = "full", .samples = {{180.0}, {190.0}, {170.0}}});
  sweep.done({.policy = "tova", .state_size = 64, .samples = {{200.0}, {210.0}, {190.0}}});
  sweep.failed({.policy = "h2o", .state_size = 64}, "no more memory");
  sweep.partial({.policy = "h2o", .state_size = 128, .samples = {{210.0}}});
  sweep.write_manifest();
  std::map<fs::path, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files[entry.path()] = multistate::test::read_text(entry.path());
    }
  }
  return files;
}

struct Tally {
  uint64_t sweeps = 0;
  uint64_t refused = 0;
  uint64_t problems = 0;
};

void read_once(const fs::path& folder, Tally& tally) {
  ::alarm(10);
  try {
    const std::array folders = {folder};
    tally.problems += multistate::aggregate::collect(folders).problems.size();
  } catch (const multistate::InputError&) {
    ++tally.refused;
  }
  ++tally.sweeps;
  ::alarm(0);
}

int fuzz(const fs::path& folder, double seconds, uint64_t seed) {
  const auto files = sound_sweep(folder);
  Mutator mutator(seed);
  Tally tally;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    const size_t count = 1 + mutator.below(2);
    std::map<fs::path, std::string> touched;
    for (size_t i = 0; i < count; ++i) {
      const auto& file = *std::next(files.begin(), static_cast<long>(mutator.below(files.size())));
      touched.insert(file);
      multistate::test::write_text(file.first, mutator.spoiled(file.second));
    }
    read_once(folder, tally);
    for (const auto& [path, text] : touched) {
      multistate::test::write_text(path, text);
    }
  }
  fmt::print("{} sweeps read, {} refused, {} problems named\n", tally.sweeps, tally.refused,
             tally.problems);
  return tally.problems > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 0.0;
  if (seconds <= 0.0) {
    fmt::print(stderr, "usage: fuzz_aggregate_reading SECONDS [SEED]\n");
    return 2;
  }
  const fs::path folder = fs::temp_directory_path() / fmt::format("multistate-fuzz-{}", ::getpid());
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  try {
    const int code = fuzz(folder, seconds, seed);
    fs::remove_all(folder);
    return code;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\nspoiled with seed {}: {}\n", error.what(), seed, folder.string());
    return 1;
  }
}
