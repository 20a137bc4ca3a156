#pragma once
// What has been computed of a sweep's cells, as one worker after another appended it. A journal is a file of entries:
// the length of an entry's content and its CRC-32C, four bytes each, then the content (docs/reference/sweeps.md).
// Whatever a crash leaves behind the last whole entry is cut when the journal is written to again.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/sweep/cell.hpp"

namespace faasconf::experiments::sweep {

// Replications of a cell: values by replication, case and column.
struct JournalRows {
  PointKey key{};
  CellId cell{};
  std::uint64_t first_replication = 0;
  std::vector<std::string> cases;
  std::vector<double> values;

  std::size_t replications(std::size_t columns) const { return values.size() / (cases.size() * columns); }
};

// Appends entries. Only one process at a time writes to a journal.
class JournalWriter {
 public:
  // Takes the first journal of the folder that nobody writes to, or begins another. Throws std::runtime_error where the
  // folder cannot be written.
  explicit JournalWriter(const std::string& folder);
  ~JournalWriter();  // without a word: finish() says what went wrong
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // Throw std::runtime_error as soon as the disk refuses what was appended.
  void start(const PointKey& key, const CellId& cell);
  void append(const JournalRows& rows, const std::vector<std::string>& columns);
  void fail(const PointKey& key, const CellId& cell, const std::string& message);
  void finish();  // all of it is on the disk

  const std::string& path() const { return path_; }
  std::uint64_t cut_bytes() const { return cut_bytes_; }  // of a torn end that was found when it was opened

 private:
  void add(std::string_view content);
  void write_out();
  void cut_torn_end();

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t cut_bytes_ = 0;
  std::string buffer_;
  std::vector<std::string> columns_;  // as the last entry of columns says
  double synchronised_s_ = 0;
};

// An entry of rows in a journal that is mapped into memory.
struct RowsView {
  PointKey key{};
  CellId cell{};
  std::uint64_t first_replication = 0;
  std::uint64_t replications = 0;
  std::vector<std::string_view> cases;
  const std::vector<std::string>* columns = nullptr;
  const char* values = nullptr;  // doubles, not aligned

  double value(std::size_t replication, std::size_t case_index, std::size_t column) const;
};

// A journal as it stands, read from its first to its last whole entry.
class JournalReader {
 public:
  // Throws sim::Error: it cannot be opened, or is no journal.
  explicit JournalReader(const std::string& path);
  ~JournalReader();
  JournalReader(const JournalReader&) = delete;
  JournalReader& operator=(const JournalReader&) = delete;

  struct Entry {
    enum class Kind : std::uint8_t { start, rows, failure };
    Kind kind{};
    RowsView rows;                  // of start and failure: key and cell alone
    std::string_view message;       // of a failure; of a start: "host pid"
    std::int64_t since_unix_s = 0;  // of a start
  };
  // The next entry; false at the end. Views last as long as the reader.
  bool next(Entry& entry);

  std::uint64_t position() const { return position_; }  // behind the last entry
  std::uint64_t size() const { return bytes_.size(); }  // more than that: a torn end, or one that is being written

 private:
  bool next_content(std::string_view& content);

  std::string_view bytes_;
  std::uint64_t position_ = 0;
  std::vector<std::unique_ptr<std::vector<std::string>>> columns_;
};

// Paths of the journals of a folder, in the order of their names.
std::vector<std::string> journals_in(const std::string& folder);

}  // namespace faasconf::experiments::sweep
