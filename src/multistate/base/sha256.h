#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace multistate {

/// SHA-256 (FIPS 180-4) by OpenSSL's libcrypto, fed in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Sha256& update(std::string_view bytes);

  /// The digest as 64 lower-case hexadecimal digits. Nothing may be added afterwards.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view bytes);

/// Digest of a file's content. Throws InputError when the file cannot be read.
std::string sha256_file(const std::filesystem::path& path);

}  // namespace multistate
