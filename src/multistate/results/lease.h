#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/base/process_identity.h"

namespace multistate {

/// A lease is a file `<output>/leases/<name>.json` that says who works on what. Its existence is
/// the claim: open(2) with O_CREAT and O_EXCL makes it for one worker only, on NFS and Lustre too.
/// Its content is one line of JSON, which the holder rewrites again and again while it works;
/// whoever sees it stand still for long enough may take it away.
struct Lease {
  std::string worker;
  std::string host;
  ProcessIdentity process;
  std::optional<std::string> job;  ///< Of a batch system: "slurm 12_3".
  std::string what;                ///< For people: "tova-256-0a1b2c3d, sample 3".
  std::string start;               ///< When it was claimed, UTC.
  int64_t beats = 0;               ///< How often it has been renewed.
};

/// A line of JSON whose length does not depend on `beats`, so that it can be rewritten in place.
std::string to_text(const Lease& lease);

/// nullopt for anything else, such as an empty file whose maker was killed before it wrote.
std::optional<Lease> lease_from_text(std::string_view text);

/// The job of a batch system (Slurm, PBS, LSF) that this process is part of.
std::optional<std::string> own_job();

/// The lease that a worker holds for as long as it takes part in a sweep.
std::string session_name(const std::string& worker);
bool is_session(std::string_view name);

std::filesystem::path lease_folder(const std::filesystem::path& output);
std::filesystem::path lease_path(const std::filesystem::path& output, const std::string& name);

/// Names of the leases that are there, in order. Throws FileError.
std::vector<std::string> lease_names(const std::filesystem::path& output);

/// Makes the file with this content, and the folder with it. False when there is one. Throws
/// FileError.
bool create_lease(const std::filesystem::path& path, std::string_view text);

/// The content; nullopt when there is none. Throws FileError.
std::optional<std::string> read_lease(const std::filesystem::path& path);

/// Whether the lease is there and of this worker. Throws FileError.
bool is_held_by(const std::filesystem::path& path, const std::string& worker);

/// Rewrites the file in place if it is that of `lease.worker`, wherever it is renamed to meanwhile.
/// False when it is another worker's or gone. Throws FileError.
bool rewrite_lease(const std::filesystem::path& path, const Lease& lease);

/// Removes a lease whose content is `text` under a name of `worker`'s own, so that one of several
/// that try succeeds. False when it was another one by then: that one is put back. Throws
/// FileError.
bool take_away_lease(const std::filesystem::path& path, std::string_view text,
                     const std::string& worker);

}  // namespace multistate
