// Leases: who gets one, who may take it away, and what a worker that lost one can still do.

#include "multistate/results/lease.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "multistate/base/file_error.h"
#include "multistate/base/log.h"
#include "multistate/results/lease_watch.h"
#include "multistate/results/worker.h"

#include "support/catch.h"
#include "support/child.h"
#include "support/environment.h"
#include "support/result_files.h"
#include "support/temporary_folder.h"

namespace multistate::test::lease_test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Takes what is logged while it lives.
class Said {
 public:
  Said() : before_(set_log_sink([this](LogLevel, std::string_view text) { text_ += text; })) {}
  ~Said() { set_log_sink(before_); }
  Said(const Said&) = delete;
  Said& operator=(const Said&) = delete;

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  LogSink before_;
};

/// Whether `condition` holds within some seconds.
template <class Condition>
bool soon(const Condition& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) {
      return true;
    }
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

}  // namespace

TEST_CASE("a lease comes back as it was written, and is as long after any number of beats") {
  Lease lease = {"w",    "node\"1", {12, 34, "boot/pid:[1]"}, "slurm 7_3", "cell, sample 3",
                 "2026", 9};
  const std::string text = to_text(lease);
  const auto read = lease_from_text(text);
  REQUIRE(read);
  CHECK(read->worker == "w");
  CHECK(read->host == "node\"1");
  CHECK(read->process == lease.process);
  CHECK(read->job == "slurm 7_3");
  CHECK(read->what == "cell, sample 3");
  CHECK(read->start == "2026");
  CHECK(read->beats == 9);
  lease.beats = 123'456'789;
  CHECK(to_text(lease).size() == text.size());
  for (const std::string other : {"", "{}", "[]", "{\"worker\":", "{\"worker\": 5}"}) {
    CHECK_FALSE(lease_from_text(other));
  }
}

TEST_CASE("the job of a batch system is that of its variables") {
  const EnvironmentVariable no_slurm("SLURM_JOB_ID", nullptr);
  const EnvironmentVariable no_array("SLURM_ARRAY_JOB_ID", nullptr);
  const EnvironmentVariable no_pbs("PBS_JOBID", nullptr);
  const EnvironmentVariable no_lsf("LSB_JOBID", nullptr);
  CHECK_FALSE(own_job());
  const EnvironmentVariable job("SLURM_JOB_ID", "812");
  CHECK(own_job() == "slurm 812");
  const EnvironmentVariable array("SLURM_ARRAY_JOB_ID", "811");
  const EnvironmentVariable task("SLURM_ARRAY_TASK_ID", "3");
  CHECK(own_job() == "slurm 811_3");
}

