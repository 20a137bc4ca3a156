#include "traces/files/line_reader.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/files/csv_line.hpp"

namespace faasconf::files {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::uint64_t kMostLines = 1'000'000'000;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> bytes, std::string name)
    : bytes_(std::move(bytes)),
      name_(std::move(name)),
      buffer_(std::make_unique_for_overwrite<char[]>(kPadding + kBlock + kPadding)),
      begin_(buffer_.get() + kPadding),
      end_(begin_) {
  refill();
  if (std::string_view(begin_, end_).starts_with(kByteOrderMark)) begin_ += kByteOrderMark.size();
}

std::string LineReader::where() const {
  return name_ + ":" + std::to_string(std::max<std::uint64_t>(number_, 1)) + ": ";
}

std::string LineReader::where(std::size_t column) const { return where() + "column " + std::to_string(column) + ": "; }

// No line end within the buffer, or too far away.
bool LineReader::next_slowly() {
  if (!bytes_ended_) refill();
  const std::string_view rest(begin_, end_);
  const std::size_t length = std::min(rest.find('\n'), rest.size());
  if (length > kLongestLine) {
    ++number_;
    throw sim::Error(where() + "expected a line shorter than " + std::to_string(kLongestLine + 1) +
                     " bytes, got a longer one");
  }
  if (rest.empty()) return false;
  take(begin_ + length, std::min(begin_ + length + 1, end_));
  return is_line();
}

// A blank line is one only where another line follows.
bool LineReader::is_line() {
  if (!without_blanks(text_).empty()) return true;
  while (next_text_ == nullptr || next_text_ < begin_) {
    const std::string_view rest(begin_, end_);
    const std::size_t blanks = rest.find_first_not_of(" \t\r\n");
    if (blanks != rest.npos) {
      next_text_ = begin_ + blanks;
      break;
    }
    if (bytes_ended_) return false;
    if (rest.size() == kBlock) throw sim::Error(where() + "expected rows, got a MiB of blank lines");
    refill();
  }
  text_ = std::string_view(begin_, 0);  // with padding around it, too
  return true;
}

// Moves what is left to the front and fills the buffer behind it.
void LineReader::refill() {
  if (number_ > kMostLines)
    throw sim::Error(where() + "expected at most " + std::to_string(kMostLines) + " lines, got more");
  const std::span block(buffer_.get() + kPadding, kBlock);
  const auto left = static_cast<std::size_t>(end_ - begin_);
  std::memmove(block.data(), begin_, left);
  const std::size_t came = bytes_->read(block.subspan(left));
  bytes_ended_ = came < kBlock - left;
  begin_ = block.data();
  end_ = begin_ + left + came;
  next_text_ = nullptr;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 72;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      result += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
    } else {
      result += c;
    }
  }
  return result + (text.size() > most ? "...\"" : "\"");
}

}  // namespace faasconf::files
