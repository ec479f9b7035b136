#include "multistate/results/file_digests.h"

#include <chrono>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"

#include "support/catch.h"
#include "support/result_files.h"
#include "support/temporary_folder.h"

namespace multistate::test::file_digests_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::hours kHour(1);

/// A file that was last changed an hour ago, or after so many more hours.
void write_old(const fs::path& path, const std::string& text, int hours_more = 0) {
  write(path, text);
  fs::last_write_time(path, fs::file_time_type::clock::now() - kHour * (1 + hours_more));
}

std::string digest(const fs::path& folder, const fs::path& file) {
  FileDigests digests(folder);
  const std::string sha256 = digests.sha256(file);
  digests.keep();
  return sha256;
}

/// Puts a wrong digest into digests.json, which shows who reads it.
void mark(const fs::path& folder) {
  json content = json::parse(read_file(folder / "digests.json"));
  for (json& entry : content.at("files")) {
    entry["sha256"] = std::string(64, 'a');
  }
  write(folder / "digests.json", content.dump());
}

}  // namespace

TEST_CASE("digests of another folder that are known are not computed again") {
  const TemporaryFolder folder;
  const auto file = folder / "model";
  write_old(file, "weights");
  digest(folder / "a", file);
  mark(folder / "a");
  FileDigests second(folder / "b");
  second.add(FileDigests(folder / "a"));
  CHECK(second.sha256(file) == std::string(64, 'a'));
  second.keep();
  CHECK(digest(folder / "b", file) == std::string(64, 'a'));
}

TEST_CASE("a file is hashed by the first process, and read by no other until it changes") {
  const TemporaryFolder folder;
  const auto file = folder / "model";
  write_old(file, "weights");
  CHECK(digest(folder.path(), file) == sha256_hex("weights"));
  mark(folder.path());
  CHECK(digest(folder.path(), file) == std::string(64, 'a'));

  // Another content of the same size, at another time.
  write_old(file, "WEIGHTS", 1);
  CHECK(digest(folder.path(), file) == sha256_hex("WEIGHTS"));

  // Another file of the same size and time.
  mark(folder.path());
  const auto time = fs::last_write_time(file);
  write(folder / "other", "Weights");
  fs::rename(folder / "other", file);
  fs::last_write_time(file, time);
  CHECK(digest(folder.path(), file) == sha256_hex("Weights"));

  // Another size at the same time.
  mark(folder.path());
  write(file, "more weights");
  fs::last_write_time(file, time);
  CHECK(digest(folder.path(), file) == sha256_hex("more weights"));
}

TEST_CASE("a file that has only just changed is hashed by every process") {
  const TemporaryFolder folder;
  write(folder / "model", "weights");
  CHECK(digest(folder.path(), folder / "model") == sha256_hex("weights"));
  CHECK_FALSE(fs::exists(folder / "digests.json"));
}

TEST_CASE("a list of digests that cannot be used is made anew") {
  const TemporaryFolder folder;
  const auto file = folder / "model";
  write_old(file, "weights");
  for (const std::string text :
       {"", "{", "[]", "{}", R"({"files": 3})", R"({"files": {"/x": {"sha256": 5}}})",
        R"({"files": {"/x": {"size": 1, "inode": 1, "modified_ns": 1, "sha256": "abc"}}})"}) {
    INFO(text);
    write(folder / "digests.json", text);
    CHECK(digest(folder.path(), file) == sha256_hex("weights"));
    CHECK(json::parse(read_file(folder / "digests.json")).at("files").size() == 1);
  }
}

TEST_CASE("digests without a folder are not kept") {
  const TemporaryFolder folder;
  write_old(folder / "model", "weights");
  FileDigests digests;
  CHECK(digests.sha256(folder / "model") == sha256_hex("weights"));
  CHECK(files_in(folder.path()) == 1);
}

}  // namespace multistate::test::file_digests_test
