#include "multistate/base/process_identity.h"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.h"

namespace multistate::test::process_identity_test {
namespace {

/// A child that waits until it is killed.
pid_t start_child() {
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) {
      ::pause();
    }
  }
  return child;
}

/// Kills it and waits until it is a zombie.
void kill_child(pid_t child) {
  ::kill(child, SIGKILL);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
}

}  // namespace

TEST_CASE("a process that runs has not ended; killed, it has, before and after it is waited for") {
  ProcessIdentity process = own_process();
  CHECK_FALSE(has_ended(process));
  const pid_t child = start_child();
  process.number = child;
  process.start = 0;  // Not known.
  CHECK_FALSE(has_ended(process));
  kill_child(child);
  CHECK(has_ended(process));
  ::waitpid(child, nullptr, 0);
  CHECK(has_ended(process));
}

TEST_CASE("a later process with the same number is another one") {
  ProcessIdentity process = own_process();
  process.start += 1;
  CHECK(has_ended(process));
}

TEST_CASE("of a process on another machine, or in another container, nothing is said") {
  ProcessIdentity process = own_process();
  process.number = 1'000'000'000;
  CHECK(has_ended(process));
  process.scope = "another boot/pid:[1]";
  CHECK_FALSE(has_ended(process));
  process.scope = "";
  CHECK_FALSE(has_ended(process));
}

TEST_CASE("the name of a process is fit for a file's name and has its number") {
  const std::string name = process_name();
  CHECK(name == process_name());
  CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-_.") == std::string::npos);
  CHECK_THAT(name, ContainsSubstring("." + std::to_string(::getpid()) + "."));
}

}  // namespace multistate::test::process_identity_test
