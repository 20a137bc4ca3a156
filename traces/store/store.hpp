#pragma once
// A trace in one HDF5 file, from which some functions are read without the others.
//
//   /                        attributes: format, format_version, creator, record (JSON), days, origin, digest, and how
//                            many functions, apps, cells, calls and invocations there are
//   /functions/record        name: the 32 bytes of a hash of 64 hexadecimal digits, or else where in /texts it lies;
//                            app: row of /apps; duration: average_ms, count, minimum_ms, maximum_ms, percentiles_ms
//   /functions/trigger       as traces::Trigger
//   /functions/calls, cells  how many in all days
//   /apps                    owner and app: names as above; memory: samples, average_mb, percentiles_mb
//   /cells                   gap, count: minutes with calls, function after function; gap: since the one before, the
//                            first since the start of the trace
//   /invocations             function, start_s, duration_s: single calls, if the trace has them
//   /texts                   names that are no hashes
//
// Numbers that the trace does not have are NaN. All has checksums, and but for the records, which are hashes and reals,
// all is compressed.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "traces/core/read_policy.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

struct StoreOrigin {
  std::uint32_t days = 1;
  std::string origin;    // files and digests, days, selection, scale; as Trace::origin
  std::string creator;   // program and version
  std::string record{};  // what the program says of the file, in JSON; empty: nothing
};

// Written aside, and moved to its place when committed.
class TraceStoreWriter {
 public:
  TraceStoreWriter(const std::string& path, const StoreOrigin& origin);  // throws sim::Error
  ~TraceStoreWriter();
  TraceStoreWriter(const TraceStoreWriter&) = delete;
  TraceStoreWriter& operator=(const TraceStoreWriter&) = delete;

  void append(const TraceFunction& function);
  void append(const TraceInvocation& invocation);  // of a function by its index
  void commit();

 private:
  class File;
  std::unique_ptr<File> file_;
};

// Opening reads what is known of every function but names, calls and durations; these are read when asked for. Not for
// several threads. Throws sim::Error when the file is missing, damaged, or not a trace store.
class TraceStore {
 public:
  explicit TraceStore(const std::string& path);
  ~TraceStore();
  TraceStore(TraceStore&&) noexcept;

  std::size_t size() const;  // functions
  const StoreOrigin& origin() const;
  std::string digest() const;                    // of the contents: SHA-256
  std::span<const Trigger> triggers() const;     // by function
  std::span<const std::uint64_t> calls() const;  // by function

  TraceFunction function(std::size_t index) const;
  std::vector<TraceFunction> functions(std::span<const std::size_t> indices) const;  // in their order
  void each(const std::function<void(const TraceFunction&)>& use) const;             // one after the other
  Trace trace(const ReadPolicy& policy = {}) const;                                  // its progress in functions

  std::uint64_t invocations() const;  // single calls; 0 where the trace has counts only
  std::vector<TraceInvocation> invocations(std::uint64_t first, std::size_t count) const;

 private:
  class File;
  std::string path_;
  std::unique_ptr<File> file_;
};

bool is_trace_store(const std::string& path);  // by its first bytes: an HDF5 file

void write_store(const std::string& path, const Trace& trace, const std::string& creator);

}  // namespace faasconf::traces
