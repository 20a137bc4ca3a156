#include "experiments/sweep/journal.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/core/error.hpp"
#include "traces/files/write_failure.hpp"

namespace faasconf::experiments::sweep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "FCSWEEP1";
constexpr std::size_t kHead = 8;                // bytes before the content of an entry
constexpr std::size_t kMostContent = 1u << 30;  // bytes
constexpr std::size_t kBuffer = 1 << 16;        // bytes that wait for the file at most ...
constexpr double kSynchroniseEvery_s = 1;       // ... and for the disk
constexpr int kMostJournals = 100'000;
enum Kind : char { kColumns = 'C', kRows = 'R', kFailure = 'F', kStart = 'S' };

double steady_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Castagnoli's polynomial, as iSCSI and ext4 use it.
std::uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

template <class Number>
void put(std::string& to, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  to.append(bytes, sizeof number);
}

void put_text(std::string& to, std::string_view text) {
  put(to, static_cast<std::uint32_t>(text.size()));
  to += text;
}

void put_id(std::string& to, const CellId& id) { to.append(reinterpret_cast<const char*>(id.data()), id.size()); }

// Reads what `put` wrote. Contents have passed their checksum, so that ending early means a program of another kind.
class Content {
 public:
  explicit Content(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    Number number{};
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }
  std::string_view text() { return take(number<std::uint32_t>()); }
  CellId id() {
    CellId id{};
    std::memcpy(id.data(), take(id.size()).data(), id.size());
    return id;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw sim::Error("an entry that ends early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

std::string journal_name(int number) {
  std::string digits = std::to_string(number);
  return "journal-" + std::string(5 - std::min<std::size_t>(5, digits.size()), '0') + digits;
}

// "host 4711"
std::string this_process() {
  char host[256] = {};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return std::string(host) + " " + std::to_string(::getpid());
}

}  // namespace

JournalWriter::JournalWriter(const std::string& folder) {
  for (int number = 0; descriptor_ < 0; ++number) {
    if (number == kMostJournals) throw std::runtime_error(folder + ": all of 100,000 journals are in use");
    path_ = (fs::path(folder) / journal_name(number)).string();
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor_ < 0) throw files::write_failure(path_, errno);
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) break;
    const int error = errno;
    ::close(descriptor_);
    descriptor_ = -1;
    if (error != EWOULDBLOCK && error != EINTR) throw files::write_failure(path_, error);
  }
  cut_torn_end();
  synchronised_s_ = steady_s();
}

JournalWriter::~JournalWriter() { ::close(descriptor_); }

void JournalWriter::cut_torn_end() {
  struct stat about {};
  if (::fstat(descriptor_, &about) != 0) throw files::write_failure(path_, errno);
  if (about.st_size < static_cast<off_t>(kMagic.size())) {
    cut_bytes_ = static_cast<std::uint64_t>(about.st_size);
    if (::ftruncate(descriptor_, 0) != 0) throw files::write_failure(path_, errno);
    buffer_ = kMagic;
    return;
  }
  JournalReader reader(path_);
  JournalReader::Entry entry;
  while (reader.next(entry)) {
  }
  cut_bytes_ = reader.size() - reader.position();
  if (cut_bytes_ > 0 && ::ftruncate(descriptor_, static_cast<off_t>(reader.position())) != 0) {
    throw files::write_failure(path_, errno);
  }
}

void JournalWriter::start(const PointKey& key, const CellId& cell) {
  std::string content(1, kStart);
  put_id(content, key);
  put_id(content, cell);
  put(content, static_cast<std::int64_t>(std::time(nullptr)));
  static const std::string process = this_process();
  content += process;
  add(content);
}

void JournalWriter::append(const JournalRows& rows, const std::vector<std::string>& columns) {
  if (columns != columns_) {
    std::string content(1, kColumns);
    put(content, static_cast<std::uint32_t>(columns.size()));
    for (const std::string& column : columns) put_text(content, column);
    add(content);
    columns_ = columns;
  }
  std::string content(1, kRows);
  put_id(content, rows.key);
  put_id(content, rows.cell);
  put(content, rows.first_replication);
  put(content, static_cast<std::uint32_t>(rows.cases.size()));
  for (const std::string& name : rows.cases) put_text(content, name);
  content.append(reinterpret_cast<const char*>(rows.values.data()), rows.values.size() * sizeof(double));
  add(content);
}

