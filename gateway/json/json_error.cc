#include "gateway/json/json_error.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxPlaceBytes = 256;

}  // namespace

bool JsonError::Set(std::string_view rule) {
  rule_ = rule;
  place_.clear();
  return false;
}

bool JsonError::In(std::string_view member) {
  place_.push_back("." + std::string(member));
  return false;
}

bool JsonError::In(std::size_t index) {
  place_.push_back("[" + std::to_string(index) + "]");
  return false;
}

grpc::Status JsonError::ToStatus() const {
  std::string place;
  for (auto step = place_.rbegin(); step != place_.rend(); ++step) {
    if (place.size() + step->size() > kMaxPlaceBytes) {
      place += "...";
      break;
    }
    place += *step;
  }
  if (place.starts_with('.')) place.erase(0, 1);
  return {grpc::StatusCode::INVALID_ARGUMENT, place.empty() ? rule_ : place + ": " + rule_};
}

}  // namespace gateway