TEST_CASE("of many workers that want a lease one gets it, and the next one when it is given back") {
  const TemporaryFolder folder;
  constexpr int kWorkers = 8;
  std::atomic<int> ready = 0;
  std::atomic<int> winners = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&] {
      Worker worker(folder.path());
      ++ready;
      while (ready < kWorkers) {
        std::this_thread::yield();
      }
      for (int round = 0; round < 20; ++round) {
        winners += worker.claim("round " + std::to_string(round), "x") ? 1 : 0;
      }
      ++ready;
      while (ready < 2 * kWorkers) {
        std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(winners == 20);
  CHECK_FALSE(fs::exists(lease_folder(folder.path())));

  Worker first(folder.path());
  Worker second(folder.path());
  CHECK(first.claim("x", "what"));
  CHECK_FALSE(first.claim("x", "what"));
  CHECK_FALSE(second.claim("x", "what"));
  CHECK(first.holds("x"));
  CHECK_FALSE(second.holds("x"));
  CHECK(first.held_by_others().empty());
  CHECK(second.held_by_others() == std::set<std::string>{"x"});
  second.release("x");  // Not its own.
  CHECK(first.holds("x"));
  first.release("x");
  CHECK(second.claim("x", "what"));
}

TEST_CASE("the lease of a process that was killed is free at once on the same machine") {
  const TemporaryFolder folder;
  in_child([&] {
    Worker worker(folder.path());
    worker.claim("x", "what");
    ::kill(::getpid(), SIGKILL);
  });
  REQUIRE(fs::exists(lease_path(folder.path(), "x")));
  const Said said;
  Worker worker(folder.path());
  CHECK_FALSE(worker.claim("x", "what"));
  CHECK(worker.held_by_others().empty());
  CHECK(worker.claim("x", "what"));
  CHECK_THAT(said.text(), ContainsSubstring("the lease x of process "));
  CHECK_THAT(said.text(), ContainsSubstring("is taken over: the process has ended"));
}

TEST_CASE("a worker that ends leaves no lease of one that was killed since its last look") {
  const TemporaryFolder folder;
  // Forked before this process has a worker's thread, and shown after the look.
  in_child([&] {
    Worker worker(folder.path());
    worker.claim("x", "what");
    ::kill(::getpid(), SIGKILL);
  });
  const auto lease = lease_path(folder.path(), "x");
  fs::rename(lease, folder / "lease");
  {
    Worker last(folder.path(), 1h);
    CHECK(last.held_by_others().empty());  // The next look is not due for minutes.
    fs::create_directories(lease.parent_path());
    fs::rename(folder / "lease", lease);
    CHECK(last.held_by_others() == std::set<std::string>{"x"});
  }
  CHECK_FALSE(fs::exists(lease_folder(folder.path())));
}

TEST_CASE("a lease is renewed while its worker lives") {
  const TemporaryFolder folder;
  Worker worker(folder.path(), 60ms);
  REQUIRE(worker.claim("x", "what"));
  const auto path = lease_path(folder.path(), "x");
  const auto size = fs::file_size(path);
  CHECK(soon([&] {
    const auto lease = lease_from_text(read_lease(path).value_or(""));
    return lease && lease->beats >= 2;
  }));
  CHECK(fs::file_size(path) == size);
}

TEST_CASE("a lease that stands still is taken over; its slow worker notices, and spoils nothing") {
  const TemporaryFolder folder;
  const Said said;
  {
    Worker slow(folder.path(), 1h);
    REQUIRE(slow.claim("x", "what"));
    Worker other(folder.path(), 60ms);
    CHECK(soon([&] { return other.held_by_others().empty(); }));
    CHECK(other.claim("x", "what"));
    CHECK_FALSE(slow.holds("x"));
    slow.release("x");
    CHECK(other.holds("x"));
    CHECK_FALSE(slow.claim("x", "what"));
  }
  CHECK_THAT(said.text(), ContainsSubstring("is taken over: it is not renewed any more"));
  CHECK_FALSE(fs::exists(lease_folder(folder.path())));
}

TEST_CASE("an empty lease, whose maker was killed before it wrote, is one that stands still") {
  const TemporaryFolder folder;
  write(lease_path(folder.path(), "x"), "");
  Worker worker(folder.path(), 60ms);
  CHECK(worker.held_by_others() == std::set<std::string>{"x"});
  CHECK(soon([&] { return worker.held_by_others().empty(); }));
}

TEST_CASE("a lease stands still when this process has seen it so for the timeout") {
  LeaseWatch watch(100s, 30s);
  const LeaseWatch::Clock::time_point start{};
  CHECK_FALSE(watch.stands_still("x", "1", start));
  CHECK_FALSE(watch.stands_still("x", "1", start + 30s));
  CHECK_FALSE(watch.stands_still("x", "1", start + 60s));
  CHECK_FALSE(watch.stands_still("x", "2", start + 90s));  // Renewed.
  CHECK_FALSE(watch.stands_still("x", "2", start + 120s));
  CHECK_FALSE(watch.stands_still("x", "2", start + 150s));
  CHECK_FALSE(watch.stands_still("x", "2", start + 180s));
  CHECK(watch.stands_still("x", "2", start + 190s));
  // A stop of this process counts as the longest time between two looks.
  CHECK_FALSE(watch.stands_still("y", "1", start));
  CHECK_FALSE(watch.stands_still("y", "1", start + 10000s));
  watch.keep_only({"y"});
  CHECK_FALSE(watch.stands_still("x", "2", start + 10001s));
}

TEST_CASE("whoever finds another lease than it wanted to take away puts it back") {
  const TemporaryFolder folder;
  const auto path = lease_path(folder.path(), "cell.tova-8.3");
  write(path, "new");
  CHECK_FALSE(take_away_lease(path, "old", "me"));
  CHECK(read_lease(path) == "new");
  CHECK(take_away_lease(path, "new", "me"));
  CHECK(lease_names(folder.path()).empty());
  CHECK(take_away_lease(path, "new", "me"));  // Gone.
}

TEST_CASE("a lease is not followed out of the folder by a link") {
  const TemporaryFolder folder;
  write(folder / "outside", "mine");
  fs::create_directories(lease_folder(folder.path()));
  fs::create_symlink(folder / "outside", lease_path(folder.path(), "x"));
  Worker worker(folder.path());
  CHECK_FALSE(worker.claim("x", "what"));
  CHECK_THROWS_WITH(worker.held_by_others(), ContainsSubstring("cannot read the lease (open)"));
  CHECK(read_lease(folder / "outside") == "mine");
}

TEST_CASE("a worker knows which others take part, and whose temporary files are wanted") {
  const TemporaryFolder folder;
  Worker one(folder.path());
  Worker two(folder.path());
  CHECK(one.others_at_work().empty());
  two.join("sweep");
  CHECK(one.others_at_work().size() == 1);
  CHECK(two.others_at_work().empty());
  CHECK(one.is_at_work(process_name()));
  CHECK_FALSE(one.is_at_work("host.12"));
  write(lease_path(folder.path(), session_name("host.12.0a0b0c0d.0")), "{}");
  CHECK(one.is_at_work("host.12.0a0b0c0d"));
  CHECK_FALSE(one.is_at_work("host.1"));
}

TEST_CASE("a folder that is removed while a worker has it is noticed, a new one too") {
  const TemporaryFolder folder;
  const auto output = folder.path() / "out";
  const Worker worker(output);
  CHECK_NOTHROW(worker.check());
  fs::remove_all(output);
  const auto gone = ContainsSubstring("out: cannot go on with: the folder was removed");
  CHECK_THROWS_WITH(worker.check(), gone);
  const Worker other(output);
  CHECK_THROWS_WITH(worker.check(), gone);
  CHECK_NOTHROW(other.check());
}

TEST_CASE("a lease that cannot be renewed ends the work by name") {
  const TemporaryFolder folder;
  Worker worker(folder.path(), 60ms);
  REQUIRE(worker.claim("x", "what"));
  const auto path = lease_path(folder.path(), "x");
  fs::remove(path);
  fs::create_directory(path);
  CHECK(soon([&] {
    try {
      worker.check();
      return false;
    } catch (const FileError& error) {
      return std::string_view(error.what()).find("x.json") != std::string_view::npos;
    }
  }));
  fs::remove(path);
}

}  // namespace multistate::test::lease_test
