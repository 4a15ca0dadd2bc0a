// The tables of the messages that tests have as generated classes.
#pragma once

#include "gateway/json/json_tables.h"

namespace gateway {

inline const JsonTables& GeneratedTables() {
  static const JsonTables& tables =
      *new JsonTables(*google::protobuf::DescriptorPool::generated_pool());
  return tables;
}

}  // namespace gateway
