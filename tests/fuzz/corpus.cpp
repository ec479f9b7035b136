// Reads known inputs of a fuzz target, without a fuzzer:
//
//     fuzz_<target>_corpus [FOLDER]        seeds, each prefix of theirs, and the files in FOLDER
//     fuzz_<target>_corpus --write FOLDER  writes the seeds into FOLDER
//
// Fails when reading does anything but return or throw InputError, or when a seed is refused.

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "multistate/base/error.h"

#include "fuzz/target.h"

namespace {

namespace fs = std::filesystem;

/// Prefixes of a seed are read at this many places at most: a long seed's headers are at its start.
constexpr size_t kPrefixes = 600;

struct Counts {
  int64_t read = 0;
  int64_t refused = 0;
  int64_t faults = 0;
};

void read_one(std::string_view input, const std::string& name, bool must_be_read, Counts& counts) {
  try {
    multistate::fuzz::read(input);
    ++counts.read;
  } catch (const multistate::InputError& error) {
    ++counts.refused;
    if (must_be_read) {
      ++counts.faults;
      fmt::print(stderr, "{}: is refused: {}\n", name, error.what());
    }
  } catch (const std::exception& error) {
    ++counts.faults;
    fmt::print(stderr, "{}: another exception than InputError: {}\n", name, error.what());
  }
}

void write_seeds(const fs::path& folder) {
  fs::create_directories(folder);
  size_t number = 0;
  for (const std::string& seed : multistate::fuzz::seeds()) {
    std::ofstream(folder / fmt::format("seed-{}", number++), std::ios::binary) << seed;
  }
}

void read_seeds(Counts& counts) {
  size_t number = 0;
  for (const std::string& seed : multistate::fuzz::seeds()) {
    const std::string name = fmt::format("seed {}", number++);
    read_one(seed, name, true, counts);
    for (size_t size = 0; size < std::min(seed.size(), kPrefixes); ++size) {
      read_one(std::string_view(seed).substr(0, size), fmt::format("{}, {} bytes", name, size),
               false, counts);
    }
  }
}

void read_folder(const fs::path& folder, Counts& counts) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(stream)), {});
    read_one(content, entry.path().string(), false, counts);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--write") {
    write_seeds(argv[2]);
    return 0;
  }
  Counts counts;
  read_seeds(counts);
  if (argc == 2) {
    read_folder(argv[1], counts);
  }
  fmt::print("{} read, {} refused, {} faults\n", counts.read, counts.refused, counts.faults);
  return counts.faults == 0 && counts.read > 0 ? 0 : 1;
}
