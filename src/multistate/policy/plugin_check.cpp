#include "multistate/policy/plugin_check.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/elf_note.h"
#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/policy/plugin_record.h"

namespace multistate {
namespace {

constexpr std::string_view kOwnRecord = MULTISTATE_PLUGIN_RECORD(MULTISTATE_LIBTORCH_VERSION);

constexpr const char* kBuildAgain =
    "build it again with this multistate: in the plug-in's folder, cmake -S . -B build --fresh "
    "-Dmultistate_DIR=<this multistate>/lib/cmake/multistate, then cmake --build build";

/// The value in the line of a record that starts with `key`; "" when there is none.
std::string_view value_of(std::string_view record, std::string_view key) {
  while (!record.empty()) {
    const std::string_view line = record.substr(0, record.find('\n'));
    if (line.starts_with(key) && line.substr(key.size()).starts_with(' ')) {
      return line.substr(key.size() + 1);
    }
    record.remove_prefix(std::min(line.size() + 1, record.size()));
  }
  return "";
}

class Comparison {
 public:
  Comparison(const MappedFile& file, std::string_view record) : file_(file), record_(record) {}

  std::string_view theirs(std::string_view key) const { return value_of(record_, key); }
  static std::string_view ours(std::string_view key) { return value_of(kOwnRecord, key); }
  bool differs(std::string_view key) const { return theirs(key) != ours(key); }

  [[noreturn]] void fail(const std::string& difference) const {
    throw InputError(
        fmt::format("{}: the plug-in {}; {}", file_.path().string(), difference, kBuildAgain));
  }

 private:
  const MappedFile& file_;
  std::string_view record_;
};

}  // namespace

void check_plugin_record(const MappedFile& file) {
  const auto record = read_elf_note(file, kPluginRecordOwner);
  if (!record) {
    throw InputError(fmt::format(
        "{}: is a shared library without multistate's interface record, so not a plug-in; build it "
        "with multistate_add_plugin() of CMake, as the project does that 'multistate new-policy "
        "NAME' writes",
        file.path().string()));
  }
  const Comparison comparison(file, *record);
  if (comparison.differs("version")) {
    comparison.fail(fmt::format("was built for multistate {}, this is {}",
                                in_quotes(comparison.theirs("version")),
                                in_quotes(Comparison::ours("version"))));
  }
  if (comparison.differs("abi")) {
    comparison.fail(fmt::format(
        "was compiled for the standard library {}, multistate for {}; use the same library, "
        "compiler and flags",
        in_quotes(comparison.theirs("abi")), in_quotes(Comparison::ours("abi"))));
  }
  if (comparison.differs("headers")) {
    comparison.fail(
        fmt::format("was compiled with other headers than this multistate {} (their digest is {}, "
                    "not {})",
                    Comparison::ours("version"), in_quotes(comparison.theirs("headers")),
                    in_quotes(Comparison::ours("headers"))));
  }
  if (!comparison.theirs("libtorch").empty() && comparison.differs("libtorch")) {
    comparison.fail(fmt::format(
        "was compiled with LibTorch {}, multistate with {}; LibTorch has "
        "no stable ABI",
        in_quotes(comparison.theirs("libtorch")), in_quotes(Comparison::ours("libtorch"))));
  }
}

}  // namespace multistate
