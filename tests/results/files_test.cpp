// What is on disk after everything that can go wrong.

#include <cmath>
#include <csignal>
#include <fstream>
#include <map>
#include <system_error>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "multistate/base/mapped_file.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/manifest.h"
#include "multistate/results/metric.h"
#include "multistate/results/partial_samples.h"
#include "multistate/results/sweep_reader.h"

#include "support/catch.h"
#include "support/child.h"
#include "support/input_error.h"
#include "support/result_files.h"
#include "support/temporary_folder.h"

namespace multistate::test::files_test {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

PartialSamples samples_of(const fs::path& cell) {
  return {cell, kCellId};
}

}  // namespace

TEST_CASE("a full disk leaves the old content and no temporary file") {
  const TemporaryFolder folder;
  const auto path = folder / "result.json";
  write_atomically(path, "old");
  const int status = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_atomically(path, std::string(100'000, 'x'));
    } catch (const std::system_error&) {
      ::_exit(7);
    }
  });
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(read_file(path) == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a path that cannot be written is named") {
  const TemporaryFolder folder;
  write(folder / "file", "");
  CHECK_THROWS_AS(write_atomically(folder.path() / "file" / "x", "text"), std::system_error);
  CHECK_THROWS_WITH(append_line("/dev/full", "text"), ContainsSubstring("/dev/full: cannot write"));
  CHECK_THROWS_WITH(append_line(folder.path() / "file" / "x", "text"),
                    ContainsSubstring("file: cannot make the folder (mkdir): Not a directory"));
}

