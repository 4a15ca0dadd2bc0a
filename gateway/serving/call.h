// One RPC, from the wait for it to the last of its tags.
//
// A call owns itself: Call::Await makes one, and it deletes itself when all its tags are back. It
// lives on its queue's thread; only its response is made on an upstream loop. Tags: `request` (the
// RPC has begun, or never will), `responded` (the loop has made the response), then `finished`
// (that has gone out); and `done` (it is over for gRPC: finished, or cancelled by caller, deadline
// or shutdown) at any time.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include "gateway/base/deadline.h"
#include "gateway/serving/admission.h"
#include "gateway/serving/call_queue.h"
#include "gateway/serving/rpc_response.h"
#include "gateway/serving/served_method.h"
#include "gateway/serving/transcoding_service.h"
#include "gateway/telemetry/trace_context.h"
#include "gateway/upstream/upstream_client.h"

namespace gateway {

/// Where calls of one method come from and go to. Outlives them.
struct CallSource {
  const ServedMethod& served_method;
  TranscodingService& service;
  /// The method's index in `service`.
  int method;
  CallQueue& queue;
  Admission& admission;
  WaitGroup& calls;
  UpstreamClient& upstream;
};

class Call {
 public:
  /// Waits for the source's next call. Not after the queue's shutdown.
  static void Await(const CallSource& source) { new Call(source); }

 private:
  explicit Call(const CallSource& source);
  ~Call();

  void OnRequest(bool ok);
  void OnResponded(bool ok);
  void OnDone(bool ok);
  void OnFinished(bool ok);

  void Begin();
  void Finish();
  void Release();

  const WaitGroup::Token token_;
  const CallSource& source_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  RawResponder responder_{&context_};
  MemberTag<Call> request_tag_{*this, &Call::OnRequest};
  MemberTag<Call> responded_tag_{*this, &Call::OnResponded};
  MemberTag<Call> done_tag_{*this, &Call::OnDone};
  MemberTag<Call> finished_tag_{*this, &Call::OnFinished};
  int tags_out_ = 0;

  bool admitted_ = false;
  Clock::time_point begun_;
  Deadline deadline_ = Deadline::Infinite();
  TraceContext trace_;
  std::optional<UpstreamClient::CallId> upstream_call_;
  std::size_t request_bytes_ = 0;
  std::size_t response_bytes_ = 0;
  RpcResponse rpc_response_;  // The loop's until `responded`.
};

}  // namespace gateway
