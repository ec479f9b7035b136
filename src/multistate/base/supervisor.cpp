#include "multistate/base/supervisor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "multistate/base/file_descriptor.h"
#include "multistate/base/log.h"
#include "multistate/base/printable.h"
#include "multistate/base/stall_watch.h"
#include "multistate/base/text.h"
#include "multistate/base/thread_limit.h"

namespace multistate {

/// In memory that both processes have. Pages that nobody writes cost nothing.
struct Supervisor::Shared {
  static constexpr size_t kMessages = 5;
  static constexpr size_t kFailedBytes = 1 << 20;

  std::array<WorkRecord, kMostThreads> records;
  std::atomic<bool> returned = false;
  std::atomic<size_t> message = 0;
  std::array<SharedText<256>, kMessages> messages;
  std::atomic<size_t> failed_size = 0;
  std::array<char, kFailedBytes> failed = {};
};

namespace {

constexpr std::array kPassedOn = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
constexpr std::array kDeadly = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr int kLookMilliseconds = 500;

/// How long the work may show no progress once it was asked to stop.
constexpr std::chrono::seconds kStallOfStop(15);

std::atomic<int> supervised = 0;  ///< The process that signals are passed on to.
std::atomic<bool> asked_to_stop = false;

void pass_on(int signal, siginfo_t* info, void* /*context*/) {
  asked_to_stop = true;
  // Ctrl-C of a terminal goes to both processes; a second one would end the work at once.
  const bool is_of_terminal = signal == SIGINT && info->si_code == SI_KERNEL;
  const int process = supervised;
  if (process > 0 && !is_of_terminal) {
    ::kill(process, signal);
  }
}

void pass_signals_on() {
  struct sigaction action {};
  action.sa_sigaction = &pass_on;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  for (const int signal : kPassedOn) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) {
      sigaction(signal, &action, nullptr);
    }
  }
}

/// The thread that runs into the signal says so, and dies of it.
void note_death(int signal) {
  if (own_work_record != nullptr) {
    own_work_record->death = signal;
  }
  std::raise(signal);
}

/// Ends the process before its global objects go, which other threads use.
void note_exit() {
  if (own_work_record != nullptr && own_work_record->busy) {
    own_work_record->death = WorkRecord::kExits;
    ::_exit(1);
  }
}

[[noreturn]] void note_exception() {
  const auto note = [](std::string_view text) {
    if (own_work_record != nullptr) {
      own_work_record->note.set(text);
    }
  };
  try {
    if (const auto error = std::current_exception()) {
      std::rethrow_exception(error);
    }
    note("std::terminate() was called");
  } catch (const std::exception& error) {
    note(error.what());
  } catch (...) {
    note("an exception that is no std::exception");
  }
  std::abort();
}

void note_how_threads_die() {
  struct sigaction action {};
  action.sa_handler = &note_death;
  action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int signal : kDeadly) {
    sigaction(signal, &action, nullptr);
  }
  std::atexit(&note_exit);
  std::set_terminate(&note_exception);
}

DeadWork work_of(const WorkRecord& record) {
  DeadWork work = {std::string(record.what.view()), record.sample, "",
                   std::string(record.note.view())};
  const std::string policy(record.policy.view());
  if (record.layer < 0) {
    work.where = fmt::format("in a run of policy {}", policy);
  } else {
    work.where = fmt::format("{} policy {}, layer {}, step {}", record.in_policy ? "in" : "after",
                             policy, record.layer.load(), record.step.load());
  }
  return work;
}

/// Those that say that they ended the process, else those that stood still, else all.
std::vector<const WorkRecord*> at_fault(std::span<const WorkRecord> records,
                                        const std::vector<const WorkRecord*>& stuck) {
  std::vector<const WorkRecord*> busy;
  std::vector<const WorkRecord*> dead;
  for (const WorkRecord& record : records) {
    if (record.busy) {
      (record.death != 0 ? dead : busy).push_back(&record);
    }
  }
  return !dead.empty() ? dead : !stuck.empty() ? stuck : busy;
}

/// The signal that a process died of, by its status; 0: it ended by itself.
int signal_of(int status) {
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/// Dies of the signal as the work did, if that is one that is passed on.
void die_of(int signal) {
  for (const int asked : kPassedOn) {
    if (signal == asked) {
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    }
  }
}

}  // namespace

std::string to_text(const ProcessDeath& death) {
  std::string text = "the process " + death.how;
  if (death.was_killed) {
    text += ", as the system does when memory runs out";
  }
  if (death.work.size() == 1) {
    const DeadWork& work = death.work.front();
    text += " " + work.where + (work.note.empty() ? "" : ": " + printable(work.note));
  }
  if (!death.last_messages.empty()) {
    text += ". Last warnings: " + printable(join(death.last_messages, " | "));
  }
  return text;
}

Supervisor::Supervisor(std::chrono::seconds stall) : stall_(stall) {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), "no memory to watch the work with");
  }
  shared_ = new (memory) Shared;
}

std::span<WorkRecord> Supervisor::records() {
  return shared_->records;
}

void Supervisor::note_failed(const std::string& name) {
  const size_t start = shared_->failed_size.fetch_add(name.size() + 1);
  if (start + name.size() + 1 <= Shared::kFailedBytes) {
    std::memcpy(shared_->failed.data() + start, name.c_str(), name.size() + 1);
  }
}

