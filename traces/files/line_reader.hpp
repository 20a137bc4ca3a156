#pragma once
// Lines of a text, one at a time out of a buffer that is filled in blocks. Blank lines at the end are no lines.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "traces/files/byte_source.hpp"

namespace faasconf::files {

class LineReader {
 public:
  static constexpr std::size_t kLongestLine = 65535;  // 1440 counts of ten digits and three hashes need a quarter
  static constexpr std::size_t kPadding = 128;        // bytes that may be read before and behind a line

  // `name` stands for the file in messages.
  LineReader(std::unique_ptr<ByteSource> bytes, std::string name);

  // False at the end. A last line needs no newline. Throws sim::Error at a line that is too long.
  bool next() {
    const char* newline = static_cast<const char*>(std::memchr(begin_, '\n', static_cast<std::size_t>(end_ - begin_)));
    if (newline == nullptr || newline - begin_ > static_cast<std::ptrdiff_t>(kLongestLine)) return next_slowly();
    take(newline, newline + 1);
    return (!text_.empty() && text_.front() > ' ') || is_line();
  }

  std::string_view text() const { return text_; }   // valid until next(); no line end, no byte-order mark
  std::uint64_t number() const { return number_; }  // from 1
  std::string where() const;                        // "file.csv:12: "
  std::string where(std::size_t column) const;      // "file.csv:12: column 3: "; from 1
  std::uint64_t bytes_consumed() const { return bytes_->consumed(); }

 private:
  void take(const char* line_end, const char* next_begin) {
    ++number_;
    text_ = std::string_view(begin_, static_cast<std::size_t>(line_end - begin_));
    if (!text_.empty() && text_.back() == '\r') text_.remove_suffix(1);
    begin_ = next_begin;
  }
  bool next_slowly();
  bool is_line();
  void refill();

  std::unique_ptr<ByteSource> bytes_;
  std::string name_;
  std::unique_ptr<char[]> buffer_;  // padding, a block, padding
  const char* begin_;               // of the bytes not yet returned
  const char* end_;
  const char* next_text_ = nullptr;  // behind blank lines that were read, if that is known
  bool bytes_ended_ = false;
  std::string_view text_;
  std::uint64_t number_ = 0;
};

// What came, for a message: cut when long, bytes that do not print as \x1b.
std::string quoted(std::string_view text);

}  // namespace faasconf::files
