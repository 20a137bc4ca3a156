#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <H5Cpp.h>
#include <nlohmann/json.hpp>

#include "experiments/results/record.hpp"
#include "experiments/results/result_file.hpp"
#include "sim/core/error.hpp"
#include "traces/files/hdf5_input.hpp"
#include "traces/files/part_file.hpp"
#include "traces/files/readable_file.hpp"
#include "traces/files/write_failure.hpp"

namespace faasconf::experiments::results {
namespace {

constexpr std::int64_t kNewestFormat = 1;
constexpr int kTableFormat = 1;
constexpr hsize_t kBlockRows = 8192;         // read at once
constexpr std::size_t kMostCell = 64 << 10;  // bytes of a text in a row

// A kind of file, with its tables; spans need not be there.
struct Kind {
  std::string_view format;
  std::vector<const char*> tables;
};
const std::array<Kind, 2> kKinds = {{
    {"faasconf-result", {"windows", "functions", "replications", "summary", "spans"}},
    {"faasconf-evaluation", {"runs", "summary"}},
}};

using Damage = files::Hdf5Damage;

// --- reading ---

// The type of a text of fixed length, as the writer makes them.
H5::StrType fixed_text(const H5::StrType& type) {
  if (type.isVariableStr() || type.getSize() == 0) throw Damage("expected texts of fixed length");
  return type;
}

std::string without_padding(std::string_view text) {
  return std::string(text.substr(0, std::min(text.size(), text.find('\0'))));
}

hsize_t length_of(const H5::DataSet& dataset) {
  const H5::DataSpace space = dataset.getSpace();
  if (!space.isSimple() || space.getSimpleExtentNdims() != 1) throw Damage("expected one-dimensional columns");
  hsize_t length = 0;
  space.getSimpleExtentDims(&length);
  return length;
}

std::string read_attribute(const H5::H5Object& object, const char* name) {
  const H5::Attribute attribute = object.openAttribute(name);
  if (attribute.getTypeClass() != H5T_STRING || attribute.getSpace().getSimpleExtentNpoints() != 1) {
    throw Damage(std::string("expected a text as attribute ") + name);
  }
  const H5::StrType type = fixed_text(attribute.getStrType());
  if (type.getSize() > kMostCell) throw Damage(std::string("attribute ") + name + ": expected a shorter text");
  std::string value(type.getSize(), '\0');
  attribute.read(type, value.data());
  return without_padding(value);
}

std::int64_t read_whole_attribute(const H5::H5Object& object, const char* name) {
  std::int64_t value = 0;
  object.openAttribute(name).read(H5::PredType::NATIVE_INT64, &value);
  return value;
}

using Cells = std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

// Rows first .. first + count - 1 of a column.
Cells read_cells(const H5::DataSet& dataset, hsize_t first, hsize_t count) {
  const H5::DataSpace rows(1, &count);
  H5::DataSpace space = dataset.getSpace();
  space.selectHyperslab(H5S_SELECT_SET, &count, &first);
  switch (dataset.getTypeClass()) {
    case H5T_INTEGER: {
      std::vector<std::int64_t> values(count);
      dataset.read(values.data(), H5::PredType::NATIVE_INT64, rows, space);
      return values;
    }
    case H5T_FLOAT: {
      std::vector<double> values(count);
      dataset.read(values.data(), H5::PredType::NATIVE_DOUBLE, rows, space);
      return values;
    }
    case H5T_STRING: {
      const H5::StrType type = fixed_text(dataset.getStrType());
      const std::size_t size = type.getSize();
      std::string bytes(count * size, '\0');
      dataset.read(bytes.data(), type, rows, space);
      std::vector<std::string> values;
      for (std::size_t i = 0; i < count; ++i)
        values.push_back(without_padding(std::string_view(bytes).substr(i * size, size)));
      return values;
    }
    default:
      throw Damage("expected columns of numbers or texts");
  }
}

std::vector<std::string> read_names(const H5::H5File& file, const std::string& path) {
  const H5::DataSet dataset = files::open_dataset(file, path, files::kMostWholeBytes);
  if (dataset.getTypeClass() != H5T_STRING) throw Damage("expected names in " + path);
  return std::get<std::vector<std::string>>(read_cells(dataset, 0, length_of(dataset)));
}

std::string link_name(const H5::Group& group, hsize_t index) {
  const auto name = [&](char* to, std::size_t size) {
    const ssize_t length =
        H5Lget_name_by_idx(group.getId(), ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, index, to, size, H5P_DEFAULT);
    if (length < 0) throw Damage("expected the columns in order");
    return static_cast<std::size_t>(length);
  };
  std::string text(name(nullptr, 0), '\0');
  name(text.data(), text.size() + 1);
  return text;
}

// --- writing ---

void append_text(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

template <class Number>
void append_number(std::string& line, Number number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  line.append(text.data(), end);
}

struct Column {
  std::string name;
  H5::DataSet dataset;
  std::optional<std::vector<std::string>> names;  // of indices
  std::optional<std::int64_t> absent;             // of whole numbers: what stands for none
  Cells cells;                                    // of the block that is being written
};

void append_cell(std::string& line, const Column& column, std::size_t i) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&column.cells)) {
    append_text(line, (*texts)[i]);
  } else if (const auto* numbers = std::get_if<std::vector<double>>(&column.cells)) {
    if (!std::isnan((*numbers)[i])) append_number(line, (*numbers)[i]);
  } else {
    const std::int64_t whole = std::get<std::vector<std::int64_t>>(column.cells)[i];
    if (column.absent == whole) return;
    if (!column.names) {
      append_number(line, whole);
    } else if (whole >= static_cast<std::int64_t>(column.names->size())) {
      throw Damage("column " + column.name + ": expected an index below " + std::to_string(column.names->size()) +
                   ", got " + std::to_string(whole));
    } else if (whole >= 0) {
      append_text(line, (*column.names)[static_cast<std::size_t>(whole)]);
    }
  }
}