std::vector<std::string> Supervisor::failed() const {
  std::vector<std::string> names;
  const size_t end = std::min(shared_->failed_size.load(), Shared::kFailedBytes);
  for (size_t start = 0; start < end; start += names.back().size() + 1) {
    names.emplace_back(shared_->failed.data() + start,
                       ::strnlen(shared_->failed.data() + start, end - start));
  }
  return names;
}

Supervisor::End Supervisor::run(const std::function<int()>& work) {
  for (WorkRecord& record : shared_->records) {
    if (record.points != 0 || record.busy) {
      new (&record) WorkRecord;
    }
  }
  shared_->returned = false;
  shared_->message = 0;
  std::array<int, 2> alive = {-1, -1};
  if (::pipe2(alive.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "no pipe to watch the work with");
  }
  std::fflush(nullptr);  // Else both processes would print it.
  sigset_t passed_on;
  sigset_t before;
  sigemptyset(&passed_on);
  for (const int signal : kPassedOn) {
    sigaddset(&passed_on, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &passed_on, &before);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    throw std::system_error(errno, std::generic_category(), "no process to run the work in");
  }
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
      ::_exit(1);
    }
    ::close(alive[0]);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    note_how_threads_die();
    set_log_sink(
        [shared = shared_, next = set_log_sink({})](LogLevel level, std::string_view text) {
          if (level == LogLevel::kWarning) {
            shared->messages[shared->message++ % Shared::kMessages].set(text);
          }
          next(level, text);
        });
    struct Returned {
      std::atomic<bool>& flag;
      ~Returned() { flag = true; }
    } const returned{shared_->returned};
    return {work(), std::nullopt, false};
  }
  ::close(alive[1]);
  supervised = child;
  pass_signals_on();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return watch(child, alive[0]);
}

Supervisor::End Supervisor::watch(int child, int alive) {
  const FileDescriptor pipe(alive);
  std::vector<const WorkRecord*> stuck;
  const int status = wait_for(child, pipe.get(), stuck);
  supervised = 0;
  End end;
  end.stopped = asked_to_stop;
  // Where nothing is half done yet, a signal ends the work at once.
  if (WIFEXITED(status) && (shared_->returned || end.stopped)) {
    end.code = WEXITSTATUS(status);
    return end;
  }
  die_of(signal_of(status));
  end.death = death_of(signal_of(status), stuck);
  return end;
}

int Supervisor::wait_for(int child, int alive, std::vector<const WorkRecord*>& stuck) {
  StallWatch stalls(records());
  bool stands_still = false;
  int status = 0;
  while (true) {
    pollfd ends = {alive, 0, 0};  // Hangs up when the process ends.
    ::poll(&ends, 1, kLookMilliseconds);
    // Without the flag: once it has hung up, the process is as good as gone.
    const bool is_over = (ends.revents & POLLHUP) != 0;
    const pid_t changed = without_interruption(
        [&] { return ::waitpid(child, &status, is_over ? 0 : WNOHANG | WUNTRACED | WCONTINUED); });
    if (changed == child && (WIFSTOPPED(status) || WIFCONTINUED(status))) {
      stands_still = WIFSTOPPED(status);
    } else if (changed != 0) {
      return status;
    }
    if (!stands_still && stuck.empty()) {
      stuck = stalls.stuck(StallWatch::Clock::now(), stall_limit());
      if (!stuck.empty()) {
        ::kill(child, SIGKILL);
      }
    }
  }
}

std::chrono::seconds Supervisor::stall_limit() const {
  return asked_to_stop ? std::min(stall_, kStallOfStop) : stall_;
}

ProcessDeath Supervisor::death_of(int signal, const std::vector<const WorkRecord*>& stuck) {
  ProcessDeath death;
  if (!stuck.empty()) {
    death.how =
        fmt::format("made no progress for {} seconds and was killed", stall_limit().count());
  } else if (signal != 0) {
    death.how = fmt::format("died of signal {} ({})", signal, ::strsignal(signal));
  } else {
    death.how = "was ended by a call of exit()";
  }
  death.was_killed = signal == SIGKILL && stuck.empty();
  for (const WorkRecord* record : at_fault(records(), stuck)) {
    death.work.push_back(work_of(*record));
  }
  const size_t messages = shared_->message;
  for (size_t i = messages - std::min(messages, Shared::kMessages); i < messages; ++i) {
    death.last_messages.emplace_back(shared_->messages[i % Shared::kMessages].view());
  }
  return death;
}

WatchedThread::WatchedThread(WorkRecord* record) : stack_(record == nullptr ? 0 : 1 << 16) {
  own_work_record = record;
  if (record != nullptr) {
    stack_t stack = {};
    stack.ss_sp = stack_.data();
    stack.ss_size = stack_.size();
    ::sigaltstack(&stack, nullptr);
  }
}

WatchedThread::~WatchedThread() {
  if (own_work_record != nullptr) {
    stack_t stack = {};
    stack.ss_flags = SS_DISABLE;
    ::sigaltstack(&stack, nullptr);
    own_work_record = nullptr;
  }
}

BusyWith::BusyWith(std::string_view what, std::string_view policy, int64_t sample) {
  if (WorkRecord* record = own_work_record; record != nullptr) {
    record->what.set(what);
    record->policy.set(policy);
    record->note.set("");
    record->sample = sample;
    record->layer = -1;
    record->step = -1;
    record->tick();
    record->busy = true;
  }
}

BusyWith::~BusyWith() {
  if (own_work_record != nullptr) {
    own_work_record->busy = false;
  }
}

}  // namespace multistate