TEST_CASE("a process killed while it writes leaves the old or the new content, whole") {
  const TemporaryFolder folder;
  const auto path = folder / "result.json";
  const std::string a(200'000, 'a');
  const std::string b(200'000, 'b');
  write_atomically(path, a);
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) {
        write_atomically(path, b);
        write_atomically(path, a);
      }
    }
    ::usleep(static_cast<useconds_t>(500 + 700 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto content = read_file(path);
    CHECK((content == a || content == b));
  }
}

TEST_CASE("a cell goes from missing to partial to done") {
  const TemporaryFolder folder;
  CellFolder cell(folder / "cell", kCellId);
  CHECK(cell.state() == CellState::kMissing);
  samples_of(folder / "cell").append("w", 1, {{"x", 1}});
  CHECK(cell.state() == CellState::kPartial);
  cell.fail({{"schema", {{"name", "multistate.error"}, {"version", 1}}}, {"message", "no"}});
  CHECK(cell.state() == CellState::kFailed);
  cell.finish(result_for(kCellId), {{{"x", 0}}, {{"x", 1}}});
  CHECK(cell.state() == CellState::kDone);
  CHECK(read_file(folder.path() / "cell" / "samples.jsonl") == "{\"x\":0}\n{\"x\":1}\n");
  CHECK(!fs::exists(folder.path() / "cell" / "error.json"));
  CHECK(files_in(folder.path() / "cell") == 2);
}

TEST_CASE("samples of interrupted runs are taken over, torn and foreign lines are not") {
  const TemporaryFolder folder;
  const auto path = folder / "cell";
  samples_of(path).append("w", 0, {{"x", 0}});
  PartialSamples(path, std::string(64, 'b')).append("w", 5, {{"x", 5}});
  samples_of(path).append("v", 2, {{"x", 2}});
  write(fs::path(path) / "samples.partial.jsonl",
        R"({"cell_id": ")" + kCellId + R"(", "sample": 3, "record": {"x": 3}})" + "\n");
  write(fs::path(path) / "samples.partial.jsonl.rejected-1", "");
  std::ofstream(fs::path(path) / "samples.partial.w.jsonl", std::ios::app) << "{\"cell_id\":";
  const auto samples = samples_of(path).read_new();
  CHECK(samples.size() == 3);
  CHECK(samples.at(0) == json{{"x", 0}});
  CHECK(samples.at(2) == json{{"x", 2}});
  CHECK(samples.at(3) == json{{"x", 3}});
}

TEST_CASE("a sample added after a torn line is kept") {
  const TemporaryFolder folder;
  const auto path = folder / "cell";
  samples_of(path).append("w", 0, {{"x", 0}});
  std::ofstream(fs::path(path) / "samples.partial.w.jsonl", std::ios::app) << "{\"cell_id\":";
  samples_of(path).append("w", 1, {{"x", 1}});
  const auto samples = samples_of(path).read_new();
  CHECK(samples.size() == 2);
  CHECK(samples.at(1) == json{{"x", 1}});
}

TEST_CASE("a worker reads what others have added since it last looked, line by line") {
  const TemporaryFolder folder;
  const auto path = folder / "cell";
  auto mine = samples_of(path);
  auto other = samples_of(path);
  CHECK(mine.read_new().empty());  // There is no folder yet.
  mine.append("mine", 7, {{"x", 7}});
  other.append("other", 0, {{"x", 0}});
  CHECK(mine.read_new() == std::map<int64_t, json>{{0, {{"x", 0}}}});
  CHECK(other.read_new() == std::map<int64_t, json>{{7, {{"x", 7}}}});
  CHECK(mine.read_new().empty());
  other.append("other", 1, {{"x", 1}});
  // The next line, seen before all of it is written.
  const auto file = fs::path(path) / "samples.partial.other.jsonl";
  const std::string before = read_file(file);
  other.append("other", 2, {{"x", 2}});
  const std::string after = read_file(file);
  write(file, after.substr(0, before.size() + 20));
  CHECK(mine.read_new() == std::map<int64_t, json>{{1, {{"x", 1}}}});
  write(file, after.substr(0, after.size() - 1));  // All but the end of the line.
  CHECK(mine.read_new() == std::map<int64_t, json>{{2, {{"x", 2}}}});
  write(file, after);
  CHECK(mine.read_new().empty());
  mine.remove();
  CHECK(files_in(path) == 0);
  CHECK(mine.read_new().empty());
}

TEST_CASE("lines with members of another type are skipped like foreign ones") {
  const TemporaryFolder folder;
  write(folder.path() / "cell" / "samples.partial.jsonl",
        "5\n{\"cell_id\": 5, \"sample\": 0, \"record\": {}}\n{\"cell_id\": \"" + kCellId +
            "\", \"sample\": \"0\", \"record\": {}}\n");
  CHECK(samples_of(folder / "cell").read_new().empty());
}

TEST_CASE("of two that finish a cell the slow one writes nothing, wherever it was held up") {
  const TemporaryFolder folder;
  CellFolder slow(folder / "cell", kCellId);
  CellFolder other(folder / "cell", kCellId);
  const auto with = [](const std::string& who) {
    json result = result_for(kCellId);
    result["who"] = who;
    return result;
  };
  const std::vector<json> slow_samples = {{{"x", 0}, {"seconds", 1}}};
  const std::vector<json> other_samples = {{{"x", 0}, {"seconds", 2}}};
  const auto check_others = [&] {
    CHECK(other.state() == CellState::kDone);
    CHECK(other.result().at("who") == "other");
    CHECK(read_file(folder.path() / "cell" / "samples.jsonl") == "{\"seconds\":2,\"x\":0}\n");
    CHECK(files_in(folder.path() / "cell") == 2);
  };
  SECTION("before it asks whether the result is still its own") {
    CHECK_FALSE(slow.finish(with("slow"), slow_samples, [&] {
      CHECK(other.finish(with("other"), other_samples));
      return false;
    }));
    check_others();
  }
  SECTION("after it was told so, and before it puts the files in place") {
    CHECK_FALSE(slow.finish(with("slow"), slow_samples, [&] {
      CHECK(other.finish(with("other"), other_samples));
      return true;
    }));
    check_others();
  }
  SECTION("before it makes the files") {
    CHECK(other.finish(with("other"), other_samples));
    CHECK(slow.finish(with("slow"), slow_samples));
    check_others();
  }
}

TEST_CASE("samples of a foreign result and a foreign error.json survive too") {
  const TemporaryFolder folder;
  CellFolder cell(folder / "cell", kCellId);
  const auto path = folder.path() / "cell";
  write(path / "result.json", result_for(std::string(64, 'b')).dump());
  write(path / "samples.jsonl", "theirs");
  write(path / "error.json", "{");
  cell.finish(result_for(kCellId), {});
  CHECK(read_file(path / "samples.jsonl.rejected-1") == "theirs");
  CHECK(read_file(path / "error.json.rejected-1") == "{");
  CHECK(cell.state() == CellState::kDone);
}

TEST_CASE("only this cell's ok result, in a version we read, counts") {
  const TemporaryFolder folder;
  const CellFolder cell(folder / "cell", kCellId);
  const auto path = folder.path() / "cell" / "result.json";
  auto other_schema = result_for(kCellId);
  other_schema["schema"]["version"] = 3;
  auto not_ok = result_for(kCellId);
  not_ok["status"] = "error";
  const std::vector<std::pair<std::string, std::string>> all = {
      {"{\"schema\"", "cannot be read as JSON"},
      {"[]", "cannot be read as JSON"},
      {"{}", "is not a multistate.result"},
      {other_schema.dump(), "has schema version 3"},
      {result_for(std::string(64, 'b')).dump(), "is the result of another cell"},
      {not_ok.dump(), "does not have the status"}};
  for (const auto& [content, problem] : all) {
    INFO(content);
    write(path, content);
    CHECK(cell.state() == CellState::kMissing);
    CHECK_THAT(problem_with_result(path, kCellId), ContainsSubstring(problem));
  }
}

TEST_CASE("files that are not ours are moved aside and kept, one after the other") {
  const TemporaryFolder folder;
  CellFolder cell(folder / "cell", kCellId);
  const auto path = folder.path() / "cell" / "result.json";
  write(path, "first");
  cell.finish(result_for(kCellId), {});
  write(path, "second");
  cell.finish(result_for(kCellId), {});
  CHECK(read_file(path.string() + ".rejected-1") == "first");
  CHECK(read_file(path.string() + ".rejected-2") == "second");
  CHECK(cell.state() == CellState::kDone);
}

TEST_CASE("a manifest comes back as it was written, and a foreign one is left alone") {
  const TemporaryFolder folder;
  const Manifest manifest = {
      "name", "command", {{"state_size", {1, 2}}}, "", {{kCellId, "cells/x", {{"state_size", 1}}}}};
  write_manifest(folder.path(), manifest, json::object());
  const auto read = read_manifest(folder.path());
  CHECK(read.name == "name");
  CHECK(read.axes == manifest.axes);
  REQUIRE(read.cells.size() == 1);
  CHECK(read.cells[0].parameters == manifest.cells[0].parameters);
  const std::vector<std::pair<std::string, std::string>> foreign = {
      {"notes", "cannot be read as JSON: torn, or not ours"},
      {"{}", "is not a multistate.sweep"},
      {R"({"schema": {"name": "multistate.sweep", "version": 9}})",
       "has schema version 9, this program reads 1"}};
  for (const auto& [content, problem] : foreign) {
    write(folder / "sweep.json", content);
    CHECK_THAT(input_error([&] { write_manifest(folder.path(), manifest, json::object()); }),
               ContainsSubstring("sweep.json: " + problem + "; it is left alone"));
    CHECK(read_file(folder / "sweep.json") == content);
  }
  write(folder / "sweep.json", R"({"schema": {"name": "multistate.sweep", "version": 1}})");
  CHECK_THAT(input_error([&] { read_manifest(folder.path()); }),
             ContainsSubstring("is not a complete manifest"));
  CHECK_THAT(input_error([&] { read_manifest(folder.path() / "nowhere"); }),
             ContainsSubstring("is not the folder of a sweep"));
}

TEST_CASE("a manifest whose cells are no list, or lie elsewhere, is refused") {
  const TemporaryFolder folder;
  const auto error = [&](const json& cells) {
    const json manifest = {{"schema", {{"name", "multistate.sweep"}, {"version", 1}}},
                           {"name", "n"},
                           {"command", "c"},
                           {"axes", json::object()},
                           {"config_sha256", ""},
                           {"cells", cells}};
    write(folder / "sweep.json", manifest.dump());
    return input_error([&] { read_manifest(folder.path()); });
  };
  CHECK_THAT(error(nullptr), ContainsSubstring("is not a complete manifest"));
  CHECK_THAT(error(json::object()), ContainsSubstring("is not a complete manifest"));
  for (const std::string place :
       {"../x", "cells/../x", "cells/..", "cells/a/b", "/cells/x", "cells/"}) {
    const json cell = {{"id", kCellId}, {"folder", place}, {"parameters", json::object()}};
    CHECK_THAT(error(json::array({cell})), ContainsSubstring("expected 'cells/<name>'"));
  }
}

TEST_CASE("a command line that is not UTF-8 does not keep a sweep from running") {
  const TemporaryFolder folder;
  write_manifest(folder.path(), {"n", "multistate run caf\xe9.yaml", json::object(), "", {}},
                 json::object());
  CHECK(read_manifest(folder.path()).command == "multistate run caf\ufffd.yaml");
}

TEST_CASE("a folder in the place of a result is a problem of its cell only, and is kept") {
  const TemporaryFolder folder;
  CellFolder cell(folder / "cell", kCellId);
  fs::create_directories(folder.path() / "cell" / "result.json" / "x");
  CHECK(cell.state() == CellState::kMissing);
  CHECK(problem_with_result(folder.path() / "cell" / "result.json", kCellId) == "is not a file");
  cell.finish(result_for(kCellId), {});
  CHECK(cell.state() == CellState::kDone);
  CHECK(fs::exists(folder.path() / "cell" / "result.json.rejected-1" / "x"));
}

TEST_CASE("an error.json without a text does not hide the status of the others") {
  const TemporaryFolder folder;
  write_manifest(folder.path(),
                 {"n", "c", json::object(), "", {{kCellId, "cells/x", json::object()}}},
                 json::object());
  write(folder.path() / "cells" / "x" / "error.json", R"({"message": 5})");
  const auto status = read_sweep_status(folder.path());
  CHECK(status.count(CellState::kFailed) == 1);
  CHECK(status.cells[0].message == "error.json holds none");
}

TEST_CASE("the status of a sweep names what is there, what is wrong and what does not belong") {
  const TemporaryFolder folder;
  Manifest manifest = {"name", "command", json::object(), "", {}};
  for (const std::string name : {"done", "failed", "partial", "missing", "torn"}) {
    manifest.cells.push_back({kCellId, "cells/" + name, json::object()});
  }
  write_manifest(folder.path(), manifest, json::object());
  const auto cell = [&](const std::string& name) {
    return CellFolder(folder.path() / "cells" / name, kCellId);
  };
  cell("done").finish(result_for(kCellId), {});
  cell("failed").fail({{"message", "because"}});
  samples_of(folder.path() / "cells" / "partial").append("w", 0, json::object());
  Lease lease = {"w.1", "node1", {1, 2, "elsewhere"}, "slurm 7", "done, sample 3", "t1", 0};
  write(lease_path(folder.path(), "cell.done.3"), to_text(lease));
  lease.what = "name";
  lease.start = "t0";
  write(lease_path(folder.path(), session_name("w.1")), to_text(lease));
  write(lease_path(folder.path(), "torn"), "{");
  write(lease_path(folder.path(), "empty"), "");
  write(folder.path() / "cells" / "torn" / "result.json", "{");
  cell("stranger").finish(result_for(kCellId), {});
  const auto status = read_sweep_status(folder.path());
  CHECK(status.count(CellState::kDone) == 1);
  CHECK(status.count(CellState::kFailed) == 1);
  CHECK(status.count(CellState::kPartial) == 1);
  CHECK(status.count(CellState::kMissing) == 2);
  CHECK(status.cells[1].message == "because");
  CHECK(status.cells[2].samples == 1);
  REQUIRE(status.problems.size() == 2);
  CHECK(status.problems[0].path.filename() == "torn.json");
  CHECK(status.problems[0].what == "is not a readable lease");
  CHECK(status.problems[1].path.parent_path().filename() == "torn");
  REQUIRE(status.workers.size() == 1);
  CHECK(status.workers[0].session.start == "t0");
  REQUIRE(status.workers[0].work.size() == 1);
  CHECK(status.workers[0].work[0].what == "done, sample 3");
  CHECK(status.is_running());
  CHECK(status.unplanned == std::vector<std::string>{"cells/stranger"});
}

TEST_CASE("metrics keep NaN and infinity as text, and numbers exactly") {
  const Metric metric = {0.1, 0.01, 4, true, "x"};
  CHECK(to_json(metric) ==
        json::parse(
            R"({"value": 0.1, "stderr": 0.01, "n": 4, "higher_is_better": true, "unit": "x"})"));
  for (const auto& [value, text] :
       {std::pair(std::nan(""), "nan"), std::pair(HUGE_VAL, "inf"), std::pair(-HUGE_VAL, "-inf")}) {
    const auto line = to_json(Metric{value, std::nullopt, 1, false, ""});
    CHECK(line.at("value").is_null());
    CHECK(line.at("value_text") == text);
    const double back = number_from_json(json::parse(number_to_json(value).dump()));
    CHECK((back == value || (std::isnan(back) && std::isnan(value))));
  }
  CHECK_THAT(input_error([] { number_from_json("low"); }),
             ContainsSubstring("'low' is not a number"));
  const double awkward = 0.1 + 0.2;
  CHECK(number_from_json(json::parse(number_to_json(awkward).dump())) == awkward);
}

}  // namespace multistate::test::files_test
