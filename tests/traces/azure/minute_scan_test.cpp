#include "traces/azure/minute_scan.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/random.hpp"

namespace faasconf::traces {
namespace {

// All scans of this machine over the same text, in the middle of others; they must agree. Absent: irregular.
class Scanned {
 public:
  explicit Scanned(const std::string& cells) {
    const std::string text = std::string(kScanRoom, '7') + cells + std::string(kScanRoom, '7');
    const char* begin = text.data() + kScanRoom;
    for (const NamedScan& named : minute_scans()) {
      std::vector<MinuteCount> counts(kScanCounts);
      const std::size_t count = named.scan(begin, begin + cells.size(), counts.data());
      counts.resize(count == kIrregular ? 0 : count);
      if (&named != &minute_scans().front() && !results_.empty()) {
        EXPECT_EQ(count, results_.front().first) << named.name;
        EXPECT_EQ(counts, results_.front().second) << named.name;
      }
      results_.emplace_back(count, counts);
    }
  }
  bool irregular() const { return results_.front().first == kIrregular; }
  const std::vector<MinuteCount>& counts() const { return results_.front().second; }

 private:
  std::vector<std::pair<std::size_t, std::vector<MinuteCount>>> results_;
};

std::string joined(const std::vector<std::string>& cells) {
  std::string text;
  for (const std::string& cell : cells) text += (text.empty() ? "" : ",") + cell;
  return text;
}

std::vector<std::string> zeros() { return std::vector<std::string>(kMinutesPerDay, "0"); }

TEST(MinuteScan, FindsNothingInADayOfZeros) {
  const Scanned scanned(joined(zeros()));
  EXPECT_FALSE(scanned.irregular());
  EXPECT_TRUE(scanned.counts().empty());
}

TEST(MinuteScan, ReadsEveryMinuteAndEveryLength) {
  for (const std::string number : {"7", "10", "123", "4567", "89012", "345678", "9012345", "67890123"}) {
    for (std::size_t minute = 0; minute < kMinutesPerDay; minute += minute < 100 ? 1 : 67) {
      auto cells = zeros();
      cells[minute] = number;
      const std::vector<MinuteCount> expected{
          {.minute = static_cast<std::uint32_t>(minute), .count = static_cast<std::uint32_t>(std::stoul(number))}};
      EXPECT_EQ(Scanned(joined(cells)).counts(), expected) << minute << " " << number;
    }
  }
}

// Whatever the density and the place of cells in blocks of bytes.
TEST(MinuteScan, AgreesWithTheCellsThatWereWritten) {
  sim::Rng rng(1);
  for (int round = 0; round < 400; ++round) {
    auto cells = zeros();
    std::vector<MinuteCount> expected;
    const double density = rng.uniform();
    for (std::uint32_t minute = 0; minute < kMinutesPerDay; ++minute) {
      if (rng.uniform() >= density) continue;
      std::uint32_t bound = 10;
      for (std::uint32_t digits = rng.below(8); digits > 0; --digits) bound *= 10;
      const std::uint32_t count = rng.below(bound);
      cells[minute] = std::to_string(count);
      if (count > 0) expected.push_back({.minute = minute, .count = count});
    }
    const Scanned scanned(joined(cells));
    ASSERT_FALSE(scanned.irregular());
    ASSERT_EQ(scanned.counts(), expected) << "round " << round;
  }
}

TEST(MinuteScan, LeavesWhatIsIrregularToOthers) {
  for (const std::string cell : {"", "-1", "+1", " 1", "1 ", "1.5", "x", "123456789", "007", "00", "\r"}) {
    for (const std::size_t minute : {0, 1, 31, 32, 63, 700, 1438, 1439}) {
      auto cells = zeros();
      cells[minute] = cell;
      EXPECT_TRUE(Scanned(joined(cells)).irregular()) << '"' << cell << "\" in minute " << minute;
    }
  }
}

TEST(MinuteScan, WantsExactlyADay) {
  for (const std::size_t width : {0, 1, 31, 32, 33, 1439, 1441, 1472, 2000, 30'000}) {
    EXPECT_TRUE(Scanned(joined(std::vector<std::string>(width, "0"))).irregular()) << width;
    EXPECT_TRUE(Scanned(joined(std::vector<std::string>(width, "5"))).irregular()) << width;
    EXPECT_TRUE(Scanned(joined(std::vector<std::string>(width, "12345678"))).irregular()) << width;
  }
}

TEST(MinuteScan, TakesNothingFromBehindTheText) {
  auto cells = zeros();
  cells.back() = "3";  // "37777777" with what follows
  EXPECT_EQ(Scanned(joined(cells)).counts(), (std::vector<MinuteCount>{{.minute = 1439, .count = 3}}));
}

}  // namespace
}  // namespace faasconf::traces
