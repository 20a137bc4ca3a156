#include "traces/store/store_layout.hpp"

#include <bit>
#include <cstddef>

#include <H5Cpp.h>

namespace faasconf::traces::layout {

static_assert(std::endian::native == std::endian::little, "a store is read and written without conversion");

namespace {

H5::ArrayType array_of(const H5::PredType& type, hsize_t size) { return {type, 1, &size}; }

H5::ArrayType name_type() { return array_of(H5::PredType::STD_U8LE, Name().size()); }

}  // namespace

H5::DataType function_type() {
  H5::CompType type(sizeof(FunctionRecord));
  type.insertMember("name", offsetof(FunctionRecord, name), name_type());
  type.insertMember("name_is_text", offsetof(FunctionRecord, name_is_text), H5::PredType::STD_U32LE);
  type.insertMember("app", offsetof(FunctionRecord, app), H5::PredType::STD_U32LE);
  type.insertMember("duration", offsetof(FunctionRecord, duration),
                    array_of(H5::PredType::IEEE_F64LE, DurationNumbers().size()));
  return type;
}

H5::DataType app_type() {
  H5::CompType type(sizeof(AppRecord));
  type.insertMember("owner", offsetof(AppRecord, owner), name_type());
  type.insertMember("app", offsetof(AppRecord, app), name_type());
  type.insertMember("owner_is_text", offsetof(AppRecord, owner_is_text), H5::PredType::STD_U32LE);
  type.insertMember("app_is_text", offsetof(AppRecord, app_is_text), H5::PredType::STD_U32LE);
  type.insertMember("memory", offsetof(AppRecord, memory), array_of(H5::PredType::IEEE_F64LE, MemoryNumbers().size()));
  return type;
}

H5::DataType cell_type() {
  H5::CompType type(sizeof(Cell));
  type.insertMember("gap", offsetof(Cell, gap), H5::PredType::STD_U32LE);
  type.insertMember("count", offsetof(Cell, count), H5::PredType::STD_U32LE);
  return type;
}

H5::DataType call_type() {
  H5::CompType type(sizeof(Call));
  type.insertMember("function", offsetof(Call, function), H5::PredType::STD_U64LE);
  type.insertMember("start_s", offsetof(Call, start_s), H5::PredType::IEEE_F64LE);
  type.insertMember("duration_s", offsetof(Call, duration_s), H5::PredType::IEEE_F64LE);
  return type;
}

}  // namespace faasconf::traces::layout
