#pragma once
// Rows of the 2019 invocations files as text: what they are split into, before any number is read. Fields may stand in
// quotes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "traces/files/byte_source.hpp"
#include "traces/files/line_reader.hpp"

namespace faasconf::traces {

enum class Azure2019Schema : std::uint8_t {
  invocations,  // HashOwner,HashApp,HashFunction,Trigger,1..1440
  series,       // HashFunction,day,1..1440
};

class Azure2019RowReader {
 public:
  // Reads the header. Throws sim::Error.
  Azure2019RowReader(std::unique_ptr<files::ByteSource> bytes, const std::string& name);

  bool next();  // false at the end of the file

  Azure2019Schema schema() const { return schema_; }
  std::string_view owner() const { return is_series() ? std::string_view() : keys_[0]; }
  std::string_view app() const { return is_series() ? std::string_view() : keys_[1]; }
  std::string_view function() const { return is_series() ? keys_[0] : keys_[2]; }
  std::string_view trigger() const { return is_series() ? std::string_view() : keys_[3]; }
  std::string_view cells() const { return cells_; }  // what follows the keys; empty where the row ends before
  std::optional<int> day() const;                    // of a series, from 1; absent where the text is none
  std::string_view day_text() const { return is_series() ? keys_[1] : std::string_view(); }

  std::size_t keys() const { return is_series() ? 2 : 4; }  // columns before the counts
  std::size_t width() const;                                // columns of this row; 0 where its quotes are broken
  std::string shape() const;                                // "1443 columns", for a message
  std::size_t expected_width() const;                       // as the header has them
  const files::LineReader& lines() const { return lines_; }

  [[noreturn]] void throw_width() const;
  [[noreturn]] void throw_day() const;

 private:
  bool is_series() const { return schema_ == Azure2019Schema::series; }
  void read_header();
  bool split(std::string_view row);
  void split_unquoted();

  files::LineReader lines_;
  Azure2019Schema schema_ = Azure2019Schema::invocations;
  std::string_view row_;
  std::array<std::string_view, 4> keys_;
  std::string_view cells_;
  std::string unquoted_;  // a row that had quotes, with room around it for a scan
  bool quotes_are_broken_ = false;
};

}  // namespace faasconf::traces
