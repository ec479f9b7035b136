#include "multistate/cli/program.h"

#include <exception>
#include <string>
#include <system_error>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include "multistate/base/build_info.h"
#include "multistate/base/error.h"
#include "multistate/base/log.h"
#include "multistate/base/printable.h"
#include "multistate/base/standard_streams.h"
#include "multistate/checkpoint/architecture.h"
#include "multistate/cli/command.h"
#include "multistate/engine/blas_kernels.h"
#include "multistate/experiment/registry.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

constexpr int kUsageError = 2;
constexpr int kInternalError = 3;

std::string& mutable_command_line() {
  static std::string text;
  return text;
}

char** words_of_command_line = nullptr;

void remember_command_line(int argc, char** argv) {
  words_of_command_line = argv;
  for (int i = 0; i < argc; ++i) {
    mutable_command_line() += (i == 0 ? "" : " ") + shell_word(argv[i]);
  }
}

int run_command(int argc, char** argv) {
  CLI::App app("Experiments with policies that compress the KV cache of a Transformer.",
               "multistate");
  app.set_version_flag("--version", fmt::format("multistate {}", build_info().version));
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 ok, 1 some runs failed, 2 usage, configuration or files, 3 internal, 75 "
      "interrupted with "
      "runs left.");
  Action action;
  add_run_command(app, action);
  add_submit_command(app, action);
  add_status_command(app, action);
  add_aggregate_command(app, action);
  add_recommend_command(app, action);
  add_policies_command(app, action);
  add_check_policy_command(app, action);
  add_experiments_command(app, action);
  add_inspect_command(app, action);
  add_tokenize_command(app, action);
  add_generate_command(app, action);
  add_judge_commands(app, action);
  add_calibrate_command(app, action);
  add_bench_command(app, action);
  add_new_policy_command(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  set_log_level_from_environment();
  policy_registry().check();
  experiment_registry().check();
  architecture_registry().check();
  return action();
}

int report(const std::string& kind, const std::string& message, int code) {
  say(fmt::format("multistate: {}{}\n", kind, message));
  return code;
}

}  // namespace

const std::string& command_line() {
  return mutable_command_line();
}

void use_fast_kernels() {
  use_better_blas_kernels(words_of_command_line);
}

int run_program(int argc, char** argv) {
  try {
    remember_command_line(argc, argv);
    return run_with_streams([&] { return run_command(argc, argv); });
  } catch (const InputError& error) {
    return report("error: ", error.what(), kUsageError);
  } catch (const std::system_error& error) {  // A file, or standard output, that cannot be written.
    return report("error: ", error.what(), kUsageError);
  } catch (const c10::Error& error) {
    return report("internal error: ", error.what_without_backtrace(), kInternalError);
  } catch (const std::exception& error) {
    return report("internal error: ", error.what(), kInternalError);
  } catch (...) {
    return report("internal error: ", "an exception that is no std::exception", kInternalError);
  }
}

}  // namespace multistate
