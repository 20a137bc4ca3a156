#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include <H5Cpp.h>

#include "sim/core/error.hpp"
#include "traces/core/limits.hpp"
#include "traces/files/digest.hpp"
#include "traces/files/hdf5_part_driver.hpp"
#include "traces/files/part_file.hpp"
#include "traces/store/store.hpp"
#include "traces/store/store_layout.hpp"
#include "traces/store/store_rules.hpp"

namespace faasconf::traces {
namespace {

using namespace layout;

constexpr hsize_t kChunksAtOnce = 16;

enum class Packed : bool { no, yes };

H5::DSetCreatPropList chunked(hsize_t rows, Packed packed) {
  H5::DSetCreatPropList properties;
  properties.setChunk(1, &rows);
  if (packed == Packed::yes) {
    properties.setShuffle();
    properties.setDeflate(kDeflateLevel);
  }
  properties.setFletcher32();
  H5Pset_obj_track_times(properties.getId(), 0);
  return properties;
}

// Rows of one type, appended; some chunks are held back.
template <class Value>
class Column {
 public:
  Column(const H5::Group& group, const char* name, const H5::DataType& type, hsize_t chunk_rows,
         Packed packed = Packed::yes)
      : type_(type), chunk_rows_(chunk_rows) {
    const hsize_t none = 0;
    const hsize_t any = H5S_UNLIMITED;
    dataset_ = group.createDataSet(name, type, H5::DataSpace(1, &none, &any), chunked(chunk_rows, packed));
  }

  void append(std::span<const Value> values) {
    held_.insert(held_.end(), values.begin(), values.end());
    if (held_.size() >= kChunksAtOnce * chunk_rows_) flush();
  }
  void append(const Value& value) { append(std::span(&value, 1)); }

  // What is left over, at the end.
  void finish() {
    flush();
    if (!held_.empty()) write(held_.size());
  }

  const std::string& digest() const { return digest_; }  // of the digests of what was written

 private:
  void flush() {
    const hsize_t whole = held_.size() / chunk_rows_ * chunk_rows_;
    if (whole > 0) write(whole);
  }

  void write(hsize_t rows) {
    const hsize_t size = rows_ + rows;
    dataset_.extend(&size);
    H5::DataSpace place = dataset_.getSpace();
    place.selectHyperslab(H5S_SELECT_SET, &rows, &rows_);
    dataset_.write(held_.data(), type_, H5::DataSpace(1, &rows), place);
    digest_ =
        files::sha256(digest_ + files::sha256({reinterpret_cast<const char*>(held_.data()), rows * sizeof(Value)}));
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(rows));
    rows_ = size;
  }

  H5::DataType type_;
  hsize_t chunk_rows_;
  H5::DataSet dataset_;
  hsize_t rows_ = 0;
  std::vector<Value> held_;
  std::string digest_;
};

void write_attribute(const H5::Group& group, const char* name, std::uint64_t value) {
  group.createAttribute(name, H5::PredType::STD_U64LE, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::NATIVE_UINT64, &value);
}

// Of fixed length: HDF5 1.10 crashes on a damaged heap, where it keeps texts of variable length.
void write_attribute(const H5::Group& group, const char* name, const std::string& text) {
  H5::StrType type(H5::PredType::C_S1, std::max<std::size_t>(text.size(), 1));
  type.setStrpad(H5T_STR_NULLPAD);
  type.setCset(H5T_CSET_UTF8);
  group.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, text.c_str());
}