std::string read_text(const H5::H5File& file, const std::string& path) {
  const H5::DataSet dataset = files::open_dataset(file, path, files::kMostWholeBytes);
  if (dataset.getTypeClass() != H5T_STRING || dataset.getSpace().getSimpleExtentNpoints() != 1) {
    throw Damage("expected a text in /" + path);
  }
  const H5::StrType type = fixed_text(dataset.getStrType());
  std::string text(type.getSize(), '\0');
  dataset.read(text.data(), type);
  return without_padding(text);
}

nlohmann::ordered_json read_inputs(const H5::H5File& file) {
  auto inputs = nlohmann::ordered_json::array();
  const std::vector<std::string> paths = read_names(file, "run/inputs/path");
  const std::vector<std::string> digests = read_names(file, "run/inputs/sha256");
  if (paths.size() != digests.size()) throw Damage("expected a digest of each input");
  for (std::size_t i = 0; i < paths.size(); ++i) inputs.push_back({{"path", paths[i]}, {"sha256", digests[i]}});
  return inputs;
}

// The record of a table, which is the file's, as far as the file has one.
std::string record_of(const H5::H5File& file, const Kind& kind, const std::string& table) {
  const H5::Group root = file.openGroup("/");
  nlohmann::ordered_json record{{"format", std::string(kind.format) + "-" + table}, {"format_version", kTableFormat}};
  for (const char* name : {"faasconf_version", "faasconf_revision", "identity"}) {
    if (root.attrExists(name)) record[name] = read_attribute(root, name);
  }
  for (const char* name : {"model_version", "seed"}) {
    if (!root.attrExists(name)) continue;
    std::uint64_t value = 0;
    root.openAttribute(name).read(H5::PredType::NATIVE_UINT64, &value);
    record[name] = value;
  }
  if (files::has(file, "run/inputs")) record["inputs"] = read_inputs(file);
  for (const auto& [name, path] : {std::pair{"job", "run/job"}, std::pair{"experiment", "run/resolved"}}) {
    if (files::has(file, path)) record[name] = read_text(file, path);
  }
  return record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void write_table(const H5::H5File& file, const std::string& table, const sim::GoOn& go_on, files::PartFile& csv) {
  const H5::Group group = files::open_group(file, table);
  std::vector<Column> columns;
  for (hsize_t i = 0; i < group.getNumObjs(); ++i) {
    Column column{link_name(group, i), {}, {}, {}, {}};
    column.dataset = files::open_dataset(group, column.name);
    if (column.dataset.getDataType().getSize() > kMostCell) {
      throw Damage("column " + column.name + ": expected values of at most " + std::to_string(kMostCell) + " bytes");
    }
    if (column.dataset.attrExists("names")) column.names = read_names(file, read_attribute(column.dataset, "names"));
    if (column.dataset.attrExists("absent")) column.absent = read_whole_attribute(column.dataset, "absent");
    columns.push_back(std::move(column));
  }
  if (columns.empty()) throw Damage("expected columns in /" + table);

  std::string line;
  for (const Column& column : columns) {
    if (!line.empty()) line += ',';
    append_text(line, column.name);
  }
  csv.append(line + '\n');

  const hsize_t length = length_of(columns.front().dataset);
  for (const Column& column : columns) {
    if (length_of(column.dataset) != length) throw Damage("expected columns of one length in /" + table);
  }
  for (hsize_t first = 0; first < length; first += kBlockRows) {
    sim::throw_if_cancelled(go_on);
    const hsize_t count = std::min(kBlockRows, length - first);
    for (Column& column : columns) column.cells = read_cells(column.dataset, first, count);
    for (std::size_t i = 0; i < count; ++i) {
      line.clear();
      for (const Column& column : columns) {
        if (&column != &columns.front()) line += ',';
        append_cell(line, column, i);
      }
      csv.append(line += '\n');
    }
  }
}

// Throws sim::Error when the file is not one of ours.
const Kind& kind_of(const H5::H5File& file, const std::string& path) {
  const H5::Group root = file.openGroup("/");
  const std::string found = root.attrExists("format") ? read_attribute(root, "format") : "";
  const auto kind = std::ranges::find(kKinds, found, &Kind::format);
  if (kind == kKinds.end()) {
    throw sim::Error(path + ": expected a result file, got " +
                     (found.empty() ? "an HDF5 file of another kind" : "the format '" + found + "'"));
  }
  const std::int64_t format_version = read_whole_attribute(root, "format_version");
  if (format_version > kNewestFormat) {
    throw sim::Error(path + ": expected a result file of format version " + std::to_string(kNewestFormat) +
                     " or older, got " + std::to_string(format_version) + ": a newer faasconf wrote it");
  }
  return *kind;
}

void make_directory(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return;
  if (!std::filesystem::create_directory(directory, error)) {
    if (error == std::errc::io_error || error == std::errc::no_space_on_device) {
      throw files::write_failure(directory, error.value());
    }
    throw sim::Error(directory +
                     ": expected a folder, or a place to make one, got: " + (error ? error.message() : "a file"));
  }
}

}  // namespace

