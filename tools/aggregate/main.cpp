#include <cstdio>
#include <exception>
#include <string>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/log.h"

#include "aggregate/command/options.h"
#include "aggregate/command/run.h"

namespace {

constexpr int kUsageError = 2;
constexpr int kInternalError = 3;

int report(const std::string& kind, const std::string& message, int code) {
  // Unlike fmt::print this does not throw when nobody reads stderr any more.
  std::fputs(fmt::format("multistate-aggregate: {}{}\n", kind, message).c_str(), stderr);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    multistate::set_log_level_from_environment();
    const auto options = multistate::aggregate::parse_options(argc, argv);
    return options ? multistate::aggregate::run(*options) : 0;
  } catch (const multistate::InputError& error) {
    return report("error: ", error.what(), kUsageError);
  } catch (const std::exception& error) {
    return report("internal error: ", error.what(), kInternalError);
  }
}
