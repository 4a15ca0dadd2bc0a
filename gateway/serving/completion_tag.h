// What the completion queue's thread does with a tag that has come back.
#pragma once

namespace gateway {

class CompletionTag {
 public:
  virtual ~CompletionTag() = default;
  /// `ok` as gRPC gives it: false if there is nothing more to come, or nobody to send to.
  virtual void Proceed(bool ok) = 0;
};

/// Calls a member of its owner, which may delete itself and so the tag.
template <class Owner>
class MemberTag final : public CompletionTag {
 public:
  MemberTag(Owner& owner, void (Owner::*handler)(bool ok)) : owner_(owner), handler_(handler) {}
  void Proceed(bool ok) override { (owner_.*handler_)(ok); }

 private:
  Owner& owner_;
  void (Owner::* const handler_)(bool ok);
};

}  // namespace gateway
