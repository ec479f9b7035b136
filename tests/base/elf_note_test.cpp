// The note reader on files made by hand, byte by byte from the ELF specification.

#include "multistate/base/elf_note.h"

#include <cstring>
#include <filesystem>
#include <fstream>

#include <elf.h>

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::elf_note_test {
namespace {

using test::input_error;

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string padded(std::string text, size_t alignment) {
  text.resize((text.size() + alignment - 1) / alignment * alignment);
  return text;
}

std::string note(const std::string& owner, const std::string& content, size_t alignment = 4) {
  Elf64_Nhdr header{};
  header.n_namesz = static_cast<uint32_t>(owner.size() + 1);
  header.n_descsz = static_cast<uint32_t>(content.size());
  header.n_type = 1;
  return padded(bytes_of(header) + owner + '\0', alignment) + padded(content, alignment);
}

/// This machine's own header: the test is compiled for it.
Elf64_Ehdr header_of(uint16_t segments) {
  std::ifstream self("/proc/self/exe", std::ios::binary);
  Elf64_Ehdr header{};
  self.read(reinterpret_cast<char*>(&header), sizeof header);
  header.e_type = ET_DYN;
  header.e_phoff = sizeof header;
  header.e_phnum = segments;
  header.e_shoff = 0;
  header.e_shnum = 0;
  return header;
}

/// A library with one segment, of these notes.
struct Library {
  Elf64_Ehdr header = header_of(1);
  Elf64_Phdr segment{};
  std::string notes;

  explicit Library(std::string all, uint64_t alignment = 4) : notes(std::move(all)) {
    segment.p_type = PT_NOTE;
    segment.p_offset = sizeof header + sizeof segment;
    segment.p_filesz = notes.size();
    segment.p_align = alignment;
  }
  std::string bytes() const { return bytes_of(header) + bytes_of(segment) + notes; }
};

class File {
 public:
  std::optional<std::string> read(const std::string& bytes) const {
    const auto path = folder_ / "library.so";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return read_elf_note(MappedFile(path), "mine");
  }
  std::string error(const std::string& bytes) const {
    return input_error([&] { read(bytes); });
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("the owner's note is found among others, at either alignment") {
  const File file;
  for (const size_t alignment : {size_t{4}, size_t{8}}) {
    const std::string others = note("GNU", "abcde", alignment) + note("minecraft", "x", alignment);
    CHECK(file.read(Library(others + note("mine", "hello", alignment), alignment).bytes()) ==
          "hello");
    CHECK(file.read(Library(others, alignment).bytes()) == std::nullopt);
  }
  CHECK(file.read(Library(note("mine", "").substr(0, 20)).bytes()) == "");
  CHECK(file.read(Library("").bytes()) == std::nullopt);
}

TEST_CASE("a file that is no shared library for this machine is refused") {
  const File file;
  CHECK_THAT(file.error(""), ContainsSubstring("library.so: is not a shared library"));
  CHECK_THAT(file.error("#!/bin/sh"), ContainsSubstring("is not a shared library"));
  Library library(note("mine", "hello"));
  library.header.e_ident[EI_CLASS] = ELFCLASS32;
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("another kind of machine"));
  library = Library("");
  library.header.e_machine = EM_S390;
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("another processor"));
  library = Library("");
  library.header.e_type = ET_REL;
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("not a shared library"));
  library = Library("");
  library.header.e_phentsize = 1;
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("is damaged"));
}

TEST_CASE("a file that ends too early is refused, wherever it ends") {
  const File file;
  const std::string whole = Library(note("mine", "hello")).bytes();
  for (size_t size = SELFMAG; size < whole.size(); ++size) {
    INFO(size);
    CHECK_THAT(file.error(whole.substr(0, size)), ContainsSubstring("is cut off"));
  }
}

TEST_CASE("sizes that no file has are refused and not believed") {
  const File file;
  Library library(note("mine", "hello"));
  library.segment.p_offset = ~uint64_t{0};
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("is cut off"));
  library = Library(note("mine", "hello"));
  library.segment.p_filesz = ~uint64_t{0};
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("is cut off"));
  library = Library(note("mine", "hello"));
  library.header.e_phoff = ~uint64_t{0} - 8;
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("is cut off"));
  library = Library(note("mine", "hello"));
  std::memset(library.notes.data(), 0xff, sizeof(uint32_t));  // the size of the owner's name
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("is cut off"));
  std::memset(library.notes.data(), 0xff, 2 * sizeof(uint32_t));
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("is cut off"));
  // Sections may lie behind all segments; a cut through them is a cut.
  library = Library(note("mine", "hello"));
  library.header.e_shoff = library.bytes().size();
  library.header.e_shnum = 1;
  library.header.e_shentsize = sizeof(Elf64_Shdr);
  CHECK_THAT(file.error(library.bytes()), ContainsSubstring("is cut off"));
}

}  // namespace multistate::test::elf_note_test
