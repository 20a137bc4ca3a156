#include "traces/store/store.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <optional>
#include <utility>

#include <H5Cpp.h>

#include "sim/core/error.hpp"
#include "traces/core/limits.hpp"
#include "traces/files/hdf5_input.hpp"
#include "traces/files/readable_file.hpp"
#include "traces/store/store_layout.hpp"
#include "traces/store/store_rules.hpp"

namespace faasconf::traces {
namespace {

using namespace layout;

using Damage = files::Hdf5Damage;

constexpr std::uint64_t kMostText = 1 << 20;
constexpr std::size_t kFunctionsBetweenProgress = 64;
constexpr std::size_t kBlockRows = 512;  // records read at once when all are read

H5::Attribute attribute(const H5::Group& group, const char* name, H5T_class_t type) {
  if (!group.attrExists(name)) throw Damage(std::string("expected an attribute ") + name + ", got none");
  const H5::Attribute found = group.openAttribute(name);
  if (found.getTypeClass() != type || found.getSpace().getSimpleExtentNpoints() != 1) {
    throw Damage(std::string("attribute ") + name + ": expected " + (type == H5T_STRING ? "a text" : "an integer") +
                 ", got something else");
  }
  return found;
}

std::uint64_t read_number(const H5::Group& group, const char* name) {
  std::uint64_t value = 0;
  attribute(group, name, H5T_INTEGER).read(H5::PredType::NATIVE_UINT64, &value);
  return value;
}

std::string read_text(const H5::Group& group, const char* name) {
  const H5::Attribute found = attribute(group, name, H5T_STRING);
  const H5::StrType type = found.getStrType();
  if (type.isVariableStr() || type.getSize() > kMostText) {
    throw Damage(std::string("attribute ") + name + ": expected a text of fixed length");
  }
  std::string text(type.getSize(), '\0');
  found.read(type, text.data());
  return text.substr(0, std::min(text.size(), text.find('\0')));
}

// A column of the file, read in part.
template <class Value>
class Column {
 public:
  Column(const H5::H5File& file, const std::string& name, const H5::DataType& type, std::optional<std::uint64_t> rows)
      : name_(name), type_(type) {
    dataset_ = files::open_dataset(file, name);
    const H5::DataSpace space = dataset_.getSpace();
    if (!(dataset_.getDataType() == type) || !space.isSimple() || space.getSimpleExtentNdims() != 1) {
      throw Damage(name + ": expected a column of the trace store's type, got another one");
    }
    space.getSimpleExtentDims(&rows_);
    if (rows && rows_ != *rows) {
      throw Damage(name + ": expected " + std::to_string(*rows) + " rows, got " + std::to_string(rows_));
    }
  }

  std::uint64_t rows() const { return rows_; }

  void read(std::uint64_t first, std::size_t count, Value* to) const {
    if (first > rows_ || count > rows_ - first) {
      throw Damage(name_ + ": expected rows up to " + std::to_string(first + count) + ", got " + std::to_string(rows_));
    }
    if (count == 0) return;
    const hsize_t start = first;
    const hsize_t size = count;
    H5::DataSpace place = dataset_.getSpace();
    place.selectHyperslab(H5S_SELECT_SET, &size, &start);
    dataset_.read(to, type_, H5::DataSpace(1, &size), place);
  }

  std::vector<Value> read(std::uint64_t first, std::size_t count) const {
    std::vector<Value> values(std::min<std::uint64_t>(count, rows_ + 1));
    read(first, count, values.data());
    return values;
  }

  std::vector<Value> read_all() const { return read(0, rows_); }