std::vector<std::string> export_csv(const std::string& result_path, const std::string& directory,
                                    const sim::GoOn& go_on) {
  if (const auto reason = files::why_unreadable(result_path)) throw sim::Error(result_path + ": " + *reason);
  const auto damaged = [&](const std::string& reason) {
    return sim::Error(result_path + ": expected a whole result file, got a damaged or truncated one: " + reason);
  };
  try {
    H5::Exception::dontPrint();
    if (!H5::H5File::isHdf5(result_path)) throw sim::Error(result_path + ": expected a result file, got no HDF5 file");
    const H5::H5File file(result_path, H5F_ACC_RDONLY);
    const Kind& kind = kind_of(file, result_path);
    make_directory(directory);

    // none has its name before all are written
    std::vector<std::unique_ptr<files::PartFile>> parts;
    for (const char* table : kind.tables) {
      if (std::string_view(table) == "spans" && !files::has(file, table)) continue;
      parts.push_back(std::make_unique<files::PartFile>((std::filesystem::path(directory) / table).string() + ".csv"));
      parts.back()->append(csv_comment(record_of(file, kind, table)));
      write_table(file, table, go_on, *parts.back());
    }
    std::vector<std::string> paths;
    for (const auto& part : parts) {
      part->commit();
      paths.push_back(part->path());
    }
    return paths;
  } catch (const H5::Exception& error) {
    throw damaged("HDF5: " + error.getFuncName() + ": " + error.getDetailMsg());
  } catch (const Damage& damage) {
    throw damaged(damage.what());
  } catch (const std::bad_alloc&) {
    throw damaged("a size that does not fit the memory");
  } catch (const std::length_error&) {
    throw damaged("a size that does not fit the memory");
  }
}

}  // namespace faasconf::experiments::results
