// What `multistate new-policy` writes and refuses; tests/new_policy builds and runs it.

#include <filesystem>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/environment.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::new_policy_test {
namespace {

namespace fs = std::filesystem;

/// The program's files are found from the current folder.
class CurrentFolder {
 public:
  explicit CurrentFolder(const fs::path& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~CurrentFolder() { fs::current_path(before_); }
  CurrentFolder(const CurrentFolder&) = delete;
  CurrentFolder& operator=(const CurrentFolder&) = delete;

 private:
  fs::path before_;
};

void check_refused(const std::vector<std::string>& arguments, const std::string& message) {
  std::vector<std::string> words = {"new-policy"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const auto run = run_program(words);
  INFO(message);
  CHECK(run.exit_code == 2);
  CHECK(run.out.empty());
  CHECK_THAT(run.err, ContainsSubstring(message));
}

}  // namespace

TEST_CASE("new-policy writes a project in which every name is filled in") {
  const TemporaryFolder folder;
  const CurrentFolder current(folder.path());
  const EnvironmentVariable data("MULTISTATE_DATA_DIR", nullptr);
  const auto run = run_program({"new-policy", "fading_rows2"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  for (const std::string file :
       {".gitignore", "CMakeLists.txt", "README.md", "fading_rows2.cpp", "sweep.yaml"}) {
    INFO(file);
    const std::string text = read_file(fs::path("fading_rows2") / file);
    CHECK_THAT(run.out, ContainsSubstring("fading_rows2/" + file));
    CHECK_THAT(text, !ContainsSubstring("my_policy"));
    CHECK_THAT(text, !ContainsSubstring("MyPolicy"));
    CHECK_THAT(text, !ContainsSubstring("@"));
  }
  CHECK_THAT(read_file("fading_rows2/fading_rows2.cpp"),
             ContainsSubstring("class FadingRows2Rule final"));
  CHECK_THAT(read_file("fading_rows2/sweep.yaml"), ContainsSubstring("data/models/"));
  CHECK(run_program({"new-policy", "other", "some/where/else"}).exit_code == 0);
  CHECK(fs::exists("some/where/else/other.cpp"));
}

TEST_CASE("the sweep of a new project names the data that is there") {
  const TemporaryFolder folder;
  const CurrentFolder current(folder.path());
  const EnvironmentVariable unset("MULTISTATE_DATA_DIR", nullptr);
  fs::create_directory("data");
  REQUIRE(run_program({"new-policy", "fading"}).exit_code == 0);
  CHECK_THAT(read_file("fading/sweep.yaml"),
             ContainsSubstring("\"" + fs::canonical("data").string() + "/models/"));
}

TEST_CASE("the sweep of a new project names the folder that MULTISTATE_DATA_DIR names") {
  const TemporaryFolder folder;
  const CurrentFolder current(folder.path());
  const EnvironmentVariable data("MULTISTATE_DATA_DIR", "/somewhere/else");
  REQUIRE(run_program({"new-policy", "fading"}).exit_code == 0);
  CHECK_THAT(read_file("fading/sweep.yaml"), ContainsSubstring("\"/somewhere/else/models/"));
}

TEST_CASE("new-policy overwrites nothing and refuses names that are none") {
  const TemporaryFolder folder;
  const CurrentFolder current(folder.path());
  for (const std::string name : {"Fading", "2fading", "_fading", "fad-ing", "fading.cpp", "a/b",
                                 "fäding", "abcdefghijabcdefghijabcdefghijabcdefghija"}) {
    check_refused({name}, "is no name for a policy; a lower-case letter");
  }
  check_refused({"tova"}, "NAME: there is a policy 'tova' already");
  fs::create_directory("fading");
  check_refused({"fading"}, "fading: is there already, and is not overwritten");
  write_file("file", "mine");
  check_refused({"fading", "file"}, "file: is there already");
  CHECK(read_file("file") == "mine");
  CHECK(fs::is_empty("fading"));
}

TEST_CASE("new-policy --in-tree writes one file, in multistate's own sources only") {
  const TemporaryFolder folder;
  const CurrentFolder current(folder.path());
  check_refused({"fading", "--in-tree"}, "is not the top folder of multistate's sources");
  fs::create_directories("policies");
  fs::create_directories("src/multistate/policy");
  write_file("src/multistate/policy/policy.h", "");
  check_refused({"fading", "there", "--in-tree"}, "DIR: 'there' is given, but --in-tree");
  const auto run = run_program({"new-policy", "fading", "--in-tree"});
  CHECK(run.exit_code == 0);
  CHECK(run.out == "policies/fading.cpp\n");
  CHECK_THAT(read_file("policies/fading.cpp"), ContainsSubstring(".name = \"fading\""));
  check_refused({"fading", "--in-tree"}, "policies/fading.cpp: is there already");
}

}  // namespace multistate::test::new_policy_test
