#include "experiments/sweep/journal.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::sweep {
namespace {

using tests::read_file;
using tests::ScratchFolder;
using tests::write_file;

const std::vector<std::string> kColumns = {"latency_mean_s", "price"};

CellId id(std::uint8_t byte) {
  CellId id{};
  id.fill(byte);
  return id;
}

JournalRows rows(std::uint8_t cell, std::uint64_t first, std::vector<double> values) {
  return {
      .key = id(cell), .cell = id(cell), .first_replication = first, .cases = {"fixed"}, .values = std::move(values)};
}

// First replications of the rows that a journal has.
std::vector<std::uint64_t> firsts(const std::string& path) {
  JournalReader reader(path);
  JournalReader::Entry entry;
  std::vector<std::uint64_t> found;
  while (reader.next(entry)) found.push_back(entry.rows.first_replication);
  return found;
}

TEST(Journal, GivesBackWhatWasAppended) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  writer.start(id(1), id(2));
  writer.append(rows(1, 0, {1.5, 2.5, 3.5, 4.5}), kColumns);
  writer.fail(id(3), id(3), "no");
  writer.finish();

  JournalReader reader(writer.path());
  JournalReader::Entry entry;
  ASSERT_TRUE(reader.next(entry));
  EXPECT_EQ(entry.kind, JournalReader::Entry::Kind::start);
  EXPECT_EQ(entry.rows.cell, id(2));
  ASSERT_TRUE(reader.next(entry));
  ASSERT_EQ(entry.kind, JournalReader::Entry::Kind::rows);
  EXPECT_EQ(entry.rows.replications, 2u);
  EXPECT_EQ(entry.rows.cases, std::vector<std::string_view>{"fixed"});
  EXPECT_EQ(*entry.rows.columns, kColumns);
  EXPECT_EQ(entry.rows.value(1, 0, 0), 3.5);
  EXPECT_EQ(entry.rows.value(1, 0, 1), 4.5);
  ASSERT_TRUE(reader.next(entry));
  EXPECT_EQ(entry.message, "no");
  EXPECT_FALSE(reader.next(entry));
  EXPECT_EQ(reader.position(), reader.size());
}

TEST(Journal, TornAtAnyByteKeepsTheEntriesBeforeAndGoesOn) {
  const ScratchFolder folder;
  std::string path;
  {
    JournalWriter writer(folder.path());
    path = writer.path();
    for (std::uint64_t i = 0; i < 4; ++i) writer.append(rows(1, i, {1, 2}), kColumns);
    writer.finish();
  }
  const std::string whole = read_file(path);
  std::size_t longest = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(path, whole.substr(0, size));
    const std::size_t kept = size == 0 ? 0 : firsts(path).size();
    ASSERT_GE(kept, longest);  // never fewer than a shorter one
    longest = kept;
    JournalWriter writer(folder.path());
    writer.append(rows(1, 9, {1, 2}), kColumns);
    writer.finish();
    ASSERT_EQ(firsts(path).size(), kept + 1) << size;
    ASSERT_EQ(firsts(path).back(), 9u);
  }
  EXPECT_EQ(longest, 3u);
}

TEST(Journal, AByteThatChangedEndsIt) {
  const ScratchFolder folder;
  std::string path;
  {
    JournalWriter writer(folder.path());
    path = writer.path();
    writer.append(rows(1, 0, {1, 2}), kColumns);
    writer.append(rows(1, 1, {1, 2}), kColumns);
    writer.finish();
  }
  std::string bytes = read_file(path);
  bytes[bytes.size() - 3] ^= 1;
  write_file(path, bytes);
  EXPECT_EQ(firsts(path), std::vector<std::uint64_t>{0});
  EXPECT_GT(JournalWriter(folder.path()).cut_bytes(), 0u);
}

TEST(Journal, EachWriterHasOneOfItsOwn) {
  const ScratchFolder folder;
  JournalWriter one(folder.path());
  {
    JournalWriter other(folder.path());
    EXPECT_NE(one.path(), other.path());
  }
  EXPECT_EQ(journals_in(folder.path()).size(), 2u);
  JournalWriter again(folder.path());
  EXPECT_EQ(journals_in(folder.path()).size(), 2u);
}

TEST(Journal, AnotherFileIsRefused) {
  const ScratchFolder folder;
  write_file(folder / "journal-00000", "something else entirely");
  EXPECT_THROW(JournalReader(folder / "journal-00000"), sim::Error);
  EXPECT_THROW(JournalWriter{folder.path()}, sim::Error);
}

}  // namespace
}  // namespace faasconf::experiments::sweep
