#include "multistate/base/elf_note.h"

#include <cstring>
#include <span>
#include <vector>

#include <elf.h>
#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#else
#error "add this processor's number from <elf.h>"
#endif

constexpr unsigned char kByteOrder =
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

class ElfFile {
 public:
  explicit ElfFile(const MappedFile& file) : path_(file.path()), bytes_(file.bytes()) {
    read_header();
    read_segments();
  }

  std::optional<std::string> note(std::string_view owner) const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_NOTE) {
        if (auto found = note_in(segment, owner)) {
          return found;
        }
      }
    }
    return std::nullopt;
  }

 private:
  [[noreturn]] void fail(const char* problem) const {
    throw InputError(fmt::format("{}: {}", path_.string(), problem));
  }

  /// Bytes [offset, offset + size); the file may say anything about itself.
  std::span<const std::byte> part(uint64_t offset, uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      fail("is cut off: it says that it has more bytes than there are");
    }
    return bytes_.subspan(offset, size);
  }

  template <class T>
  T read(uint64_t offset) const {
    T value;
    std::memcpy(&value, part(offset, sizeof(T)).data(), sizeof(T));
    return value;
  }

  void read_header() {
    if (bytes_.size() < SELFMAG || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0) {
      fail("is not a shared library (not an ELF file)");
    }
    const auto identity = part(0, EI_NIDENT);
    if (identity[EI_CLASS] != std::byte{ELFCLASS64} || identity[EI_DATA] != std::byte{kByteOrder}) {
      fail("is a library for another kind of machine (word size or byte order)");
    }
    header_ = read<Elf64_Ehdr>(0);
    if (header_.e_machine != kMachine) {
      fail("is a library for another processor");
    }
    if (header_.e_type != ET_DYN) {
      fail("is an ELF file, but not a shared library");
    }
    if (header_.e_phentsize != sizeof(Elf64_Phdr)) {
      fail("is damaged: its program headers have an impossible size");
    }
  }

  /// All of them are looked at: the system's loader dies of a segment that the file does not hold.
  void read_segments() {
    for (uint64_t i = 0; i < header_.e_phnum; ++i) {
      segments_.push_back(read<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr)));
      part(segments_.back().p_offset, segments_.back().p_filesz);
    }
    part(header_.e_shoff, uint64_t{header_.e_shnum} * header_.e_shentsize);
  }

  /// Notes lie one behind the other: three words (sizes of name and content, type), then both, each
  /// filled up to the alignment of the segment.
  std::optional<std::string> note_in(const Elf64_Phdr& segment, std::string_view owner) const {
    const uint64_t alignment = segment.p_align == 8 ? 8 : 4;
    const auto aligned = [alignment](uint64_t size) {
      return (size + alignment - 1) / alignment * alignment;
    };
    uint64_t offset = segment.p_offset;
    const uint64_t end = offset + segment.p_filesz;
    while (offset < end && end - offset >= sizeof(Elf64_Nhdr)) {
      const auto note = read<Elf64_Nhdr>(offset);
      const uint64_t content = offset + aligned(sizeof(Elf64_Nhdr) + note.n_namesz);
      const std::string_view name = text(offset + sizeof(Elf64_Nhdr), note.n_namesz);
      if (name == owner) {
        return std::string(text(content, note.n_descsz));
      }
      offset = content + aligned(note.n_descsz);
    }
    return std::nullopt;
  }

  /// Without the zero bytes at its end.
  std::string_view text(uint64_t offset, uint64_t size) const {
    const auto bytes = part(offset, size);
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return all.substr(0, all.find('\0'));
  }

  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace

std::optional<std::string> read_elf_note(const MappedFile& library, std::string_view owner) {
  return ElfFile(library).note(owner);
}

}  // namespace multistate
