#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// A file of the project: its path from the root, with '/', and what it holds.
struct SourceFile {
  std::string path;
  std::string text;
};

struct Include {
  int line = 0;
  std::string file;
  bool quoted = false;  ///< "..." and not <...>
};

/// All .h and .cpp files in the given folders of the project.
std::vector<SourceFile> read_sources(const std::filesystem::path& root,
                                     const std::vector<std::string>& folders);

std::vector<Include> includes_of(std::string_view text);

/// What a file does against the rules of the architecture, one "<path>:<line>: <what>" each; empty
/// if nothing: which folders it may include, which headers of LibTorch, how long it may be.
std::vector<std::string> violations_of(const SourceFile& source);

/// What the files of src/multistate/checkpoint/architectures register: titles, class names, and
/// names in GGUF files.
std::vector<std::string> architecture_names(const std::vector<SourceFile>& sources);

/// Where a file of the program has one of these names as a text of its code, in the same form.
/// Allowed in architectures/ alone. The folder text is not looked at: names of tokenizers and chat
/// formats are others.
std::vector<std::string> names_out_of_place(const SourceFile& source,
                                            const std::vector<std::string>& names);
