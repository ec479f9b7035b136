#pragma once

// A library that stands before libc in the test program, or in one that is started with LD_PRELOAD,
// and makes the n-th call of a kind fail. Only calls on files below the folder that is watched
// count: those of the results, not those of LibTorch. Not thread-safe: for one thread that writes.

extern "C" {

/// Counts calls on what lies below `folder`, from 0 on, and lets all of them through; nullptr: ends
/// that. fsync() does nothing there, since nothing of a test has to outlive a power failure.
void faults_watch(const char* folder);

/// Makes the n-th call (from 1) of a kind fail: "open", "write", "fsync", "close", "rename",
/// "mkdir", "unlink" or "mmap". `error`: of errno; kShortWrite: write() writes one byte.
void faults_arm(const char* call, long n, int error);

/// How many calls of this kind there were.
long faults_count(const char* call);

/// Whether the call that faults_arm() has chosen has been made.
bool faults_fired();
}

inline constexpr int kShortWrite = -1;