std::optional<std::uint8_t> hexadecimal(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

// The 32 bytes of 64 hexadecimal digits.
std::optional<Name> hash_bytes(std::string_view text) {
  Name bytes{};
  if (text.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = hexadecimal(text[2 * i]);
    const auto low = hexadecimal(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(16 * *high + *low);
  }
  return bytes;
}

H5::Group create_group(const H5::Group& parent, const char* name) {
  const H5::PropList properties(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(properties.getId(), 0);
  const hid_t id = H5Gcreate2(parent.getId(), name, H5P_DEFAULT, properties.getId(), H5P_DEFAULT);
  if (id < 0) throw H5::GroupIException("create_group", name);
  H5::Group group(id);
  H5Idec_ref(id);  // the object holds on to it
  return group;
}

}  // namespace

class TraceStoreWriter::File {
 public:
  File(const std::string& path, const StoreOrigin& origin)
      : part_(path), file_(files::create_hdf5(part_)), origin_(origin) {
    if (origin.days < 1 || origin.days > kMostDays) {
      throw sim::Error(path + ": days: expected 1 to " + std::to_string(kMostDays) + ", got " +
                       std::to_string(origin.days));
    }
  }

  void append(const TraceFunction& function) {
    check(function);
    const auto [name, is_text] = name_of(function.function);
    records_.append({.name = name,
                     .name_is_text = is_text,
                     .app = index_of_app(function),
                     .duration = to_numbers(function.duration)});
    triggers_.append(static_cast<std::uint8_t>(function.trigger));
    cell_counts_.append(static_cast<std::uint32_t>(function.counts.size()));
    calls_of_.append(append_cells(function));
    ++functions_;
    part_.check();
  }

  void append(const TraceInvocation& invocation) {
    if (invocation.function >= functions_) {
      throw sim::Error(part_.path() + ": invocation " + std::to_string(invocation_count_) + ": expected one of " +
                       std::to_string(functions_) + " functions, got function " + std::to_string(invocation.function));
    }
    if (const auto fault = fault_of(invocation)) {
      throw sim::Error(part_.path() + ": invocation " + std::to_string(invocation_count_) + ": " + *fault);
    }
    invocations_.append({invocation.function, invocation.start_s, invocation.duration_s});
    ++invocation_count_;
    part_.check();
  }

  void commit() {
    std::string digests;
    const auto finish = [&](auto&... columns) { ((columns.finish(), digests += columns.digest() + ' '), ...); };
    finish(records_, triggers_, cell_counts_, calls_of_, app_records_, cells_, invocations_, texts_);
    write_attributes(files::sha256(digests + std::to_string(origin_.days) + ' ' + origin_.origin));
    file_.close();
    part_.commit();
  }

 private:
  void check(const TraceFunction& function) const {
    const auto refuse = [this](const std::string& fault) {
      throw sim::Error(part_.path() + ": function " + std::to_string(functions_) + ": " + fault);
    };
    if (functions_ == kMostFunctions) {
      refuse("expected at most " + std::to_string(kMostFunctions) + " functions in a store, got more");
    }
    if (function.duration) {
      if (const auto fault = fault_of(*function.duration)) refuse(*fault);
    }
    if (function.app_memory) {
      if (const auto fault = fault_of(*function.app_memory)) refuse(*fault);
    }
  }

  // An app of this name and memory.
  std::uint32_t index_of_app(const TraceFunction& function) {
    const auto memory = to_numbers(function.app_memory);
    std::string key = std::to_string(function.owner.size()) + ' ' + function.owner + function.app;
    key.append(reinterpret_cast<const char*>(memory.data()), memory.size() * sizeof(double));
    const auto [place, is_new] = apps_.try_emplace(std::move(key), static_cast<std::uint32_t>(apps_.size()));
    if (is_new) {
      const auto [owner, owner_is_text] = name_of(function.owner);
      const auto [app, app_is_text] = name_of(function.app);
      app_records_.append(
          {.owner = owner, .app = app, .owner_is_text = owner_is_text, .app_is_text = app_is_text, .memory = memory});
    }
    return place->second;
  }

  std::pair<Name, std::uint32_t> name_of(const std::string& text) {
    if (const auto hash = hash_bytes(text)) return {*hash, 0};
    const TextPlace place{text_bytes_, text.size()};
    texts_.append(std::span(text.data(), text.size()));
    text_bytes_ += text.size();
    return {to_name(place), 1};
  }

  // Returns the calls.
  std::uint64_t append_cells(const TraceFunction& function) {
    std::uint64_t calls = 0;
    std::uint32_t last = 0;
    buffer_.clear();
    for (const MinuteCount& count : function.counts) {
      if (count.minute >= origin_.days * kMinutesPerDay || (count.minute <= last && calls > 0) || count.count == 0) {
        throw sim::Error(part_.path() + ": function " + std::to_string(functions_) +
                         ": expected counts above 0 in order of minutes, below " +
                         std::to_string(origin_.days * kMinutesPerDay) + ", got " + std::to_string(count.count) +
                         " in minute " + std::to_string(count.minute));
      }
      buffer_.push_back({count.minute - last, count.count});
      last = count.minute;
      calls += count.count;
    }
    cells_.append(std::span<const Cell>(buffer_));
    cell_total_ += buffer_.size();
    call_total_ += calls;
    return calls;
  }

  void write_attributes(const std::string& digest) {
    const H5::Group root = file_.openGroup("/");
    write_attribute(root, "format", std::string(kFormat));
    write_attribute(root, "format_version", kFormatVersion);
    write_attribute(root, "creator", origin_.creator);
    write_attribute(root, "origin", origin_.origin);
    if (!origin_.record.empty()) write_attribute(root, "record", origin_.record);
    write_attribute(root, "digest", digest);
    write_attribute(root, "days", origin_.days);
    write_attribute(root, "functions", functions_);
    write_attribute(root, "apps", apps_.size());
    write_attribute(root, "cells", cell_total_);
    write_attribute(root, "calls", call_total_);
    write_attribute(root, "invocations", invocation_count_);
  }

  files::PartFile part_;  // outlives the HDF5 file in it
  H5::H5File file_;
  StoreOrigin origin_;
  H5::Group functions_group_ = create_group(file_.openGroup("/"), "functions");
  Column<FunctionRecord> records_{functions_group_, "record", function_type(), kRecordChunk, Packed::no};
  Column<std::uint8_t> triggers_{functions_group_, "trigger", H5::PredType::STD_U8LE, kIndexChunk};
  Column<std::uint32_t> cell_counts_{functions_group_, "cells", H5::PredType::STD_U32LE, kIndexChunk};
  Column<std::uint64_t> calls_of_{functions_group_, "calls", H5::PredType::STD_U64LE, kIndexChunk};
  Column<AppRecord> app_records_{file_.openGroup("/"), "apps", app_type(), kRecordChunk, Packed::no};
  Column<Cell> cells_{file_.openGroup("/"), "cells", cell_type(), kCellChunk};
  Column<Call> invocations_{file_.openGroup("/"), "invocations", call_type(), kIndexChunk};
  Column<char> texts_{file_.openGroup("/"), "texts", H5::PredType::STD_U8LE, kIndexChunk};
  std::unordered_map<std::string, std::uint32_t> apps_;
  std::vector<Cell> buffer_;
  std::uint64_t functions_ = 0;
  std::uint64_t cell_total_ = 0;
  std::uint64_t call_total_ = 0;
  std::uint64_t invocation_count_ = 0;
  std::uint64_t text_bytes_ = 0;
};

namespace {

// HDF5's own exceptions are no std::exception.
template <class Action>
void reported(const Action& action) {
  try {
    H5::Exception::dontPrint();
    action();
  } catch (const H5::Exception& error) {
    throw std::runtime_error("cannot write the trace store: HDF5: " + error.getDetailMsg());
  }
}

}  // namespace

TraceStoreWriter::TraceStoreWriter(const std::string& path, const StoreOrigin& origin) {
  reported([&] { file_ = std::make_unique<File>(path, origin); });
}
TraceStoreWriter::~TraceStoreWriter() = default;
void TraceStoreWriter::append(const TraceFunction& function) {
  reported([&] { file_->append(function); });
}
void TraceStoreWriter::append(const TraceInvocation& invocation) {
  reported([&] { file_->append(invocation); });
}
void TraceStoreWriter::commit() {
  reported([&] { file_->commit(); });
}

void write_store(const std::string& path, const Trace& trace, const std::string& creator) {
  TraceStoreWriter writer(path, {.days = trace.days, .origin = trace.origin, .creator = creator});
  for (const TraceFunction& function : trace.functions) writer.append(function);
  writer.commit();
}

}  // namespace faasconf::traces
