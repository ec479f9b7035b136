#include <algorithm>
#include <exception>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include "multistate/conformance/checks.h"
#include "multistate/conformance/session.h"

namespace multistate {
namespace {

std::string missing_words(const PolicyEntry& entry) {
  const PolicyInfo& info = entry.info;
  if (info.name.empty() || info.name.find_first_of(" \t\n,:{}[]'\"#") != std::string::npos) {
    return fmt::format("its name is '{}', which sweep files and command lines cannot take",
                       info.name);
  }
  if (info.version < 1) {
    return fmt::format("its version is {}; versions start at 1", info.version);
  }
  if (info.summary.empty()) {
    return "its summary is empty";
  }
  if (info.paper.empty()) {
    return "it names no paper; a policy without one says \"none\"";
  }
  for (const OptionInfo& option : entry.options()) {
    if (option.help.empty()) {
      return fmt::format("its option {} does not say what it is", option.name);
    }
  }
  return "";
}

void describe(Session& session, Findings& findings) {
  findings.judge("registration", [&] { return missing_words(*session.subject().entry); });
}

/// Why the policy cannot be set up with the largest state of the cases; "" when it can.
std::string refusal(const Subject& subject) {
  try {
    set_up_policy(*subject.entry, &subject.options, Session::kBeyond);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

std::string outcome_of_run(Session& session, const LayerCase& one) {
  try {
    session.run(one);
  } catch (const PolicyError& error) {
    // Any other breach of the contract has a check of its own.
    if (error.breach() == Breach::kThrows || error.breach() == Breach::kIndex) {
      return fmt::format("it fails with: {}", error.what());
    }
  } catch (const c10::Error& error) {
    return fmt::format("it fails with: {}", error.what_without_backtrace());
  } catch (const std::exception& error) {
    return fmt::format("it fails with: {}", error.what());
  }
  return "";
}

void run_all(Session& session, Findings& findings) {
  if (session.cases().empty()) {
    findings.judge("with its defaults", [&] {
      return fmt::format("it cannot be set up for any state size up to {}: {}", Session::kBeyond,
                         refusal(session.subject()));
    });
  }
  for (const LayerCase& one : session.cases()) {
    findings.judge(one.name, [&] { return outcome_of_run(session, one); });
  }
}

void read_declared(Session& session, Findings& findings) {
  for (const LayerCase& one : session.cases()) {
    findings.judge(one.name, [&]() -> std::string {
      session.run(one);
      return "";
    });
  }
}

}  // namespace

std::vector<Check> basic_checks() {
  return {{"description", "says what it is: name, version, summary, paper, options", {}, &describe},
          {"runs", "runs with every state size, scope and number of heads", {}, &run_all},
          {"needs", "reads only what needs() declares", {Breach::kNeeds}, &read_declared}};
}

}  // namespace multistate
