#pragma once
// Which functions or apps of a file were met before, in 8 to 16 bytes each: by 64 bits of their names.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace faasconf::traces {

// The names of a function or an app as a number; of 50,000 functions two are taken for one with a chance of 1e-10.
std::uint64_t key_of(std::string_view owner, std::string_view app, std::string_view function = {});

class KeySet {
 public:
  // False where it was there before.
  bool insert(std::uint64_t key);
  void clear();  // forgets the keys, keeps the memory

 private:
  void grow();

  std::vector<std::uint64_t> places_ = std::vector<std::uint64_t>(1024);  // a power of two; 0: free
  std::size_t taken_ = 0;
  bool has_zero_ = false;
};

}  // namespace faasconf::traces
