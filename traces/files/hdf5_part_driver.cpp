#include "traces/files/hdf5_part_driver.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>

#include <H5Cpp.h>

namespace faasconf::files {
namespace {

// What HDF5 holds of an open file; the first member is HDF5's own.
struct OpenFile {
  H5FD_t base{};
  PartFile* file = nullptr;
  haddr_t allocated = 0;  // "end of address"
  haddr_t written = 0;    // "end of file"
};

OpenFile* open_file(H5FD_t* base) { return reinterpret_cast<OpenFile*>(base); }
const OpenFile* open_file(const H5FD_t* base) { return reinterpret_cast<const OpenFile*>(base); }

H5FD_class_t driver() {
  H5FD_class_t driver{};
  driver.name = "faasconf_part";
  driver.maxaddr = static_cast<haddr_t>(std::numeric_limits<std::int64_t>::max());
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(PartFile*);
  driver.open = [](const char*, unsigned, hid_t access, haddr_t) -> H5FD_t* {
    auto opened = std::make_unique<OpenFile>();
    opened->file = *static_cast<PartFile* const*>(H5Pget_driver_info(access));
    return &opened.release()->base;
  };
  driver.close = [](H5FD_t* base) -> herr_t {
    delete open_file(base);
    return 0;
  };
  driver.cmp = [](const H5FD_t* a, const H5FD_t* b) -> int {
    return std::less<>()(open_file(a)->file, open_file(b)->file) ? -1 : open_file(a)->file != open_file(b)->file;
  };
  driver.query = [](const H5FD_t*, unsigned long* features) -> herr_t {
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
                H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
  };
  driver.get_eoa = [](const H5FD_t* base, H5FD_mem_t) { return open_file(base)->allocated; };
  driver.set_eoa = [](H5FD_t* base, H5FD_mem_t, haddr_t address) -> herr_t {
    open_file(base)->allocated = address;
    return 0;
  };
  driver.get_eof = [](const H5FD_t* base, H5FD_mem_t) { return open_file(base)->written; };
  driver.read = [](H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, size_t size, void* to) -> herr_t {
    auto* bytes = static_cast<char*>(to);
    const std::size_t got = open_file(base)->file->read_at(address, bytes, size);
    std::fill(bytes + got, bytes + size, '\0');
    return 0;
  };
  driver.write = [](H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, size_t size, const void* from) -> herr_t {
    open_file(base)->file->write_at(address, {static_cast<const char*>(from), size});
    open_file(base)->written = std::max(open_file(base)->written, static_cast<haddr_t>(address + size));
    return 0;
  };
  driver.truncate = [](H5FD_t* base, hid_t, hbool_t) -> herr_t {
    if (open_file(base)->written == open_file(base)->allocated) return 0;
    open_file(base)->file->resize(open_file(base)->allocated);
    open_file(base)->written = open_file(base)->allocated;
    return 0;
  };
  constexpr H5FD_mem_t map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(map), std::end(map), std::begin(driver.fl_map));
  return driver;
}

}  // namespace

H5::H5File create_hdf5(PartFile& file) {
  // HDF5 keeps the address of the class
  static const H5FD_class_t part_driver = driver();
  const H5::FileAccPropList access;
  access.setLibverBounds(H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);  // 1.10: checksums on all metadata
  access.setCache(0, 521, 0, 1);                                 // chunks are written whole: nothing to keep
  PartFile* const info = &file;
  const hid_t id = H5FDregister(&part_driver);
  const herr_t set = H5Pset_driver(access.getId(), id, static_cast<const void*>(&info));
  H5FDunregister(id);  // the property list holds on to it
  if (id < 0 || set < 0) throw H5::FileIException("create_hdf5", "no driver");

  const H5::FileCreatPropList create;
  H5Pset_obj_track_times(create.getId(), 0);
  H5Pset_link_creation_order(create.getId(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  return {file.path(), H5F_ACC_TRUNC, create, access};
}

}  // namespace faasconf::files
