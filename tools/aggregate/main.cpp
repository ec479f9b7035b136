#include <exception>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/log.h"
#include "multistate/base/standard_streams.h"

#include "aggregate/command/commands.h"

namespace {

constexpr int kUsageError = 2;
constexpr int kInternalError = 3;

int report(const std::string& kind, const std::string& message, int code) {
  multistate::say(fmt::format("multistate-aggregate: {}{}\n", kind, message));
  return code;
}

/// A command's first word takes the place of the program's name; a folder of that name is ./NAME.
int run_command(int argc, const char* const* argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "archive") {
    return multistate::aggregate::archive(argc - 1, argv + 1);
  }
  if (command == "export-pairs") {
    return multistate::aggregate::export_pairs(argc - 1, argv + 1);
  }
  if (command == "import-verdicts") {
    return multistate::aggregate::import_verdicts(argc - 1, argv + 1);
  }
  return multistate::aggregate::aggregate(argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return multistate::run_with_streams([&] {
      multistate::set_log_level_from_environment();
      return run_command(argc, argv);
    });
  } catch (const multistate::InputError& error) {
    return report("error: ", error.what(), kUsageError);
  } catch (const std::system_error& error) {  // A file, or standard output, that cannot be written.
    return report("error: ", error.what(), kUsageError);
  } catch (const std::exception& error) {
    return report("internal error: ", error.what(), kInternalError);
  }
}
