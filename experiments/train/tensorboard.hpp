#pragma once
// Scalars as TensorBoard reads them: a file of TFRecords, each a protocol buffer tensorflow.Event.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "traces/files/append_file.hpp"

namespace faasconf::experiments::train {

using Scalars = std::vector<std::pair<std::string, double>>;

// CRC-32C (Castagnoli), as in RFC 3720.
std::uint32_t crc32c(std::string_view bytes);

// The bytes of one record: length, masked checksums, event.
std::string event_record(double wall_time_s, std::int64_t step, const Scalars& scalars);
std::string version_record(double wall_time_s);  // the first of a file

// Writes events.out.tfevents.NAME in a folder, anew. Throws std::runtime_error where it cannot be written.
class TensorBoard {
 public:
  TensorBoard(const std::string& folder, const std::string& name);
  void add(std::int64_t step, const Scalars& scalars);

 private:
  files::AppendFile file_;
};

}  // namespace faasconf::experiments::train