 private:
  std::string name_;
  H5::DataType type_;
  H5::DataSet dataset_;
  hsize_t rows_ = 0;
};

std::string to_digits(const Name& bytes) {
  std::string digits;
  for (const std::uint8_t byte : bytes) {
    digits += "0123456789abcdef"[byte / 16];
    digits += "0123456789abcdef"[byte % 16];
  }
  return digits;
}

std::uint32_t read_days(const H5::Group& root) {
  const std::uint64_t days = read_number(root, "days");
  if (days >= 1 && days <= kMostDays) return static_cast<std::uint32_t>(days);
  throw Damage("days: expected 1 to " + std::to_string(kMostDays) + ", got " + std::to_string(days));
}

std::size_t read_functions(const H5::Group& root) {
  const std::uint64_t functions = read_number(root, "functions");
  if (functions <= kMostFunctions) return functions;
  throw Damage("functions: expected at most " + std::to_string(kMostFunctions) + ", got " + std::to_string(functions));
}

H5::H5File open(const std::string& path) {
  if (const auto reason = files::why_unreadable(path)) throw Damage(*reason);
  if (!is_trace_store(path)) throw Damage("not a trace store: expected an HDF5 file");
  H5::FileAccPropList access;
  constexpr std::size_t slots = 521;
  constexpr std::size_t bytes = 1 << 17;  // the largest chunk
  access.setCache(0, slots, bytes, 1);
  H5::H5File file(path, H5F_ACC_RDONLY, H5::FileCreatPropList::DEFAULT, access);
  const H5::Group root = file.openGroup("/");
  const std::string format = root.attrExists("format") ? read_text(root, "format") : "none";
  if (format != kFormat) {
    throw Damage("not a trace store: expected format \"" + std::string(kFormat) + "\", got \"" + format + "\"");
  }
  const std::uint64_t version = read_number(root, "format_version");
  if (version < 1 || version > kFormatVersion) {
    throw Damage("format version " + std::to_string(version) + ", but this faasconf reads up to " +
                 std::to_string(kFormatVersion) + "; a newer faasconf wrote it");
  }
  return file;
}

}  // namespace

class TraceStore::File {
 public:
  explicit File(const std::string& path)
      : file_(open(path)),
        root_(file_.openGroup("/")),
        origin_{.days = read_days(root_),
                .origin = read_text(root_, "origin"),
                .creator = read_text(root_, "creator"),
                .record = root_.attrExists("record") ? read_text(root_, "record") : ""},
        functions_(read_functions(root_)) {
    read_triggers();
    const std::uint64_t calls = std::accumulate(calls_.begin(), calls_.end(), std::uint64_t{0});
    if (const std::uint64_t said = read_number(root_, "calls"); said != calls) {
      throw Damage("calls: expected " + std::to_string(said) + " of all functions, got " + std::to_string(calls));
    }
    first_cells_.resize(functions_ + 1);
    const std::vector<std::uint32_t> cells =
        Column<std::uint32_t>(file_, "functions/cells", H5::PredType::STD_U32LE, functions_).read_all();
    std::inclusive_scan(cells.begin(), cells.end(), first_cells_.begin() + 1, std::plus<>(), std::uint64_t{0});
    if (first_cells_.back() != cells_.rows()) {
      throw Damage("cells: expected " + std::to_string(first_cells_.back()) + " rows, got " +
                   std::to_string(cells_.rows()));
    }
  }

  std::size_t size() const { return functions_; }
  const StoreOrigin& origin() const { return origin_; }
  std::string digest() const { return read_text(root_, "digest"); }
  std::span<const Trigger> triggers() const { return triggers_; }
  std::span<const std::uint64_t> calls() const { return calls_; }
  std::uint64_t invocations() const { return invocations_.rows(); }

  TraceFunction function(std::size_t index) const { return make(index, records_.read(index, 1).front()); }

  // All records of a block together.
  template <class Use>
  void each(const Use& use) const {
    for (std::size_t first = 0; first < functions_; first += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, functions_ - first);
      const std::vector<FunctionRecord> records = records_.read(first, count);
      for (std::size_t i = 0; i < count; ++i) use(make(first + i, records[i]));
    }
  }

  std::vector<TraceInvocation> invocations(std::uint64_t first, std::size_t count) const {
    std::vector<TraceInvocation> result;
    for (const Call& call : invocations_.read(first, count)) {
      if (call.function >= functions_) throw Damage("invocations: got function " + std::to_string(call.function));
      result.push_back({.function = static_cast<std::uint32_t>(call.function),
                        .start_s = call.start_s,
                        .duration_s = call.duration_s});
      if (const auto fault = fault_of(result.back())) throw Damage("invocations: " + *fault);
    }
    return result;
  }

 private:
  struct App {
    std::string owner, app;
    std::optional<MemoryPercentiles> memory;
  };

  void read_triggers() {
    const Column<std::uint8_t> column(file_, "functions/trigger", H5::PredType::STD_U8LE, functions_);
    for (const std::uint8_t trigger : column.read_all()) {
      if (trigger >= kTriggerNames.size()) throw Damage("functions/trigger: got " + std::to_string(trigger));
      triggers_.push_back(static_cast<Trigger>(trigger));
    }
    calls_ = Column<std::uint64_t>(file_, "functions/calls", H5::PredType::STD_U64LE, functions_).read_all();
  }

  TraceFunction make(std::size_t index, const FunctionRecord& record) const {
    TraceFunction function;
    function.function = text_of(record.name, record.name_is_text != 0);
    App app = read_app(record.app);
    function.owner = std::move(app.owner);
    function.app = std::move(app.app);
    function.app_memory = app.memory;
    function.trigger = triggers_[index];
    function.duration = numbers_of<DurationPercentiles>(record.duration, to_duration, index);
    function.counts = counts_of(index);
    return function;
  }

  // Absent where all are NaN.
  template <class Percentiles, class Numbers>
  static std::optional<Percentiles> numbers_of(const Numbers& numbers, Percentiles (*read)(const Numbers&),
                                               std::size_t row) {
    if (std::ranges::all_of(numbers, [](double number) { return std::isnan(number); })) return std::nullopt;
    const Percentiles percentiles = read(numbers);
    if (const auto fault = fault_of(percentiles)) throw Damage("row " + std::to_string(row) + ": " + *fault);
    return percentiles;
  }