void JournalWriter::fail(const PointKey& key, const CellId& cell, const std::string& message) {
  std::string content(1, kFailure);
  put_id(content, key);
  put_id(content, cell);
  content += message;
  add(content);
}

void JournalWriter::add(std::string_view content) {
  put(buffer_, static_cast<std::uint32_t>(content.size()));
  put(buffer_, crc32c(content));
  buffer_ += content;
  const double now_s = steady_s();
  const bool is_due = now_s - synchronised_s_ >= kSynchroniseEvery_s;
  if (buffer_.size() >= kBuffer || is_due) write_out();
  if (!is_due) return;
  if (::fdatasync(descriptor_) != 0) throw files::write_failure(path_, errno);
  synchronised_s_ = now_s;
}

void JournalWriter::write_out() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw files::write_failure(path_, errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void JournalWriter::finish() {
  write_out();
  if (::fsync(descriptor_) != 0) throw files::write_failure(path_, errno);
}

double RowsView::value(std::size_t replication, std::size_t case_index, std::size_t column) const {
  double value = 0;
  const std::size_t at = (replication * cases.size() + case_index) * columns->size() + column;
  std::memcpy(&value, values + at * sizeof value, sizeof value);
  return value;
}

JournalReader::JournalReader(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) throw sim::Error(path + ": " + std::generic_category().message(errno));
  struct stat about {};
  if (::fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(descriptor);
    throw sim::Error(path + ": expected a journal of a sweep, got no file");
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > 0) {
    void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED) {
      const int error = errno;
      ::close(descriptor);
      throw sim::Error(path + ": " + std::generic_category().message(error));
    }
    bytes_ = {static_cast<const char*>(mapped), size};
  }
  ::close(descriptor);
  if (size == 0) return;  // one that was only begun
  if (!bytes_.starts_with(kMagic.substr(0, std::min(size, kMagic.size())))) {
    ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    throw sim::Error(path + ": expected a journal of a sweep, got another file");
  }
  position_ = std::min(size, kMagic.size());
}

JournalReader::~JournalReader() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

bool JournalReader::next_content(std::string_view& content) {
  const std::string_view rest = bytes_.substr(position_);
  if (rest.size() < kHead) return false;
  Content head(rest.substr(0, kHead));
  const std::size_t size = head.number<std::uint32_t>();
  const auto checksum = head.number<std::uint32_t>();
  if (size == 0 || size > kMostContent || size > rest.size() - kHead) return false;
  content = rest.substr(kHead, size);
  if (crc32c(content) != checksum) return false;
  position_ += kHead + size;
  return true;
}

bool JournalReader::next(Entry& entry) {
  std::string_view bytes;
  while (next_content(bytes)) {
    Content content(bytes);
    const char kind = content.number<char>();
    if (kind == kColumns) {
      auto columns = std::make_unique<std::vector<std::string>>(content.number<std::uint32_t>());
      for (std::string& column : *columns) column = content.text();
      columns_.push_back(std::move(columns));
      continue;
    }
    entry = {};
    entry.rows.key = content.id();
    entry.rows.cell = content.id();
    if (kind == kStart) {
      entry.kind = Entry::Kind::start;
      entry.since_unix_s = content.number<std::int64_t>();
      entry.message = content.rest();
      return true;
    }
    if (kind == kFailure) {
      entry.kind = Entry::Kind::failure;
      entry.message = content.rest();
      return true;
    }
    if (kind != kRows || columns_.empty()) throw sim::Error("an entry of an unknown kind");
    entry.kind = Entry::Kind::rows;
    RowsView& rows = entry.rows;
    rows.first_replication = content.number<std::uint64_t>();
    rows.cases.resize(content.number<std::uint32_t>());
    for (std::string_view& name : rows.cases) name = content.text();
    rows.columns = columns_.back().get();
    const std::size_t row = rows.cases.size() * rows.columns->size() * sizeof(double);
    if (row == 0 || content.rest().size() % row != 0) throw sim::Error("rows that do not fit their columns");
    rows.replications = content.rest().size() / row;
    rows.values = content.rest().data();
    return true;
  }
  return false;
}

std::vector<std::string> journals_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
    if (entry.path().filename().string().starts_with("journal-")) paths.push_back(entry.path().string());
  }
  if (unreadable) throw sim::Error(folder + ": " + unreadable.message());
  std::ranges::sort(paths);
  return paths;
}

}  // namespace faasconf::experiments::sweep
