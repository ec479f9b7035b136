#include "multistate/base/output_file.h"

#include <cerrno>
#include <csignal>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "multistate/base/file_error.h"
#include "multistate/base/file_stamp.h"
#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::output_file_test {
namespace {

namespace fs = std::filesystem;

template <class Action>
std::string file_error(const Action& action) {
  try {
    action();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("an output file is a regular one: links, pipes, devices and folders are refused") {
  const TemporaryFolder folder;
  const auto open = [&](const std::string& name) {
    return file_error(
        [&] { OutputFile(folder / name, O_RDWR | O_CREAT | O_APPEND).write("text"); });
  };
  std::ofstream(folder / "outside") << "mine";
  fs::create_symlink(folder / "outside", folder / "link");
  fs::create_symlink(folder / "nowhere", folder / "dangling");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  fs::create_directory(folder / "folder");
  for (const char* name : {"link", "dangling"}) {
    CHECK_THAT(open(name), ContainsSubstring(std::string(name) + ": cannot open it, a symbolic "
                                                                 "link, which is not followed"));
  }
  CHECK(read_file(folder / "outside") == "mine");
  CHECK(!fs::exists(folder / "nowhere"));
  CHECK_THAT(open("pipe"), ContainsSubstring("pipe: cannot write to it, which is no regular file"));
  CHECK_THAT(open("folder"), ContainsSubstring("Is a directory"));
  CHECK_THAT(file_error([] { OutputFile("/dev/full", O_WRONLY); }),
             ContainsSubstring("no regular file"));
  CHECK(open("new") == "no error");
  CHECK(open("new") == "no error");
  CHECK(read_file(folder / "new") == "texttext");
}

TEST_CASE("a file error names path, call and reason") {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "";
  CHECK(file_error([&] { make_folders(folder.path() / "file" / "x"); }) ==
        (folder / "file").string() + ": cannot make the folder (mkdir): Not a directory");
  CHECK(file_error([&] {
          OutputFile(folder.path() / std::string(300, 'x'), O_WRONLY | O_CREAT);
        }).ends_with("cannot open the file (open): File name too long"));
  CHECK(file_error([&] { rename_file(folder / "none", folder / "x"); }) ==
        (folder / "x").string() +
            ": cannot put the file in place (rename): No such file or directory");
  CHECK(file_error([&] {
          remove_file(folder.path());
        }).find("cannot remove the file (unlink): Is a directory") != std::string::npos);
  CHECK(!remove_file(folder / "none"));
  make_folders(folder.path() / "a" / "b" / "c");
  CHECK(fs::is_directory(folder.path() / "a" / "b" / "c"));
}

TEST_CASE("a pipe in the place of a file to read is refused, and nobody waits for its writer") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  ::alarm(20);  // Ends the test where the call waits.
  CHECK(input_error([&] { MappedFile file(folder / "pipe"); }) ==
        (folder / "pipe").string() + ": is not a regular file");
  ::alarm(0);
}

TEST_CASE("a file is known again by its size, time and inode") {
  const TemporaryFolder folder;
  const auto path = folder / "model";
  std::ofstream(path) << "1234";
  const FileStamp stamp(path);
  CHECK(input_error([&] { stamp.require_unchanged(); }) == "no error");
  const auto time = fs::last_write_time(path);
  std::ofstream(path) << "12345";
  CHECK_THAT(input_error([&] { stamp.require_unchanged(); }),
             ContainsSubstring("model: has changed since its SHA-256 was computed: it had 4 bytes "
                               "and has 5"));
  std::ofstream(path) << "4321";
  fs::last_write_time(path, time + std::chrono::nanoseconds(1));
  CHECK_THAT(input_error([&] { stamp.require_unchanged(); }),
             ContainsSubstring("it has been written to"));
  fs::last_write_time(path, time);
  CHECK(input_error([&] { stamp.require_unchanged(); }) == "no error");
  std::ofstream(folder / "other") << "4321";
  fs::last_write_time(folder / "other", time);
  fs::rename(folder / "other", path);
  CHECK_THAT(input_error([&] { stamp.require_unchanged(); }),
             ContainsSubstring("another file has taken its place"));
  fs::remove(path);
  CHECK_THAT(input_error([&] { stamp.require_unchanged(); }),
             ContainsSubstring("No such file or directory"));
}

}  // namespace multistate::test::output_file_test