  std::vector<MinuteCount> counts_of(std::size_t index) const {
    std::vector<MinuteCount> counts;
    const std::uint64_t first = first_cells_[index];
    const std::vector<Cell> cells = cells_.read(first, first_cells_[index + 1] - first);
    counts.reserve(cells.size());
    std::uint64_t minute = 0;
    std::uint64_t calls = 0;
    for (const Cell& cell : cells) {
      minute += cell.gap;
      if (minute >= origin_.days * kMinutesPerDay || cell.count == 0 || (cell.gap == 0 && !counts.empty())) {
        throw Damage("cells: expected counts above 0 in order of minutes, got " + std::to_string(cell.count) +
                     " in minute " + std::to_string(minute) + " of function " + std::to_string(index));
      }
      counts.push_back({.minute = static_cast<std::uint32_t>(minute), .count = cell.count});
      calls += cell.count;
    }
    if (calls != calls_[index]) {
      throw Damage("functions/calls: expected the " + std::to_string(calls) + " of its minutes for function " +
                   std::to_string(index) + ", got " + std::to_string(calls_[index]));
    }
    return counts;
  }

  // The app of the function before is often the same.
  App read_app(std::uint32_t index) const {
    if (last_app_ && last_app_->first == index) return last_app_->second;
    const AppRecord record = apps_.read(index, 1).front();
    App app{.owner = text_of(record.owner, record.owner_is_text != 0),
            .app = text_of(record.app, record.app_is_text != 0),
            .memory = std::nullopt};
    app.memory = numbers_of<MemoryPercentiles>(record.memory, to_memory, index);
    last_app_.emplace(index, app);
    return app;
  }

  std::string text_of(const Name& name, bool is_text) const {
    if (!is_text) return to_digits(name);
    const TextPlace place = to_place(name);
    if (place.size > kMostText) throw Damage("names: got a text of " + std::to_string(place.size) + " bytes");
    const std::vector<char> text = texts_.read(place.first, place.size);
    return {text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place.size)};
  }

  H5::H5File file_;
  H5::Group root_;
  StoreOrigin origin_;
  std::size_t functions_;
  Column<FunctionRecord> records_{file_, "functions/record", function_type(), functions_};
  Column<AppRecord> apps_{file_, "apps", app_type(), std::nullopt};
  Column<Cell> cells_{file_, "cells", cell_type(), std::nullopt};
  Column<Call> invocations_{file_, "invocations", call_type(), std::nullopt};
  Column<char> texts_{file_, "texts", H5::PredType::STD_U8LE, std::nullopt};
  std::vector<Trigger> triggers_;
  std::vector<std::uint64_t> calls_;
  std::vector<std::uint64_t> first_cells_;  // by function, and their number
  mutable std::optional<std::pair<std::uint32_t, App>> last_app_;
};

namespace {

// What goes wrong while reading, as an Error that names the file.
template <class Action>
auto reported(const std::string& path, const Action& action) {
  try {
    H5::Exception::dontPrint();
    return action();
  } catch (const Damage& damage) {
    throw sim::Error(path + ": " + damage.what());
  } catch (const H5::Exception& error) {
    throw sim::Error(path + ": a damaged trace store: HDF5: " + error.getDetailMsg());
  }
}

}  // namespace

TraceStore::TraceStore(const std::string& path)
    : path_(path), file_(reported(path, [&] { return std::make_unique<File>(path); })) {}
TraceStore::~TraceStore() = default;
TraceStore::TraceStore(TraceStore&&) noexcept = default;

std::size_t TraceStore::size() const { return file_->size(); }
const StoreOrigin& TraceStore::origin() const { return file_->origin(); }
std::span<const Trigger> TraceStore::triggers() const { return file_->triggers(); }
std::span<const std::uint64_t> TraceStore::calls() const { return file_->calls(); }
std::uint64_t TraceStore::invocations() const { return file_->invocations(); }

std::string TraceStore::digest() const {
  return reported(path_, [&] { return file_->digest(); });
}

TraceFunction TraceStore::function(std::size_t index) const {
  return reported(path_, [&] { return file_->function(index); });
}

std::vector<TraceFunction> TraceStore::functions(std::span<const std::size_t> indices) const {
  std::vector<TraceFunction> functions;
  functions.reserve(indices.size());
  for (const std::size_t index : indices) functions.push_back(function(index));
  return functions;
}

void TraceStore::each(const std::function<void(const TraceFunction&)>& use) const {
  reported(path_, [&] { file_->each(use); });
}

Trace TraceStore::trace(const ReadPolicy& policy) const {
  Trace trace{.days = origin().days, .functions = {}, .origin = origin().origin};
  trace.functions.reserve(size());
  each([&](const TraceFunction& function) {
    trace.functions.push_back(function);
    if (trace.functions.size() % kFunctionsBetweenProgress != 0) return;
    sim::throw_if_cancelled(policy.go_on);
    if (policy.progress) policy.progress(trace.functions.size());
  });
  return trace;
}

std::vector<TraceInvocation> TraceStore::invocations(std::uint64_t first, std::size_t count) const {
  return reported(path_, [&] { return file_->invocations(first, count); });
}

bool is_trace_store(const std::string& path) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  std::string start(signature.size(), '\0');
  return std::ifstream(path, std::ios::binary).read(start.data(), static_cast<std::streamsize>(start.size())) &&
         start == signature;
}

}  // namespace faasconf::traces
