#include "traces/core/cell_streams.hpp"

#include <string>

namespace faasconf::traces {
namespace {

// FNV-1a; the streams mix it.
std::uint64_t hash(std::uint64_t bits, std::string_view text) {
  for (const char c : text) bits = (bits ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return bits;
}

}  // namespace

std::uint64_t app_hash(const TraceFunction& function) {
  std::uint64_t bits = 0xcbf29ce484222325;
  for (const std::string* part : {&function.owner, &function.app}) bits = hash(hash(bits, *part), ",");
  return bits;
}

std::uint64_t function_hash(const TraceFunction& function) {
  return hash(hash(app_hash(function), function.function), ",");
}

CellStreams::CellStreams(std::uint64_t seed, std::string_view purpose, const TraceFunction& function)
    : streams_(sim::RngStreams(seed).stream(purpose, function_hash(function)).next()) {}

}  // namespace faasconf::traces
