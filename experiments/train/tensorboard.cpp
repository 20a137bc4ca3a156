#include "experiments/train/tensorboard.hpp"

#include <array>
#include <bit>
#include <chrono>

namespace faasconf::experiments::train {
namespace {

template <class Number>
void append(std::string& bytes, Number number) {
  static_assert(std::endian::native == std::endian::little);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

// Of protocol buffers: a field's number and kind of value, then the value.
enum Wire : unsigned { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void append_varint(std::string& bytes, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

void append_tag(std::string& bytes, unsigned field, Wire wire) { append_varint(bytes, field << 3 | wire); }

void append_bytes(std::string& bytes, unsigned field, std::string_view value) {
  append_tag(bytes, field, kBytes);
  append_varint(bytes, value.size());
  bytes += value;
}

std::uint32_t masked(std::uint32_t crc) { return std::rotr(crc, 15) + 0xa282ead8U; }

std::string record(const std::string& event) {
  std::string length;
  append(length, static_cast<std::uint64_t>(event.size()));
  std::string bytes = length;
  append(bytes, masked(crc32c(length)));
  bytes += event;
  append(bytes, masked(crc32c(event)));
  return bytes;
}

std::string begun_event(double wall_time_s) {
  std::string event;
  append_tag(event, 1, kFixed64);
  append(event, wall_time_s);
  return event;
}

double now_s() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78U : 0);
    table[i] = crc;
  }
  return table;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = crc_table();
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ crc >> 8;
  return ~crc;
}

std::string version_record(double wall_time_s) {
  std::string event = begun_event(wall_time_s);
  append_bytes(event, 3, "brain.Event:2");
  return record(event);
}

std::string event_record(double wall_time_s, std::int64_t step, const Scalars& scalars) {
  std::string event = begun_event(wall_time_s);
  append_tag(event, 2, kVarint);
  append_varint(event, static_cast<std::uint64_t>(step));
  std::string summary;
  for (const auto& [name, number] : scalars) {
    std::string value;
    append_bytes(value, 1, name);
    append_tag(value, 2, kFixed32);
    append(value, static_cast<float>(number));
    append_bytes(summary, 1, value);
  }
  append_bytes(event, 5, summary);
  return record(event);
}

TensorBoard::TensorBoard(const std::string& folder, const std::string& name)
    : file_(folder + "/events.out.tfevents." + name, files::AppendFile::Begin::anew) {
  file_.append(version_record(now_s()));
}

void TensorBoard::add(std::int64_t step, const Scalars& scalars) { file_.append(event_record(now_s(), step, scalars)); }

}  // namespace faasconf::experiments::train
