// One RPC, from the wait for it to the last of its tags.
//
// A call owns itself: Call::Await makes one, and it deletes itself when all its tags are back. All
// its tags come back on one thread, that of its completion queue; only Finish may run on an
// upstream loop. Tags: `request` (the RPC has begun, or never will), then `done` (it is over for
// gRPC: answered, or cancelled by caller, deadline or shutdown) and `finished` (our answer has gone
// out), in any order.
#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/base/deadline.h"
#include "gateway/serving/admission.h"
#include "gateway/serving/endpoint.h"
#include "gateway/serving/reply.h"
#include "gateway/serving/trace_context.h"
#include "gateway/serving/transcoding_service.h"
#include "gateway/upstream/upstream_call.h"

namespace gateway {

/// What a completion queue's thread does with a tag that has come back.
class CompletionTag {
 public:
  virtual ~CompletionTag() = default;
  virtual void Proceed(bool ok) = 0;
};

/// Where calls of one method come from and go to. Outlives them.
struct CallSource {
  const Endpoint& endpoint;
  TranscodingService& service;
  /// The method's index in `service`.
  int method;
  grpc::ServerCompletionQueue& queue;
  Admission& admission;
  Upstream& upstream;
};

class Call {
 public:
  /// Waits for the source's next call. Not after the queue's shutdown.
  static void Await(const CallSource& source) { new Call(source); }

 private:
  struct Tag final : CompletionTag {
    Tag(Call& owner, void (Call::*handler)(bool)) : call(owner), on_back(handler) {}
    void Proceed(bool ok) override { (call.*on_back)(ok); }
    Call& call;
    void (Call::*on_back)(bool);
  };

  explicit Call(const CallSource& source);
  ~Call();

  void OnRequest(bool ok);
  void OnDone(bool ok);
  void OnFinished(bool ok);

  void Begin();
  void Finish(Reply reply);
  void Release();

  const CallSource& source_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  RawResponder responder_{&context_};
  Tag request_tag_{*this, &Call::OnRequest};
  Tag done_tag_{*this, &Call::OnDone};
  Tag finished_tag_{*this, &Call::OnFinished};
  int tags_out_ = 0;

  bool admitted_ = false;
  Clock::time_point begun_;
  Deadline deadline_ = Deadline::Infinite();
  TraceContext trace_;
  std::optional<Upstream::CallId> upstream_call_;
  std::size_t request_bytes_ = 0;
  std::size_t response_bytes_ = 0;
  Reply reply_;
};

}  // namespace gateway
