#pragma once
// Saving and restoring state bit for bit, in the byte order of the machine. A type takes part by being trivially
// copyable or by a member `template <class A> void archive(A& a) { a(first_, second_); }`, which serves both
// directions. The same state gives the same bytes: what pads a struct is saved as zeros.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/core/error.hpp"

namespace faasconf::sim {

class ArchiveWriter {
 public:
  template <class... Members>
  void operator()(Members&... members) {
    (put(members), ...);
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  template <class T>
  void put(T& member) {
    if constexpr (requires { member.archive(*this); }) {
      member.archive(*this);
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      T copy = member;
      clear_padding(copy);
      put_bytes(&copy, sizeof(T));
    }
  }
  template <class T, class Allocator>
  void put(std::vector<T, Allocator>& members) {
    std::uint64_t size = members.size();
    put_bytes(&size, sizeof(size));
    if constexpr (std::is_floating_point_v<T> || std::has_unique_object_representations_v<T>) {
      put_bytes(members.data(), size * sizeof(T));
    } else {
      for (T& member : members) put(member);
    }
  }
  template <class T>
  static void clear_padding([[maybe_unused]] T& member) {
#if defined(__has_builtin)
#if __has_builtin(__builtin_clear_padding)
    __builtin_clear_padding(&member);
#endif
#endif
  }
  void put_bytes(const void* from, std::size_t size) {
    if (size == 0) return;
    const auto* first = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), first, first + size);
  }

  std::vector<std::byte> bytes_;
};

// Throws Error when the bytes end too early.
class ArchiveReader {
 public:
  explicit ArchiveReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class... Members>
  void operator()(Members&... members) {
    (get(members), ...);
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  template <class T>
  void get(T& member) {
    if constexpr (requires { member.archive(*this); }) {
      member.archive(*this);
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      get_bytes(&member, sizeof(T));
    }
  }
  template <class T, class Allocator>
  void get(std::vector<T, Allocator>& members) {
    std::uint64_t size = 0;
    get_bytes(&size, sizeof(size));
    if (size > bytes_.size()) throw Error("saved state is truncated or damaged");
    members.resize(size);
    if constexpr (std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>) {
      get_bytes(members.data(), size * sizeof(T));
    } else {
      for (T& member : members) get(member);
    }
  }
  void get_bytes(void* to, std::size_t size) {
    if (size > bytes_.size()) throw Error("saved state is truncated or damaged");
    if (size > 0) std::memcpy(to, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }

  std::span<const std::byte> bytes_;
};

}  // namespace faasconf::sim
