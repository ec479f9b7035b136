#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::files_test {
namespace {

using test::input_error;

/// A folder of its own, gone at the end.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("multistate_files_test." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const char* name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST_CASE("A mapped file has the bytes of the file") {
  const Folder folder;
  const std::string content("a\0b\r\n\xff", 6);
  const MappedFile file(folder.write("x.bin", content));
  CHECK(text_of(file) == content);
  CHECK(file.path() == folder.path() / "x.bin");
  file.release_pages();
  CHECK(text_of(file) == content);
  CHECK(read_file(folder.path() / "x.bin") == content);
}

TEST_CASE("A mapping moves with its object") {
  const Folder folder;
  MappedFile first(folder.write("x", "content"));
  const MappedFile second(std::move(first));
  CHECK(text_of(second) == "content");
  CHECK(first.bytes().empty());  // NOLINT: this is about the moved-from object.
}

TEST_CASE("An empty file is an empty span") {
  const Folder folder;
  const MappedFile file(folder.write("empty", ""));
  CHECK(file.bytes().empty());
  file.release_pages();
  CHECK(read_file(folder.path() / "empty").empty());
}

TEST_CASE("A file that is missing, or is a folder, is named") {
  const Folder folder;
  const std::string missing = (folder.path() / "none").string();
  const std::string message = missing + ": cannot open the file: No such file or directory";
  CHECK(input_error([&] { MappedFile file(missing); }) == message);
  CHECK(input_error([&] { read_file(missing); }) == message);
  CHECK(input_error([&] { sha256_file(missing); }) == message);
  const std::string folder_message = folder.path().string() + ": is not a regular file";
  CHECK(input_error([&] { MappedFile file(folder.path()); }) == folder_message);
  CHECK(input_error([&] { read_file(folder.path()); }) == folder_message);
}

// Digests from FIPS 180-4's published examples (NIST, SHA-256 test vectors) and for the empty
// message.
TEST_CASE("SHA-256 gives the published digests") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("A digest does not depend on the pieces the bytes come in") {
  Sha256 pieces;
  for (int64_t i = 0; i < 1000; ++i) {
    pieces.update(std::string(1000, 'a'));
  }
  pieces.update("");
  CHECK(pieces.hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  const Folder folder;
  CHECK(sha256_file(folder.write("abc", "abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_file(folder.write("empty", "")) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace multistate::test::files_test
